"""Bugs planted in the planner: prove finds each of them on a shipped mapping.

A law that nothing can break proves nothing. The declared store shares no code with the planner, so a bug
there cannot hide itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import custmap
from custmap.codegen import facts, object_changes
from custmap.codegen.comparing import Comparing
from custmap.model.clear import IMPOSSIBLE
from custmap.plan import for_each
from custmap.plan.for_each import ForEach, _Call
from custmap.plan.masking import Masking
from custmap.prove.prove import prove
from custmap.running import clearing, lists, maps, single
from custmap.running.draft import KEPT, NOTHING, SAID, UNCHANGED
from custmap.running.names import GLOBALS
from planted_faults import items_that_went_are_not_told
from small_mappings import made

LONG = os.environ.get("CUSTMAP_LAWS") == "long"
EXAMPLES = 200 if LONG else 60
Patch = pytest.MonkeyPatch


@dataclass(frozen=True)
class Planted:
    """`laws`: one of them has to break."""

    mapping: str
    plant: Callable[[Patch], None]
    laws: tuple[str, ...]


def clears_are_lost(patch: Patch) -> None:
    patch.setattr(clearing, "write_clear", lambda clear, name, draft: NOTHING)


def whole_map_for_one_key(patch: Patch) -> None:
    real = maps.change_map

    def planted(leaf: Any, before: Any, after: Any, view: Any) -> Any:
        state, value = real(leaf, before, after, view)
        return (state, {**after, **value}) if state == SAID and isinstance(value, dict) else (state, value)

    patch.setattr(maps, "change_map", planted)


def rejections_are_sent(patch: Patch) -> None:
    real = clearing.clear_rule

    def planted(rule: Any, clear: Any, *rest: Any) -> Any:
        state, value = real(rule, clear, *rest)
        return (SAID, "") if state == KEPT and clear == IMPOSSIBLE else (state, value)

    patch.setattr(clearing, "clear_rule", planted)


def sets_have_an_order(patch: Patch) -> None:
    patch.setattr(single, "_looks_same", lambda leaf, before, after, clear: before == after)


def null_is_skipped(patch: Patch) -> None:
    real = single.change_value

    def planted(leaf: Any, before: Any, after: Any, view: Any) -> Any:
        return UNCHANGED if after is None else real(leaf, before, after, view)

    patch.setattr(single, "change_value", planted)


def whole_objects_are_sent_in_part(patch: Patch) -> None:
    patch.setattr(Comparing, "unchanged", lambda self, node, **options: "NOTHING")


def everything_counts_as_changed(patch: Patch) -> None:
    patch.setattr(Comparing, "differs", lambda self, node: "True")
    patch.setattr(facts, "is_plain", lambda leaf: False)
    patch.setattr(single, "same", lambda a, b: False)
    patch.setattr("custmap.plan.engine.equal", lambda *_: False)


def items_that_are_there_are_added(patch: Patch) -> None:
    real = lists._change_items

    def planted(leaf: Any, old: Any, new: Any, doubts: Any, mentioned: bool, *rest: Any) -> Any:
        return real(leaf, {}, new, doubts, False, *rest)

    patch.setattr(lists, "_change_items", planted)


def clears_of_entries_are_lost(patch: Patch) -> None:
    patch.setattr(ForEach, "_clear", lambda *_: None)


def entries_are_sent_again(patch: Patch) -> None:
    real = _Call.parts
    patch.setattr(for_each, "same", lambda *_: False)
    patch.setattr(_Call, "parts", lambda self, before, *rest, **facts: real(self, None, *rest, **facts))


PLANTED = {
    "entries are not cleared": Planted(
        "square/update-customer", clears_of_entries_are_lost, ("convergence",)
    ),
    "entries are sent again": Planted("square/update-customer", entries_are_sent_again, ("idempotence",)),
    "removals are left out": Planted("fabric/update-attributes", clears_are_lost, ("convergence",)),
    "a whole map for one key": Planted(
        "fabric/update-attributes", whole_map_for_one_key, ("minimality", "convergence")
    ),
    "an impossible clear is sent": Planted(
        "fabric/update-customer", rejections_are_sent, ("convergence", "agreement")
    ),
    "list order is a change in a set": Planted(
        "microbase/customer-update", sets_have_an_order, ("minimality",)
    ),
    "null is skipped": Planted("microbase/customer-update", null_is_skipped, ("convergence",)),
    "a part of a whole object": Planted(
        "fabric/update-customer", whole_objects_are_sent_in_part, ("convergence",)
    ),
    "everything is sent": Planted("aifi/update-customer", everything_counts_as_changed, ("idempotence",)),
    "items are added again": Planted(
        "capillary/update-customer", items_that_are_there_are_added, ("convergence", "idempotence")
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_planted(name: str, monkeypatch: Patch) -> None:
    planted = PLANTED[name]
    planted.plant(monkeypatch)
    mapping = custmap.load(planted.mapping)
    proof = prove(mapping, examples=EXAMPLES)
    assert not proof.ok
    print(proof)
    assert {one.law for one in proof.counterexamples} & set(planted.laws)
    assert all(one.line for one in proof.counterexamples)


def test_one_identity_of_several_is_enough(tmp_path: Path) -> None:
    body = (
        "body:\n  uid: {from: id, identity: true}\n  mail: {from: email, identity: true}\n  firm: company\n"
    )
    assert prove(made(tmp_path, body), examples=EXAMPLES).ok


def test_an_update_for_nobody(tmp_path: Path, monkeypatch: Patch) -> None:
    mapping = made(tmp_path, "body:\n  uid: {from: id, identity: true}\n  mail: email\n")
    assert prove(mapping, examples=EXAMPLES).ok
    monkeypatch.setitem(GLOBALS, "names_nobody", lambda *_: False)
    found = prove(
        made(tmp_path, "body:\n  uid: {from: id, identity: true}\n  mail: email\n"), examples=EXAMPLES
    ).counterexamples
    assert "names_customer" in {one.law for one in found}


REPLACED = """
merge: whole
body:
  uid:  {from: id, identity: true}
  mail: {from: email, clear: omit}
  firm: {from: company, clear: send_null}
