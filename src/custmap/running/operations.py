"""Changes that are said as items of a list: clears, then adds, then sets, each by target."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Any, Final

from custmap.diagnostics.span import Span
from custmap.model.changes import Says
from custmap.model.clear import Operated, Send
from custmap.model.filling import unsayable
from custmap.model.nodes import Leaf, ObjectNode
from custmap.model.note import Fact
from custmap.model.template import Hole, Template
from custmap.running.draft import KEPT, NOTHING, SAID, Draft, Outcome, View
from custmap.running.states import is_value
from custmap.values.absent import ABSENT
from custmap.values.numbers import scalar_text
from custmap.values.path_styles import below_text, known_text, path_text
from custmap.values.paths import Member, Select, TargetPath, format_path, name_of

_TARGET: Final = itemgetter(0)
_TAKEN: Final = "has the name of another rule's value, which the template does not tell apart"
_UNWRITABLE: Final = "the vendor's notation of paths cannot write this place"


def operations(draft: Draft) -> list[Any]:
    """The items of the list, in order."""
    told = (draft.clears, draft.adds, draft.sets)
    return [item for one in told for _, item in (sorted(one, key=_TARGET) if len(one) > 1 else one)]


def is_new(leaf: Leaf, before: Any, view: View) -> bool:
    """Is it known that the vendor has no value there?"""
    if before is None:
        return not isinstance(leaf.policy.clear, Send)
    return before is ABSENT and view.known_missing(leaf)


def all_new(leaves: Iterable[Leaf], before: tuple[Any, ...], view: View, sends: bool) -> bool:
    """Is it known that the vendor has none of a container's values?

    `sends`: what clears the container is a value, which the vendor has then.
    """
    return all(
        is_new(leaf, before[leaf.slot], view) and not (sends and before[leaf.slot] is None) for leaf in leaves
    )


def is_unsure(says: Says | None, view: View) -> bool:
    """May there be entries or items that templates cannot say?"""
    return says is not None and (view.paths == "scim" or not says.is_sure)


def cannot_say(leaf: Leaf, below: TargetPath, value: Mapping[Hole, Any], view: View) -> str | None:
    """Why the templates cannot say an entry or item that a key of the record names; None if they can."""
    says = leaf.says
    if says is None or not is_unsure(says, view):
        return None
    name = _name((*leaf.path, *below))
    return _TAKEN if says.is_taken(name) else _misfit(says.templates, leaf.path, below, value, view)


def _misfit(
    templates: Iterable[Template], path: TargetPath, below: TargetPath, value: Mapping[Hole, Any], view: View
) -> str | None:
    # But for SCIM a name can be anything, and keys of items were looked at when the file was loaded.
    by_path = view.paths == "scim" and any(Hole.PATH in one.holes for one in templates)
    text = path_text((*path, *below), view.paths)
    if text is None and by_path:
        return _UNWRITABLE
    filling = {**_places((*path, *below), text), **value}
    return next((why for one in templates if (why := unsayable(one.parts, filling))), None)


def cannot_clear(rule: Leaf | ObjectNode, below: TargetPath, sent: Any, view: View) -> str | None:
    """Why the template of a value cannot say one that clears; None if it can, or does not have to."""
    if rule.says is None:
        return None
    path = (*rule.path, *below)
    return unsayable([rule.says.set.item], {**_places(path, path_text(path, view.paths)), Hole.VALUE: sent})


def _places(path: TargetPath, text: str | None) -> dict[Hole, Any]:
    """What templates have for a path and its name."""
    return {Hole.NAME: _name(path)} | ({} if text is None else {Hole.PATH: text})


def _name(path: TargetPath) -> str:
    last = path[-1]
    return scalar_text(last.value) if isinstance(last, Select) else name_of(path)


def say_inside(
    leaf: Leaf, below: TargetPath, name: Any, target: str, value: Any, view: View, new: bool
) -> None:
    """An entry of a map or an item of a list with a key."""
    says = leaf.says
    if view.writers is None or says is None or view.full:
        return
    template = says.add if new else says.set
    told = view.draft.sets if template is says.set else view.draft.adds
    told.append((target, _item(template, leaf.path, below, name, value, view)))


def cleared_inside(
    outcome: Outcome, leaf: Leaf, below: TargetPath, name: Any, target: str, view: View
) -> Outcome:
    """What became of an entry that is cleared, or of a map or list as one: an item says a value that does."""
    state, sent = outcome
    if state is SAID and sent is not NOTHING:
        say_inside(leaf, below, name, target, sent, view, False)
    return outcome


class Entries:
    """Says the entries of a map: their paths are that of the rule and the key, where no map is around."""

    __slots__ = ("_add", "_adds", "_around", "_paths", "_riders", "_set", "_sets")

    def __init__(self, says: Says, around: str | None, view: View, writers: Mapping[int, Any]) -> None:
        draft = view.draft
        self._sets, self._set = draft.sets, writers[says.set.number]
        self._adds = draft.sets if says.add is says.set else draft.adds
        self._add = writers[says.add.number]
        self._around, self._paths, self._riders = around, view.paths, view.riders

    def say(self, key: str, target: str, value: Any, new: bool) -> None:
        text = below_text(self._around, key, self._paths)
        if new:
            self._adds.append((target, self._add(value, key, text, self._riders)))
        else:
            self._sets.append((target, self._set(value, key, text, self._riders)))


def entries_of(leaf: Leaf, way: TargetPath, view: View) -> Entries | None:
    """What says the entries of a rule's map, or of one in it; None where they are no items of their own."""
    if leaf.says is None or view.writers is None or view.full:
        return None
    around = path_text((*leaf.path, *way), view.paths) if way else view.texts[leaf.slot]
    return Entries(leaf.says, around, view, view.writers)


