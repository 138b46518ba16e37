"""Whole mappings, interpreted: `apply` and `diff` as the language page has them, §§ 3 to 7.

whole = Whole(mapping.checked, params)
whole.apply(customer)        → Parts, or raises Refused
whole.diff(before, after)    → Planned, or raises Refused
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from custmap.back.reverse import Reverse
from custmap.codegen.define import Functions
from custmap.model.changes import Changes
from custmap.model.checked import PARTS, Checked
from custmap.model.clear import KeyIn
from custmap.model.nodes import ItemsNode, Leaf, ObjectNode, Rider, TargetNode
from custmap.model.note import Fact
from custmap.model.walkers import children, leaves, outermost_whole
from custmap.running.states import SILENT, Failure, Refusal
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.paths import Index, Member, Select, TargetPath, format_path, found_at, name_of
from custmap.wire.binding import bind
from oracle import forms, operations
from oracle.containers import (
    fill_gaps,
    is_cleared,
    outcome_of,
    required_missing,
    says_none,
    whole_notes,
)
from oracle.elsewhere import put_at, written, written_list
from oracle.interpreter import Interpreter, silenced
from oracle.masks import fill_mask, names_of
from oracle.outcome import Change, Outcome, Sides, Told, is_value
from oracle.records import all_stated, laid_over, taken
from oracle.replaced import lost, with_the_rest
from oracle.vendor import Reading, Vendor
from oracle.wire import part_text

Slots = tuple[Any, ...]
OF_A_REQUEST = (Fact.REPLACED_WHOLE, Fact.PARTLY_STATED)


class Refused(Exception):
    """No request can be made: `about` are codes with targets."""

    def __init__(self, about: tuple[tuple[str, str], ...]) -> None:
        super().__init__(repr(sorted(about)))
        self.about = about


@dataclass(frozen=True)
class Parts:
    """A request, as far as rules fill it."""

    body: Any
    path: dict[str, Any]
    query: dict[str, Any]
    headers: dict[str, Any]
    notes: tuple[tuple[Fact, str], ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Planned:
    request: Parts | None
    changes: tuple[Change, ...] = ()
    rejected: tuple[tuple[str, str], ...] = ()
    notes: tuple[tuple[Fact, str], ...] = ()


@dataclass(frozen=True)
class Whole:
    """A mapping with its parameters bound."""

    checked: Checked
    params: dict[str, Any]

    def apply(
        self,
        customer: dict[str, Any],
        *,
        nulls: str = "clear",
        on_rejected: str = "raise",
        absent: str = "keep",
    ) -> Parts:
        """All that the record says; Refused with all that it cannot say."""
        record = taken(customer, self.checked.canonical, nulls=nulls)
        sides = replace(self._sides(None, record, known=False, complete=False), partial=absent == "clear")
        request, told = self._request(sides, always=True)
        if request is None:
            raise Refused(told.rejected + self._not_given())
        if told.rejected and on_rejected == "raise":
            raise Refused(told.rejected + _unwritable(request))
        return replace(request, notes=told.notes)

    def diff(
        self,
        before: dict[str, Any] | None,
        after: dict[str, Any],
        *,
        absent: str = "keep",
        nulls: str = "clear",
        vendor: Any = None,
    ) -> Planned:
        """What takes the vendor from before to after."""
        canonical = self.checked.canonical
        now = taken(after, canonical, nulls=nulls)
        complete = absent == "clear"
        if vendor is not None:
            return self._beside(vendor, after, now, complete=complete)
        then = None if before is None else taken(before, canonical, nulls=nulls)
        if then is not None and absent == "keep":
            now = laid_over(then, now, after, canonical)
        known = then is not None
        sides = self._sides(then, now, known=known, complete=known and complete)
        return self._planned(replace(sides, partial=complete), Told())

    def _beside(
        self, document: Any, given: dict[str, Any], after: dict[str, Any], *, complete: bool
    ) -> Planned:
        """What takes a vendor that holds a document to after."""
        checked = self.checked
        reverse = Reverse(checked, Functions(checked, checked.operation))
        reading = Reading(checked.operation, reverse, checked.canonical, document, self._slots)

        def lay(before: dict[str, Any]) -> dict[str, Any]:
            return after if complete else laid_over(before, after, given, checked.canonical)

        vendor = Vendor(reading, all_stated(after, given, checked.canonical), lay)
        sides = self._sides(reading.customer, lay(reading.customer), known=True, complete=complete)
        sides, left = vendor.sides(replace(sides, partial=True))
        planned = self._planned(sides, left)
        if planned.request is None or not checked.operation.body.whole:
            return planned
        body = with_the_rest(checked.operation, planned.request.body, document, sides)
        form = checked.operation.contract.form
        for name in sorted(body) if form is not None else ():
            try:
                forms.hold(form.style(name), body[name])
            except Refusal as refusal:
                raise Refused(((refusal.code, format_path((Member(name),))),)) from None
        return replace(planned, request=replace(planned.request, body=body))

    def _planned(self, sides: Sides, left: Told) -> Planned:
        request, told = self._request(sides, always=False)
        told = left + told
        return Planned(request, told.changes, told.rejected, told.notes)

    def _slots(self, customer: dict[str, Any]) -> Slots:
        bound = bind(self.checked, self.params)
        return silenced(self.checked.operation.table, Interpreter(self.checked, bound.riders).slots(customer))

    def _sides(
        self, before: dict[str, Any] | None, after: dict[str, Any], *, known: bool, complete: bool
    ) -> Sides:
        table = self.checked.operation.table
        bound = bind(self.checked, self.params)
        interpreter = Interpreter(self.checked, bound.riders)
        nothing = (ABSENT,) * len(table.slots)
        old = nothing if before is None else silenced(table, interpreter.slots(before))
        new = silenced(table, interpreter.slots(after))
        named = [new[one.slot] if is_value(new[one.slot]) else old[one.slot] for one in self._named]
        return Sides(
            old,
            new,
            ABSENT if before is None else before,
            after,
            (*bound.riders, *(one if is_value(one) else ABSENT for one in named)),
            known,
            complete,
            changes=self.checked.operation.changes,
        )

    # identities

    @property
    def _named(self) -> list[Leaf]:
        """What names the customer in templates, which number it from the end."""
        return list(reversed(self.checked.operation.named))

    def _identities(self) -> Iterator[tuple[str, Leaf]]:
        for part, root in self.checked.operation.parts.items():
            for leaf in leaves(root):
                if leaf.policy.identity:
                    yield part, leaf

    def _differing(self, sides: Sides) -> Told:
        """An identity that differs is no update. Where one side says nothing, the other's value is used."""
        refused = []
        for _, leaf in self._identities():
            before, after = sides.before[leaf.slot], sides.after[leaf.slot]
            if not sides.known or before in (ABSENT, None) or after in (ABSENT, None):
                continue
            if same(before, after) or sides.failed_before_too(leaf):
                continue
            if isinstance(before, Failure) and not isinstance(after, Failure):
                continue
            refused.append(("CM801", leaf.target))
        return Told(rejected=tuple(refused[:1]))

    def _nobody(self, sides: Sides, *, always: bool) -> Told:
        """There are identities, and none has a value on either side."""
        identities = list(self._identities())
        values = [sides.after[leaf.slot] for _, leaf in identities]
        values += [sides.before[leaf.slot] for _, leaf in identities]
        if not identities or any(map(is_value, values)):
            return Told()
        if always and any(_is_required(part, leaf) for part, leaf in identities):
            return Told()  # "one that the contract requires must have a value itself"
        failed = [
            (sides.after[leaf.slot].code, leaf.target)
            for _, leaf in identities
            if isinstance(sides.after[leaf.slot], Failure)
        ]
        return Told(rejected=(*failed, ("CM814", identities[0][1].target)))

    # the request

    def _request(self, sides: Sides, *, always: bool) -> tuple[Parts | None, Told]:
        if (differing := self._differing(sides)).rejected:
            return None, differing
        roots, body_root = self.checked.operation.flat, self.checked.operation.body
        in_whole = replace(sides, full=body_root.whole)
        outcomes = {
            part: {member.name: outcome_of(member, sides) for member in root.members}
            for part, root in roots.items()
        }
        if isinstance(body_root, ItemsNode):
            in_body = {"": outcome_of(body_root, sides)}
        else:
            in_body = {member.name: outcome_of(member, in_whole) for member in body_root.members}
        every = [one for part in (*outcomes.values(), in_body) for one in part.values()]
        told = sum((one.told for one in every), Told())
        said = any(one.said for one in every)
        if not said and not always:
            return None, told
        if (nobody := self._nobody(sides, always=always)).rejected:
            notes = tuple(note for note in told.notes if note[0] not in OF_A_REQUEST)
            return None, Told(rejected=told.rejected + nobody.rejected, notes=notes)
        told += self._not_repeatable(told)
        told += Told(rejected=self._failed_identities(sides, told))
        body = self._body(body_root, in_body, in_whole, told, said=said)
        fill_gaps(body_root, body, sides)
        lacking = list(required_missing(body_root, body, sides, said=bool(told.changes)))
        made = {part: self._part(part, roots[part], outcomes[part], sides) for part in PARTS}
        lacking += [name for _, missing in made.values() for name in missing]
        not_given = self._not_given()
        unstated = set(lost(body_root, sides, told)) if body_root.whole and not sides.partial else set()
        if lacking or not_given or unstated:
            targets = {target for _, target in told.rejected + not_given}
            every_root = self.checked.operation.parts.values()
            failed = {leaf.target: sides.after[leaf.slot] for root in every_root for leaf in leaves(root)}
            refused = tuple(f"{target}." for code, target in told.rejected if code == "CM707")
            missing = tuple(
                (_why(failed.get(name)), name)
                for name in lacking
                # What has a value is not missing: the object around it was refused for another member.
                if name not in targets and not (name.startswith(refused) and _has_value(failed.get(name)))
            )
            erased = tuple(("CM816", name) for name in unstated if name not in lacking)
            raise Refused(told.rejected + missing + erased + not_given)
        whole = outermost_whole(body_root) if self.checked.operation.changes is None else ()
        there = [node for node in whole if _is_sent(body, node.path)]
        told += Told(notes=tuple(note for node in there for note in whole_notes(node, sides)))
        parts = {part: values for part, (values, _) in made.items()}
        if (mask := self.checked.operation.mask) is not None:
            contract = self.checked.operation.contract
            if mask.query is None:
                fill_mask(mask, body_root, body, told)
            elif said_names := names_of(mask, body_root, body, told):
                parts["query"][mask.query] = mask.join.join(said_names)
            elif (named := contract.parameter("query", mask.query)) is not None and named.required:
                raise Refused((*told.rejected, ("CM707", f"query.{mask.query}")))
        request = Parts(body, parts["path"], parts["query"], parts["headers"])
        if bad := _unwritable(request):
            raise Refused(told.rejected + bad)
        return request, told

    def _not_given(self) -> tuple[tuple[str, str], ...]:
        """Parameters that the contract requires, without a value."""
        bound = bind(self.checked, self.params)
        return tuple((one.code, one.target or "") for one in bound.missing)

    def _failed_identities(self, sides: Sides, told: Told) -> tuple[tuple[str, str], ...]:
        """One that cannot be computed, though another names the customer."""
        states = [(leaf.target, sides.after[leaf.slot]) for _, leaf in self._identities()]
        return tuple((state.code, target) for target, state in states if isinstance(state, Failure))

    def _not_repeatable(self, told: Told) -> Told:
        slots = self.checked.operation.table.slots
        once = [slot for slot in slots if isinstance(slot, Leaf) and not slot.policy.repeatable]
        notes = [
            (Fact.NOT_REPEATABLE, leaf.target)
            for leaf in once
            if any(one.action == "set" and _is_at(one.target, leaf) for one in told.changes)
        ]
        return Told(notes=tuple(notes))

    def _body(
        self,
        root: ObjectNode | ItemsNode,
        outcomes: dict[str, Outcome],
        sides: Sides,
        told: Told,
        *,
        said: bool,
    ) -> Any:
        """The body: an object, or a list whose items rules name."""
        if isinstance(root, ItemsNode):
            return written_list(root, outcomes[""], told, sides, said=said)
        required = root.type.required if root.type else frozenset()
        if root.whole:  # all that stands is said
            stands = {name: replace(one, said=True, sent=one.stands) for name, one in outcomes.items()}
            outcomes = {
                member.name: outcomes[member.name] if isinstance(member, Rider) else stands[member.name]
                for member in root.members
            }
        changes = self.checked.operation.changes
        if changes is not None:
            return self._list_of_changes(changes, root, outcomes, sides, told, said=said)
        body = written(root, outcomes, told, sides)
        for member in root.members:
            if isinstance(member, Rider) and not said and member.name not in required:
                body.pop(member.name, None)  # no request is made up of what only goes along
        for place, form in self.checked.operation.name_places.items():
            if name_of(place[:1]) in required and name_of(place[:1]) not in body:
                put_at(body, place, {} if form is KeyIn else [])
        return body

    def _list_of_changes(
        self,
        changes: Changes,
        root: ObjectNode,
        outcomes: dict[str, Outcome],
        sides: Sides,
        told: Told,
        *,
        said: bool,
    ) -> Any:
        """§ 11: parameters, constants and identities at their places, and the list."""
        required = root.type.required if root.type else frozenset()
        around = {name: replace(one, said=False, sent=ABSENT) for name, one in outcomes.items()}
        body = written(root, around, replace(told, told=()), sides)
        body = {name: value for name, value in body.items() if name in _staying(root) or name not in outcomes}
        for member in root.members:
            if isinstance(member, Rider) and not said and member.name not in required:
                body.pop(member.name, None)
        told += self._always(root, sides, told, ())
        items = operations.in_order(told)
        if not changes.into:
            return items
        if items or changes.required:
            put_at(body, tuple(map(Member, changes.into)), items)
        return body

    def _always(self, node: TargetNode, sides: Sides, told: Told, around: tuple[ObjectNode, ...]) -> Told:
        """`send: always` is an item, unless something was said of it, or the object around it is cleared."""
        if isinstance(node, ObjectNode) and node.clear is not None:
            around = (*around, node)
        says = getattr(node, "says", None)
        if says is None or not says.always or not (isinstance(node, Leaf) or node.whole):  # type: ignore[union-attr]
            return sum((self._always(one, sides, told, around) for one in children(node)), Told())
        if any(one is not node and is_cleared(one, sides) for one in around):
            return Told()
        outcome = outcome_of(node, sides)
        stands = outcome.stands
        if isinstance(node, Leaf) and sides.after[node.slot] in (None, SILENT):
            return Told()
        if (
            isinstance(node, ObjectNode)
            and node.clear is not None
            and node.clear.says
            and says_none(node, sides)
        ):
            return Told()  # it is gone, and not said again
        spoken = {target for _, target, _ in told.told}
        if not isinstance(node, Leaf) or node.kind.is_one:
            if not is_value(stands) or node.target in spoken or outcome.said:
                return Told()
            return operations.said(node, (), node.name, stands, sides, new=False)  # type: ignore[arg-type]
        found = Told()
        entries = stands.items() if isinstance(stands, dict) else []
        if outcome.said:
            return found
        for key, value in entries:
            if not operations.can_write(says.set, (*node.path, Member(key)), sides):
                continue  # it was never sent
            found += operations.said(node, (Member(key),), key, value, sides, new=False)
        for item in stands if isinstance(stands, list) else []:
            at = Select(node.key or "", item[node.key])
            found += operations.said(node, (at,), at.value, item, sides, new=False)
        return Told(told=tuple(one for one in found.told if one[1] not in spoken))

    def _part(
        self, part: str, root: ObjectNode, outcomes: dict[str, Outcome], sides: Sides
    ) -> tuple[dict[str, Any], list[str]]:
        """Path, query or headers: what changed, what is always there, and what is required."""
        values: dict[str, Any] = {}
        lacking: list[str] = []
        required = root.type.required if root.type else frozenset()
        for member in root.members:
            outcome = outcomes[member.name]
            if isinstance(member, Rider):
                if outcome.stands is not ABSENT:
                    values[member.name] = outcome.stands
                continue
            assert isinstance(member, Leaf)
            wanted = member.name in required or part == "path"
            if outcome.said:
                if outcome.sent is not ABSENT:
                    values[member.name] = outcome.sent
            elif is_value(outcome.stands) and (
                wanted
                or member.policy.identity
                or (member.policy.always and sides.after[member.slot] not in (None, SILENT))
            ):
                values[member.name] = outcome.stands
            if wanted and member.name not in values:
                lacking.append(member.target)
        return values, lacking


