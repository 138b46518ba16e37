"""Where in a mapping file the cursor is: the keys that lead there, and the word under it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from custmap.lsp.outline import Listing, Outline, Pair, Scalar, Step, Table, Value

Role: TypeAlias = Literal["key", "value", "word"]
"""`word`: it may become a key, or is a value: the place has neither yet."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place of the cursor.

    `path`    the keys and positions to the value; of a key those of the map around it.
    `role`    what is at the cursor.
    `scalar`  the key or value; empty, with the cursor as its place, if there is none yet.
    `index`   the character of its text before which the cursor is.
    `around`  the map in which a key is.
    """

    path: tuple[Step, ...]
    role: Role
    scalar: Scalar
    index: int
    around: Table | None = None

    @property
    def before(self) -> str:
        """What is written before the cursor."""
        return self.scalar.text[: self.index]

    @property
    def other_keys(self) -> set[str]:
        """The keys of the map around, without the one under the cursor."""
        pairs = self.around.pairs if self.around is not None else ()
        return {pair.key.text for pair in pairs if pair.key is not self.scalar}

    @property
    def has_colon(self) -> bool:
        """Is there a colon behind the key under the cursor?"""
        pairs = self.around.pairs if self.around is not None else ()
        return any(pair.key is self.scalar and pair.colon is not None for pair in pairs)


def cursor_at(outline: Outline, offset: int) -> Cursor | None:
    """The place at an offset of the text; None where nothing can stand, as in a comment."""
    return _Search(outline, offset).at(outline.root, ())


@dataclass(slots=True)
class _Search:
    outline: Outline
    offset: int

    def at(self, value: Value | None, path: tuple[Step, ...]) -> Cursor | None:
        match value:
            case None:
                return self._empty(path, "word")
            case Scalar():
                return self._in_scalar(value, path)
            case Table(flow=True):
                return self._in_flow_table(value, path)
            case Table():
                return self._in_table(value, path)
            case Listing():
                return self._in_listing(value, path)

    def _empty(self, path: tuple[Step, ...], role: Role, around: Table | None = None) -> Cursor | None:
        if self._in_comment():
            return None
        return Cursor(path, role, Scalar(self.offset, self.offset, ""), 0, around)

    def _in_comment(self) -> bool:
        start = self._line_start(self.offset)
        line = self.outline.text[start : self.offset]
        return line.lstrip().startswith("#") or " #" in line.replace('"#', "").replace("'#", "")

    def _line_start(self, offset: int) -> int:
        text = self.outline.text
        return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1

    def _in_scalar(self, scalar: Scalar, path: tuple[Step, ...], role: Role = "value") -> Cursor | None:
        if scalar.start <= self.offset <= scalar.end:
            return Cursor(path, role, scalar, scalar.index(self.offset))
        text = self.outline.text
        if self.offset > scalar.end and not scalar.quote and text[scalar.end : self.offset].strip(" ") == "":
            longer = Scalar(scalar.start, self.offset, text[scalar.start : self.offset])
            return Cursor(path, role, longer, len(longer.text))
        return self._empty(path, role) if self.offset < scalar.start else None

    def _in_key(self, pair: Pair, path: tuple[Step, ...], around: Table, role: Role = "key") -> Cursor:
        return Cursor(path, role, pair.key, pair.key.index(self.offset), around)

    def _in_flow_table(self, table: Table, path: tuple[Step, ...]) -> Cursor | None:
        for pair in table.pairs:
            if pair.key.start <= self.offset <= pair.key.end:
                return self._in_key(pair, path, table)
            if pair.colon is not None and pair.colon < self.offset <= self._slot_end(pair):
                return self._of_pair(pair, path)
        return self._empty(path, "key", table)

    def _slot_end(self, pair: Pair) -> int:
        """Where the place for a value in a flow map ends: spaces behind it belong to it."""
        end, text = pair.end, self.outline.text
        while text[end : end + 1] == " ":
            end += 1
        return end

    def _of_pair(self, pair: Pair, path: tuple[Step, ...]) -> Cursor | None:
        inner = (*path, pair.key.text)
        if pair.value is None:
            return self._empty(inner, "value")
        if isinstance(pair.value, Scalar):
            return self._in_scalar(pair.value, inner)
        inside = pair.value.start < self.offset < pair.value.end or (
            self.offset == pair.value.end and not self._is_closed(pair.value)
        )
        return self.at(pair.value, inner) if inside else None

    def _is_closed(self, value: Table | Listing) -> bool:
        return value.flow and self.outline.text[value.end - 1] in "}]" and value.end > value.start + 1

    def _in_table(self, table: Table, path: tuple[Step, ...]) -> Cursor | None:
        here = self._line_start(self.offset)
        pair = next((one for one in reversed(table.pairs) if self._line_start(one.key.start) <= here), None)
        if pair is None or self.offset < pair.key.start:
            return self._empty(path, "key", table)
        if self.offset <= pair.key.end:
            role: Role = "key" if pair.colon is not None or len(table.pairs) > 1 else "word"
            return self._in_key(pair, path, table, role)
        if self._line_start(pair.key.start) == here:
            return self._behind_key(pair, path, table)
        return self._below_key(pair, path, table, self.offset - here)

    def _behind_key(self, pair: Pair, path: tuple[Step, ...], table: Table) -> Cursor | None:
        """On the line of a key, after it."""
        if pair.colon is None:
            longer = self._in_scalar(pair.key, path, "word")
            if longer is None:
                return None
            return Cursor(path, "word", longer.scalar, longer.index, table)
        if self.offset <= pair.colon:
            return None
        value = pair.value
        if value is None or self._line_start(value.start) > self._line_start(self.offset):
            return self._empty((*path, pair.key.text), "value")
        if isinstance(value, Table | Listing) and not value.flow:
            return None
        return self._of_pair(pair, path)

    def _below_key(self, pair: Pair, path: tuple[Step, ...], table: Table, column: int) -> Cursor | None:
        """On a line below a key that has no key of the same map."""
        value, inner = pair.value, (*path, pair.key.text)
        if isinstance(value, Scalar) and value.start <= self.offset <= value.end:
            return self._in_scalar(value, inner)
        if isinstance(value, Table | Listing):
            if value.flow and value.start < self.offset:
                closed = self._is_closed(value) and self.offset >= value.end
                # A map that is not closed ends where a line is not deeper than its key.
                deeper = column > table.indent or self._has_content()
                if not closed and deeper and self.offset <= value.end:
                    return self.at(value, inner)
            elif not value.flow and (column >= value.indent or self._has_content()):
                return self.at(value, inner)
        if value is None and pair.colon is not None and column > table.indent:
            return self._empty(inner, "word")
        return self._empty(path, "key", table)

    def _has_content(self) -> bool:
        text, start = self.outline.text, self._line_start(self.offset)
        return bool(text[start : self.offset].strip()) or text[self.offset : self.offset + 1].strip() != ""

    def _in_listing(self, listing: Listing, path: tuple[Step, ...]) -> Cursor | None:
        if listing.flow:
            return self._in_flow_listing(listing, path)
        here = self._line_start(self.offset)
        dashes = [at for at, _ in listing.items]
        number = next((n for n in reversed(range(len(dashes))) if self._line_start(dashes[n]) <= here), None)
        if number is None or self.offset <= dashes[number]:
            return None
        value, inner = listing.items[number][1], (*path, number)
        if value is None or isinstance(value, Scalar) or value.flow:
            if value is not None and not isinstance(value, Scalar) and self.offset >= value.end:
                return None if self._is_closed(value) else self.at(value, inner)
            return self.at(value, inner)
        same = self._line_start(dashes[number]) == here
        if same or self.offset - here >= value.indent or self._has_content():
            return self.at(value, inner)
        return None

    def _in_flow_listing(self, listing: Listing, path: tuple[Step, ...]) -> Cursor | None:
        for number, (start, value) in enumerate(listing.items):
            if value is not None and start <= self.offset <= value.end:
                return self.at(value, (*path, number))
        return self._empty((*path, len(listing.items)), "value")
