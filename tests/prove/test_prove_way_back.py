"""The way back is proved: a wrong inverse is found, at its rule, and what is declared is respected."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

import custmap
from custmap import Mapping, function
from custmap.back import reverse
from custmap.invert import undo, ways
from custmap.mapping.file import Pair
from custmap.prove import laws
from custmap.prove.documents import document_of
from custmap.prove.prove import prove
from custmap.prove.sample_params import sample_params
from custmap.prove.scene import Case, Scene
from custmap.prove.store import Store
from small_mappings import made

LONG = os.environ.get("CUSTMAP_LAWS") == "long"
EXAMPLES = 200 if LONG else 40
Patch = pytest.MonkeyPatch


def found(mapping: Mapping) -> list[tuple[str, str, int]]:
    proof = prove(mapping, examples=EXAMPLES)
    print(proof)
    return [(one.law, one.target, one.line) for one in proof.counterexamples]


@function(inverse=lambda value: value - 2, examples=[(1, 2)])
def plus_one(value: int) -> int:
    """The next number; its inverse is wrong."""
    return value + 1


def test_a_wrong_inverse(tmp_path: Path) -> None:
    path = tmp_path / "acme" / "case.yaml"
    path.parent.mkdir()
    path.write_text(
        "custmap: 1\nname: acme/case\ncontract: {method: PATCH, url: 'https://x.io/c'}\n"
        "body:\n  mail: email\n  rank: plus_one(priority)\n"
    )
    proof = prove(custmap.load(path, functions=[sys.modules[__name__]]), examples=EXAMPLES)
    assert [str(one) for one in proof.counterexamples] == [
        "counterexample: what was sent is not read back as the customer that it was made of\n"
        "  after   {priority: 1}\n"
        "  sent    {rank: 2}      `priority` is read back as 0\n"
        "  rule    case.yaml:6  rank: plus_one(priority)"
    ]
    mapping = custmap.load(path, functions=[sys.modules[__name__]])
    veiled = str(prove(mapping, examples=20, records=[{"priority": 41}]))
    assert "41" not in veiled
    assert '`priority` is read back as "number 3"' in veiled


CHANGES = """changes: {into: ops, set: {at: "{path}", to: "{value}"}, clear: {gone: "{path}"}}
body:
  mail: {from: email, set: {mail: "{value}"}}
  "lists[0].rank": plus_one(priority)
  "ways[kind=post].firm": company
  tags: {from: tags, merge: set}
