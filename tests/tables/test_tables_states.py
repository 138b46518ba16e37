"""What a row leaves unsaid, or cannot state, beside what a vendor holds."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_tables_source import write

import custmap
import small_mappings
from custmap.tables.explained import with_columns

MAPPING = """\
custmap: 1
name: acme/update
contract: {method: POST, url: "https://acme.example/customers", fields: {}}
response: {customer: body}
body:
  id: {from: id, identity: true}
  email: {from: email, clear: send_null}
  phone: {from: phone.number, clear: send_null}
  attrs: {from: attributes, merge: entries, clear: send_null}
  places: {each: addresses, fields: {city: city, street: line1}}
  channels:
    {each: channels, key: type, merge: keyed, clear: skip, fields: {type: type, value: value, main: primary}}
"""
HEAD = """\
custmap: 1
source: crm/customers
columns:
  id: integer
  a: string
  b: string
  c: string
  s: {type: object, properties: {x: string, y: string}}
  yes: boolean
"""
ROW: dict[str, Any] = {"id": 1, "a": None, "b": None, "c": None, "s": None, "yes": None}
GOOD, BAD, OTHER = "+12065550142", "abc", "abcd"


def made(folder: Path, rules: str, head: str = "nulls: absent\n") -> custmap.Source:
    text = f"{HEAD}{head}customer:\n  id: text(id)\n" + "".join(f"  {line}\n" for line in rules.split("\n"))
    return custmap.source(write(folder, text))


@pytest.fixture(scope="module")
def mapping(tmp_path_factory: pytest.TempPathFactory) -> custmap.Mapping:
    path = tmp_path_factory.mktemp("m") / "mappings" / "acme" / "update.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(MAPPING, "utf-8")
    return custmap.load(path)


Told = tuple[list[str], list[tuple[str, str]]]


def told(plan: Any) -> Told:
    return (
        [f"{one.action} {one.target}" for one in plan.changes],
        [(one.target, one.code) for one in plan.rejected],
    )


PHONE = "phone.number: phone_e164(a)"


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ({"a": BAD}, {}, ([], [])),
        ({"a": GOOD}, {}, ([], [])),
        ({"a": GOOD}, {"a": BAD}, ([], [("phone", "CM704")])),
        ({"a": BAD}, {"a": OTHER}, ([], [("phone", "CM704")])),
        ({"a": BAD}, {"a": GOOD}, (["set phone"], [])),
        ({"a": BAD}, {"c": "x@acme.example"}, (["set email"], [])),
    ],
)
def test_what_failed_before_and_is_not_said_now(
    mapping: custmap.Mapping, tmp_path: Path, before: Any, after: Any, wanted: Told
) -> None:
    source = made(tmp_path, f"{PHONE}\nemail: c")
    plan = mapping.diff(ROW | before, ROW | after, source=source)
    assert told(plan) == wanted


RULES = "attributes.a: a\nattributes.b: b"
STRUCT = "attributes: s"
HASH = 'attributes: "{x: s.x, y: s.y}"'
PLACES = '"addresses[0].city": a\n"addresses[0].line1": b'
CHANNELS = '"channels[type=email].value": a\n"channels[type=mobile].value": b'


@pytest.mark.parametrize(
    ("rules", "before", "after", "wanted"),
    [
        (RULES, {"a": "1", "b": "2"}, {"b": "2"}, []),
        (RULES, {"a": "1", "b": "2"}, {"b": "3"}, ["set attrs.b"]),
        (RULES, {"a": "1", "b": "2"}, {}, []),
        (STRUCT, {"s": {"x": "1", "y": "2"}}, {"s": {"x": "1", "y": None}}, []),
        (STRUCT, {"s": {"x": "1", "y": "2"}}, {"s": {"x": "3", "y": None}}, ["set attrs.x"]),
        (STRUCT, {"s": {"x": "1", "y": "2"}}, {"s": {"x": None, "y": None}}, []),
        (HASH, {"s": {"x": "1", "y": "2"}}, {"s": {"x": "3", "y": None}}, ["set attrs.x"]),
        (PLACES, {"a": "Oslo", "b": "1"}, {"a": "Oslo"}, []),
        (PLACES, {"a": "Oslo", "b": "1"}, {"a": "Rome"}, ["set places"]),
        (CHANNELS, {"a": "x", "b": "y"}, {"a": "x"}, []),
        (CHANNELS, {"a": "x", "b": "y"}, {"a": "z"}, ["set channels[type=email]"]),
        ("email: {from: a, default: d@acme.example}", {"a": "x@acme.example"}, {}, []),
        ("email: {from: a, default: d@acme.example}", {}, {}, []),
    ],
)
def test_what_a_row_does_not_say_stays(
    mapping: custmap.Mapping, tmp_path: Path, rules: str, before: Any, after: Any, wanted: list[str]
) -> None:
    source = made(tmp_path, rules)
    plan = mapping.diff(ROW | before, ROW | after, source=source)
    assert told(plan) == (wanted, [])
    odd = OrderedDict(ROW | after), OrderedDict(ROW | before)
    assert told(mapping.diff(odd[1], odd[0], source=source)) == (wanted, [])


@pytest.mark.parametrize("rule", [STRUCT, HASH])
def test_a_map_that_is_null_is_not_filled_again(mapping: custmap.Mapping, tmp_path: Path, rule: str) -> None:
    source = made(tmp_path, rule, "nulls: clear\n")
    plan = mapping.diff(ROW | {"s": {"x": "1", "y": "2"}}, ROW, source=source)
    assert told(plan) == (["clear attrs.x", "clear attrs.y"], [])


def test_a_struct_of_nulls_is_no_map(tmp_path: Path) -> None:
    assert made(tmp_path, STRUCT).customer(ROW | {"s": {"x": None, "y": None}}) == {"id": "1"}


@pytest.mark.parametrize("settled", [True, False])
def test_a_settled_customer_has_its_key(tmp_path: Path, settled: bool) -> None:
    """Where the key is a field of customers it is one of this customer's; and silence stays silence."""
    rules = "body: {ref: id, mail: email, attrs: {from: attributes, merge: entries, clear: send_null}}"
    mapping = small_mappings.made(tmp_path, rules)
    source = made(tmp_path, f"{RULES}\nemail: c", "key: id\nnulls: absent\n")
    row = ROW | {"a": "1", "c": "x@acme.example"}
    before = source.customer(row) if settled else row
    bound = mapping.engine.binder.bind({})
    plan = source.through(mapping.engine).plan(before, ROW | {"c": "y@acme.example"}, bound, settled=settled)
    assert told(plan) == (["set mail"], [])


