"""The cells that a table has of a request: those of its line of NDJSON, headers and body as JSON texts."""

from __future__ import annotations

from typing import Any, Final

import msgspec

COLUMNS: Final = ("index", "key", "id", "mapping", "name", "method", "url", "headers", "body", "content")


class _Line(msgspec.Struct):
    """What a row has of a line; headers and body stay the text that they are."""

    index: int
    id: str
    mapping: str
    method: str
    url: str
    headers: msgspec.Raw
    body: msgspec.Raw
    key: str | None = None
    name: str | None = None
    content: str | None = None


_DECODE: Final = msgspec.json.Decoder(_Line).decode


def cells_of(line: bytes) -> tuple[Any, ...]:
    """The cells of a line of `RequestLines`, by `COLUMNS`; no body is None."""
    one = _DECODE(line)
    headers, body = str(one.headers, "utf-8"), str(one.body, "utf-8")
    called = (one.index, one.key, one.id, one.mapping, one.name, one.method, one.url)
    return (*called, headers, None if body == "null" else body, one.content)
