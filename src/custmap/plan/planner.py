"""From two rows of slots to a plan's content: identities first, then changes, then what goes along.

The planner examines only slots that differ. It walks the model's tree and decides everything that generated
code does not; apply uses it too, if the generated `build` gives up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from custmap.codegen.states import Failure, Silent, is_value
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import RecordError
from custmap.model.checked import PARTS, Operation
from custmap.model.clear import Send
from custmap.model.nodes import Leaf, ObjectNode, Rider, TargetNode
from custmap.model.note import Fact
from custmap.model.walkers import leaves
from custmap.plan import deltas
from custmap.plan.change import Change
from custmap.plan.draft import KEPT, NOTHING, SAID, View
from custmap.values.absent import ABSENT, Absent
from custmap.values.equality import same, same_items

_NOBODY = (ABSENT, None)
_CLOSER_BEFORE = frozenset({Failure, Silent})
_CLOSER = _CLOSER_BEFORE | {Absent, dict}


class Parts(NamedTuple):
    """The parts of a request that the customer's rules fill; None: no rule of that part reads it."""

    body: dict[str, Any]
    path: Mapping[str, Any] | None
    query: Mapping[str, Any] | None
    headers: Mapping[str, Any] | None


class Planner:
    """Plans for one operation; keeps which part of the request each slot stands in."""

    __slots__ = (
        "_along",
        "_children",
        "_identities",
        "_mixed",
        "_once",
        "_operation",
        "_parts",
        "_plain",
        "_required",
        "_required_identity",
    )

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        self._identities: list[Leaf] = []
        self._required_identity = False
        self._children: dict[int, tuple[str, TargetNode]] = {}
        for part, root in operation.parts.items():
            for child in root.members:
                low, high = _slots(child)
                placed = (part, child)
                for slot in range(low, high):
                    self._children[slot] = placed
                found = [leaf for leaf in leaves(child) if leaf.policy.identity]
                self._identities += found
                self._required_identity |= any(part == "path" or leaf.policy.required for leaf in found)
        body = operation.table.root
        self._required = body.type.required if body.type else frozenset()
        self._along = tuple(member for member in body.members if self._goes_along(member))
        self._parts = {part: node for part in PARTS if any(leaves(node := operation.parts[part]))}
        self._mixed = frozenset(
            slot.slot for slot in operation.table.slots if isinstance(slot, Leaf) and _may_mix(slot)
        )
        self._once = tuple(
            slot for slot in operation.table.slots if isinstance(slot, Leaf) and not slot.policy.repeatable
        )
        self._plain = frozenset(
            child.slot
            for part, child in self._children.values()
            if part == "body" and isinstance(child, Leaf) and _is_plain(child)
        )

    def equal(self, before: tuple[Any, ...], after: tuple[Any, ...]) -> bool:
        """Are two rows the same for certain? A false answer means: look closer.

        Python's equality is JSON's but for booleans among numbers, which most targets cannot hold.
        """
        if before != after:
            return False
        return not self._mixed or all(same(before[slot], after[slot]) for slot in self._mixed)

    def _goes_along(self, member: TargetNode) -> bool:
        """May the member be in a request in which it did not change?"""
        if isinstance(member, Rider) or member.name in self._required:
            return True
        return deltas.goes_along(member)

    def plan(self, view: View, *, always: bool) -> Parts | None:
        """What changed, in the view's draft, and the request's parts; None when there is nothing to say.

        `always` (apply): there is a request even then. RecordError when a request has to be made and a
        required value is missing.
        """
        if self._differs(view):
            return None
        dirty = self._dirty(view)
        body: dict[str, Any] = {}
        sent: dict[str, dict[str, Any]] = {part: {} for part in self._parts}
        held: dict[str, Any] = {}
        said = False
        for part, child in dirty:
            if isinstance(child, Leaf) and child.slot in self._plain and _set_plainly(child, view, body):
                said = True
                continue
            state, value = deltas.delta(child, view)
            if state == SAID:
                said = True
                if value is not NOTHING:
                    (body if part == "body" else sent[part])[child.name] = value
            elif state == KEPT and part == "body":
                held[child.name] = value
        draft = view.draft
        said = said or bool(draft.names or draft.marks or draft.writes)
        if not said and not always:
            return None
        if self._names_nobody(view, always=always):
            draft.changes.clear()
            return None
        for leaf in self._once:
            if any(change.span == leaf.span and change.action == "set" for change in draft.changes):
                draft.note(leaf.target, Fact.NOT_REPEATABLE, leaf)
        for member in draft.missing:
            self._missing(member, view)
        if draft.names or draft.marks or draft.writes:
            self._write_elsewhere(body, view)
        self._complete_body(body, held, view, said=said)
        for part, node in self._parts.items():
            self._complete_part(part, node, sent[part], view)
        return Parts(body, sent.get("path"), sent.get("query"), sent.get("headers"))

    def _dirty(self, view: View) -> list[tuple[str, TargetNode]]:
        """The children of the roots in which a slot differs, identities left aside."""
        found: list[tuple[str, TargetNode]] = []
        slot = -1
        for before, after in zip(view.before, view.after, strict=True):
            slot += 1
            if before is after or (before == after and (slot not in self._mixed or same(before, after))):
                continue
            placed = self._children[slot]
            if not found or found[-1] is not placed:
                found.append(placed)
        return found

    def _differs(self, view: View) -> bool:
        """Do the two sides name different customers? Then nothing is said. Where one side names nobody, by
        absence or null, the other's value is used."""
        for leaf in self._identities:
            before, after = view.before[leaf.slot], view.after[leaf.slot]
            if not view.known or before in _NOBODY or after in _NOBODY or same(before, after):
                continue
            if before.__class__ is Failure or after.__class__ is Failure:
                if view.sources_equal(leaf):
                    continue
                if before.__class__ is Failure and after.__class__ is not Failure:
                    continue
            view.reject("CM801", leaf.target, leaf, "before and after identify different customers")
            return True
        return False

    def _names_nobody(self, view: View, *, always: bool) -> bool:
        """Are there identities, and none has a value on either side? What cannot be computed is said too.

        In apply (`always`) one that is required says so itself, as any required value does.
        """
        if not self._identities or (always and self._required_identity):
            return False
        for leaf in self._identities:
            if is_value(view.after[leaf.slot]) or is_value(view.before[leaf.slot]):
                return False
        for leaf in self._identities:
            after = view.after[leaf.slot]
            if after.__class__ is Failure:
                view.reject(after.code, leaf.target, leaf, after.reason)
        first = self._identities[0]
        view.reject("CM814", first.target, first, "no identity has a value")
        return True

    def _write_elsewhere(self, body: dict[str, Any], view: View) -> None:
        """Names, marks and members that clearing writes."""
        draft = view.draft
        for place, names in sorted(draft.names.items()):
            _put(body, place, sorted(names.values(), key=lambda name: (str(name), str(type(name)))))
        for place, marks in sorted(draft.marks.items()):
            at = _at(body, place)
            at.update(sorted(marks.items()))
        for place, value in draft.writes:
            _put(body, place, value)
        for place in (*draft.names, *draft.marks, *(place for place, _ in draft.writes)):
            self._accompany(place, body, view)

    def _accompany(self, place: tuple[str, ...], body: dict[str, Any], view: View) -> None:
        """An object that is sent for the names in it alone takes along what it always does."""
        node = self._operation.table.root
        for name in place[:-1]:
            inner = next(
                (one for one in node.members if isinstance(one, ObjectNode) and one.name == name), None
            )
            if inner is None or inner.whole:
                return
            node, body = inner, body[name]
            deltas.add_standing(node, body, view)

    def _complete_body(self, body: dict[str, Any], held: dict[str, Any], view: View, *, said: bool) -> None:
        """What goes along: riders, `send: always`, identities; and what the contract requires."""
        required = self._required
        for member in self._along:
            name = member.name
            if name in body:
                continue
            if isinstance(member, Rider):
                value = view.riders[member.index]
                if value is not ABSENT and (said or member.required):
                    body[name] = value
                elif member.required:
                    self._missing(member, view)
                continue
            leaf = isinstance(member, Leaf)
            wanted = name in required
            if leaf and member.policy.identity:  # type: ignore[union-attr]
                value = self._identity(member, view)  # type: ignore[arg-type]
            elif wanted and leaf and member.kind.is_map:  # type: ignore[union-attr]
                value = {}
            elif wanted or leaf:
                value = held[name] if name in held else deltas.standing(member, view)
                if wanted and leaf and member.kind.has_items:  # type: ignore[union-attr]
                    value = []
            else:
                value = deltas.along(member, view)
            if is_value(value):
                body[name] = value
            elif wanted:
                self._missing(member, view)
        for place in self._operation.name_places:
            if place[0] in required and place[0] not in body:
                _put(body, place, [])

    def _complete_part(self, part: str, node: ObjectNode, sent: dict[str, Any], view: View) -> None:
        required = node.type.required if node.type else frozenset()
        for member in node.members:
            if not isinstance(member, Leaf) or member.name in sent:
                continue
            wanted = member.name in required or part == "path"
            if not (wanted or member.policy.identity or member.policy.always):
                continue
            value = self._identity(member, view) if member.policy.identity else deltas.standing(member, view)
            if is_value(value):
                sent[member.name] = value
            elif wanted:
                self._missing(member, view)

    def _identity(self, leaf: Leaf, view: View) -> Any:
        after = view.after[leaf.slot]
        if after.__class__ is Failure and not any(r.target == leaf.target for r in view.draft.rejected):
            view.reject(after.code, leaf.target, leaf, after.reason)
        return after if is_value(after) else view.before[leaf.slot]

    def _missing(self, member: TargetNode, view: View) -> None:
        """A required value is missing although a request has to be made: an error of the record."""
        source = getattr(member, "source", None)
        about = [
            Diagnostic(r.code, r.message, path=r.source, target=r.target, span=r.span)
            for r in view.draft.rejected
        ]
        if not any(found.target == member.target for found in about):
            what = f"`{source}`" if source else "the record"
            about.append(
                Diagnostic(
                    "CM707",
                    "the contract requires it, and it is absent in before and after",
                    span=member.span,
                    path=source,
                    target=member.target,
                    help=f"Give {what} a value.",
                )
            )
        raise RecordError(about)