@pytest.mark.parametrize(
    ("rules", "columns"),
    [(RULES, {"attrs": ("a", "b"), "x": ()}), (STRUCT, {"attrs": ("s",), "x": ("s",)})],
)
def test_columns_of_what_is_in_a_field_or_around_it(
    tmp_path: Path, rules: str, columns: dict[str, tuple[str, ...]]
) -> None:
    path = tmp_path / "acme" / "update.yaml"
    path.parent.mkdir()
    path.write_text(f"{MAPPING}  x: attributes.x\n", "utf-8")
    found = with_columns(custmap.load(path).explain(), made(tmp_path, rules).explain())
    assert {line.target: line.columns for line in found.lines if line.target in columns} == columns


def test_a_whole_list_is_kept_item_by_item(mapping: custmap.Mapping, tmp_path: Path) -> None:
    source = made(tmp_path, PLACES)
    plan = mapping.diff(ROW | {"a": "Oslo", "b": "1"}, ROW | {"a": "Rome"}, source=source)
    assert plan.request is not None and plan.request.body["places"] == [{"city": "Rome", "street": "1"}]


def test_rules_that_read_null_in_both_ways_fill_one_list(mapping: custmap.Mapping, tmp_path: Path) -> None:
    rules = (
        '"channels[type=email].value": {from: a, nulls: absent}\n'
        '"channels[type=mobile].value": b\n"channels[type=mobile].primary": yes'
    )
    source = made(tmp_path, rules, "nulls: clear\n")
    row = ROW | {"a": "x", "b": "y", "yes": True}
    assert source.customer(row)["channels"] == [
        {"type": "email", "value": "x"},
        {"type": "mobile", "value": "y", "primary": True},
    ]
    assert told(mapping.diff(row, row | {"a": "z"}, source=source))[0] == ["set channels[type=email]"]


VENDOR = {"id": "1", "email": "x@acme.example", "phone": GOOD, "attrs": {"a": "x", "b": "1"}}


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        ({"b": "1"}, ([], [])),
        ({"b": "2"}, (["set attrs.b"], [])),
        ({"a": BAD}, ([], [("phone", "CM704")])),
        ({"a": BAD, "c": "y@acme.example"}, (["set email"], [("phone", "CM704")])),
    ],
)
def test_beside_what_the_vendor_holds(
    mapping: custmap.Mapping, tmp_path: Path, row: Any, wanted: Told
) -> None:
    source = made(tmp_path, f"{PHONE}\nattributes.b: b\nemail: c")
    plan = mapping.diff(None, ROW | row, vendor=VENDOR, source=source)
    assert told(plan) == wanted


