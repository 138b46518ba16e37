"""What each merge policy, each form of clearing and each state become: suites of cases in `cases/`.

Every suite gives a mapping, every case two customers and what the plan says. A suite's cases are also run
with its rules in another order and with both sides alike: neither may matter.
"""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from custmap import Mapping, RecordError
from custmap.records.identity import RequestIds, Who
from small_mappings import made, tables

CASES = Path(__file__).parent / "cases"
KEYS = {
    "name", "before", "after", "customer", "vendor", "absent", "nulls", "params", "on_rejected",
    "body", "content", "path", "query", "headers", "request", "changes", "values", "sources", "rejected",
    "notes", "error",
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    suite: str
    rules: str
    beside: tuple[tuple[str, str], ...]
    data: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.suite}: {self.data['name']}"


def all_cases() -> Iterator[Case]:
    for path in sorted(CASES.glob("*.yaml")):
        for suite in tables(path):
            for data in suite["cases"]:
                assert data.keys() <= KEYS, data
                assert data.keys() & {"body", "content", "request", "error", "changes", "path"}, data
                beside = tuple(suite.get("beside", {}).items())
                yield Case(f"{path.stem}/{suite['suite']}", suite["given"], beside, data)


ALL = list(all_cases())
LONG = os.environ.get("CUSTMAP_LAWS") == "long"


@pytest.fixture(scope="module")
def mapping_of(tmp_path_factory: pytest.TempPathFactory) -> Any:
    @cache
    def of(rules: str, beside: tuple[tuple[str, str], ...]) -> Mapping:
        return made(tmp_path_factory.mktemp("m"), rules, dict(beside))

    return of


def run(mapping: Mapping, data: dict[str, Any]) -> tuple[Any, Any]:
    """The request and, of a diff, the plan."""
    options = {name: data[name] for name in ("nulls", "absent", "on_rejected", "vendor") if name in data}
    if "customer" in data:
        return mapping.apply(data["customer"], data.get("params"), **options), None
    plan = mapping.diff(data.get("before"), data["after"], data.get("params"), **options)
    return plan.request, plan


@pytest.mark.parametrize("case", ALL, ids=str)
def test_case(case: Case, mapping_of: Any) -> None:
    check(mapping_of(case.rules, case.beside), case.data)


@pytest.mark.parametrize("case", ALL if LONG else ALL[::3], ids=str)
def test_order_of_rules_and_keys_is_no_matter(case: Case, mapping_of: Any) -> None:
    turned = yaml.serialize(turn(yaml.compose(case.rules)), allow_unicode=True)
    names = ("before", "after", "customer", "vendor")
    sides = {name: backwards(case.data[name]) for name in names if name in case.data}
    check(mapping_of(turned, case.beside), {**case.data, **sides})


@pytest.mark.parametrize("case", ALL if LONG else ALL[1::3], ids=str)
def test_rules_on_one_line_are_told_apart(case: Case, mapping_of: Any) -> None:
    table = yaml.compose(case.rules)
    for _, part in table.value:
        part.flow_style = True  # everything in it then is in flow style, too
    flow = yaml.serialize(table, allow_unicode=True, width=100_000)
    written = mapping_of(case.rules, case.beside)
    assert _told(mapping_of(flow, case.beside), case.data) == _told(written, case.data)


def test_what_is_missing_is_asked_for_by_its_source(tmp_path: Path) -> None:
    contract = "contract: {method: PATCH, url: 'https://x.io/{id}'}\n"
    mapping = made(tmp_path, contract + "path: {id: identifiers.acme}\n")
    with pytest.raises(RecordError) as raised:
        mapping.apply({})
    [found] = raised.value.diagnostics
    assert (found.code, found.target, found.path) == ("CM707", "path.id", "identifiers.acme")
    assert "`identifiers.acme`" in (found.help or "")


def test_what_is_missing_points_to_its_rule(tmp_path: Path) -> None:
    contract = """
contract:
  method: PATCH
  url: 'https://x.io/c'
  query: {n: {type: integer, required: true}, t: {type: string, required: true}}
query:
  n: integer(company)
  t: role
body: {mail: email}
"""
    mapping = made(tmp_path, contract)
    with pytest.raises(RecordError) as raised:
        mapping.diff({"company": "abc", "email": "a"}, {"company": "abc", "email": "b"})
    lines = Path(mapping.checked.file.file).read_text(encoding="utf-8").splitlines()
    found = [
        (one.code, one.target, one.path, one.span and lines[one.span.line - 1].strip())
        for one in raised.value.diagnostics
    ]
    assert sorted(found) == [
        ("CM704", "query.n", "company", "n: integer(company)"),
        ("CM707", "query.t", "role", "t: role"),
    ]


def _told(mapping: Mapping, data: dict[str, Any]) -> Any:
    """Everything that a call tells, with the words of the file that each part of it points to."""
    lines = Path(mapping.checked.file.file).read_text(encoding="utf-8").splitlines()

    def key(span: Any) -> str | None:
        return span and lines[span.line - 1][span.column - 1 : span.end_column - 1].strip("\"'")

    try:
        request, plan = run(mapping, data)
    except RecordError as error:
        return [(one.code, one.path, one.target, key(one.span)) for one in error.diagnostics]
    told = plan.changes + plan.rejected if plan else ()
    rules = [(one.target, key(one.span)) for one in told]
    return request and request.to_json(), request and request.notes, plan and plan.notes, rules


