"""Third-party files, mainly vendors' contracts: JSON or YAML.

They are read leniently, within limits: anchors and merge keys are resolved within a budget, tags create no
objects, keys are text (`200:` in an OpenAPI document is the member `"200"`), and a duplicate key is an
error. Dates stay text.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

from custmap.diagnostics.errors import MappingError
from custmap.diagnostics.span import Span
from custmap.syntax.cache import recall, remember
from custmap.syntax.json_places import JsonPlace, json_place
from custmap.syntax.lenient_yaml import DEPTH, Place, read_lenient
from custmap.syntax.source_text import MIB, UNREADABLE, Text, decode, forbidden, problem, read_bytes
from custmap.values.files import real, state_of
from custmap.values.json_text import JsonError, parse_json

LIMIT: Final = 32 * MIB
Pointer: TypeAlias = tuple[str | int, ...]


@dataclass(slots=True)
class Document:
    """A file's value, and the places in it.

    `data` is plain: dicts with text keys, lists, scalars. The value of an anchor is one object in several
    places: do not modify it.
    """

    data: Any
    file: str
    _bytes: bytes = field(repr=False)
    _is_json: bool = field(repr=False)
    _text: Text | None = field(default=None, repr=False)
    _places: Place | None = field(default=None, repr=False)

    def span(self, pointer: Pointer) -> Span:
        """The span of the value at `pointer` (keys and positions), or of its nearest existing parent."""
        text, place = self._found(pointer)
        return text.span(place.start, place.end)

    def key_span(self, pointer: Pointer) -> Span:
        """The span of the key in front of that value: its line is where one looks for a member.

        The first character of the value where it has no key, as the items of a list.
        """
        text, place = self._found(pointer)
        if place.key is None:
            return text.span(place.start, place.start + 1)
        quotes = 2 if text.text[place.key] in "\"'" else 0
        return text.span(place.key, place.key + len(str(pointer[place.depth - 1])) + quotes)

    def _found(self, pointer: Pointer) -> tuple[Text, JsonPlace]:
        """The place of a value or of its nearest existing parent."""
        if self._text is None:
            self._text = decode(self._bytes, self.file)
        text = self._text
        if self._is_json:
            return text, json_place(text.text, pointer)
        if self._places is None:
            self._places = read_lenient(text)[0]
        place, depth = self._places, 0
        for part in pointer:
            inner = place.inner
            found = inner.get(str(part)) if isinstance(inner, Mapping) else None
            if isinstance(inner, list) and isinstance(part, int) and 0 <= part < len(inner):
                found = inner[part]
            if found is None:
                break
            place, depth = found, depth + 1
        return text, JsonPlace(place.start, place.end, place.key, depth)


@dataclass(slots=True)
class KeptDocuments:
    """The documents that a long-lived process has read, each until its file changes.

    A contract may have 3 MB, and an editor checks the mapping that uses it after every key.
    """

    _found: dict[tuple[Path, str], tuple[Hashable, Document]] = field(default_factory=dict)

    @contextmanager
    def used(self) -> Iterator[None]:
        """Within the block documents are kept here, and taken from here."""
        token = _KEPT.set(self)
        try:
            yield
        finally:
            _KEPT.reset(token)

    def read(self, path: Path, file: str) -> Document:
        place = real(path), file
        try:
            state = state_of(path)
        except (OSError, ValueError):
            return _read_document(path, file)  # says what is wrong
        known = self._found.get(place)
        if known is not None and known[0] == state:
            return known[1]
        document = _read_document(path, file)
        if len(self._found) >= _MOST_KEPT:
            self._found.pop(next(iter(list(self._found))), None)  # another thread may have been faster
        self._found[place] = state, document
        return document


@contextmanager
def documents_kept() -> Iterator[None]:
    """Within the block each document is read once; where they are kept already, they stay so."""
    if _KEPT.get() is not None:
        yield
        return
    with KeptDocuments().used():
        yield


_MOST_KEPT: Final = 32
_KEPT: Final[ContextVar[KeptDocuments | None]] = ContextVar("documents", default=None)


def read_document(path: Path, shown_as: str | None = None) -> Document:
    """A JSON or YAML file of at most 32 MiB; MappingError with the first problem (CM1…).

    The file's name does not matter: a text that begins like JSON is read as JSON first.
    """
    file, kept = shown_as or str(path), _KEPT.get()
    return _read_document(path, file) if kept is None else kept.read(path, file)


def _read_document(path: Path, file: str) -> Document:
    return parse_document(read_bytes(path, file, LIMIT), file, json_only=path.suffix == ".json")


def parse_document(data: bytes, file: str, *, json_only: bool = False) -> Document:
    """As `read_document`, of bytes; `json_only` refuses YAML. YAML may be recalled from the cache."""
    plain = data.removeprefix(BOM_UTF8)
    if json_only or plain.lstrip(b" \t\r\n")[:1] in (b"{", b"["):
        try:
            return Document(parse_json(plain, depth=DEPTH), file, data, True)
        except JsonError as error:
            text = decode(data, file)
            # A flow map is YAML that looks like JSON, but these are wrong in both.
            if json_only or "twice" in error.reason or "deep" in error.reason:
                raise _not_json(error, text) from None
    if (known := recall(data)) is not None:
        return Document(known, file, data, False)
    text = decode(data, file)
    if problems := forbidden(text, UNREADABLE):
        raise MappingError(problems)
    place, value = read_lenient(text)
    remember(data, value)
    return Document(value, file, data, False, text, place)


def _not_json(error: JsonError, text: Text) -> MappingError:
    at = len(text.text.encode()[: error.offset].decode(errors="ignore"))
    code = "CM103" if "twice" in error.reason else "CM108" if "deep" in error.reason else "CM112"
    return problem(code, error.reason, text.span(at, at + 1))
