"""What a pair of records loses, field by field."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from custmap import Mapping, load
from custmap.diagnostics.errors import RecordError
from custmap.records.clear_counts import ClearCounts
from custmap.records.ndjson import Line, Record, parse_line
from custmap.values.json_text import dump_json
from small_mappings import made, tables, write

TABLES = tables(Path(__file__).with_name("cleared.yaml"))
CASES = [(table["rules"], case) for table in TABLES for case in table["cases"]]


def record(value: Any) -> Record:
    data = dump_json(value).encode()
    found = parse_line(Line(0, 1, 0, data, len(data)))
    assert isinstance(found, Record)
    return found


def row(value: Any) -> Record:
    """A row of a table: no line."""
    return Record((0, 1, 0, None, 0), value)


def counted(
    mapping: Mapping, pairs: list[tuple[Any, Any]], read: Callable[[Any], Record] = record, **options: Any
) -> ClearCounts:
    given: Any = {"absent": "keep", "nulls": "clear", **options}
    counts, compare = ClearCounts(mapping.engine, **given), mapping.comparer({}, **given)
    for before, after in (tuple(map(read, pair)) for pair in pairs):
        lost = counts.look(before, after)
        with suppress(RecordError):
            lost |= set(counts.told(compare(before.value, after.value, False), before))
        counts.clear(lost)
    return counts


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table["rules"][:40])
def test_the_fields_are_what_rules_read(table: Any, tmp_path: Path) -> None:
    assert list(counted(made(tmp_path, table["rules"]), []).fields) == table["fields"]


@pytest.mark.parametrize(("rules", "case"), CASES, ids=lambda one: str(one)[:60])
def test_what_is_cleared(rules: str, case: dict[str, Any], tmp_path: Path) -> None:
    pair = (case["before"], case["after"])
    counts = counted(made(tmp_path, rules), [pair, deepcopy(pair)], **case.get("options", {}))
    named = dict(zip(counts.fields, counts.cleared, strict=True))
    assert {name: count for name, count in named.items() if count} == dict.fromkeys(case["cleared"], 2)
    if "had" in case:
        had = dict(zip(counts.fields, counts.had, strict=True))
        assert {name: count for name, count in had.items() if count} == dict.fromkeys(case["had"], 2)


@pytest.mark.parametrize(("rules", "case"), CASES, ids=lambda one: str(one)[:60])
def test_who_does_not_change_loses_nothing(rules: str, case: dict[str, Any], tmp_path: Path) -> None:
    for one in (case["before"], case["after"]):
        turned = dict(reversed(one.items()))
        assert not any(counted(made(tmp_path, rules), [(one, one), (one, turned)]).cleared)


@pytest.mark.parametrize(("rules", "case"), CASES, ids=lambda one: str(one)[:60])
def test_who_has_something_open_is_counted_as_well(rules: str, case: dict[str, Any], tmp_path: Path) -> None:
    mapping = made(tmp_path, rules)
    opened = {**case["before"], "unsettled": ["identifiers.other"]}
    counts = [
        counted(mapping, [deepcopy((one, case["after"]))], **case.get("options", {}))
        for one in (case["before"], opened)
    ]
    assert (counts[0].cleared, counts[0].had) == (counts[1].cleared, counts[1].had)


def test_what_the_vendor_cannot_be_told_is_counted_apart(tmp_path: Path) -> None:
    rules = "body: {a: email, b: {from: company, clear: send_null}}"
    counts = counted(
        made(tmp_path, rules), [({"email": "a", "company": "c"}, {"email": None, "company": None})]
    )
    assert (counts.fields, counts.cleared, counts.untold) == (("company", "email"), [1, 1], [0, 1])


def test_rows_of_tables_are_counted(tmp_path: Path) -> None:
    mapping = made(tmp_path, "body: {a: {from: email, clear: impossible}}")
    assert counted(mapping, [({"email": "a"}, {"email": None, "priority": "many"})], row).cleared == [1]


def test_pairs_that_are_not_looked_at_are_counted(tmp_path: Path) -> None:
    counts = counted(made(tmp_path, "body: {a: email, b: company}"), [])
    for one in ({"email": "a"}, {"email": "b", "company": None}, {"name": 7}):
        counts.count(one)
    assert (counts.fields, counts.had, counts.cleared) == (("company", "email"), [0, 2], [0, 0])


def test_a_field_is_counted_once_a_record(tmp_path: Path) -> None:
    before = {"attributes": {str(number): number + 1 for number in range(30)}}
    rules = "body: {a: {from: attributes, merge: entries, clear: send_null}}"
    assert counted(made(tmp_path, rules), [(before, {"attributes": {}})]).cleared == [1]


def test_of_several_items_one_has_it(tmp_path: Path) -> None:
    """Objects and lists inside items, too."""
    schema = """
      type: object
      properties:
        lists:
          type: array
          items:
            type: object
            properties:
              name: {type: object, properties: {given: {type: string}}}
              inner: {type: array, items: {type: object, properties: {x: {type: string}}}}
    """
    path = write(tmp_path, "source: schema.yaml\nbody: {all: lists}\n", {"schema.yaml": dedent(schema)})
    before = {"lists": [{}, {"name": {"given": "A"}}, {"inner": [{}, {"x": "1"}]}]}
    counts = counted(load(path), [(before, {"lists": [{"a": 1}, {"name": {}}, {"inner": [{}]}]})])
    assert counts.fields == ("lists", "lists[*].inner", "lists[*].inner[*].x", "lists[*].name.given")
    assert counts.had == [1, 1, 1, 1]
    assert counts.cleared == [0, 1, 1, 1]
