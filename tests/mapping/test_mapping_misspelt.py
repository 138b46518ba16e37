"""A letter changed in any key of the language, or null as its value: found, at its place, and nothing else.

What else is found in the file is what was found before: a rule of which a key cannot be read keeps the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.functions.table import with_functions
from custmap.loader import check_mapping
from custmap.mapping.keys import (
    BulkModel,
    CallModel,
    ClearModel,
    EntryModel,
    MappingModel,
    MaskModel,
    ParamModel,
    ResponseFieldsModel,
    ResponseModel,
    ResultsModel,
    RuleModel,
)
from small_mappings import write

TEXT = (Path(__file__).parent / "every_key.txt").read_text(encoding="utf-8")
SEVERAL = (Path(__file__).parent / "every_key_of_requests.txt").read_text(encoding="utf-8")
SCHEMA = """\
type: object
properties:
  id: {type: string}
  email: {enum: [x, y]}
  blocked: {type: boolean}
  role: {enum: [a, x]}
  address: &address {type: object, properties: {city: {type: string}}}
  addresses: {type: array, items: *address}
  free: {type: object, additionalProperties: {type: string}}
"""
FUNCTIONS = with_functions(())
FREE = {
    ("params",),
    ("path",),
    ("query",),
    ("headers",),
    ("body",),
    ("ignored",),
    ("envelope",),
    ("response", "fields"),
    *(
        ("requests", *call, part)
        for call in ((), ("set",), ("clear",))
        for part in ("path", "query", "headers", "body", "ignored")
    ),
    *(("requests", "changes", part) for part in ("add", "set", "clear", "copy")),
}
"""Tables whose keys are names, as are those under the keys below."""
NAMES = {"fields", "properties", "values", "transitions", "write"}
INLINE = {("contract", part) for part in ("fields", "query", "headers", "path", "response")}


def keys(node: yaml.Node, place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], yaml.Mark]]:
    """The keys of the language in the file, with their places; names are left out."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from keys(item, place)
    if not isinstance(node, yaml.MappingNode):
        return
    free = place in FREE or (bool(place) and place[-1] in NAMES) or place in INLINE
    for key, value in node.value:
        if not free:
            yield (*place, key.value), key.start_mark
        yield from keys(value, (*place, key.value))


ALL = [(text, *found) for text in (TEXT, SEVERAL) for found in keys(yaml.compose(text))]


def test_the_file_has_every_key() -> None:
    there = {place[-1] for _, place, _ in ALL}
    models = (MappingModel, RuleModel, ClearModel, ParamModel, BulkModel, MaskModel, EntryModel, CallModel)
    for model in (*models, ResponseModel, ResultsModel, ResponseFieldsModel):
        assert {field.alias or name for name, field in model.model_fields.items()} <= there


Said = Callable[[str], set[tuple[str, str]]]


@pytest.fixture(scope="module")
def said_of(tmp_path_factory: pytest.TempPathFactory) -> Said:
    """What is found in a file as it is, once for all the changes to it."""
    folder = tmp_path_factory.mktemp("said")
    return cache(lambda text: {(one.code, one.message) for one in found_in(folder, text)})


def misspelt(word: str) -> Iterator[str]:
    """A letter too many, and for longer words a letter missing, two swapped, or another one, in turn."""
    yield word + word[-1]
    if len(word) > 3:
        ways = (
            word[1:],
            word[1] + word[0] + word[2:],
            word[:-1] + ("x" if word[-1] != "x" else "y"),
        )
        yield ways[len(word) % 3]


@pytest.mark.parametrize("text, place, mark", ALL, ids=[".".join(place) for _, place, _ in ALL])
def test_misspelt(text: str, place: tuple[str, ...], mark: yaml.Mark, said_of: Said, tmp_path: Path) -> None:
    word = place[-1]
    before = said_of(text)
    for wrong in misspelt(word):
        found = found_in(tmp_path, text[: mark.index] + wrong + text[mark.index + len(word) :])
        here = [one for one in found if one.code == "CM201"]
        assert len(here) == 1, (wrong, [str(one) for one in found])
        (one,) = here
        assert one.span is not None
        assert (one.span.line, one.span.column) == (mark.line + 1, mark.column + 1)
        assert one.span.end_column - one.span.column == len(wrong)
        assert one.help == f"Did you mean `{word}`?", (wrong, one.help)
        others = {(other.code, other.message) for other in found if other.code not in ("CM201", "CM202")}
        assert others <= before


MAY_BE_NULL = {
    *(("response", "applied"), ("custmap",), ("contract",), ("params", "host"), ("params", "token")),
    ("changes", "clear"),
}
"""A version has a code of its own, a contract its own readers; of a parameter there may be nothing to say."""
DATA = {"value", "default", "send", "with", "item", "set", "add"}


def values(node: yaml.Node, place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], yaml.Node]]:
    """The values of all keys, names included, with their places."""
    for item in node.value if isinstance(node, yaml.SequenceNode) else ():
        yield from values(item, place)
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        yield (*place, key.value), value
        yield from values(value, (*place, key.value))


VALUES = [
    pytest.param(place, node, id=".".join(place))
    for place, node in values(yaml.compose(TEXT))
    if place[0] != "contract" and not {"values", "transitions", "write"} & set(place[:-1])
]


@pytest.mark.parametrize("place, node", VALUES)
def test_null(place: tuple[str, ...], node: yaml.Node, said_of: Said, tmp_path: Path) -> None:
    start, end = node.start_mark.index, node.end_mark.index
    text = (
        TEXT[:start].rstrip()
        + " null"
        + ("\n" + " " * node.end_mark.column if TEXT[end - 1] in "\n " else "")
        + TEXT[end:]
    )
    found = found_in(tmp_path, text)
    is_data = place[-1] in DATA and place[0] != "response" and getattr(node, "value", None) != "always"
    wrong = [one for one in found if one.code == "CM203"]
    if is_data or place in MAY_BE_NULL:
        assert wrong == []
        return
    (one,) = wrong
    assert one.span is not None and TEXT[:start].count("\n") >= one.span.line - 1
    assert one.help is not None and one.help.endswith(f"or remove `{place[-1]}`.")
    if place[-1] == "clear":
        assert one.help.startswith("Write `send_null` to")
    before = said_of(TEXT)
    assert {(other.code, other.message) for other in found if other is not one} <= before


def found_in(folder: Path, text: str) -> tuple[Diagnostic, ...]:
    path = write(folder, "", {"schema.yaml": SCHEMA})
    path.write_text(text, encoding="utf-8")
    return check_mapping(path, FUNCTIONS)[1]
