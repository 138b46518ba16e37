"""Laws of the way back: what was sent is read as the customer that it was made of (language page, "Answers").

The vendor's copy is the request's body, or what the declared vendor holds after a list of changes. What the
mapping declares is respected: nothing is asked of a rule that is one-way, and of one with a loss only that it
sends again what it sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from custmap.diagnostics.errors import RecordError
from custmap.expressions.inference import format_source
from custmap.invert.turned import Back, Places
from custmap.model.nodes import Leaf
from custmap.model.walkers import eaches, leaves
from custmap.prove.blame import Broken, Law
from custmap.prove.documents import document_of
from custmap.prove.moves import Refused
from custmap.prove.scene import Case, Record, Scene
from custmap.prove.store import sent_at
from custmap.running.states import SILENT, is_value
from custmap.values.absent import ABSENT
from custmap.values.equality import same, same_items


@dataclass(frozen=True, slots=True)
class _Sent:
    """A customer, the body that was sent of it, and the rules in it that read back, with what they fill."""

    customer: Record
    body: Record
    rules: tuple[tuple[Leaf, Back], ...]

    def broken(self, leaf: Leaf, before: Record | None, why: str, value: Any) -> Broken:
        shown = None if value is ABSENT else value
        return Broken(leaf.target, leaf.span, before, self.customer, self.body, why, shown)


def _sent(scene: Scene, record: Record) -> _Sent | None:
    """None where no request can be made."""
    made = scene.applied(record)
    body = None if isinstance(made, RecordError) else _copy(scene, made.body)
    if not isinstance(body, dict):
        return None
    slots = scene.slots(record)
    said = (pair for pair in _lone(scene) if is_value(slots[pair[0].slot]) or slots[pair[0].slot] is None)
    there = (pair for pair in said if _is_known(pair[0], sent_at(body, pair[0].path), slots))
    return _Sent(scene.taken(record), body, tuple(there))


def _is_known(leaf: Leaf, held: Any, slots: tuple[Any, ...]) -> bool:
    """Has the vendor something, of the type that was sent? A text does not say that it is a number's."""
    is_text = leaf.says is not None and any(one.in_text for one in leaf.says.templates)
    return held is not ABSENT and not (is_text and not isinstance(slots[leaf.slot], str | None))


def _copy(scene: Scene, body: Any) -> Any:
    """The vendor's copy after a first request; None where the vendor refuses it."""
    if scene.operation.changes is None:
        return body
    try:
        return document_of(scene.operation.body, scene.store.receive({}, body))
    except Refused:
        return None


def _lone(scene: Scene) -> Iterator[tuple[Leaf, Back]]:
    """The rules that alone read back what they fill: of one field, two rules may say two things."""
    for leaf, back in scene.two_way:
        others = Places()
        for _, other in scene.two_way:
            if other is not back:
                others.add(other.names)
        if not others.level(back.names):
            yield leaf, back


def reads_back(scene: Scene, case: Case) -> Broken | None:
    """A rule without loss reads the value that the customer has, and null where null was sent."""
    if (sent := _sent(scene, case.after)) is None:
        return None
    read = scene.read(sent.body, None)
    for leaf, back in sent.rules:
        stated, found = _at(sent.customer, back.names), _at(read, back.names)
        if back.losses or _is_one_way_row(leaf) or isinstance(stated, dict | list) or stated is ABSENT:
            continue
        if stated == "" and leaf.policy.empty == "clear":
            stated = None
        held = sent_at(sent.body, leaf.path)
        if same(stated, found) or (stated is None and held is not None):
            continue  # what says that there is no value may be a value, too
        if held is None and any(right is None for _, right in leaf.origin.values or ()):
            continue  # a row says that there is no value
        path = format_source(tuple(back.names))
        why = f"`{path}` is not read back" if found is ABSENT else f"`{path}` is read back as {{value}}"
        return sent.broken(leaf, None, why, found)
    return None


def _comparable(scene: Scene, sent: _Sent) -> Iterator[tuple[Leaf, Any]]:
    """What the vendor has of the rules that send only what they read back.

    Not where a default says what the customer does not, nor where a null was left out of an item, nor of
    items of which not all rules read back.
    """
    for leaf, back in sent.rules:
        stated, held = _at(sent.customer, back.names), sent_at(sent.body, leaf.path)
        is_invented = not _INVENTED.isdisjoint(back.losses) or _is_one_way_row(leaf)
        is_cleared = stated is None and held is not None  # what says so may be a value, too
        if not is_invented and not is_cleared and not _has_blanks(stated) and _is_all_read(scene, leaf):
            yield leaf, held


_INVENTED: Final = frozenset({"default", "values without a row"})


def _is_one_way_row(leaf: Leaf) -> bool:
    """Does a row of `values` say that it is not read back?"""
    rule = leaf.origin.rule
    return rule is not None and not all(row.back for row in rule.values or ())


