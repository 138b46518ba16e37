"""`custmap.testing` for tests in Python: one assertion, and strategies."""

from __future__ import annotations

import doctest
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

import custmap
from custmap.border.intake import take
from custmap.records.extras import ExtraMissing
from custmap.schema.canonical import load_canonical
from custmap.testing import assert_request, customer_pairs, customers, rows
from custmap.values.absent import ABSENT
from small_mappings import made

SHOP = custmap.load("microbase/customer-update")
GOOGLE = custmap.load("google/update-contact")
SQUARE = custmap.load("square/update-customer")
TO = {"host": "shop.example", "token": "t"}
ANN = {"identifiers": {"microbase": "H7"}, "email": "ann@example.com"}
SOURCE = """custmap: 1
source: crm/people
columns: {id: integer, mail: string, tags: {type: array, items: string}, kind: {enum: [c, t, null]}}
key: id
nulls: clear
customer: {id: text(id), company: mail, tags: tags, role: {from: kind, values: {c: customer, t: tester}}}
"""
FEW = settings(max_examples=30, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def test_what_is_expected() -> None:
    assert_request(SHOP, ANN, {"body": {"id": "H7", "email": "ann@example.com"}, "headers": {}}, TO)
    assert_request("microbase/customer-update", custmap.Customer(**ANN), {"method": "POST"}, TO)
    assert_request(SHOP, ANN, None, TO, before=ANN)
    gone = {"body": {"id": "H7", "tags": []}}
    assert_request(SHOP, ANN, gone, TO, before={**ANN, "tags": ["VIP"]}, absent="clear")
    assert_request(SHOP, ANN | {"email": None}, {"body": {"id": "H7"}}, TO, on_rejected="drop")


@pytest.mark.parametrize("name", ["assertion", "coverage", "discover", "rewrite", "write_yaml"])
def test_examples_run(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])
    assert doctest.testmod(import_module(f"custmap.testing.{name}")).failed == 0


def test_several_requests() -> None:
    ann = {"identifiers": {"square": "SQ1"}, "custom_fields": {"plan": "gold"}}
    body = {"custom_attribute": {"value": "gold"}}
    assert_request(SQUARE, ann, [{"name": "attributes", "body": body}], {"token": "t"})
    assert_request(SQUARE, ann, [], {"token": "t"}, before=ann)
    with pytest.raises(AssertionError, match="requests: expected 2 requests, got 1 request"):
        assert_request(SQUARE, ann, ({"body": body}, {"body": body}), {"token": "t"})


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        ({"headers": {"Authorization": "Bearer t"}}, 'expected "Bearer t", got "Bearer {{token}}"'),
        ({"body": {"id": "H7"}}, 'body.email: expected nothing, got "ann@example.com"'),
        ({"headers": {"Authorization": "x", "Accept": "y"}}, 'Accept: expected "y", got "application/json"'),
    ],
)
def test_no_secret_is_shown(expected: Any, told: str) -> None:
    with pytest.raises(AssertionError) as caught:
        assert_request(SHOP, ANN, expected, TO | {"token": "S3CRET"})
    assert told in str(caught.value) and "S3CRET" not in str(caught.value)


BODY_WITH_SECRETS = """
params: {pin: {secret: true}}
body: {email: email, password: {param: pin}, list: {param: pin, format: "a{}"}}
"""


@pytest.mark.parametrize(
    "expected",
    [{"body": {"email": "x"}}, {"body": None}, {"content": "x"}, {"body": {"password": {"a": 1}}}, None],
)
def test_no_secret_of_a_body_is_shown(expected: Any, tmp_path: Path) -> None:
    mapping = made(tmp_path, BODY_WITH_SECRETS)
    options: dict[str, Any] = {"before": {"email": "b"}} if expected is None else {}
    with pytest.raises(AssertionError, match=r"\{\{pin\}\}") as caught:
        assert_request(mapping, {"email": "a"}, expected, {"pin": "S3CRET"}, **options)
    assert "S3CRET" not in str(caught.value)


def test_a_difference_names_the_line_of_the_rule() -> None:
    with pytest.raises(AssertionError) as caught:
        assert_request(SHOP, ANN, {"body": {"id": "H7", "email": "bo@example.com", "tags": []}}, TO)
    assert str(caught.value) == (
        "microbase/customer-update does not make the expected request\n"
        '  body.email: expected "bo@example.com", got "ann@example.com"\n'
        "    from mappings/microbase/customer-update.yaml:20\n"
        "  body.tags: expected [], got nothing\n"
        "    from mappings/microbase/customer-update.yaml:24"
    )
    with pytest.raises(AssertionError, match=r"error: expected nothing, got RecordError: .*CM803"):
        assert_request(SHOP, ANN | {"email": None}, {"body": {}}, TO)
    with pytest.raises(AssertionError, match="request: expected none, got POST with the body"):
        assert_request(SHOP, ANN, None, TO, before=None)


