"""Several requests: what is sent, in order, and what plans say of it."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from custmap import Mapping, RecordError, load
from custmap.values.equality import same
from small_mappings import made, tables, write

CASES = [
    pytest.param(suite["given"], case, id=f"{suite['suite']}: {case['name']}")
    for suite in tables(Path(__file__).parent / "sequences.yaml")
    for case in suite["cases"]
]


@pytest.fixture(scope="module")
def mapping_of(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return cache(lambda rules: made(tmp_path_factory.mktemp("m"), rules))


def lines(requests: Any) -> Iterator[list[Any]]:
    for one in requests:
        yield [one.name, one.method, one.url.removeprefix("https://x.io"), one.body]


def stated(line: str) -> list[Any]:
    name, method, path, *body = line.split(" ", 3)
    return [name, method, path, yaml.safe_load(body[0]) if body else None]


@pytest.mark.parametrize("rules, case", CASES)
def test_case(mapping_of: Any, rules: str, case: dict[str, Any]) -> None:
    mapping: Mapping = mapping_of(rules)
    given = deepcopy(case)
    if "customer" in case:
        requests = mapping.requests(case["customer"])
        assert same(list(lines(requests)), list(map(stated, case["sent"])))
        assert list(lines(mapping.diff(None, case["customer"]).requests)) == list(lines(requests))
        return
    if "error" in case:
        with pytest.raises(RecordError) as error:
            mapping.diff(case["before"], case["after"])
        assert error.value.diagnostics[0].code == case["error"]
        return
    options = {name: case[name] for name in ("absent", "vendor") if name in case}
    plan = mapping.diff(case.get("before"), case["after"], **options)
    assert same(list(lines(plan.requests)), list(map(stated, case["sent"])))
    assert [f"{one.action} {one.target}" for one in plan.changes] == case["changes"]
    assert [f"{one.target}: {one.code}" for one in plan.rejected] == case.get("rejected", [])
    assert [one.target for one in plan.notes] == case.get("notes", [])
    carried = [plan.requests[one.request].name for one in plan.changes if one.request is not None]
    assert len(carried) == len(plan.changes)
    assert case == given


def test_one_request_alone(mapping_of: Any) -> None:
    mapping = mapping_of(CASES[0].values[0])
    with pytest.raises(TypeError, match="requests"):
        mapping.apply({})
    with pytest.raises(TypeError, match="requests"):
        mapping.apply({"tags": 7})
    plan = mapping.diff(None, {"identifiers": {"acme": "a"}, "tags": ["x", "y"]})
    with pytest.raises(TypeError, match="requests"):
        _ = plan.request
    assert mapping.diff({"identifiers": {"acme": "a"}}, {"email": "e"}).request.name == "customer"
    for documents in ({"nobody": {}}, {"customer": {}, "fields": {}}, []):
        with pytest.raises(ValueError, match=r"by their names \(customer\)"):
            mapping.diff(None, {"email": "e"}, vendor=documents)
    fields = next(one for one in mapping.requests({"identifiers": {"acme": "a"}, "attributes": {"x": 1}}))
    assert (fields.name, fields.after) == ("fields", ("customer",))
    assert fields.to_dict()["after"] == ["customer"]


def test_rejected_and_dropped(mapping_of: Any) -> None:
    mapping = mapping_of(CASES[0].values[0])
    customer = {"identifiers": {"acme": "a"}, "attributes": {"x": "abc", "y": 1}, "tags": None}
    with pytest.raises(RecordError) as error:
        mapping.requests(customer)
    assert [one.code for one in error.value.diagnostics] == ["CM704", "CM803"]
    dropped = mapping.requests(customer, on_rejected="drop")
    assert list(lines(dropped)) == [stated("fields POST /c/a/f/y {v: 1}")]


def test_a_parameter_that_misses_is_an_error_of_the_record(tmp_path: Path) -> None:
    mapping = made(
        tmp_path,
        'requests: [{name: a, for_each: tags, set: {contract: {method: PUT, url: "https://{host}/{k}"}, '
        "path: {k: key}}}]\nparams: {host: {}}\n",
    )
    assert mapping.diff({"tags": ["a"]}, {"tags": ["a"]}).requests == ()
    with pytest.raises(RecordError) as error:
        mapping.diff({"tags": []}, {"tags": ["a"]})
    assert error.value.diagnostics[0].code == "CM708"


def test_heads_count_for_all(tmp_path: Path) -> None:
    rules = """
params: {token: {secret: true}}
headers: {Authorization: {param: token}, x-a: {value: head}}
response: {ok: "status == `201`", errors: {each: body.errors, field: field, code: code}}
requests:
  - name: one
    contract: {method: PUT, url: "https://x.io/one", fields: {mail: string}}
    headers: {X-A: {value: own}}
    body: {mail: email}
  - name: two
    for_each: attributes
    set:
      contract: {method: PUT, url: "https://x.io/two/{k}"}
      path: {k: key}
      body: {v: value}
    clear:
      contract: {method: DELETE, url: "https://x.io/two/{k}"}
      path: {k: key}
      response: {ok: "status == `404`"}
"""
    mapping = load(write(tmp_path, rules))
    one, two = mapping.requests({"email": "e", "attributes": {"x": 1}}, {"token": "t"})
    assert one.headers["Authorization"] == two.headers["Authorization"] == "t"
    assert (one.headers["X-A"], two.headers["x-a"]) == ("own", "head")
    assert "'t'" not in repr(one) + repr(two)
    gone = mapping.diff({"attributes": {"x": 1}}, {"attributes": {}}, {"token": "t"}).requests[0]
    assert [mapping.outcome(201, {}, asked).ok for asked in (one, "two", two, gone, "two.clear")] == [
        *(True, True, True),
        *(False, False),
    ]
    assert mapping.outcome(404, None, gone).ok
    refused = {"errors": [{"field": "v", "code": "c"}, {"field": "mail", "code": "d"}]}
    assert [one.field for one in mapping.outcome(400, refused, "one").errors] == [None, "email"]
    assert [one.field for one in mapping.outcome(400, refused, two).errors] == ["attributes", None]
    with pytest.raises(TypeError, match="one, two"):
        mapping.outcome(200)
    with pytest.raises(ValueError, match="Did you mean `two`"):
        mapping.outcome(200, None, "tow")
    assert mapping.reverse({"mail": "e"}, {"attributes": {"x": 1}}) == {"email": "e", "attributes": {"x": 1}}


ONE = 'contract: {method: PUT, url: "https://x.io", fields: {mail: string}}\nbody: {mail: email}\n'


@pytest.mark.parametrize("rules", [ONE, CASES[0].values[0]], ids=["one request", "several"])
def test_what_no_rule_reads_fits_the_schema_too(rules: Any, mapping_of: Any) -> None:
    """Nothing but the check sees it: in each way to make requests, and in none that goes without."""
    mapping = mapping_of(rules)
    record = {"email": "e", "identifiers": {"acme": "a"}, "company": 7}
    apply, compare = mapping.applier(), mapping.comparer()
    for make in (
        lambda: mapping.requests(record),
        lambda: mapping.diff(None, record),
        lambda: apply(record, False),
        lambda: compare(None, record, False),
    ):
        with pytest.raises(RecordError) as error:
            make()
        assert [(one.code, one.path) for one in error.value.diagnostics] == [("CM701", "company")]
    assert mapping.requests(record, check=False) and apply(record, True)
