"""Reads the text of a record or of parameters: strict YAML, as in fixtures, or JSON, as systems print it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from custmap.diagnostics.errors import MappingError
from custmap.pages.play.desk import encoded
from custmap.syntax.node import Node, plain
from custmap.syntax.yaml_reader import read_yaml
from custmap.values.json_text import JsonError, parse_json


@dataclass(frozen=True, slots=True)
class Given:
    """What a text states; `node` has the places in it, where they are known."""

    value: Any
    node: Node | None = None


def read_given(text: str, name: str) -> Given | None:
    """The value of a text, None of an empty one; MappingError with every problem found, at its place.

    JSON may be indented by tabs, and have numbers such as `1e22`, which strict YAML refuses.
    """
    if not text.strip():
        return None
    try:
        node = read_yaml(encoded(text), name)
    except MappingError:
        if text.lstrip()[:1] not in ("{", "["):
            raise
        spaced = _without_tabs(text, name)
        try:
            value = parse_json(encoded(text))
        except JsonError:
            if isinstance(spaced, MappingError):
                raise spaced from None  # what is wrong beside the tabs
            raise
        return Given(value, None if isinstance(spaced, MappingError) else spaced)
    return Given(plain(node), node)


def _without_tabs(text: str, name: str) -> Node | MappingError:
    """The places in a text whose tabs count as spaces, or what is wrong with it all the same."""
    try:
        return read_yaml(encoded(text.replace("\t", " ")), name)
    except MappingError as error:
        return error
