"""Other people's files, vendors' contracts above all: JSON or YAML, as it comes.

They are read leniently but not carelessly: anchors and merge keys are resolved within a budget, a tag
makes no object, keys are text (`200:` in an OpenAPI document is the member `"200"`), and what has two
values (a key that comes twice) is an error. Dates stay text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

from custmap.diagnostics.errors import MappingError
from custmap.diagnostics.span import Span
from custmap.syntax.lenient_yaml import DEPTH, Place, read_lenient
from custmap.syntax.text import MIB, UNREADABLE, Text, decode, forbidden, problem, read_bytes
from custmap.values.json_text import JsonError, parse_json

LIMIT: Final = 32 * MIB
Pointer: TypeAlias = tuple[str | int, ...]


@dataclass(slots=True)
class Document:
    """A file's value and the places in it.

    `data` is plain: dicts with text keys, lists, scalars. What an anchor names stands in several
    places as one object: do not change it.
    """

    data: Any
    file: str
    _text: Text = field(repr=False)
    _place: Place | None = field(default=None, repr=False)

    def span(self, pointer: Pointer) -> Span:
        """Where the value at `pointer` (keys and positions) stands; what is not there: its nearest parent."""
        if self._place is None:
            self._place = _places(self._text)
        place = self._place
        for part in pointer:
            inner = place.inner
            found = inner.get(str(part)) if isinstance(inner, Mapping) else None
            if isinstance(inner, list) and isinstance(part, int) and 0 <= part < len(inner):
                found = inner[part]
            if found is None:
                break
            place = found
        return self._text.span(place.start, place.end)


def read_document(path: Path, shown_as: str | None = None) -> Document:
    """A JSON or YAML file of at most 32 MiB; MappingError with the first thing that is wrong (CM1…).

    The file's name does not matter: a text that begins like JSON is read as JSON first.
    """
    file = shown_as or str(path)
    return parse_document(read_bytes(path, file, LIMIT), file, json_only=path.suffix == ".json")


def parse_document(data: bytes, file: str, *, json_only: bool = False) -> Document:
    """As `read_document`, of bytes; `json_only` refuses YAML."""
    text = decode(data, file)
    if json_only or text.text.lstrip(" \t\r\n")[:1] in ("{", "["):
        try:
            return Document(parse_json(text.text, depth=DEPTH), file, text)
        except JsonError as error:
            # A flow map is YAML that looks like JSON, but these are wrong in both.
            if json_only or "twice" in error.reason or "deep" in error.reason:
                raise _not_json(error, text) from None
    if problems := forbidden(text, UNREADABLE):
        raise MappingError(problems)
    place, value = read_lenient(text)
    return Document(value, file, text, place)


def _not_json(error: JsonError, text: Text) -> MappingError:
    at = len(text.text.encode()[: error.offset].decode(errors="ignore"))
    code = "CM103" if "twice" in error.reason else "CM108" if "deep" in error.reason else "CM112"
    return problem(code, error.reason, text.span(at, at + 1))


def _places(text: Text) -> Place:
    """The places of a JSON file. JSON is YAML but for a few escapes: a file with one has its start alone."""
    try:
        return read_lenient(Text(text.text.replace("\t", " "), text.file, text.starts))[0]
    except MappingError:
        return Place(0, 0)
