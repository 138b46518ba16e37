"""A scene: one mapping, its parameters, and the vendor that it declares.

Laws call the engine only through it: what is sent for a record or a pair, and the vendor's state after that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, Protocol

from msgspec.structs import replace

from custmap.border.intake import take
from custmap.codegen.define import Functions
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import RecordError
from custmap.diagnostics.span import Span
from custmap.invert.turned import Back
from custmap.invert.ways import ways_back
from custmap.model.change import Rejection
from custmap.model.checked import Checked, Operation
from custmap.model.nodes import Container, Leaf, ObjectNode
from custmap.model.note import KEPT
from custmap.model.walkers import clears, identities, leaves
from custmap.plan.plan import Plan
from custmap.prove.cells import Cells, cells, is_within
from custmap.prove.clearings import State
from custmap.prove.moves import Refused
from custmap.prove.overlaid import overlaid
from custmap.prove.store import Store
from custmap.wire.binding import bind
from custmap.wire.packing import alone
from custmap.wire.request import Request

Record = dict[str, Any]
Absent = Literal["keep", "clear"]


class Engine(Protocol):
    """The object under test: a `Mapping`."""

    @property
    def checked(self) -> Checked: ...
    @property
    def parts(self) -> Sequence[Engine]: ...

    def apply(
        self,
        customer: object,
        params: Mapping[str, Any] | None = None,
        *,
        on_rejected: Literal["raise", "drop"] = "raise",
        absent: Absent = "keep",
    ) -> Request: ...

    def diff(
        self,
        before: object,
        after: object,
        params: Mapping[str, Any] | None = None,
        *,
        absent: Absent = "keep",
    ) -> Plan: ...

    def reverse(self, document: object, base: object = None) -> Record: ...


@dataclass(frozen=True, slots=True)
class Case:
    """Three customers, each near to the one before it."""

    before: Record
    after: Record
    third: Record


@dataclass(slots=True)
class Scene:
    """`two_way` are the rules of the body that read back, each with its inverse; `one_way` those that do not,
    those of items included. `sent`: how many records had a request; `refused`: why the last one had none.
    """

    engine: Engine
    params: Mapping[str, Any]
    checked: Checked = field(init=False)
    operation: Operation = field(init=False)
    store: Store = field(init=False)
    merging: Store | None = field(init=False)
    identities: tuple[Leaf, ...] = field(init=False)
    two_way: tuple[tuple[Leaf, Back], ...] = field(init=False)
    one_way: frozenset[Span] = field(init=False)
    sent: int = field(init=False, default=0)
    refused: RecordError | None = field(init=False, default=None)
    _values: Any = field(init=False, default=None)
    _riders: tuple[Any, ...] = field(init=False, default=())
    _kept: dict[tuple[Any, ...], tuple[Any, ...]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.checked = self.engine.checked
        self.operation = self.checked.operation
        self.store = Store(self.checked)
        self.merging = Store(self.checked, merging=True) if _is_hedged(self.operation.body) else None
        roots = self.operation.parts.values()
        self.identities = tuple(leaf for root in roots for leaf in identities(root))

        back = ways_back(self.checked)
        fills = {one.rule.span: one for one in back.rules}
        self.one_way = frozenset(way.span for way in back.ways if way.why is not None)
        body = leaves(self.operation.body)
        self.two_way = tuple((leaf, fills[leaf.span]) for leaf in body if leaf.span in fills)

    def begin(self) -> None:
        """Start a new case, and drop what was cached for the last one."""
        self._kept.clear()

    def slots(self, record: Record) -> tuple[Any, ...]:
        """What each rule makes of a record."""
        if self._values is None:  # compiled on demand: rehearsing one plan does not need it
            self._values = Functions(self.checked, self.operation).values
            self._riders = bind(self.checked, self.params).riders
        slots: tuple[Any, ...] = self._values(self.taken(record), self._riders)
        return slots

    def taken(self, record: Record) -> Record:
        """The record as rules see it."""
        return take(record, self.checked.canonical).record

    def read(self, document: Record, base: Record | None) -> Record:
        """The customer that a vendor's copy reads back as."""
        made: Record = self._once("read", self.engine.reverse, document, base)
        return made

    def applied(self, record: Record, *, partly: bool = True) -> Request | RecordError:
        """The request for everything that the record states, without rejections; or why there is none.

        `partly`: one that replaces the whole record, too, where the record states a part of it.
        """
        absent: Absent = "clear" if partly and self.operation.body.whole else "keep"
        made: Request | RecordError = self._once(f"applied {absent}", partial(self._apply, absent), record)
        return made

    def _apply(self, absent: Absent, record: Record) -> Request | RecordError:
        try:
            made = self.engine.apply(record, self.params, on_rejected="drop", absent=absent)
        except RecordError as error:
            self.refused = error
            return error
        self.sent += 1
        return alone(self.operation, made)

    def planned(self, before: Record | None, after: Record, absent: Absent = "keep") -> Plan | RecordError:
        """The plan from one record to the other, or why there is none."""
        plan: Plan | RecordError = self._once(f"planned {absent}", partial(self._plan, absent), before, after)
        return plan

    def _plan(self, absent: Absent, before: Record | None, after: Record) -> Plan | RecordError:
        try:
            return self.alone(self.engine.diff(before, after, self.params, absent=absent))
        except RecordError as error:
            return error

    def rejected(self, record: Record) -> tuple[Rejection, ...]:
        """What cannot be said of a record; nothing, if no request can be made of it."""
        plan = self.planned(None, record, "clear" if self.operation.body.whole else "keep")
        return () if isinstance(plan, RecordError) else plan.rejected

    def unsaid(self, record: Record) -> list[str]:
        """The objects that no request has, since the record lacks what the contract requires in them."""
        return [one.target for one in self.rejected(record) if one.code == "CM707"]

    def alone(self, plan: Plan) -> Plan:
        """A plan with requests of which each has the item as its body, where the vendor takes a list."""
        if self.operation.bulk is None:
            return plan
        return replace(plan, requests=tuple(alone(self.operation, one) for one in plan.requests))

    def laid(self, before: Record, after: Record) -> Record:
        """`a⁺`."""
        made: Record = self._once("laid", self._lay, before, after)
        return made

    def _lay(self, before: Record, after: Record) -> Record:
        return overlaid(deepcopy(before), deepcopy(after), self.checked.canonical)

    def _once(self, what: str, make: Callable[..., Any], *records: Record | None) -> Any:
        """Cache results that several laws use. Records are kept so that their ids are not reused."""
        key = (what, *map(id, records))
        known = self._kept.get(key)
        if known is None:
            known = self._kept[key] = (make(*records), records)
        return known[0]

    def state_of(self, record: Record, store: Store | None = None) -> State | None:
        """The state of a vendor that received only this record; None if it cannot be sent."""
        store = store or self.store
        state: State | None = self._once(f"state of {id(store)}", partial(self._state, store), record)
        return state

    def _state(self, store: Store, record: Record) -> State | None:
        made = self.applied(record)
        if isinstance(made, RecordError):
            return None
        try:
            return store.receive({}, made.body, made.query)
        except Refused:
            return None

    def received(self, state: State, requests: Iterable[Request]) -> State:
        """The state of a vendor that received these requests, too; Refused if it refuses one."""
        for request in requests:
            state = self.store.receive(state, request.body, request.query)
        return state

    def cells(self, state: State) -> Cells:
        return cells(self.operation.body, state)


