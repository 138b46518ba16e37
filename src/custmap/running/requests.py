"""What decides about a request as a whole: whom it names, what it cannot do without, what goes elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import MOST, RecordError, with_rest
from custmap.diagnostics.span import Span
from custmap.model.change import problems_of
from custmap.model.nodes import Leaf, ObjectNode, TargetNode
from custmap.model.note import Fact
from custmap.running.draft import Draft, View
from custmap.running.objects import arranged, lacking_in
from custmap.running.states import Failure, bare, is_value
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.ordering import in_value_order
from custmap.values.paths import Index, Member, Segment, Select, TargetPath, found_at, in_path_order

Row = tuple[Any, ...]
_NOBODY = (ABSENT, None)
_OF_A_REQUEST = (Fact.REPLACED_WHOLE, Fact.PARTLY_STATED)


def names_another(identities: Sequence[Leaf], before: Row, after: Row, view: View) -> bool:
    """Do the two sides name different customers? Then nothing is said. Where one side names nobody, by
    absence or null, the other's value is used."""
    for leaf in identities:
        was, now = before[leaf.slot], after[leaf.slot]
        if was in _NOBODY or now in _NOBODY or same(was, now):
            continue
        if was.__class__ is Failure and (now.__class__ is not Failure or view.sources_equal(leaf, was, now)):
            continue
        view.reject("CM801", leaf.target, leaf, "before and after identify different customers")
        return True
    return False


def names_nobody(identities: Sequence[Leaf], before: Row, after: Row, view: View) -> bool:
    """Has no identity a value on either side? What cannot be computed is said too."""
    for leaf in identities:
        if is_value(after[leaf.slot]) or is_value(before[leaf.slot]):
            return False
    for leaf in identities:
        now = after[leaf.slot]
        if now.__class__ is Failure:
            view.reject(now.code, leaf.target, leaf, now.reason)
    first = identities[0]
    view.reject("CM814", first.target, first, "no identity has a value")
    _say_nothing(view.draft)
    return True


def must_all_wait(body: ObjectNode, view: View) -> None:
    """Of a record that the vendor replaces a part must be looked up first: there is no request."""
    view.reject("CM817", "", body, "the vendor replaces all of it, and a part has to be looked up first")
    _say_nothing(view.draft)


def _say_nothing(draft: Draft) -> None:
    """There is no request: nothing changes, and what is noted of a request is not."""
    draft.changes.clear()
    draft.notes = [note for note in draft.notes if note.fact not in _OF_A_REQUEST]


def identity(leaf: Leaf, before: Any, after: Any, view: View) -> Any:
    """The value of an identity: after's, or before's where after has none."""
    if after.__class__ is Failure:
        view.reject(after.code, leaf.target, leaf, after.reason)
    return one_of(before, after)


def one_of(before: Any, after: Any) -> Any:
    """After's value, or before's where after has none."""
    return after if is_value(after) else before


def was_set(draft: Draft, span: Span) -> bool:
    """Is a value of the rule at this place set?"""
    return any(change.span is span and change.action == "set" for change in draft.changes)


def require(node: ObjectNode, part: dict[str, Any], after: Row, draft: Draft) -> None:
    """What an object of the request lacks of what the contract requires is missing.

    An object that requires nothing itself is `{}` where something is said elsewhere, as a map would be.
    """
    for one in lacking_in(node, part):
        if draft.changes and isinstance(one, ObjectNode) and _may_be_empty(one):
            part[one.name] = {}
            arranged([member.name for member in node.members], part)
        else:
            draft.missing.append((one, after[one.slot] if isinstance(one, Leaf) else ABSENT))


def _may_be_empty(node: ObjectNode) -> bool:
    return not node.whole and (node.type is None or not node.type.required)


def find_unstated(rules: Sequence[Leaf], before: Row, after: Row, view: View) -> None:
    """The rules of a body that replaces the whole record of which nobody knows what the vendor would lose."""
    if not view.partial:
        rejected = [one.target for one in view.draft.rejected]
        view.draft.unstated += (
            leaf
            for leaf in rules
            if _is_unstated(leaf, bare(before[leaf.slot]), after[leaf.slot], rejected, view)
        )


def _is_unstated(leaf: Leaf, before: Any, after: Any, rejected: Sequence[str], view: View) -> bool:
    """Does neither side say it, or could after not be said where before does not?"""
    if before.__class__ is dict:
        return any(
            _cannot_be_said(one) and _cannot_be_said(_entry(after, key)) for key, one in before.items()
        )
    if not (before is ABSENT or _cannot_be_said(before)) or view.known_missing(leaf):
        return False
    return after is ABSENT or _cannot_be_said(after) or any(_touches(leaf.target, one) for one in rejected)


