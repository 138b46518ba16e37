"""Lists of scalars whose items are told one by one: what went, then what came, each in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from custmap.model.clear import ItemIn
from custmap.model.filling import unsayable
from custmap.model.item_ways import Way
from custmap.model.nodes import Leaf
from custmap.model.privacy import value_target
from custmap.model.template import Hole, Template
from custmap.running.draft import KEPT, NOTHING, SAID, UNCHANGED, Outcome, View
from custmap.running.states import Refusal, Unsettled, bare
from custmap.values.equality import fingerprint
from custmap.values.ordering import in_value_order
from custmap.values.path_styles import path_text
from custmap.values.words import word_for

Written = Callable[[Any, Any], Any] | None
"""The generated function that writes a template: `(value, riders)`."""
Check = Callable[[Any], None] | None
"""Raises Refusal for an item that the contract does not allow."""

_SETTLED: Final = Unsettled(None, {}, False)
_SCALARS: Final = frozenset({str, bool, int, float})
_NO_GONE: Final = "the vendor cannot be told that an item is gone"
_NO_ADDED: Final = "the vendor cannot be told that an item came"


def change_items(
    leaf: Leaf,
    before: Any,
    after: Any,
    view: View,
    functions: tuple[Written, Written, Check, Check] | tuple[()],
) -> Outcome:
    """`functions` write an item that came, and one that is gone, where templates do, and check each."""
    added, gone_by, check, check_gone = functions or (_as_it_is, _as_it_is, None, None)
    doubts = before if type(before) is Unsettled else _SETTLED
    before = bare(before)
    assert leaf.ways is not None
    if after is None and type(before) is not list and not doubts.below:
        if not doubts.whole and (before is None or view.known_missing(leaf)):
            return UNCHANGED
        if "clear" in leaf.ways.told_by_others:
            return UNCHANGED
        view.reject("CM803", leaf.target, leaf, "cannot be cleared: without before its items are not known")
        return KEPT, NOTHING
    old, new = _by_mark(before), _by_mark(after)
    lost = {mark: item for mark, item in doubts.below.items() if mark not in old and mark not in new}
    gone = {mark: item for mark, item in old.items() if mark not in new} | lost
    came = {
        mark: item for mark, item in new.items() if mark not in old or doubts.whole or mark in doubts.below
    }
    told = _Telling(leaf, doubts, view, check, check_gone)
    sent = told.tell(gone, "clear", leaf.ways.gone, gone_by)
    sent += told.tell(came, "set", leaf.ways.added, added)
    if not told.said:
        return (KEPT, NOTHING) if told.kept else UNCHANGED
    return SAID, sent or NOTHING


def _as_it_is(item: Any, _riders: Any) -> Any:
    return item


def _by_mark(state: Any) -> dict[Any, Any]:
    """The items of a list, each once. A vendor's own copy may have others than scalars: no rule made them."""
    if type(state) is not list:
        return {}
    return {fingerprint(item): item for item in state if type(item) in _SCALARS}


class _Telling:
    """Says which items came and went."""

    def __init__(self, leaf: Leaf, doubts: Unsettled, view: View, check: Check, check_gone: Check) -> None:
        self._leaf = leaf
        self._doubts = doubts
        self._view = view
        self._check = check
        self._check_gone = check_gone
        self.said = self.kept = False

    def tell(self, items: dict[Any, Any], action: Any, way: Way | None, written: Written) -> list[Any]:
        """What is sent at the list's own place; the draft has what is listed elsewhere."""
        leaf, view = self._leaf, self._view
        assert leaf.ways is not None
        sent: list[Any] = []
        if action in leaf.ways.told_by_others:
            return sent
        for item in in_value_order(items.values()):
            target = value_target(leaf.target, item, leaf.privacy)
            if (refusal := self._refusal(item)) is not None:
                if action == "set":  # else it was never sent
                    view.reject(refusal.code, target, leaf, refusal.reason)
                    self.kept = True
                continue
            doubtful = self._doubts.whole or fingerprint(item) in self._doubts.below
            if doubtful and (not leaf.policy.repeatable or (action == "clear" and view.fails)):
                view.reject_again(target, leaf)
            elif way is None and action == "clear":
                view.reject("CM803", target, leaf, _NO_GONE)
            elif way is None:
                view.reject("CM802", target, leaf, _NO_ADDED)
            else:
                made = written(item, view.riders) if written is not None else item
                check = self._check_gone if action == "clear" else None
                if (refusal := _refused(check, item) or _unwritable(leaf, way, item, made, view)) is None:
                    self.said = True
                    before, after = (item, None) if action == "clear" else (None, item)
                    view.change(action, view.target(target), leaf, before, after)
                    if isinstance(way, ItemIn):
                        view.draft.names.setdefault(way.place, {})[fingerprint(item)] = item
                    elif view.writers is None:
                        sent.append(made)
                    else:
                        told = view.draft.clears if action == "clear" else view.draft.adds
                        told.append((view.target(target), made))
                    continue
                view.reject(refusal.code, target, leaf, refusal.reason)
            self.kept = True
        return sent

    def _refusal(self, item: Any) -> Refusal | None:
        """Why an item that comes cannot be sent."""
        assert self._leaf.ways is not None
        added = self._leaf.ways.added
        return _refused(self._check, item) or _unsayable(self._leaf, added, item, self._view)


def _refused(check: Check, item: Any) -> Refusal | None:
    """Why the contract does not allow an item."""
    try:
        if check is not None:
            check(item)
    except Refusal as refusal:
        return refusal
    return None


def _unwritable(leaf: Leaf, way: Way, item: Any, made: Any, view: View) -> Refusal | None:
    """Why the request cannot have an item, `made` as it would stand there; None if it can."""
    assert leaf.ways is not None
    form = way.form if isinstance(way, ItemIn) else leaf.ways.form
    if form is not None and form.unwritable([made]) is not None:
        return Refusal("CM710", "a form cannot write this item")
    return _unsayable(leaf, way, item, view)


def _unsayable(leaf: Leaf, way: Way | None, item: Any, view: View) -> Refusal | None:
    """Why a template cannot say an item; None if it can."""
    if not isinstance(way, Template) or not way.parts:
        return None
    path = path_text(leaf.path, view.paths) or ""
    reason = unsayable(way.parts, {Hole.VALUE: item, Hole.NAME: leaf.name, Hole.PATH: path})
    return None if reason is None else Refusal("CM710", reason)


def require_scalars(items: list[Any]) -> None:
    """Refusal (CM706) for a list that has something else than texts, numbers and booleans."""
    for item in items:
        if type(item) not in _SCALARS:
            raise Refusal("CM706", f"an item is {word_for(item)}, which cannot be told by itself")


def each_once(items: Iterable[Any]) -> list[Any]:
    """The items of a list, each once and in order: what a first request adds."""
    return in_value_order(_by_mark(list(items)).values())