@pytest.mark.parametrize("case", [case for case in ALL if "error" not in case.data], ids=str)
def test_same_on_both_sides_says_nothing(case: Case, mapping_of: Any) -> None:
    sides = [case.data[name] for name in ("before", "after", "customer") if case.data.get(name) is not None]
    mapping = mapping_of(case.rules, case.beside)
    for side in sides:
        for absent in ("keep", "clear"):
            plan = mapping.diff(side, side, case.data.get("params"), absent=absent)
            assert (plan.request, plan.changes, plan.rejected) == (None, (), ())


@pytest.mark.parametrize("case", [case for case in ALL if "customer" in case.data], ids=str)
def test_from_nothing_is_apply(case: Case, mapping_of: Any) -> None:
    mapping = mapping_of(case.rules, case.beside)
    customer, params = case.data["customer"], case.data.get("params")
    if "error" in case.data:
        return
    applied, _ = run(mapping, case.data)
    options = {name: case.data[name] for name in ("nulls", "absent") if name in case.data}
    plan = mapping.diff(None, customer, params, **options)
    if plan.request is not None:
        assert plan.request.to_json() == applied.to_json()
        assert json.dumps(plan.request.body) == json.dumps(applied.body), "in one order, too"
    else:
        assert not plan.changes


@pytest.mark.parametrize("case", [case for case in ALL if "customer" in case.data], ids=str)
def test_a_line_is_the_request(case: Case, mapping_of: Any) -> None:
    """What a run writes of a record is what `apply` gives, made in whatever way."""
    mapping, data = mapping_of(case.rules, case.beside), case.data
    options = {name: data[name] for name in ("on_rejected", "nulls", "absent") if name in data}

    def line() -> bytes:
        write = mapping.line_applier(RequestIds("a run"), data.get("params"), secrets=True, **options)
        return write(copy.deepcopy(data["customer"]), False, Who(0))[0]

    try:
        applied, _ = run(mapping, data)
    except RecordError as error:
        with pytest.raises(RecordError) as raised:
            line()
        assert str(raised.value) == str(error)
        return
    made = json.loads(line())
    assert {name: made[name] for name in applied.to_dict()} == json.loads(json.dumps(applied.to_dict()))


@pytest.mark.parametrize("case", [case for case in ALL if "error" not in case.data], ids=str)
def test_two_runs_share_nothing(case: Case, mapping_of: Any) -> None:
    """Whoever changes a list in one request changes no other request, nor what comes next."""
    one, two = (run(mapping_of(case.rules, case.beside), case.data) for _ in range(2))
    assert not containers(one).keys() & containers(two).keys()


def containers(given: tuple[Any, Any]) -> dict[int, Any]:
    """Every dict and list that a caller is given, by its identity."""
    request, plan = given
    found: dict[int, Any] = {}
    open_ = [request.to_dict()] if request else []
    open_ += [value for change in plan.changes for value in (change.before, change.after)] if plan else []
    while open_:
        value = open_.pop()
        if isinstance(value, dict | list):
            found[id(value)] = value
            open_ += value.values() if isinstance(value, dict) else value
    return found


def check(mapping: Mapping, data: dict[str, Any]) -> None:
    kept = copy.deepcopy(data)
    try:
        request, plan = run(mapping, data)
    except RecordError as error:
        assert sorted(found.code for found in error.diagnostics) == sorted(_listed(data.get("error"))), error
        named = {found.target: found.path for found in error.diagnostics}
        assert {target: named[target] for target in data.get("sources", {})} == data.get("sources", {})
        return
    assert data == kept, "the inputs are as they were"
    assert "error" not in data, f"expected {data.get('error')}"
    if "request" in data:
        assert request is None
    for part in ("body", "path", "query"):
        if part in data:
            assert request is not None, "there is no request"
            assert typed(getattr(request, part)) == typed(data[part])
    if "content" in data:
        assert (request.content or b"").decode() == data["content"]
    if "headers" in data:
        assert {name: request.headers.get(name) for name in data["headers"]} == data["headers"]
    if plan is None:
        notes = [note.target for note in request.notes]
    else:
        notes = [note.target for note in plan.notes]
        assert all(change.request == 0 for change in plan.changes)
        changes = [f"{change.action} {change.target}" for change in plan.changes]
        if "changes" in data:
            assert changes == data["changes"]
        for target, sides in data.get("values", {}).items():
            found = [[change.before, change.after] for change in plan.changes if change.target == target]
            assert typed(found) == typed([sides])
        told = {one.target: one.source for one in plan.changes + plan.rejected}
        assert {target: told[target] for target in data.get("sources", {})} == data.get("sources", {})
        rejected = [f"{found.target}: {found.code}" for found in plan.rejected]
        assert rejected == data.get("rejected", [])
        assert bool(plan) == bool(changes or rejected)
    if "notes" in data:
        assert notes == data["notes"]


def typed(value: Any) -> Any:
    """JSON's equality: `true` is not `1`, and a list keeps its order."""
    if isinstance(value, dict):
        return {key: typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [typed(item) for item in value]
    return (type(value).__name__, value)


def turn(node: yaml.Node) -> yaml.Node:
    """The same file with the keys of its tables the other way round."""
    if isinstance(node, yaml.MappingNode):
        node.value = [(key, turn(value)) for key, value in reversed(node.value)]
    elif isinstance(node, yaml.SequenceNode):
        node.value = [turn(item) for item in node.value]
    return node


def backwards(value: Any) -> Any:
    """The same tables with their keys the other way round; lists keep their order."""
    if isinstance(value, dict):
        return {key: backwards(value[key]) for key in reversed(value)}
    return [backwards(item) for item in value] if isinstance(value, list) else value


def _listed(codes: Any) -> list[str]:
    return [] if codes is None else codes if isinstance(codes, list) else [codes]