def _cannot_be_said(state: Any) -> bool:
    return state.__class__ is Failure


def _entry(state: Any, key: Any) -> Any:
    return state.get(key, ABSENT) if state.__class__ is dict else ABSENT


def _touches(one: str, other: str) -> bool:
    """Is one target the other, in it, or around it?"""
    inner, outer = sorted((one, other), key=len, reverse=True)
    return inner == outer or inner.startswith((f"{outer}.", f"{outer}["))


def refusal(draft: Draft, parameters: Iterable[Diagnostic]) -> RecordError:
    """What stands in the way of a request: what was rejected, required values that are missing, and what a
    request that replaces the record does not state.
    """
    refused = {one.target for one in draft.rejected}
    lacking = tuple(f"{one.target}." for one in draft.rejected if one.code == "CM707")
    missing = [
        _missing(member, state)
        for member, state in draft.missing
        # What has a value is not missing: the object around it was refused for another member.
        if member.target not in refused and not (_is_said(state) and member.target.startswith(lacking))
    ]
    required = {member.target for member, _ in draft.missing}
    unstated = [leaf for leaf in draft.unstated if leaf.target not in required]
    lost = with_rest([_unstated(leaf) for leaf in unstated[:MOST]], len(unstated[MOST:]))
    more = [one for one in parameters if one.target not in refused]
    return RecordError(problems_of(draft.rejected) + missing + lost + more)


def _unstated(leaf: Leaf) -> Diagnostic:
    return Diagnostic(
        "CM816",
        f"the request replaces the whole record, and the vendor would lose `{leaf.target}`",
        span=leaf.span,
        path=leaf.source,
        target=leaf.target,
        help=f"State {f'`{leaf.source}`' if leaf.source else 'it'}, or say that records are complete.",
    )


def _is_said(state: Any) -> bool:
    """Has a rule a value to send: not a map of which no entry can be sent?"""
    if type(state) is dict:
        return any(map(is_value, state.values()))
    return is_value(state) and state != []


def _missing(member: TargetNode, state: Any) -> Diagnostic:
    """What the contract requires has no value: it is in neither record, or cannot be computed."""
    source = getattr(member, "source", None)
    if state.__class__ is Failure:
        return Diagnostic(state.code, state.reason, span=member.span, path=source, target=member.target)
    return Diagnostic(
        "CM707",
        "the contract requires it, and it is absent in before and after",
        span=member.span,
        path=source,
        target=member.target,
        help=f"Give {f'`{source}`' if source else 'the record'} a value.",
    )


def write_elsewhere(body: dict[str, Any], draft: Draft) -> None:
    """Names, marks and members that clearing writes."""
    for place, names in _in_order(draft.names):
        put(body, place, in_value_order(names.values()))
    for place, marks in _in_order(draft.marks):
        put(body, place, dict(sorted(marks.items())), update=True)
    for place, value in draft.writes:
        put(body, place, value)


def _in_order(told: dict[TargetPath, dict[Any, Any]]) -> Iterable[tuple[TargetPath, dict[Any, Any]]]:
    return told.items() if len(told) < 2 else sorted(told.items(), key=lambda one: in_path_order(one[0]))


def put(body: Any, place: TargetPath, value: Any, *, update: bool = False) -> None:
    """Write at a place of the body; what is not there on the way is made: objects, and items with their key.

    Where an earlier position says nothing, `{}` stands. `update`: into the object that is there.
    """
    at = body
    for segment, below in pairwise(place):
        made: Any = {} if isinstance(below, Member) else []
        inner = found_at(at, (segment,))
        at = inner if type(inner) is type(made) else _placed(at, segment, made)
    if update and isinstance(there := found_at(at, place[-1:]), dict):
        there.update(value)
    else:
        _placed(at, place[-1], value)


def _placed(holder: Any, segment: Segment, value: Any) -> Any:
    """The value, in its place in an object or a list; an item that its key names has its key."""
    match segment:
        case Member(name):
            holder[name] = value
        case Index(position):
            holder.extend({} for _ in range(position + 1 - len(holder)))
            holder[position] = value
        case Select(key, named):
            held, value = found_at(holder, (segment,)), {key: named, **value}
            at = next((at for at, one in enumerate(holder) if one is held), len(holder))
            holder[at : at + 1] = [value]
    return value
