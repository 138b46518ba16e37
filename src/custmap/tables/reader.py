"""From a row to the customer that it states: one function of the row, for all rules or those of a mapping."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from copy import copy
from typing import Any, Final, NamedTuple

from custmap.border.intake import Taken, drop_nulls, take_parsed
from custmap.codegen.define import Functions
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import MappingError, RecordError
from custmap.expressions.helpers import copied
from custmap.expressions.inference import SourcePath
from custmap.model.change import Rejection
from custmap.model.failed import Failed
from custmap.model.nodes import Leaf
from custmap.model.note import Note, UnknownNote
from custmap.model.silence import kept
from custmap.model.source import CheckedSource
from custmap.plan.doubts import Doubts
from custmap.plan.open_paths import names_of
from custmap.resolve.said import SAID
from custmap.resolve.source import rules_for
from custmap.schema.canonical import load_canonical
from custmap.schema.unknown import drop_unknown
from custmap.tables.cells import Cells
from custmap.tables.silent import Silence
from custmap.values.paths import Member, TargetPath

Customer = dict[str, Any]
Names = tuple[str, ...]
_REMEMBERED: Final = 100
_CONTAINERS: Final = frozenset({dict, list})


class Stated(NamedTuple):
    """What a row in which nothing is unusual states of a customer; `row` are its cells as JSON values."""

    customer: Customer
    notes: tuple[Note, ...]
    row: dict[str, Any]


class Reader:
    """Reads the rows of one source; frozen but for what it remembers of columns without a name in the file.

    `paths`  the canonical paths that are wanted; None: all of them.
    """

    def __init__(self, source: CheckedSource, paths: Iterable[SourcePath] | None = None) -> None:
        file, rows, functions = source.file, source.rows, source.checked.functions
        checked = source.checked if paths is None else rules_for(file, rows, functions, _Wanted(paths))
        operation = None if checked is None else checked.operation
        slots = () if operation is None else operation.table.slots
        self._code = None if checked is None or operation is None else Functions(checked, operation)
        self._doubts = None if operation is None else Doubts(operation, functions)
        self._rules = {slot.target: slot for slot in slots if isinstance(slot, Leaf)}
        reads = [path for slot in slots for path in (*slot.reads, *slot.asks)]
        every = rows.type.members if () in reads else (str(path[0]) for path in reads)
        self.columns = frozenset(every)
        """The columns that are read."""
        said = [rule for rule in file.rules if (rule.nulls or file.nulls) == "absent"]
        self._said = rows.type if said else None
        self._silence = Silence(slots)
        self._rows, self._name = rows, source.name
        from zoneinfo import ZoneInfo  # imported when used: 2 ms

        zone = None if file.timezone is None else ZoneInfo(file.timezone.value)
        self.cells = Cells(rows, self.columns, zone, lenient=file.lenient)
        self._named = frozenset(rows.type.members)
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
        if self._code is None or self._doubts is None:
            return Stated({}, notes, plain)
        scope = self._scope(plain)
        customer = self._code.apply(scope, ())[0]
        self._silence.tidy(customer)
        doubts = self._doubts.of(scope)
        return Stated(customer, (*notes, *doubts) if doubts else notes, plain)

    def take(self, row: object, *, check: bool = True, strict: bool = False) -> Taken:
        """What a row states, as a customer that was taken in.

        RecordError for a row that does not fit the columns. MappingError (CM716) if it does not have all of
        them.
        """
        if isinstance(row, dict) and (missing := self.cells.missing(row)):
            raise self._without(missing)
        plain = self._plain(row)
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
        scope = self._scope(plain)
        if self._code is not None and self._doubts is not None:
            parts, draft = self._code.carefully(scope, ())
            customer = {} if parts is None else parts[0]
            failed += (self._failed(one, plain) for one in draft.rejected)
            notes += self._doubts.of(scope)
        self._silence.tidy(customer)
        for one in failed:
            _take_out(customer, one.path)
        taken = take_parsed(customer, load_canonical(None), check=False)
        first = {one.path: one for one in reversed(failed)}
        silent = self._silence.of(plain, taken.record)
        return taken._replace(notes=tuple(notes), failed=tuple(first.values()), silent=silent)

    def scope_of(self, row: object) -> dict[str, Any]:
        """A row as the rules read it. RecordError for one that is none, MappingError (CM716) as in `take`."""
        return self._scope(self._plain(row))

    def _plain(self, row: object) -> dict[str, Any]:
        plain = self._others | self.cells.plain(row)
        if missing := self.cells.missing(plain):
            raise self._without(missing)
        return plain

    def kept(self, before: Customer, after: Stated) -> Customer:
        """The customer of after, with what its row leaves unsaid as before has it."""
        silent = self._silence.of(after.row, after.customer)
        return kept(before, after.customer, silent) if silent else after.customer

    def _scope(self, row: dict[str, Any]) -> dict[str, Any]:
        """The row as the rules read it: with itself without nulls, if one of them wants that."""
        if self._said is None:
            return row
        said = {name: value for name, value in row.items() if value is not None}
        deep = {name: copied(value) for name, value in said.items() if value.__class__ in _CONTAINERS}
        if deep:
            drop_nulls(deep, self._said)
            said |= deep
        return {**row, SAID: said}

    def _failed(self, one: Rejection, row: dict[str, Any]) -> Failed:
        """The path that a rejection is about, with the columns that its rule reads."""
        rule = self._rules.get(one.target) or next(
            (rule for target, rule in self._rules.items() if one.target.startswith(target)), None
        )
        names = row if rule is None else [str(path[0]) for path in (*rule.reads, *rule.asks) if path]
        raw = [row.get(name) for name in sorted(set(names))]
        return Failed(() if rule is None else _names(rule.path), one.code, one.message, raw)

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
