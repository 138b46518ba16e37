"""CSV: rows by the header's names, NULL and the empty text told apart, a bad row rejected alone."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import Pipe, read_all, told

from custmap.records.csv_rows import Columns, read_csv
from custmap.records.input_error import InputError
from custmap.records.ndjson import Record
from custmap.values.types import ARRAY, BOOLEAN, INTEGER, NUMBER, OBJECT, STRING, Type

TYPES: dict[str, Type] = {
    "id": INTEGER.or_null(), "score": NUMBER, "vip": BOOLEAN.or_null(), "tags": ARRAY, "more": OBJECT,
    "name": STRING, "any": Type(),
}  # fmt: skip


def rows(text: str, name: str = "x.csv", **options: Any) -> list[Any]:
    return read_all(text.encode(), name, **options)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a,b\n1,\n2,""\n,3\n"",""\n', [("1", None), ("2", ""), (None, "3"), ("", "")]),
        ("a,b\r\n1,2\r\n\r\n3,4", [("1", "2"), ("3", "4")]),
        ("\ufeffa,b\n1,2\n", [("1", "2")]),
        ('\ufeff"a",b\n1,""', [("1", "")]),
        ("\n\na,b\n1,2\n", [("1", "2")]),
        ('a;b\n"x\n\ny";"1;""2"""\n', [("x\n\ny", '1;"2"')]),
        ('a\tb\n\t""\n', [(None, "")]),
        ('a,b\n"x,"",y",\n"""",""\n', [('x,",y', None), ('"', "")]),
        ('a,b\nx""y,\n', [('x""y', None)]),
        ("a,b\nx\u2028y,\u0085\n", [("x\u2028y", "\u0085")]),
        ("a,b\n\0, \n", [("\0", " ")]),
        ("a,b\n", []),
        ('a,b\n"1\r\n2",\r\n', [("1\r\n2", None)]),
    ],
)
def test_rows(text: str, expected: list[tuple[Any, Any]]) -> None:
    assert rows(text) == [{"a": a, "b": b} for a, b in expected]


def test_one_column() -> None:
    assert rows('id\n1\n\n""\n2\n') == [{"id": "1"}, {"id": ""}, {"id": "2"}]
    assert rows(",b\n1,2\n") == [{"": "1", "b": "2"}]


def test_another_null() -> None:
    text = 'a,b\n\\N,"\\N"\n,""\n\\N,x\n'
    assert rows(text, columns=Columns(null="\\N")) == [
        {"a": None, "b": "\\N"},
        {"a": None, "b": ""},
        {"a": None, "b": "x"},
    ]
    assert rows(text)[0] == {"a": "\\N", "b": "\\N"}


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("id", "7", 7),
        ("id", "-1234567890123456789012345", -1234567890123456789012345),
        ("id", "", None),
        ("score", "1.5e3", 1500.0),
        ("vip", "true", True),
        ("vip", '"false"', False),
        ("tags", '"[""VIP"",1]"', ["VIP", 1]),
        ("more", '"{""a"": {}}"', {"a": {}}),
        ("name", "007", "007"),
        ("any", "7", "7"),
        ("other", "true", "true"),
    ],
)
def test_declared_types(column: str, cell: str, value: object) -> None:
    (row,) = rows(f"{column},z\n{cell},1\n", columns=Columns(TYPES))
    assert row == {column: value, "z": "1"} and type(row[column]) is type(value)


@pytest.mark.parametrize(
    ("column", "cell", "expected"),
    [
        ("id", "1.5", "a whole number"),
        ("id", "007", "a whole number"),
        ("id", "1_0", "a whole number"),
        ("id", "secret", "a whole number"),
        ("id", '""', "a whole number"),
        ("id", "true", "a whole number"),
        ("score", "NaN", "a number"),
        ("score", "1e999", "a number"),
        ("vip", "True", "true or false"),
        ("vip", "1", "true or false"),
        ("tags", '"{}"', "a list"),
        ("more", '"{""a"":1,""a"":2}"', "an object"),
    ],
)
def test_a_cell_that_is_not_of_its_type_rejects_the_row(column: str, cell: str, expected: str) -> None:
    bad, good = rows(f"{column},z\n{cell},1\n,2\n", columns=Columns(TYPES))
    offset = len(column) + 3
    reason = f"line 2, at byte {offset} of the file: column `{column}`: expected {expected}"
    assert bad == (2, "CM711", reason)
    assert good == {column: None, "z": "2"}


def test_a_number_that_no_float_is() -> None:
    (found,) = read_csv(io.BytesIO(b"score\n0.12345678901234567890\n"), "x", Columns(TYPES), ",")
    assert not isinstance(found, Record)
    (diagnostic,) = found.error.diagnostics
    assert (diagnostic.code, diagnostic.path) == ("CM702", "score") and "0.1234" not in str(found.error)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("1,2,3\n", 2, "the row has 3 cells, the header has 2"),
        ("1\n", 2, "the row has 1 cells, the header has 2"),
        (" \n", 2, "the row has 1 cells, the header has 2"),
        ('"a"b,1\n', 2, 'text after a quoted cell (a quote inside one is written twice, `""`)'),
        ('"a,1\n', 2, "a quote is not closed"),
        ("a\rb,1\n", 2, "a carriage return that is not part of a line end"),
    ],
)
def test_a_bad_row_is_rejected_alone(text: str, line: int, reason: str) -> None:
    found = rows(f"a,b\n{text}3,4\n\n5,6")
    assert found == [
        (line, "CM711", f"line {line}, at byte 4 of the file: {reason}"),
        {"a": "3", "b": "4"},
        {"a": "5", "b": "6"},
    ]