def say_again(leaf: Leaf, value: Any, view: View) -> None:
    """What stands of a map or a list with a key, but for what is said already."""
    below: list[tuple[TargetPath, Any, str, Any]]
    if type(value) is dict:
        below = [
            ((Member(key),), key, f"{leaf.target}.{format_path((Member(key),))}", one)
            for key, one in value.items()
        ]
    else:
        listed = value if type(value) is list else []
        keys = [(Select(leaf.key or "", one[leaf.key]), one) for one in listed]
        below = [((at,), at.value, leaf.target + format_path((at,)), one) for at, one in keys]
    for path, name, target, one in below:
        said = is_told(view.draft, target)
        if not said and not cannot_say(leaf, path, {Hole.VALUE: one}, view):
            say_inside(leaf, path, name, target, one, view, False)


def is_told(draft: Draft, target: str) -> bool:
    """Does an item say something of this target already?"""
    return any(at == target for told in (draft.adds, draft.sets, draft.clears) for at, _ in told)


def is_cleared_around(draft: Draft, spans: frozenset[Span]) -> bool:
    """Is one of the objects with these rules cleared in a way of its own?"""
    return any(one.action == "clear" and one.span in spans for one in draft.changes)


def say_gone(
    rule: Leaf | ObjectNode,
    clear: Operated,
    below: TargetPath,
    name: Any,
    target: str,
    before: Any,
    view: View,
    source: str | None = None,
) -> Outcome:
    """A value, an entry or an item is gone: an item says so."""
    there = is_value(before)
    if clear.fails and not there:
        view.draft.note(view.target(target), Fact.NOT_THERE, rule)
        return KEPT, NOTHING
    unsure = below and (clear.template.parts or view.paths == "scim")
    if unsure and (reason := _misfit([clear.template], rule.path, below, {}, view)):
        view.reject("CM710", target, rule, reason, source)
        return KEPT, before if there else NOTHING
    view.draft.clears.append((target, _item(clear.template, rule.path, below, name, None, view)))
    view.change("clear", view.target(target), rule, before if there else None, None, source)
    return SAID, NOTHING


def _item(template: Template, path: TargetPath, below: TargetPath, name: Any, value: Any, view: View) -> Any:
    if view.writers is None:  # what is asked is only what becomes of a value
        return None
    text = None
    if Hole.PATH in template.holes:
        text = known_text(path, view.paths)
        if len(below) == 1 and isinstance(below[0], Member):
            text = below_text(text, below[0].name, view.paths)
        elif below:
            text = path_text((*path, *below), view.paths)
    return view.writers[template.number](value, scalar_text(name), text, view.riders)
