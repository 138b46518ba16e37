"""From third-party YAML to plain data and places.

The same events and the same guard as for strict YAML. An alias is the same object as its anchor, so a
"billion laughs" costs nothing here. But it would be expensive to walk over the data or to write it, so the
expansion of aliases is limited in nodes and depth. A long text counts as several nodes.
"""

from __future__ import annotations

from typing import Any, Final

import yaml
from msgspec import Struct, field

from custmap.diagnostics.diagnostic import Diagnostic, Note
from custmap.diagnostics.errors import MappingError
from custmap.syntax.scalars import resolve_leniently
from custmap.syntax.source_text import Text
from custmap.syntax.yaml_events import EventError, events

DEPTH: Final = 128
# A real contract has at most thousands of aliases; a bomb has millions of nodes after ten lines.
BUDGET: Final = 1_000_000
_TEXT: Final = 64
"""The characters of a text that count as one node."""
_TEXT_TAGS: Final = ("!", "tag:yaml.org,2002:str")


class Place(Struct):
    """First and last character of a value, the places inside it, and the first character of its key."""

    start: int
    end: int
    inner: dict[str, Place] | list[Place] | None = None
    size: int = 1
    height: int = 0
    key: int | None = None


class _Open(Struct):
    """A container whose end has not come yet. `merged` are the maps of its merge keys, nearest first."""

    value: Any
    place: Place
    anchor: str | None
    key: str | None = None
    key_start: int = 0
    merged: list[tuple[Any, Place]] = field(default_factory=list)
    keys: dict[str, int] = field(default_factory=dict)


def read_lenient(text: Text) -> tuple[Place, Any]:
    """Places and value of a YAML text; MappingError with the first thing that is wrong."""
    builder = _Builder(text)
    try:
        for event in events(text, DEPTH):
            builder.take(event)
    except EventError as error:
        raise MappingError([error.diagnostic]) from None
    if builder.root is None:
        raise builder.wrong("CM107", "the file is empty", 0)
    return builder.root


class _Builder:
    def __init__(self, text: Text) -> None:
        self.text = text
        self.root: tuple[Place, Any] | None = None
        self.open: list[_Open] = []
        self.anchors: dict[str, tuple[Place, Any] | None] = {}
        self.spent = 0
        self.documents = 0

    def wrong(self, code: str, message: str, start: int, *notes: Note) -> MappingError:
        return MappingError([Diagnostic(code, message, self.text.span(start, start + 1), None, notes)])

    def take(self, event: Any) -> None:
        kind = event.__class__
        if kind is yaml.ScalarEvent:
            self._scalar(event)
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            self._start(event, {} if kind is yaml.MappingStartEvent else [])
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            self._end(event)
        elif kind is yaml.AliasEvent:
            self._alias(event)
        elif kind is yaml.DocumentStartEvent:
            self.documents += 1
            if self.documents > 1:
                raise self.wrong("CM107", "a second document begins", event.start_mark.index)

    def _waits_for_key(self) -> bool:
        return bool(self.open) and self.open[-1].value.__class__ is dict and self.open[-1].key is None

    def _scalar(self, event: Any) -> None:
        start = event.start_mark.index
        plain = not event.style and event.tag not in _TEXT_TAGS
        if self._waits_for_key():
            self._key(event.value, start, plain)
            return
        value = resolve_leniently(event.value) if plain else event.value
        done = Place(start, event.end_mark.index, size=1 + len(event.value) // _TEXT)
        if event.anchor is not None:
            self.anchors[event.anchor] = (done, value)
        self._add(done, value)

    def _key(self, key: str, start: int, plain: bool) -> None:
        into = self.open[-1]
        into.key, into.key_start = key, start
        if key == "<<" and plain:
            return
        first = into.keys.setdefault(key, start)
        if first != start:
            note = Note(self.text.span(first, first + len(key)), "first here")
            raise self.wrong("CM103", "this key appears a second time", start, note)

    def _start(self, event: Any, value: Any) -> None:
        start = event.start_mark.index
        if self._waits_for_key():
            raise self.wrong("CM104", "a list or map as a key", start)
        if event.anchor is not None:
            # Until its end, an alias of it would be a value inside itself.
            self.anchors[event.anchor] = None
        inner: Any = {} if value.__class__ is dict else []
        self.open.append(_Open(value, Place(start, start, inner, height=1), event.anchor))

    def _end(self, event: Any) -> None:
        done = self.open.pop()
        place = done.place
        end = event.end_mark.index
        # The end of a block is where the next value begins.
        place.end = end if self.text.text[end - 1 : end] in ("}", "]") else max(place.end, place.start)
        for value, merged in done.merged:
            self._merge(done, value, merged)
        if done.anchor is not None:
            self.anchors[done.anchor] = (place, done.value)
        self._add(place, done.value)

    def _merge(self, into: _Open, value: Any, place: Place) -> None:
        inner: Any = into.place.inner
        for key, item in value.items():
            if key not in into.value:
                into.value[key] = item
                inner[key] = place.inner[key] if isinstance(place.inner, dict) else place

    def _alias(self, event: Any) -> None:
        start = event.start_mark.index
        known = self.anchors.get(event.anchor)
        if known is None:
            what = (
                "an alias inside the value that it refers to"
                if event.anchor in self.anchors
                else "an unknown alias"
            )
            raise self.wrong("CM104", what, start)
        place, value = known
        self.spent += place.size
        if self.spent > BUDGET:
            raise self.wrong("CM109", f"aliases expand to more than {BUDGET} values", start)
        if len(self.open) + place.height > DEPTH:
            raise self.wrong("CM108", f"lists and maps are nested more than {DEPTH} levels deep", start)
        if self._waits_for_key():
            if value.__class__ is not str:
                raise self.wrong("CM104", "an alias as a key that is not text", start)
            self._key(value, start, False)
            return
        self._add(Place(start, event.end_mark.index, place.inner, place.size, place.height), value)

    def _add(self, place: Place, value: Any) -> None:
        if not self.open:
            self.root = (place, value)
            return
        into = self.open[-1]
        parent = into.place
        parent.end = max(parent.end, place.end)
        parent.size += place.size
        if place.inner is not None:
            parent.height = max(parent.height, place.height + 1)
        inner: Any = parent.inner
        if into.value.__class__ is list:
            into.value.append(value)
            inner.append(place)
            return
        key, into.key = into.key, None
        if key == "<<" and key not in into.keys:
            self._remember_merge(into, place, value)
        elif key is not None:
            into.value[key] = value
            inner[key] = place
            place.key = into.key_start

    def _remember_merge(self, into: _Open, place: Place, value: Any) -> None:
        maps = zip(value, place.inner or (), strict=False) if value.__class__ is list else [(value, place)]
        for item, its_place in maps:
            if item.__class__ is not dict or not isinstance(its_place, Place):
                raise self.wrong("CM104", "a merge key whose value is not a map", into.key_start)
            into.merged.append((item, its_place))