"""


def a_part_is_sent(patch: Patch) -> None:
    patch.setitem(GLOBALS, "find_unstated", lambda *_: None)


def what_stands_is_left_out(patch: Patch) -> None:
    real = object_changes._put_all
    patch.setattr(
        object_changes, "_put_all", lambda writer, outcomes, *rest: real(writer, outcomes[1:], *rest)
    )


@pytest.mark.parametrize(
    ("plant", "law"), [(a_part_is_sent, "erases"), (what_stands_is_left_out, "convergence")]
)
def test_a_record_that_is_replaced(
    plant: Callable[[Patch], None], law: str, tmp_path: Path, monkeypatch: Patch
) -> None:
    assert prove(made(tmp_path, REPLACED), examples=EXAMPLES).ok
    plant(monkeypatch)
    found = prove(made(tmp_path, REPLACED), examples=EXAMPLES).counterexamples
    assert law in {one.law for one in found}


MASKED = """
mask: {body: mask}
clear: mask
body:
  uid:  {from: id, identity: true}
  mail: email
  firm: company
"""


def names_of_what_is_cleared_are_lost(patch: Patch) -> None:
    patch.setattr(Masking, "_changed", lambda self, draft: (one.target for one in draft.changes if one.after))


def everything_has_a_name(patch: Patch) -> None:
    patch.setattr(Masking, "_changed", lambda self, draft: ("mail", "firm"))


@pytest.mark.parametrize("plant", [names_of_what_is_cleared_are_lost, everything_has_a_name])
def test_what_a_mask_names(plant: Callable[[Patch], None], tmp_path: Path, monkeypatch: Patch) -> None:
    assert prove(made(tmp_path, MASKED), examples=EXAMPLES).ok
    plant(monkeypatch)
    found = prove(made(tmp_path, MASKED), examples=EXAMPLES).counterexamples
    assert {one.law for one in found} & {"convergence", "minimality"}


TOGETHER = """
custmap: 1
name: acme/case
requests:
  - name: remove
    changes: {into: ops, set: {at: "{path}", to: "{value}"}}
    contract: {method: POST, url: "https://x.io/remove"}
    body: {gone: {from: tags, merge: items, gone: {item: {rm: "{value}"}}}, mail: email}
  - name: add
    contract: {method: POST, url: "https://x.io/add"}
    body: {tags: {from: tags, merge: items, added: {in: t.add}}}
"""


def test_what_two_requests_say_of_a_list(tmp_path: Path, monkeypatch: Patch) -> None:
    path = tmp_path / "acme" / "case.yaml"
    path.parent.mkdir()
    path.write_text(TOGETHER)
    assert prove(custmap.load(path), examples=EXAMPLES).ok
    items_that_went_are_not_told(monkeypatch)
    found = prove(custmap.load(path), examples=EXAMPLES).counterexamples
    assert [(one.law, one.target) for one in found] == [("convergence", "gone")]