def missing(error: RecordError) -> tuple[Diagnostic, ...]:
    """Required values that the record does not have."""
    return tuple(found for found in error.diagnostics if found.code == "CM707")


def kept(plan: Plan) -> tuple[list[str], list[str]]:
    """Targets that were rejected, and targets that according to a note stay as they are."""
    # If the identity differs, or is missing, the whole update is rejected.
    rejected = ["" if one.code in ("CM801", "CM814") else one.target for one in plan.rejected]
    return rejected, [note.target for note in plan.notes if note.fact in KEPT]


def is_kept(target: str, outers: Iterable[str]) -> bool:
    return any(is_within(target, outer) for outer in outers)


def touches(target: str, others: list[str]) -> bool:
    """Is the target one of the others, in one, or around one?"""
    return any(is_within(target, other) or is_within(other, target) for other in others)


def _is_hedged(root: Container) -> bool:
    """Are there whole objects whose updates have to be right for a merging vendor, too?"""
    return any(node.whole for node in objects(root)) and not any(one.only_replaced for one in clears(root))


def objects(node: Any) -> list[ObjectNode]:
    """Every object below a node, itself included."""
    found = [node] if isinstance(node, ObjectNode) else []
    for member in getattr(node, "members", ()):
        found += objects(member)
    for _, item in getattr(node, "items", ()):
        found += objects(item)
    return found
