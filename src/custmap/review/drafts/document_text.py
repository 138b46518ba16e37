"""An excerpt as a file: JSON where the document was JSON, else YAML that people can read."""

from __future__ import annotations

from typing import Any

import yaml

from custmap.syntax.document import parse_document
from custmap.syntax.scalars import resolve_leniently
from custmap.values.equality import same
from custmap.values.json_text import dump_json

_WIDTH = 110
# libyaml writes ten times as fast; PyYAML may be built without it.
_Base: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Dumper(_Base):  # type: ignore[misc]  # one of two classes
    """Writes YAML without anchors; long texts in several lines."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: Any, value: str) -> Any:
    style = "|" if "\n" in value else None
    if style is None and value and not _stays_text(value):
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def _stays_text(value: str) -> bool:
    """Is it a text as a plain scalar, too? YAML 1.2 has numbers that PyYAML does not know."""
    return isinstance(resolve_leniently(value), str)


_Dumper.add_representer(str, _text)


def json_text(value: dict[str, Any]) -> bytes:
    return (dump_json(value, indent=2) + "\n").encode()


def yaml_text(value: dict[str, Any]) -> bytes:
    """YAML that reads back as the same value; JSON, which is YAML too, where it would not."""
    text = yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH, default_flow_style=False
    )
    data: bytes = text.encode()
    if same(parse_document(data, "excerpt").data, value):
        return data
    return json_text(value)