"""


def test_a_wrong_inverse_in_a_list_of_changes(tmp_path: Path) -> None:
    path = tmp_path / "acme" / "case.yaml"
    path.parent.mkdir()
    head = "custmap: 1\nname: acme/case\ncontract: {method: PATCH, url: 'https://x.io/c'}\n"
    path.write_text(head + CHANGES)
    proof = prove(custmap.load(path, functions=[sys.modules[__name__]]), examples=EXAMPLES)
    assert [(one.law, one.target) for one in proof.counterexamples] == [("reads_back", "lists[0].rank")]
    path.write_text(head + CHANGES.replace("plus_one(priority)", "priority"))
    assert prove(custmap.load(path), examples=EXAMPLES).ok


def test_a_table_that_reads_another_value(monkeypatch: Patch) -> None:
    real = undo.turned_values

    def planted(origin: Any) -> Any:
        pairs, shared = real(origin)
        if pairs is None:
            return pairs, shared
        lefts = [pair.right for pair in pairs]
        moved = [*lefts[1:], lefts[0]]
        return tuple(_with_right(pair, to) for pair, to in zip(pairs, moved, strict=True)), shared

    monkeypatch.setattr(ways, "turned_values", planted)
    laws_of = {(law, target) for law, target, _ in found(custmap.load("microbase/customer-update"))}
    assert ("reads_back", "status") in laws_of


def _with_right(pair: Pair, to: Any) -> Pair:
    return Pair(pair.left, to, pair.left_span, pair.right_span)


def test_a_loss_that_is_not_what_was_sent(tmp_path: Path, monkeypatch: Patch) -> None:
    """Planted: a lossy inverse that gives what sends something else."""
    mapping = made(tmp_path, "body: {mail: lower(email)}")
    monkeypatch.setattr(undo, "same_text", lambda value: value)
    monkeypatch.setattr(undo, "inverse_of", lambda *_: lambda value: f"{value}!")
    assert [(law, target) for law, target, _ in found(mapping)] == [("sends_again", "mail")]


def test_a_base_that_counts_before_the_document(tmp_path: Path, monkeypatch: Patch) -> None:
    mapping = made(tmp_path, "body: {mail: lower(email), firm: company}")
    real = reverse.Reverse.read

    def planted(self: Any, document: Any, base: Any = None) -> Any:
        read, notes = real(self, document, base)
        return {**read, **(base or {})}, notes

    monkeypatch.setattr(reverse.Reverse, "read", planted)
    assert "reads_over_a_base" in {law for law, _, _ in found(mapping)}


def test_a_reading_that_never_ends(tmp_path: Path, monkeypatch: Patch) -> None:
    mapping = made(tmp_path, "body: {firm: company, mail: email}")
    real = reverse.Reverse.read

    def planted(self: Any, document: Any, base: Any = None) -> Any:
        read, notes = real(self, document, base)
        return {**read, "id": f"{(base or {}).get('id', '')}x"}, notes

    monkeypatch.setattr(reverse.Reverse, "read", planted)
    assert found(mapping) == [("reads_over_a_base", "", 0)]


DECLARED = """
mail: {from: lower(email), one_way: true}
firm: {from: company, default: NONE}
kind: {from: role, values: {customer: E, tester: {to: F, back: false}}, unmapped: skip}
sort: {from: status, values: {active: A}, unmapped: {default: X}}
list: {each: addresses, fields: {a: label, b: {from: "concat(city, ' ')", one_way: true}}}
gone: {from: company, clear: {name_in: names}}
blank: {from: id, empty: clear, clear: send_null}
one: timezone
two: lower(timezone)
"""


@pytest.mark.parametrize("rule", DECLARED.strip().splitlines())
def test_what_is_declared_is_no_counterexample(rule: str, tmp_path: Path) -> None:
    assert found(made(tmp_path, f"body:\n  {rule}\n  both: timezone\n")) == []


class Several:
    """A mapping whose plans have one request for each given body."""

    def __init__(self, mapping: Mapping, bodies: list[dict[str, Any]]) -> None:
        self.mapping, self.bodies = mapping, bodies
        self.checked = mapping.checked
        self.apply, self.reverse = mapping.apply, mapping.reverse

    def diff(self, before: Any, after: Any, params: Any = None, **options: Any) -> Any:
        plan = self.mapping.diff(before, after, params, **options)
        request = plan.requests[0]
        return replace(plan, requests=tuple(replace(request, body=body) for body in self.bodies))


STEPS = """
body:
  kind: {from: company, transitions: {A: [B], B: [B, C], C: [C]}%s}
"""


def retried(folder: Path, rules: str, bodies: list[dict[str, Any]]) -> Any:
    mapping = made(folder, rules)
    scene = Scene(Several(mapping, bodies), sample_params(mapping.checked))
    return laws.retry(scene, Case({"company": "A"}, {"company": "B"}, {}))


def test_every_prefix_and_then_all_of_it(tmp_path: Path) -> None:
    broken = retried(tmp_path, STEPS % "", [{"kind": "B"}, {"kind": "C"}])
    assert (broken.target, broken.sent) == ("kind", {"kind": "C"})
    assert broken.why.startswith("sent again, `kind`")


def test_a_plan_that_may_be_sent_again_from_anywhere(tmp_path: Path) -> None:
    assert retried(tmp_path, "body: {kind: company, mail: email}", [{"kind": "B"}, {"mail": "C"}]) is None


def test_what_is_not_repeatable_is_not_asked(tmp_path: Path) -> None:
    assert retried(tmp_path, STEPS % ", repeatable: false", [{"kind": "B"}, {"kind": "C"}]) is None


ALL = """
body:
  name.first: name.given
  "lists[1].rank": priority
  "ways[kind=post].firm": company
  tags: {from: tags, merge: set}
  more: {from: attributes, merge: entries}
  homes: {each: addresses, merge: keyed, key: label, fields: {label: label, "in.city": city}}
"""


def test_a_state_is_the_document_that_says_it(tmp_path: Path) -> None:
    mapping = made(tmp_path, ALL)
    homes = [{"label": "home", "city": "Oslo"}, {"label": "work"}]
    customer = {"name": {"given": "Ann"}, "priority": 1, "company": "C", "tags": ["a"], "addresses": homes}
    body = mapping.apply({**customer, "attributes": {"x": 1}}).body
    assert document_of(mapping.checked.operation.body, Store(mapping.checked).receive({}, body)) == body
