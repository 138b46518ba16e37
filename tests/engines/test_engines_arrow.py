"""`custmap.arrow`: for every row what the command line writes, whatever the batches are."""

from __future__ import annotations

import datetime as dt
import json
import pickle
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from engine_tables import KEYS, PARAMS, SCHEMA, Acme, batch_of, custmap_lines, rows_of
from hypothesis import given
from hypothesis import strategies as st

import custmap
import custmap.arrow
import custmap.duckdb
from custmap.engines import record_batches
from custmap.engines.task import Task
from custmap.records.identity import RequestIds, Who
from custmap.records.request_lines import RequestLines
from small_mappings import made

ROW: dict[str, Any] = {
    "customer_id": 7, "first_name": "Ann", "email": "a@b.example", "phone": "206 555 0142", "tags": ["a"],
    "joined": dt.datetime(2026, 1, 2, tzinfo=dt.UTC), "score": 1.5, "unread": None, "more": None,
}  # fmt: skip


@pytest.fixture(scope="session")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Acme:
    return Acme(tmp_path_factory.mktemp("acme"))


def apply(acme: Acme, batch: Any, **options: Any) -> Any:
    return custmap.arrow.apply(acme.mapping, batch, source=acme.source, params=PARAMS, **options)


def diff(acme: Acme, before: Any, after: Any, **options: Any) -> Any:
    return custmap.arrow.diff(acme.mapping, before, after, source=acme.source, params=PARAMS, **options)


def test_columns(acme: Acme) -> None:
    (row,) = apply(acme, batch_of([ROW]), run="r").to_pylist()
    request = acme.mapping.apply(ROW, PARAMS, source=acme.source)
    line = json.loads(RequestLines(RequestIds("r"), secrets=False).line(request, Who(0, "7")))
    assert row == {
        "index": 0, "key": "7", "id": line["id"], "mapping": "acme/update", "name": None, "method": "PATCH",
        "url": "https://api.acme.example/customers/7",
        "headers": '{"Accept":"application/json","Content-Type":"application/json","X-Token":"{{token}}"}',
        "body": '{"first":"Ann","joined":"2026-01-02T00:00:00+00:00","mail":"a@b.example",'
                '"phone":"+12065550142","score":1.5,"tags":["a"]}',
        "content": None, "rejected": [], "errors": [],
        "notes": ["unknown members are ignored: more"],
    }  # fmt: skip
    assert '"X-Token":"s3cret"' in apply(acme, batch_of([ROW]), secrets=True)["headers"][0].as_py()


@given(rows_of(KEYS))
def test_apply_is_the_command_line(acme: Acme, rows: list[dict[str, Any]]) -> None:
    batch = batch_of(rows)
    table = acme.folder / "rows.parquet"
    pq.write_table(pa.Table.from_batches([batch]), table)
    mapping = acme.folder / "mappings/acme/update.yaml"
    source = acme.folder / "sources/crm/customers.yaml"
    lines = custmap_lines([acme.folder, "apply", mapping, table, "--source", source, "-p", "token=s3cret"])
    by_index = {line["index"]: line for line in lines}
    found = apply(acme, batch).to_pylist()
    assert [row["index"] for row in found] == list(range(len(rows)))
    assert len(by_index) == len(lines) == len(rows)
    for row in found:
        line = by_index[row["index"]]
        assert row["key"] == line.get("key")
        if row["errors"]:
            assert row["errors"] == line["errors"]
            assert (row["url"], row["id"], row["body"]) == (None, None, None)
            continue
        assert "errors" not in line
        assert [row[name] for name in ("mapping", "method", "url")] == [
            line[name] for name in ("mapping", "method", "url")
        ]
        for name in ("headers", "body"):
            assert row[name] == json.dumps(line[name], ensure_ascii=False, separators=(",", ":")).replace(
                "1e+16", "1e16"
            )