@pytest.mark.parametrize(
    ("expected", "options", "error", "message"),
    [
        ({"bdy": {}}, {}, ValueError, "`expected`: unknown key `bdy`. Did you mean `body`?"),
        ({"headers": 1}, {}, ValueError, "`expected`: `headers` must be a map; this is a number."),
        ({"body": {1, 2}}, {}, TypeError, "`expected` has a value that is not JSON: set"),
        ([1], {}, TypeError, "`expected`: a request is a dict of its members"),
        ({"body": {}}, {"absent": "kep"}, ValueError, "absent is"),
        ({"body": {}}, {"absnt": "keep"}, TypeError, "absnt"),
    ],
)
def test_misuse(expected: Any, options: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        assert_request(SHOP, ANN, expected, TO, **options)
    assert message in str(caught.value)


def test_what_is_no_mapping_and_no_expectation() -> None:
    with pytest.raises(TypeError, match="`mapping` is a mapping, its name or its path, not NoneType"):
        assert_request(None, ANN, {"body": {}}, TO)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="`expected` is a dict, a list of them or None, not int"):
        assert_request(SHOP, ANN, 5, TO)  # type: ignore[arg-type]


def test_a_parameter_that_is_not_declared() -> None:
    with pytest.raises(ValueError, match="Did you mean `token`"):
        assert_request(SHOP, ANN, {"body": {}}, {"tokn": "t"})


@FEW
@given(customers())
def test_customers_fit_the_schema(customer: dict[str, Any]) -> None:
    assert take(customer, load_canonical(None)).notes == ()


@FEW
@given(customer_pairs(GOOGLE))
def test_nothing_is_said_twice(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    for one in pair:
        assert not GOOGLE.diff(one, one, {"etag": "e", "token": "t"}).requests


def test_pairs_are_near_and_draw_what_the_mapping_reads() -> None:
    found: list[tuple[dict[str, Any], dict[str, Any]]] = []
    for mapping in (SHOP, SQUARE):
        FEW(given(customer_pairs(mapping))(lambda pair: found.append(pair)))()
        read = {"microbase": {"identifiers", "email", "name", "status", "tags"}}.get(
            mapping.name.partition("/")[0]
        )
        names = {name for pair in found for one in pair for name in one}
        assert read is None or names <= read
        assert sum(before != after for before, after in found) > 8
        found.clear()


def test_a_schema_of_the_mappings_own(tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / "person.json").write_text(
        '{"type": "object", "properties": {"code": {"enum": ["a", "b"]}, "n": {"type": "integer"}}, '
        '"required": ["code"], "additionalProperties": false}'
    )
    path = folder / "update.yaml"
    path.write_text(
        "custmap: 1\nname: acme/update\nsource: person.json\n"
        "contract: {method: POST, url: https://a.example, fields: {c: string, n: integer}}\n"
        "body: {c: code, n: n}\n"
    )
    mapping = custmap.load(path)
    found: list[dict[str, Any]] = []
    FEW(given(customers(mapping))(lambda customer: found.append(customer)))()
    assert {one["code"] for one in found} == {"a", "b"}
    assert {type(one.get("n", ABSENT)) for one in found} >= {int, type(ABSENT)}


def test_rows_have_all_columns_and_fit(tmp_path: Path) -> None:
    path = tmp_path / "crm" / "people.yaml"
    path.parent.mkdir()
    path.write_text(SOURCE)
    source = custmap.source(path)
    found: list[dict[str, Any]] = []

    def look(row: dict[str, Any]) -> None:
        found.append(row)
        source.customer(row)

    FEW(given(rows(source))(look))()
    assert {tuple(row) for row in found} == {source.columns}
    assert {type(row["mail"]) for row in found} == {str, type(None)}
    assert {"c", "t"} <= {row["kind"] for row in found}


def test_without_hypothesis(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    for draw in (customers, customer_pairs, lambda: rows(None)):  # type: ignore[arg-type]
        with pytest.raises(ExtraMissing, match=r"needs hypothesis: pip install 'custmap\[prove\]'"):
            draw()


def test_importing_it_needs_neither_pytest_nor_hypothesis() -> None:
    code = (
        "import sys, custmap.testing as t; t.assert_request; t.customers; "
        "print([m for m in ('pytest', 'hypothesis') if m in sys.modules], t.__all__)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out == "[] ['assert_request', 'customer_pairs', 'customers', 'rows']\n"
    with pytest.raises(AttributeError, match="has no `custmers`"):
        custmap.testing.custmers  # type: ignore[attr-defined]  # noqa: B018