def _staying(root: ObjectNode) -> set[str]:
    """The members of the body that are not the vendor's copy."""
    return {
        one.name
        for one in root.members
        if isinstance(one, Rider) or any(leaf.policy.identity for leaf in leaves(one))
    }


def _has_value(state: Any) -> bool:
    if isinstance(state, dict):
        return any(map(is_value, state.values()))
    return is_value(state) and state != []


def _why(state: Any) -> str:
    """Why a required value is missing."""
    return state.code if isinstance(state, Failure) else "CM707"


def _unwritable(request: Parts) -> tuple[tuple[str, str], ...]:
    """Values that have no form in a URL or a header."""
    return tuple(filter(None, (part_text("path", request.path), part_text("headers", request.headers))))


def _is_required(part: str, leaf: Leaf) -> bool:
    return part == "path" or leaf.policy.required


def _is_sent(body: Any, path: TargetPath) -> bool:
    """Is there a container at a path? `{}` at a position says nothing."""
    found = found_at(body, path)
    at_position = bool(path) and isinstance(path[-1], Index)
    return isinstance(found, dict | list) and not (at_position and not found)


def _is_at(target: str, leaf: Leaf) -> bool:
    """Is a change's target the rule's, or an entry or item of it?"""
    return target == leaf.target or target.startswith((f"{leaf.target}.", f"{leaf.target}["))