@given(rows_of(KEYS), st.data())
def test_every_chunking_gives_the_same_rows(acme: Acme, rows: list[dict[str, Any]], data: Any) -> None:
    whole = apply(acme, batch_of(rows)).to_pylist()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(rows)), max_size=3)))
    parts = [batch_of(rows[a:b]) for a, b in zip([0, *cuts], [*cuts, len(rows)], strict=True)]
    options = {"source": acme.source, "params": PARAMS}
    reader = custmap.arrow.apply_batches(acme.mapping, parts, **options)
    assert reader.schema == custmap.arrow.schema()
    assert reader.read_all().to_pylist() == whole
    table = pa.Table.from_batches(parts, SCHEMA)
    assert apply(acme, table).to_pylist() == whole
    sliced = [batch_of(rows).slice(a, b - a) for a, b in zip([0, *cuts], [*cuts, len(rows)], strict=True)]
    starts = [0, *cuts]
    assert [
        row
        for start, one in zip(starts, sliced, strict=True)
        for row in apply(acme, one, start=start).to_pylist()
    ] == whole


PAIRS = KEYS.flatmap(lambda keys: st.tuples(rows_of(st.just(keys)), rows_of(st.just(keys))))


@given(PAIRS, st.booleans())
def test_diff_is_the_differ(acme: Acme, pair: Any, near: bool) -> None:
    before, after = pair
    if near:
        after = [{**then, "email": now["email"]} for then, now in zip(before, after, strict=True)]
    found = diff(acme, batch_of(before), batch_of(after), run="r").to_pylist()
    lines = RequestLines(RequestIds("r"), secrets=False)
    wanted = []
    for index, (then, now) in enumerate(zip(before, after, strict=True)):
        key = None if now["customer_id"] is None else str(now["customer_id"])
        told: dict[str, Any] = {"index": index, "key": key, "rejected": [], "errors": []}
        if key is None:
            wanted.append(told | {"errors": ["CM711"]})
            continue
        try:
            plan = acme.mapping.diff(then, now, PARAMS, source=acme.source)
        except custmap.RecordError as error:
            wanted.append(told | {"errors": [one.code for one in error.diagnostics]})
            continue
        if plan:
            told["rejected"] = [one.to_dict() for one in plan.rejected]
            told["notes"] = list(map(str, plan.notes))
            line = lines.line(plan.request, Who(index, key)) if plan.request else b"null"
            wanted.append(told | {"line": json.loads(line)})
    assert len(found) == len(wanted)
    for row, one in zip(found, wanted, strict=True):
        assert [error["code"] for error in row["errors"]] == one["errors"]
        assert (row["index"], row["key"], row["rejected"]) == (one["index"], one["key"], one["rejected"])
        if "line" not in one:
            continue
        assert row["notes"] == one["notes"]
        line = one["line"]
        assert row["id"] == (line and line["id"])
        assert json.loads(row["body"] or "null") == (line and line["body"])
    tables = [pa.Table.from_batches([batch_of(rows)]) for rows in (before, after)]
    assert diff(acme, *tables, run="r").to_pylist() == found


def test_tables_are_taken_in_parts(acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{**ROW, "customer_id": key} for key in range(5)]
    before = pa.Table.from_batches([batch_of(rows[:1]), batch_of(rows[1:])])
    after = pa.Table.from_batches([batch_of([{**row, "email": "b@b.example"} for row in rows])])
    whole = diff(acme, before, after, start=3).to_pylist()
    assert [(row["index"], row["key"]) for row in whole] == [(at + 3, str(at)) for at in range(5)]
    monkeypatch.setattr(record_batches, "_ROWS", 2)
    assert diff(acme, before, after, start=3).to_pylist() == whole


def test_batches_are_counted_from_where_they_start(acme: Acme) -> None:
    options: dict[str, Any] = {"source": acme.source, "params": PARAMS, "start": 5}
    reader = custmap.arrow.apply_batches(acme.mapping, [batch_of([ROW] * 2), batch_of([ROW])] * 2, **options)
    assert reader.read_all()["index"].to_pylist() == [5, 6, 7, 8, 9, 10]


def test_notes_of_rows_that_are_rejected(acme: Acme) -> None:
    bad = batch_of([{**ROW, "phone": "nonsense"}])
    (row,) = apply(acme, bad).to_pylist()
    assert row["errors"] and (row["notes"], row["url"]) == (["unknown members are ignored: more"], None)