@pytest.mark.parametrize(
    ("column", "cell"), [("id", "7"), ("id", True), ("a", 7.5), ("yes", "x"), ("s", "x"), ("c", True)]
)
def test_cells_have_the_type_of_their_column(tmp_path: Path, column: str, cell: Any) -> None:
    source = made(tmp_path, "attributes.a: a\nattributes.c: c\nattributes.y: yes\nattributes.s: s")
    for row in (ROW | {column: cell}, OrderedDict(ROW | {column: cell})):
        with pytest.raises(custmap.RecordError) as caught:
            source.customer(row)
        assert [(one.code, one.path) for one in caught.value.diagnostics] == [("CM701", column)]


def test_a_cell_that_no_rule_reads_is_not_looked_at(tmp_path: Path) -> None:
    source = made(tmp_path, "email: c")
    for row in (ROW | {"a": b"x"}, OrderedDict(ROW | {"a": b"x"})):
        assert source.customer(row) == {"id": "1"}


def test_null_is_no_item_of_a_list(mapping: custmap.Mapping, tmp_path: Path) -> None:
    source = made(tmp_path, '"tags[0]": a', "nulls: clear\n")
    with pytest.raises(custmap.RecordError) as caught:
        source.customer(ROW)
    assert caught.value.diagnostics[0].path == "tags"


DATES = "attributes.joined: joined"


@pytest.mark.parametrize(
    ("cell", "stated"),
    [
        ("2026-07-01T12:00:00Z", "2026-07-01T12:00:00Z"),
        ("2026-07-01T12:00:00", "2026-07-01T12:00:00+02:00"),
        ("2026-07-01 12:00", "2026-07-01T12:00:00+02:00"),
        (np.datetime64("2026-01-01T00:00:00.123456"), "2026-01-01T00:00:00.123456+01:00"),
        (dt.datetime(2026, 10, 25, 2, 30, fold=1), "2026-10-25T02:30:00+01:00"),
        (dt.datetime(2026, 10, 25, 2, 30), "2026-10-25T02:30:00+02:00"),
        (dt.datetime(2026, 3, 29, 2, 30), None),
        (np.datetime64("2026-01-01T00:00:00.123456789"), None),
        ("yesterday", None),
    ],
)
def test_moments(tmp_path: Path, cell: Any, stated: str | None) -> None:
    text = HEAD + "  joined: {type: string, format: date-time}\nnulls: clear\ntimezone: Europe/Oslo\n"
    source = custmap.source(write(tmp_path, f"{text}customer:\n  {DATES}\n"))
    row = ROW | {"joined": cell}
    if stated is None:
        with pytest.raises(custmap.RecordError):
            source.customer(row)
    else:
        assert source.customer(row) == {"attributes": {"joined": stated}}


def test_a_moment_without_an_offset_needs_a_time_zone(tmp_path: Path) -> None:
    text = HEAD + "  joined: {type: string, format: date-time}\nnulls: clear\n"
    source = custmap.source(write(tmp_path, f"{text}customer:\n  {DATES}\n"))
    with pytest.raises(custmap.RecordError) as caught:
        source.customer(ROW | {"joined": "2026-07-01T12:00:00"})
    assert caught.value.diagnostics[0].path == "joined"


@pytest.mark.parametrize("cell", [Decimal("1E+700000000"), Decimal("1E-5000")])
def test_decimals_are_not_endless(tmp_path: Path, cell: Decimal) -> None:
    source = made(tmp_path, "email: c\nattributes.a: a")
    with pytest.raises(custmap.RecordError):
        source.customer(ROW | {"a": cell})


def test_a_row_has_one_form_whatever_its_class(tmp_path: Path) -> None:
    source = made(tmp_path, "name: a\nphone: b\nattributes.c: c")
    row = ROW | {"a": "Ann Li", "b": GOOD, "c": Decimal("12.50")}
    assert source.customer(row) == source.customer(OrderedDict(row))
    assert source.customer(row)["name"] == "Ann Li"


def test_no_code_of_a_cell_is_run(tmp_path: Path) -> None:
    class Evil:
        @property
        def __class__(self) -> Any:  # type: ignore[override]
            raise SystemExit

    source = made(tmp_path, "email: c")
    with pytest.raises(custmap.RecordError):
        source.customer(ROW | {"c": Evil()})


def test_what_is_no_source(mapping: custmap.Mapping) -> None:
    for call in (mapping.apply, mapping.requests):
        with pytest.raises(TypeError, match=r"what `custmap.source` gives"):
            call(ROW, source="crm/customers")  # type: ignore[arg-type]
