"""From a row to the customer that it states: one function of the row, for all rules or those of a mapping.

Rules for which NULL says nothing are given rows without nulls. So there are at most two tables of rules, and
what they make is laid together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from copy import copy
from itertools import zip_longest
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from custmap.border.intake import Taken, drop_nulls, take_parsed
from custmap.codegen.define import Functions
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import MappingError, RecordError
from custmap.expressions.inference import SourcePath
from custmap.mapping.source_file import Nulls
from custmap.model.change import Rejection
from custmap.model.checked import Checked
from custmap.model.failed import Failed
from custmap.model.nodes import Leaf
from custmap.model.note import Note, UnknownNote
from custmap.model.source import CheckedSource
from custmap.plan.doubts import Doubts
from custmap.plan.open_paths import names_of
from custmap.resolve.source import part_of
from custmap.schema.canonical import load_canonical
from custmap.schema.unknown import drop_unknown
from custmap.tables.cells import Cells
from custmap.values.absent import ABSENT
from custmap.values.paths import Member, TargetPath

Customer = dict[str, Any]
Names = tuple[str, ...]


class _Part:
    """Rules for which NULL says the same, as a mapping from the row to the customer."""

    def __init__(self, checked: Checked, nulls: Nulls) -> None:
        operation = checked.operation
        self.slots = operation.table.slots
        self.code = Functions(checked, operation)
        self.doubts = Doubts(operation, checked.functions)
        self._type = checked.canonical.type if nulls == "absent" else None
        self._rules = {slot.target: slot for slot in self.slots if isinstance(slot, Leaf)}

    @property
    def columns(self) -> frozenset[str] | None:
        """The columns that the rules read; None: all of them."""
        paths = [path for slot in self.slots for path in (*slot.reads, *slot.asks)]
        return None if () in paths else frozenset(str(path[0]) for path in paths)

    def scope(self, row: dict[str, Any]) -> dict[str, Any]:
        """The row as the rules read it."""
        if self._type is None:
            return row
        made = {name: _copied(value) for name, value in row.items()}
        drop_nulls(made, self._type)
        return made

    def quick(self, row: dict[str, Any]) -> tuple[Customer, tuple[Note, ...]]:
        """What a row states; any exception where something is unusual."""
        scope = self.scope(row)
        made, _, _, _, notes = self.code.apply(scope, ())
        doubts = self.doubts.of(scope)
        return made, (*notes, *doubts) if doubts else notes

    def carefully(self, row: dict[str, Any]) -> tuple[Customer, list[Rejection], list[Note]]:
        """What a row states, whatever it holds, what could not be made, and notes."""
        scope = self.scope(row)
        parts, draft = self.code.carefully(scope, ())
        made = {} if parts is None else parts[0]
        return made, draft.rejected, [*draft.notes, *self.doubts.of(scope)]

    def failed(self, one: Rejection, row: dict[str, Any]) -> Failed:
        """The path that a rejection is about, with the columns that its rule reads."""
        rule = self._rules.get(one.target) or next(
            (rule for target, rule in self._rules.items() if one.target.startswith(target)), None
        )
        names = row if rule is None else [str(path[0]) for path in (*rule.reads, *rule.asks) if path]
        raw = [row.get(name) for name in sorted(set(names))]
        return Failed(() if rule is None else _names(rule.path), one.code, one.message, raw)


class Stated(NamedTuple):
    """What a row in which nothing is unusual states of a customer."""

    customer: Customer
    notes: tuple[Note, ...]


class Reader:
    """Reads the rows of one source; frozen but for what it remembers of columns without a name in the file.

    `paths`  the canonical paths that are wanted; None: all of them.
    """

    def __init__(self, source: CheckedSource, paths: Iterable[SourcePath] | None = None) -> None:
        file, rows, functions = source.file, source.rows, source.checked.functions
        wanted = None if paths is None else _Wanted(paths)
        modes: tuple[Nulls, ...] = ("clear", "absent")
        parts = ((mode, part_of(file, rows, functions, mode, wanted)) for mode in modes)
        self._parts = [_Part(checked, mode) for mode, checked in parts if checked is not None]
        self._rows, self._name = rows, source.name
        read = [part.columns for part in self._parts]
        self.columns = frozenset(
            rows.type.members if None in read else frozenset().union(*filter(None, read))
        )
        """The columns that are read."""
        zone = None if file.timezone is None else ZoneInfo(file.timezone.value)
        self.cells = Cells(rows, self.columns, zone, lenient=file.lenient)
        self._named = frozenset(rows.type.members)
        self._entries = [path for part in self._parts for path in _entries(part.slots)]
        self._place = file.columns.span
        self._extra: dict[frozenset[str], tuple[Note, ...]] = {}
        self._notes: tuple[Note, ...] | None = None
        self._others: dict[str, Any] = {}

    def narrow(self) -> Reader:
        """A reader of rows that have the columns that are read, and perhaps no others."""
        made = copy(self)
        made.cells = self.cells.narrow()
        return made

    def for_table(self, columns: Collection[str]) -> Reader:
        """The same, which knows the other columns of the table; errors are those of `require_columns`."""
        notes = self.require_columns(columns)
        made = self.narrow()
        made._notes = notes
        made._others = {name: None for name in columns if name not in self.columns}
        return made

    def require_columns(self, names: Iterable[str]) -> tuple[Note, ...]:
        """MappingError (CM716) unless a table has all columns of the file; the note about others."""
        row = dict.fromkeys(names)
        if missing := self.cells.missing(row):
            raise self._without(missing)
        return self._unnamed(row)

    def quick(self, row: object, check: bool) -> Stated:
        """What a row states; any exception where something is unusual."""
        plain = self.cells.quick(row, check)
        notes = self._notes
        if notes is None:
            notes = () if plain.keys() <= self._named else self._unnamed(plain)
        customer: Customer = {}
        for part in self._parts:
            made, told = part.quick(plain)
            customer = made if part is self._parts[0] else _laid(customer, made)
            notes += told
        return Stated(customer, notes)

    def take(self, row: object, *, check: bool = True, strict: bool = False) -> Taken:
        """What a row states, as a customer that was taken in.

        RecordError for a row that does not fit the columns. MappingError (CM716) if it does not have all of
        them.
        """
        plain = self._others | self.cells.plain(row)
        if missing := self.cells.missing(plain):
            raise self._without(missing)
        problems, unknown = self._rows.check(plain) if check else ([], self._rows.unknown_members(plain))
        notes: list[Note] = []
        if unknown is not None:
            problems = problems + unknown.problems(self._name) if strict else problems
            notes.append(UnknownNote(unknown))
            drop_unknown(plain, self._rows.type)
        if problems:
            raise RecordError(problems)
        customer: Customer = {}
        failed: list[Failed] = []
        for part in self._parts:
            made, rejected, told = part.carefully(plain)
            customer = _laid(customer, made)
            failed += (part.failed(one, plain) for one in rejected)
            notes += told
        for one in failed:
            _take_out(customer, one.path)
        taken = take_parsed(customer, load_canonical(None), check=False)
        first = {one.path: one for one in reversed(failed)}
        return taken._replace(notes=tuple(notes), failed=tuple(first.values()))

    def _unnamed(self, row: dict[str, Any]) -> tuple[Note, ...]:
        """The note about columns that the file does not name; most rows of a table have the same."""
        names = frozenset(row) - self._named
        notes = self._extra.get(names)
        if notes is None:
            notes = self._notes_on(row)
            if len(self._extra) < _REMEMBERED:
                self._extra[names] = notes
        return notes

    def _notes_on(self, row: dict[str, Any]) -> tuple[Note, ...]:
        unknown = self._rows.unknown_members(row)
        return () if unknown is None else (UnknownNote(unknown),)

    def _without(self, missing: list[str]) -> MappingError:
        names = ", ".join(f"`{name}`" for name in missing)
        help = (
            "Add it to the query, or take it out of the file; JSON rows that leave NULL out: `missing: null`."
        )
        return MappingError([Diagnostic("CM716", f"the rows have no {names}", self._place, help)])

    def kept(self, before: Customer, after: Customer) -> Customer:
        """After with the entries of maps that before has, and about which the row says nothing."""
        for path in self._entries:
            if _at(after, path[:1]) is not ABSENT and _at(after, path) is ABSENT:
                held = _at(before, path)
                if held is not ABSENT:
                    after = _with(after, path, held)
        return after


_REMEMBERED = 100


class _Wanted:
    """Is a target, or something in it, read by a mapping?"""

    def __init__(self, paths: Iterable[SourcePath]) -> None:
        self._paths = {names_of(path) for path in paths}

    def __call__(self, target: TargetPath) -> bool:
        names = _names(target)
        return any(all(a == b for a, b in zip(names, path, strict=False)) for path in self._paths)


def _names(target: TargetPath) -> Names:
    """The names of a target, up to the first list."""
    names: list[str] = []
    for segment in target:
        if not isinstance(segment, Member):
            break
        names.append(segment.name)
    return tuple(names)


def _entries(slots: Iterable[Any]) -> Iterator[Names]:
    """The targets of rules that are entries of maps with free keys."""
    members = load_canonical(None).type.members
    for slot in slots:
        names = _names(slot.path) if isinstance(slot, Leaf) else ()
        if len(names) > 1 and (type_ := members.get(names[0])) is not None and type_.free:
            yield names


def _copied(value: Any) -> Any:
    if type(value) is dict:
        return {name: _copied(item) for name, item in value.items()}
    return [_copied(item) for item in value] if type(value) is list else value


def _laid(one: Any, other: Any) -> Any:
    """Two parts of a customer as one: no place is in both."""
    if type(one) is dict and type(other) is dict:
        return one | {name: _laid(one[name], new) if name in one else new for name, new in other.items()}
    if type(one) is list and type(other) is list:
        pairs: Iterator[tuple[Any, Any]] = zip_longest(one, other, fillvalue={})
        return [_laid(left, right) for left, right in pairs]
    return other


def _at(record: Any, path: Names) -> Any:
    for name in path:
        record = record.get(name, ABSENT) if type(record) is dict else ABSENT
    return record


def _with(record: Customer, path: Names, value: Any) -> Customer:
    """A copy of a record with a value at a path."""
    held = record.get(path[0])
    inner = value if len(path) == 1 else _with(held if type(held) is dict else {}, path[1:], value)
    return {**record, path[0]: inner}


def _take_out(record: Customer, path: Names) -> None:
    """Take out what is at a path; of a whole record everything."""
    if not path:
        record.clear()
        return
    for name in path[:-1]:
        record = record.get(name, {})
        if type(record) is not dict:
            return
    record.pop(path[-1], None)