def test_a_mapping_that_reads_no_column(acme: Acme, tmp_path: Path) -> None:
    mapping = made(tmp_path, "params: {kind: {}}\nheaders: {X-Kind: {param: kind}}\n")
    path = tmp_path / "crm/rows.yaml"
    path.parent.mkdir()
    path.write_text(
        "custmap: 1\nsource: crm/rows\ncolumns: {a: string}\nnulls: clear\ncustomer: {email: a}\n"
    )
    source, rows = custmap.source(path), pa.table({"a": ["x", "y"]})
    options: dict[str, Any] = {"source": source, "params": {"kind": "k"}}
    found = custmap.arrow.apply(mapping, rows, **options).to_pylist()
    assert [(row["index"], json.loads(row["headers"])["X-Kind"]) for row in found] == [(0, "k"), (1, "k")]
    with duckdb.connect() as database:
        database.execute("CREATE TABLE t AS FROM rows")
        assert custmap.duckdb.apply(database, "FROM t", mapping, **options).read_all().to_pylist() == found


def test_diff_of_what_is_not_known_sends_everything(acme: Acme) -> None:
    (row,) = diff(acme, None, batch_of([ROW])).to_pylist()
    assert json.loads(row["body"])["first"] == "Ann"


def test_batches_that_are_not_pairs(acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="before has 1 rows, and after has 2: they are not pairs"):
        diff(acme, batch_of([ROW]), batch_of([ROW, ROW]))
    monkeypatch.setattr(record_batches, "_ROWS", 2)
    tables = [pa.Table.from_batches([batch_of([ROW] * count)]) for count in (3, 2)]
    with pytest.raises(ValueError, match="before has 3 rows, and after has 2"):
        diff(acme, *tables)
    with pytest.raises(ValueError, match="row 1: before and after have different keys"):
        diff(acme, batch_of([ROW]), batch_of([{**ROW, "customer_id": 8}]))


def test_a_column_that_is_not_there(acme: Acme) -> None:
    without = batch_of([ROW]).select([name for name in SCHEMA.names if name != "unread"])
    for rows in (without, without.slice(0, 0)):
        with pytest.raises(custmap.MappingError) as error:
            apply(acme, rows)
        assert [one.code for one in error.value.diagnostics] == ["CM716"]
    with pytest.raises(custmap.MappingError):
        diff(acme, without, batch_of([ROW]))
    with pytest.raises(ValueError, match="2 columns have the name `a`"):
        apply(acme, pa.RecordBatch.from_arrays([pa.array([1])] * 2, names=["a", "a"]))


def test_columns_that_may_be_missing(tmp_path: Path) -> None:
    acme = Acme(tmp_path)
    path = tmp_path / "sources/crm/customers.yaml"
    path.write_text(
        path.read_text("utf-8").replace("nulls: clear\n", "nulls: clear\nmissing: null\n"), "utf-8"
    )
    acme.source = custmap.source(path)
    few = batch_of([ROW]).select(["customer_id", "email", "phone"])
    (row,) = apply(acme, few).to_pylist()
    assert json.loads(row["body"]) == {"mail": "a@b.example", "phone": "+12065550142"}


def test_only_what_is_needed_is_read(acme: Acme) -> None:
    days = pa.array([10**7], pa.int32()).cast(pa.date32())  # a day that Python does not have
    batch = batch_of([ROW]).set_column(SCHEMA.names.index("unread"), "unread", days)
    assert apply(acme, batch).to_pylist()[0]["errors"] == []
    bad = batch_of([ROW, ROW]).set_column(1, "first_name", pa.array([10**7, 1], pa.int32()).cast(pa.date32()))
    first, second = apply(acme, bad).to_pylist()
    assert first["errors"][0]["message"].endswith("row 1: a value is outside of what Python can hold")
    assert json.loads(second["body"])["first"] == "1970-01-02"
    rows = batch_of([ROW, ROW])
    for side, pair in (("before", (bad, rows)), ("after", (rows, bad))):
        first, _ = diff(acme, *pair).to_pylist()
        assert f"{side}, row 1: a value is outside" in first["errors"][0]["message"]


def test_parameters_of_each_row(acme: Acme) -> None:
    def params(row: dict[str, Any]) -> dict[str, Any]:
        return {"token": row["unread"]}

    batch = batch_of([{**ROW, "unread": "one"}, {**ROW, "unread": "two"}])
    made = custmap.arrow.apply(acme.mapping, batch, source=acme.source, params=params, secrets=True)
    assert [json.loads(one)["X-Token"] for one in made["headers"].to_pylist()] == ["one", "two"]


OWN = """\
source: row.json
body:
  name: {from: name, clear: impossible}
  since: {from: since, clear: impossible}
  more: {from: more, merge: whole}
"""
OWN_SCHEMA = json.dumps(
    {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "since": {"type": "string"},
            "more": {"type": "object", "additionalProperties": {"type": "integer"}},
        },
    }
)


