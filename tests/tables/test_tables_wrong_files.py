"""Source files that are wrong: the code, the place, and what to do."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

import custmap
from custmap.functions.table import with_functions
from custmap.source_loader import check_source_file

GOOD = """\
custmap: 1
source: crm/customers
columns: {id: integer, email: string, born: string, extra: {type: object, properties: {a: string}}}
key: id
nulls: clear
customer:
  id: text(id)
  email: email
  birth_date: born
  attributes.a: extra.a
"""


def found(folder: Path, text: str) -> list[tuple[str, int, str]]:
    path = folder / "sources" / "crm" / "customers.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    _, told = check_source_file(path, with_functions(()))
    return [
        (one.code, one.span.line if one.span else 0, f"{one.message}; {one.help}")
        for one in told
        if not one.code.startswith("CM4")
    ]


def test_a_good_file_has_no_finding(tmp_path: Path) -> None:
    assert found(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "part"),
    [
        ("source: crm/customers", "source: crm/customer", "CM205", 2, "Write `source: crm/customers`"),
        ("nulls: clear\n", "", "CM202", 1, "`nulls` is missing"),
        ("nulls: clear", "nulls: cleared", "CM203", 5, "Did you mean `clear`?"),
        ("key: id", "key: idd", "CM301", 4, "Did you mean `id`?"),
        ("email: email", "email: emial", "CM301", 8, "Did you mean `email`?"),
        ("  email: email", "  emial: email", "CM303", 8, "Did you mean `email`?"),
        ("columns: {", "columns: {customer: strin, ", "CM203", 3, "Did you mean `string`?"),
        ("key: id", "keys: id", "CM201", 4, "Did you mean `key`?"),
        ("key: id", "timezone: Europe/Olso", "CM218", 4, "Did you mean `Europe/Oslo`?"),
        ("email: email", "email: {from: email, merge: whole}", "CM201", 8, "unknown key `merge`"),
        ("email: email", "email: {from: email, nuls: absent}", "CM201", 8, "Did you mean `nulls`?"),
        ("key: id", "missing: clear", "CM203", 4, "expected null, got text"),
        ("email: email", "email: email\n  email: born", "CM103", 9, ""),
        ("email: email", "attributes: extra", "CM307", 10, "Keep one of the two rules"),
        (
            "attributes.a: extra.a",
            "addresses: {each: '[extra]', fields: {city: {from: a, nulls: absent}}}",
            "CM207",
            10,
            "Move it to the rule itself.",
        ),
        ("email: email", "email: shout(email)", "CM304", 8, ""),
        ("{id: integer, ", "{parquet: none.parquet} #", "CM217", 3, "cannot be read as a Parquet file"),
        ("{id: integer, ", "{schema: ../../x.json} #", "CM213", 3, "outside `sources/`"),
        ("born: string", 'born: {type: string, pattern: "("}', "CM217", 3, "no valid JSON Schema"),
        ("born: string", "born: {anyOf: []}", "CM217", 3, "no valid JSON Schema"),
    ],
)
def test_what_is_wrong(tmp_path: Path, old: str, new: str, code: str, line: int, part: str) -> None:
    told = found(tmp_path, GOOD.replace(old, new, 1))
    assert any(one[:2] == (code, line) and part in one[2] for one in told), told


def test_columns_of_files(tmp_path: Path) -> None:
    folder = tmp_path / "sources" / "crm"
    folder.mkdir(parents=True)
    struct = pa.struct([("a", pa.string())])
    schema = pa.schema([("id", pa.int64()), ("email", pa.string()), ("born", pa.date32()), ("extra", struct)])
    pyarrow.parquet.write_table(schema.empty_table(), folder / "sample.parquet")
    (folder / "rows.schema.json").write_text(
        '{"type": "object", "properties": {"id": {"type": "integer"}, "email": {"type": "string"},'
        ' "born": {"type": "string"}, "extra": {"type": "object", "properties": {"a": {"type": "string"}}}}}'
    )
    row = {"id": 7, "email": None, "born": None, "extra": {"a": "x"}}
    for columns in ("{parquet: sample.parquet}", "{schema: rows.schema.json}"):
        line = next(line for line in GOOD.split("\n") if line.startswith("columns"))
        text = GOOD.replace(line, f"columns: {columns}")
        assert found(tmp_path, text) == []
        source = custmap.source(folder / "customers.yaml")
        assert source.columns == ("id", "email", "born", "extra")
        assert source.customer(row)["attributes"] == {"a": "x"}


def test_unused_columns_are_listed(tmp_path: Path) -> None:
    told = found(tmp_path, GOOD.replace("  email: email\n", ""))
    assert [one[0] for one in told] == ["CM539"] and "`email`" in told[0][2]


def test_an_unknown_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found(tmp_path, GOOD)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(custmap.MappingError) as caught:
        custmap.source("crm/customer")
    assert [one.code for one in caught.value.diagnostics] == ["CM204"]
    assert "Did you mean `crm/customers`?" in str(caught.value)


def test_null_is_a_name_as_a_key(tmp_path: Path) -> None:
    text = GOOD.replace("key: id", 'key: id\ncsv: {null: "\\\\N"}')
    text = text.replace("{id: integer,", "{id: integer, null: string,")
    assert [one for one in found(tmp_path, text) if one[0] != "CM539"] == []
    source = custmap.source(tmp_path / "sources" / "crm" / "customers.yaml")
    assert source.checked.file.null == "\\N" and "null" in source.columns


def test_a_map_goes_into_an_entry(tmp_path: Path) -> None:
    text = GOOD.replace("extra: {type: object, properties: {a: string}}", "extra: {type: object}")
    assert found(tmp_path, text.replace("attributes.a: extra.a", "attributes.a: extra")) == []


def test_columns_behind_references_may_be_null(tmp_path: Path) -> None:
    folder = tmp_path / "sources" / "crm"
    folder.mkdir(parents=True)
    (folder / "rows.json").write_text(
        '{"$ref": "#/$defs/row", "$defs": {"text": {"type": "string"}, "row": {"type": "object",'
        ' "properties": {"id": {"type": "integer"}, "email": {"$ref": "#/$defs/text"},'
        ' "born": {"$ref": "#/$defs/text"},'
        ' "extra": {"type": "object", "properties": {"a": {"$ref": "#/$defs/text"}}}}}}}'
    )
    line = next(line for line in GOOD.split("\n") if line.startswith("columns"))
    assert found(tmp_path, GOOD.replace(line, "columns: {schema: rows.json}")) == []
    source = custmap.source(folder / "customers.yaml")
    made = source.customer({"id": 7, "email": None, "born": None, "extra": {"a": None}})
    assert made == {"id": "7", "email": None, "birth_date": None, "attributes": {"a": None}}


def test_explain_knows_each_rule(tmp_path: Path) -> None:
    rules = "customer: {id: text(id), email: {from: email, nulls: absent}, birth_date: born}\n"
    found(tmp_path, GOOD[: GOOD.index("customer:")] + rules)
    source = custmap.source(tmp_path / "sources" / "crm" / "customers.yaml")
    told = {line.target: line.states["NULL"][0] for line in source.explain().lines}
    assert told == {"id": "says null", "email": "says nothing", "birth_date": "says null"}