def _is_plain(leaf: Leaf) -> bool:
    """Is a new value of this member of the body just sent, without a look at policies?"""
    policy = leaf.policy
    held = policy.immutable or policy.identity or policy.transitions is not None
    return leaf.kind.is_one and not held


def _set_plainly(leaf: Leaf, view: View, body: dict[str, Any]) -> bool:
    """The usual change, at once: a value becomes another one. False when it is not that."""
    before, after = view.before[leaf.slot], view.after[leaf.slot]
    if after is None or after.__class__ in _CLOSER or before.__class__ in _CLOSER_BEFORE:
        return False
    if leaf.kind.is_set and before.__class__ is list and same_items(before, after):
        return False
    if isinstance(leaf.policy.clear, Send) and same(after, leaf.policy.clear.value):
        return False
    if before is ABSENT:
        before = None
    view.draft.changes.append(Change("set", leaf.target, leaf.source, before, after, leaf.span))
    body[leaf.name] = after
    return True


def _may_mix(leaf: Leaf) -> bool:
    """Can a value of this leaf be, or hold, a boolean where another holds a number?"""
    type_ = leaf.type
    if type_ is not None and type_.only("array"):
        type_ = type_.items
    elif type_ is not None and type_.only("object"):
        type_ = None if type_.members else type_.extra
    return type_ is None or not (
        type_.only("string") or type_.only("boolean") or type_.only("integer", "number")
    )


def _slots(node: TargetNode) -> tuple[int, int]:
    if isinstance(node, Leaf):
        return node.slot, node.slot + 1
    return (0, 0) if isinstance(node, Rider) else node.slots


def _at(body: dict[str, Any], place: tuple[str, ...]) -> dict[str, Any]:
    at = body
    for name in place:
        inner = at.get(name)
        if not isinstance(inner, dict):
            inner = at[name] = {}
        at = inner
    return at


def _put(body: dict[str, Any], place: tuple[str, ...], value: Any) -> None:
    _at(body, place[:-1])[place[-1]] = value
