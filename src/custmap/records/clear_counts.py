"""Counts, for each canonical field, the records that have it, and those in which it is cleared.

    before   {"email": "a@x.io", "tags": ["VIP", "NEWS"], "attributes": {"plan": "gold"}}
    after    {"email": null,     "tags": ["VIP"],         "attributes": {"plan": ""}}
    cleared   email               tags                     attributes

Records are compared, and not only plans, since what the vendor cannot be told counts as well. But a mapping
may clear what the record still has, where a condition turned false: what plans clear is counted, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any, Final

from custmap.border.intake import take
from custmap.border.quick import NO_TEXTS
from custmap.border.unsettled import UNSETTLED
from custmap.diagnostics.errors import RecordError
from custmap.expressions.inference import SourcePath, format_source
from custmap.model.change import Change, Rejection
from custmap.plan.engine import Absent, Nulls
from custmap.plan.maker import Maker
from custmap.plan.plan import Plan
from custmap.records.field_tree import FieldTree, is_value
from custmap.records.ndjson import Record
from custmap.records.read_fields import EACH, read_fields
from custmap.schema.customer_texts import TEXT_PARTS
from custmap.values.unusual import Unusual

_CANNOT_CLEAR: Final = ("CM803", "CM805")


class ClearCounts:
    """The counts of one run, over pairs of before and after.

    `fields`   the paths of the fields.
    `cleared`  in how many records each of them is cleared.
    `untold`   in how many of these the vendor cannot be told.
    """

    __slots__ = (
        "_absent",
        "_engine",
        "_lists",
        "_nulls",
        "_paths",
        "_tree",
        "_wholes",
        "cleared",
        "fields",
        "untold",
    )

    def __init__(self, engine: Maker, *, absent: Absent, nulls: Nulls) -> None:
        self._engine = engine
        self._absent = absent
        self._nulls = nulls
        self._paths = read_fields(engine.checked)
        self._tree = FieldTree()
        for number, path in enumerate(self._paths):
            self._tree.add(number, path)
        self._lists = frozenset(
            number
            for number, path in enumerate(self._paths)
            if any(other[: len(path) + 1] == (*path, EACH) for other in self._paths)
        )
        wholes = TEXT_PARTS.items() if engine.checked.canonical.is_customer else ()
        self._wholes = {
            name: self._paths.index(path) for name, part in wholes if (path := (name, part)) in self._paths
        }
        self.fields = tuple(map(format_source, self._paths))
        self.cleared = [0] * len(self.fields)
        self.untold = [0] * len(self.fields)

    @property
    def had(self) -> list[int]:
        """How many records have each field."""
        return [count for _, count in sorted(self._tree.had())]

    def plan(self, make: Callable[[], Plan], before: Record, after: Record) -> Plan:
        """The plan that `make` makes of a pair of customers, counted; so is a pair that it rejects."""
        lost = self.look(before, after)
        try:
            plan = make()
            if plan:
                lost.update(self.told(plan, before))
        finally:
            self.clear(lost)
        return plan

    def look(self, before: Record, after: Record) -> set[int]:
        """Count what before has; the numbers of the fields that after no longer has as before has them.

        To be called before the pair is compared, which may change the records.
        """
        try:
            then, _ = self._taken(before.value)
        except (RecordError, Unusual):  # not a record, or none that is read
            return set()
        now, texts = then, NO_TEXTS
        if (data := before.place[3]) is None or data != after.place[3]:
            with suppress(RecordError, Unusual):
                now, texts = self._taken(after.value)
        if self._absent == "keep" and now is not then:
            now = self._engine.overlay.over(then, now, texts)
        gone = set(self._tree.look(then, now))
        # A plain text says all of a name: whether that clears a part of it, the plan says.
        return {number for number in gone if not self._is_part(number, texts)} if texts else gone

    def count(self, record: Any) -> None:
        """Count what the before of a pair has that was not looked at: nothing is cleared in it."""
        with suppress(RecordError, Unusual):  # as above
            self._tree.count(self._taken(record)[0])

    def state(self) -> list[Any]:
        """The counts, as JSON values."""
        return [self.cleared, self.untold, self._tree.state()]

    def add(self, state: list[Any]) -> None:
        """Add the counts of other pairs."""
        cleared, untold, tree = state
        self.cleared = list(map(sum, zip(self.cleared, cleared, strict=True)))
        self.untold = list(map(sum, zip(self.untold, untold, strict=True)))
        self._tree.add_all(tree)

    def load(self, state: list[Any]) -> None:
        """Count on from these counts."""
        self.cleared = [0] * len(self.fields)
        self.untold = [0] * len(self.fields)
        self._tree.clear()
        self.add(state)

    def _is_part(self, number: int, fields: Iterable[str]) -> bool:
        """Is it a part of one of these names or phones, and not the text of all of it?"""
        field, *part = map(str, self._paths[number])
        return field in fields and part != [TEXT_PARTS[field]]

    def told(self, plan: Plan, before: Record) -> set[int]:
        """The numbers of the fields that a plan clears, or would if the vendor could be told."""
        told = self._numbers([one for one in plan.changes if one.action == "clear"], before)
        rejected = self._numbers([one for one in plan.rejected if one.code in _CANNOT_CLEAR], before)
        for number in rejected - told:
            self.untold[number] += 1
        return told | rejected

    def _numbers(self, told: list[Change | Rejection], before: Record) -> set[int]:
        if not told:
            return set()
        fields = {number for one in told for number in self._fields_of(one)}
        had = {number for number in fields if _has(before.value, self._paths[number])}
        return had | {whole for number in fields - had if (whole := self._whole(number, before)) is not None}

    def _whole(self, number: int, before: Record) -> int | None:
        """The number of the text of a whole name or phone, of which before has that alone."""
        field = str(self._paths[number][0])
        if field not in self._wholes or not self._is_part(number, TEXT_PARTS):
            return None
        held = before.value.get(field)
        text = held if type(held) is not dict else held.get(TEXT_PARTS[field])
        return self._wholes[field] if is_value(text) else None

    def _fields_of(self, told: Change | Rejection) -> Iterator[int]:
        """The fields that the source of a change is, or is in; if it is in none, those that are in it."""
        source = told.source or ""
        found = [at for at, name in enumerate(self.fields) if _is_at(source, name)]
        for number in found or [at for at, name in enumerate(self.fields) if _is_at(name, source)]:
            # What goes may be an item, or a member of one, which is a field of its own.
            if number not in self._lists or told.target.endswith("]"):
                yield number

    def clear(self, numbers: Iterable[int]) -> None:
        """Count these fields as cleared in one record."""
        for number in numbers:
            self.cleared[number] += 1

    def _taken(self, record: Any) -> tuple[dict[str, Any], frozenset[str]]:
        canonical = self._engine.checked.canonical
        if UNSETTLED in record:
            record = {name: value for name, value in record.items() if name != UNSETTLED}
        if self._nulls == "absent":
            taken = take(record, canonical, nulls=self._nulls, check=False)
            return taken.record, taken.texts
        if canonical.is_customer:
            return self._engine.quick.take(record, False)
        return record, NO_TEXTS


def _is_at(path: str, field: str) -> bool:
    """Is a path a field, or in it?"""
    return path == field or path.startswith((f"{field}.", f"{field}["))


def _has(value: Any, path: SourcePath) -> bool:
    for depth, step in enumerate(path):
        if step == EACH:
            return type(value) is list and any(_has(item, path[depth + 1 :]) for item in value)
        value = value.get(step) if type(value) is dict else None
    return is_value(value)