def test_a_mapping_with_a_schema_of_its_own_takes_rows_as_they_are(tmp_path: Path) -> None:
    mapping = made(tmp_path, OWN, {"row.json": OWN_SCHEMA})
    more = pa.array([[("a", 1)], [("b", 2)]], pa.map_(pa.string(), pa.int64()))
    columns = [pa.array(["Ann", None]), pa.array([dt.date(2026, 1, 2)] * 2), more]
    batch = pa.RecordBatch.from_arrays(columns, ["name", "since", "more"])
    good, bad = custmap.arrow.apply(mapping, batch, key="since").to_pylist()
    assert json.loads(good["body"]) == {"more": {"a": 1}, "name": "Ann", "since": "2026-01-02"}
    assert (good["key"], [one["code"] for one in bad["errors"]]) == ("2026-01-02", ["CM701"])


KEYED = """\
source: row.json
params: {token: {secret: true}}
body:
  l:
    each: items
    key: k
    merge: add-only
    fields: {name: name, k: {first: [{when: name != 'c', param: token}, name]}}
"""
KEYED_SCHEMA = json.dumps(
    {
        "type": "object",
        "properties": {
            "items": {
                "type": "array",
                "items": {"type": "object", "properties": {"name": {"type": "string"}}},
            }
        },
    }
)


@pytest.mark.parametrize(("secrets", "shown"), [(False, "l[k={{token}}]"), (True, "l[k=s3cret]")])
def test_secrets_in_what_is_rejected(tmp_path: Path, secrets: bool, shown: str) -> None:
    mapping = made(tmp_path, KEYED, {"row.json": KEYED_SCHEMA})
    type_ = pa.list_(pa.struct([("name", pa.string())]))
    sides = [pa.RecordBatch.from_arrays([pa.array([[{"name": name}]], type_)], ["items"]) for name in "ab"]
    (row,) = custmap.arrow.diff(mapping, *sides, params=PARAMS, secrets=secrets).to_pylist()
    assert [one["target"] for one in row["rejected"]] == [shown]


SEVERAL = """\
requests:
  - name: one
    contract: {method: PUT, url: "https://x.io/one"}
    body: {mail: email}
  - name: two
    contract: {method: PUT, url: "https://x.io/two"}
    body: {id: id}
"""


def test_several_requests_have_one_index(acme: Acme, tmp_path: Path) -> None:
    mapping = made(tmp_path, SEVERAL)
    rows = batch_of([ROW, {**ROW, "customer_id": None}, {**ROW, "customer_id": 8}])
    found = custmap.arrow.apply(mapping, rows, source=acme.source, run="r").to_pylist()
    lines = RequestLines(RequestIds("r"), secrets=False)
    sent = mapping.requests(ROW, source=acme.source)
    assert [row["id"] for row in found[:2]] == [
        json.loads(lines.line(one, Who(0, "7"), place))["id"] for place, one in enumerate(sent)
    ]
    assert [(row["index"], row["name"], len(row["errors"])) for row in found] == [
        (0, "one", 0), (0, "two", 0), (1, None, 1), (2, "one", 0), (2, "two", 0),
    ]  # fmt: skip


def test_misuse(acme: Acme, tmp_path: Path) -> None:
    batch = batch_of([ROW])
    with pytest.raises(ValueError, match="acme/update takes customers: name the `source`"):
        custmap.arrow.apply(acme.mapping, batch, params=PARAMS)
    with pytest.raises(ValueError, match="absent"):
        apply(acme, batch, absent="kep")
    with pytest.raises(ValueError, match="says what NULL says"):
        apply(acme, batch, nulls="absent")
    with pytest.raises(ValueError, match="tokn"):  # before anything is shipped
        Task(acme.mapping, acme.source, {"tokn": "t"})
    own = made(tmp_path, OWN, {"row.json": OWN_SCHEMA})
    with pytest.raises(ValueError, match="leave `source` out"):
        custmap.arrow.apply(own, batch, source=acme.source)


def test_a_task_can_be_shipped(acme: Acme) -> None:
    task = pickle.loads(pickle.dumps(Task(acme.mapping, acme.source, PARAMS)))
    assert task.key_column == "customer_id"
    assert task.columns == Task(acme.mapping, acme.source, PARAMS).columns