def _has_blanks(value: Any) -> bool:
    """Is there a null or an empty text inside?"""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(one is None or one == "" or _has_blanks(one) for one in inside)


def _is_all_read(scene: Scene, leaf: Leaf) -> bool:
    """Is all of a list's items read back, whatever they are?"""
    inner = (one for each in eaches(leaf.origin) for one in leaves(each.table.item))
    return all(
        one.span not in scene.one_way and one.origin.when is None and _is_all_read(scene, one)
        for one in inner
    )


def sends_again(scene: Scene, case: Case) -> Broken | None:
    """What was read sends what was sent, with a loss or without."""
    if (sent := _sent(scene, case.after)) is None:
        return None
    read = scene.read(sent.body, None)
    again = scene.applied(_merged(_unread(scene, sent), read))
    if isinstance(again, RecordError):
        return None
    copy = _copy(scene, again.body)
    for leaf, held in _comparable(scene, sent):
        value = sent_at(copy, leaf.path)
        if not _is_alike(leaf, held, value):
            return sent.broken(leaf, None, _sent_as(leaf, value, "what is read back sends"), value)
    return None


def reads_over_a_base(scene: Scene, case: Case) -> Broken | None:
    """What was read over another customer sends what the vendor has, and read once more it is the same."""
    if (sent := _sent(scene, case.after)) is None:
        return None
    whole = scene.read(sent.body, case.before)
    if not same(whole, scene.read(sent.body, whole)):
        why = "read over before, and read over that once more, it is another customer"
        return Broken("", None, case.before, sent.customer, sent.body, why)
    plan, again, slots = scene.planned(None, whole), scene.applied(whole), scene.slots(whole)
    if isinstance(plan, RecordError) or plan.rejected or isinstance(again, RecordError):
        return None  # before has what cannot be said
    copy = _copy(scene, again.body)
    for leaf, held in _comparable(scene, sent):
        value = sent_at(copy, leaf.path)
        if slots[leaf.slot] is not SILENT and not _agrees(leaf, held, value):
            why = _sent_as(leaf, value, "what is read over before sends")
            return sent.broken(leaf, case.before, why, value)
    return None


def _sent_as(leaf: Leaf, value: Any, words: str) -> str:
    return f"{words} no `{leaf.target}`" if value is ABSENT else f"{words} `{leaf.target}` as {{value}}"


def _is_alike(leaf: Leaf, held: Any, value: Any) -> bool:
    if leaf.kind.is_set and isinstance(held, list) and isinstance(value, list):
        return same_items(held, value)
    return same(held, value)


def _agrees(leaf: Leaf, held: Any, value: Any) -> bool:
    """Has a value all that the vendor has? It may have more: what the vendor does not have is kept."""
    if isinstance(held, dict) and isinstance(value, dict):
        return all(_agrees(leaf, one, value.get(name, ABSENT)) for name, one in held.items())
    if isinstance(held, list) and isinstance(value, list) and not leaf.kind.is_set:
        return len(held) == len(value) and all(
            _agrees(leaf, one, two) for one, two in zip(held, value, strict=True)
        )
    return _is_alike(leaf, held, value)


def _at(record: Any, names: tuple[str | int, ...]) -> Any:
    for name in names:
        if record is None:
            return None
        if isinstance(name, int):
            inside = isinstance(record, list) and name < len(record)
            record = record[name] if inside else ABSENT
        else:
            record = record.get(name, ABSENT) if isinstance(record, dict) else ABSENT
    return record


def _unread(scene: Scene, sent: _Sent) -> Record:
    """The customer without the fields that were read back: what else a request needs stands in it."""
    rest = deepcopy(sent.customer)
    for leaf, back in scene.two_way:
        around = _at(rest, back.names[:-1])
        if isinstance(around, dict) and sent_at(sent.body, leaf.path) is not ABSENT:
            around.pop(back.names[-1], None)
    return rest


def _merged(rest: Any, read: Any) -> Any:
    """What was read over the rest: members into each other, items by their positions."""
    if isinstance(rest, dict) and isinstance(read, dict):
        return rest | {name: _merged(rest.get(name), value) for name, value in read.items()}
    if isinstance(rest, list) and isinstance(read, list):
        tail = rest[len(read) :]
        return [_merged(*pair) for pair in zip(rest, read, strict=False)] + read[len(rest) :] + tail
    return read


WAY_BACK_LAWS: Final = (
    Law("reads_back", "what was sent is not read back as the customer that it was made of", reads_back),
    Law("sends_again", "what is read back sends something else than what was sent", sends_again),
    Law(
        "reads_over_a_base",
        "read over another customer, the vendor's copy is not what is sent",
        reads_over_a_base,
    ),
)
