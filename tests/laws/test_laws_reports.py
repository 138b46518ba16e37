"""What plans and errors say: every implied clear once, nothing that was not touched, no value of a record."""

from __future__ import annotations

import traceback
from typing import Any

import pytest
from customers import Customer, customers, near_pairs
from hypothesis import given
from hypothesis import strategies as st
from stores.shipped import SHIPPED

import custmap
from custmap.border.intake import take
from custmap.diagnostics.errors import RecordError
from custmap.model.checked import Checked
from custmap.model.clear import Send
from custmap.model.nodes import Leaf, ObjectNode, TargetNode
from custmap.running.states import is_value
from custmap.values.equality import same
from custmap.wire.binding import bind
from laws import Case
from oracle.interpreter import Interpreter

CASES = {store.mapping: Case(custmap.load(store.mapping), store) for store in SHIPPED.values()}
each_mapping = pytest.mark.parametrize("name", CASES)


def plain_leaves(node: TargetNode) -> list[Leaf]:
    """The leaves that are cleared by themselves: not below an object with a clear of its own."""
    if isinstance(node, Leaf):
        return [node] if not node.policy.identity else []
    if isinstance(node, ObjectNode) and node.clear is None:
        return [leaf for member in node.members for leaf in plain_leaves(member)]
    return []


def implied_clears(case: Case, before: Customer, after: Customer) -> set[str]:
    """Targets that had a value and are null, by the interpreter."""
    found = set()
    for part in case.mapping.parts or (case.mapping,):
        checked = part.checked
        interpreter = Interpreter(checked, bind(checked, case.store.params).riders)
        rows = [interpreter.slots(take(record, checked.canonical).record) for record in (before, after)]
        for leaf in plain_leaves(checked.operation.table.root):
            then, now = rows[0][leaf.slot], rows[1][leaf.slot]
            told = leaf.policy.clear.value if isinstance(leaf.policy.clear, Send) else None
            if leaf.kind.is_one and is_value(then) and now is None and not same(then, told):
                found.add(leaf.target)
    return found


@each_mapping
@given(data=st.data())
def test_every_implied_clear_is_told_once(name: str, data: st.DataObject) -> None:
    case = CASES[name]
    before, after = map(case.customer, data.draw(near_pairs(case.store.reads)))
    plan = case.diff(before, after, "clear")
    told = [change.target for change in plan.changes if change.action == "clear"]
    told += [rejection.target for rejection in plan.rejected]
    told += [note.target for note in plan.notes if "accepts" in note]
    for target in implied_clears(case, before, after):
        assert told.count(target) == 1, f"{target} in {told}, from {before} to {after}"


@each_mapping
@given(data=st.data())
def test_only_what_reads_an_edited_field_is_touched(name: str, data: st.DataObject) -> None:
    case = CASES[name]
    before, after = map(case.customer, data.draw(near_pairs(case.store.reads)))
    plan = case.diff(before, after)
    edited = {field for field in {*before, *after} if not same(before.get(field, ...), after.get(field, ...))}
    touched = {item.source for item in (*plan.changes, *plan.rejected) if item.source is not None}
    reads = {path[0] for leaf in slots(case.mapping.checked) for path in leaf.reads if _names(leaf, touched)}
    assert not touched or reads & edited, f"{touched} from {edited}"


def slots(checked: Checked) -> list[Any]:
    """What the rules make that say what of the customer goes to the vendor."""
    managed = [step.managed for step in checked.steps] or [checked]
    return [slot for one in managed for slot in one.operation.table.slots]


def _names(slot: Any, touched: set[str]) -> bool:
    return slot.source is not None and any(source.startswith(slot.source) for source in touched)


def tokens(value: Any, count: list[int]) -> Any:
    """The record with a text of its own, that occurs nowhere else, in the place of every text and number."""
    if isinstance(value, dict):
        return {key: tokens(item, count) for key, item in value.items()}
    if isinstance(value, list):
        return [tokens(item, count) for item in value]
    if value is None or isinstance(value, bool):
        return value
    count[0] += 1
    return f"zq{count[0]}qz"


@each_mapping
@given(data=st.data())
def test_no_value_is_in_a_message(name: str, data: st.DataObject) -> None:
    case = CASES[name]
    before, after = (case.customer(tokens(data.draw(customers(case.store.reads)), [n])) for n in (0, 1000))
    said = []
    for check in (True, False):
        try:
            case.mapping.requests(after, case.store.params, check=check)
        except RecordError as error:
            said += [str(error), repr(error), "".join(traceback.format_exception(error))]
        try:
            plan = case.mapping.diff(before, after, case.store.params, check=check)
        except RecordError as error:
            said += [str(error), repr(error), "".join(traceback.format_exception(error))]
        else:
            said += [str(plan), *plan.notes, *(rejection.message for rejection in plan.rejected)]
    assert not any("zq" in text and "qz" in text for text in said), said