def test_a_stray_quote_takes_no_other_row_along() -> None:
    text = 'a,b\n1,"x\n2,y\n3,"z"\n4,"w\n5,v\n'
    bad, two, three, worse, five = rows(text)
    assert (bad[0], worse[0]) == (2, 5)
    assert (two, three, five) == ({"a": "2", "b": "y"}, {"a": "3", "b": "z"}, {"a": "5", "b": "v"})


def test_a_row_that_is_not_utf_8() -> None:
    found = read_all(b'a,b\n1,\xff\n"2\n\xfe",3\n4,5\n', "x.csv")
    assert [one[0] if isinstance(one, tuple) else one for one in found] == [2, 3, {"a": "4", "b": "5"}]
    assert all("the row is not UTF-8" in one[2] for one in found[:2])


def test_a_row_beyond_the_limit() -> None:
    long = "x" * 300
    text = f'a,b\n{long},1\n2,3\n"{long}\n4,5\n'.encode()
    found = [told(one) for one in read_csv(Pipe(text), "x", Columns(), ",", limit=200)]
    assert [one[0] if isinstance(one, tuple) else one for one in found] == [
        2,
        {"a": "2", "b": "3"},
        4,
        {"a": "4", "b": "5"},
    ]
    assert "longer than" in found[0][2]


def test_a_long_cell() -> None:
    assert rows(f"a,b\n{'x' * 500_000},1\n") == [{"a": "x" * 500_000, "b": "1"}]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a,b,a\n1,2,3\n", "2 columns have the name `a`"),
        (b"a,\xff\n1,2\n", "the header line of this CSV is not UTF-8"),
        (b'"a"b,c\n1,2\n', "the header line of this CSV is wrong: text after a quoted cell"),
        (b'"a,c\n1,2\n', "the header line of this CSV is wrong: a quote is not closed"),
    ],
)
def test_a_header_that_is_wrong_is_one_error(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=f"x.csv: {message}") as error:
        read_all(data, "x.csv")
    assert error.value.message


CELLS = st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=6)


@given(
    table=st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=6),
    delimiter=st.sampled_from(",;\t"),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.booleans(),
)
def test_what_is_written_is_read(
    table: list[list[str | None]], delimiter: str, end: str, quoting: bool
) -> None:
    names = ["a", "b", "c"]
    lines = [delimiter.join(names)]
    for row in table:
        lines.append(delimiter.join(written(cell, delimiter, quoting) for cell in row))
    data = end.join(lines).encode()
    found = [told(one) for one in read_csv(Pipe(data), "x", Columns(), delimiter)]
    assert found == [dict(zip(names, row, strict=True)) for row in table]


def written(cell: str | None, delimiter: str, always: bool) -> str:
    if cell is None:
        return ""
    if always or not cell or any(sign in cell for sign in f'"{delimiter}\n'):
        return '"' + cell.replace('"', '""') + '"'
    return cell


@given(
    st.lists(st.dictionaries(st.sampled_from(["id", "score", "vip", "tags", "more"]), st.none()), max_size=3),
    st.data(),
)
def test_typed_rows_are_read_as_they_were(shapes: list[dict[str, None]], data: st.DataObject) -> None:
    drawn = {
        "id": st.integers(),
        "score": st.floats(allow_nan=False, allow_infinity=False),
        "vip": st.booleans(),
        "tags": st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=4), max_size=3),
        "more": st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=4), st.integers()),
    }
    table = [{name: data.draw(drawn[name]) if name in shape else None for name in drawn} for shape in shapes]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(drawn)
    writer.writerows(["" if cell is None else json.dumps(cell) for cell in row.values()] for row in table)
    found = list(read_csv(io.BytesIO(text.getvalue().encode()), "x", Columns(TYPES), ","))
    assert [told(one) for one in found] == table


@given(st.text(alphabet='ab",;\n\r\0 é\ufeff', max_size=30).map(str.encode) | st.binary(max_size=20))
def test_any_bytes_are_rows_or_rejections(data: bytes) -> None:
    found = list(read_csv(Pipe(b"a,b\n" + data), "x", Columns(null="a"), ","))
    assert [one.line.index for one in found] == list(range(len(found)))
    for one in found:
        assert one.line.number == (b"a,b\n" + data).count(b"\n", 0, one.line.offset) + 1
        if isinstance(one, Record):
            assert set(one.value) == {"a", "b"} and one.given() == one.value


def test_places() -> None:
    first, second = read_csv(io.BytesIO(b'\xef\xbb\xbfa,b\n"1\n2",3\n\n4,5'), "x", Columns(), ",")
    assert (first.line.index, first.line.number, first.line.offset, first.line.data) == (0, 2, 7, None)
    assert (second.line.index, second.line.number, second.line.offset) == (1, 5, 16)
