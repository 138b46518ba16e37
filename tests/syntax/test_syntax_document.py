"""Other people's files: JSON and YAML with anchors and merge keys, within a budget."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custmap.diagnostics.errors import MappingError
from custmap.syntax.document import KeptDocuments, parse_document, read_document
from custmap.values.equality import same
from custmap.values.files import real, unsaved

LAUGHS = b"a: &a [x, x, x, x, x, x, x, x, x, x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (98 + i, 98 + i, b", ".join([b"*%c" % (97 + i)] * 10)) for i in range(20)
)
TOWER = b"a0: &a0 [x]\n" + b"".join(b"a%d: &a%d [*a%d]\n" % (i + 1, i + 1, i) for i in range(200))


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (LAUGHS, "CM109 6:36"),
        (TOWER, "CM108 128:14"),
        (b"a: &a [*a]", "CM104 1:8"),
        (b"a: *b", "CM104 1:4"),
        (b"a:\n  <<: 3", "CM104 2:3"),
        (b"? [a]\n: 1", "CM104 1:3"),
        (b"a: 1\na: 2", "CM103 2:1"),
        (b'200: a\n"200": b', "CM103 2:1"),
        (b'{"a": 1,\n "a": 2}', "CM103 2:2"),
        (b"[" * 100_000, "CM108 1:129"),
        (b'{"a":' * 100_000, "CM108 1:641"),
        (b"- " * 100_000, "CM108 1:257"),
        (b"a: 1\n---\nb: 2", "CM107 2:1"),
        (b"", "CM107 1:1"),
        (b"a: \x00", "CM110 1:4"),
        (b"a: \xff", "CM101 1:4"),
        (b"a: @", "CM102 1:4"),
        (b'a: "b', "CM102 1:6"),
    ],
)
def test_refused(data: bytes, place: str) -> None:
    with pytest.raises(MappingError) as caught:
        parse_document(data, "c.yaml")
    (found,) = caught.value.diagnostics
    assert found.span is not None
    assert f"{found.code} {found.span.line}:{found.span.column}" == place


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  x: 3", {"a": {"x": 1, "y": 2}, "b": {"x": 3, "y": 2}}),
        ("b:\n  <<: [{x: 1}, {x: 2, z: 3}]", {"b": {"x": 1, "z": 3}}),
        ("a: &k key\n*k : 1", {"a": "key", "key": 1}),
        ("'<<': 1", {"<<": 1}),
        ("200: {d: ok}\ntrue: 1\n~: 2", {"200": {"d": "ok"}, "true": 1, "~": 2}),
        ("d: 2020-01-01\nt: 1:30\nn: NO\ne: 1e3\no: 012\nx: 0x1F", {
            "d": "2020-01-01", "t": "1:30", "n": "NO", "e": 1000.0, "o": 12, "x": 31,
        }),
        ("a: !!python/object:os.system x\nb: !!str 12\nc: !mine [1]\nd: ! 12", {
            "a": "x", "b": "12", "c": [1], "d": "12",
        }),
        ("a: .inf\nb: [.nan]", {"a": ".inf", "b": [".nan"]}),
        ("%YAML 1.1\n---\na: b\n...\n", {"a": "b"}),
        ("a: \"x\ty\"\nb:\tc\n", {"a": "x\ty", "b": "c"}),
        ('{"a": "\\ud83d\\ude00", "n": 12345678901234567890123}', {"a": "😀", "n": 12345678901234567890123}),
        ("{a: 1, b: [x]}", {"a": 1, "b": ["x"]}),
        ("\ufeffa: b", {"a": "b"}),
    ],
)  # fmt: skip
def test_read(text: str, value: Any) -> None:
    assert same(parse_document(text.encode(), "c.yaml").data, value)


PLACES = b"""\
a:
  - x: 1
    y: [1, 2]
"k": v
i: &i {q: 1}
m: {<<: *i, n: *i}
"""


@pytest.mark.parametrize(
    ("pointer", "place"),
    [
        ((), "1:1"),
        (("a",), "2:3"),
        (("a", 0), "2:5"),
        (("a", 0, "x"), "2:8"),
        (("a", 0, "y", 1), "3:12"),
        (("a", 9), "2:3"),
        (("a", "x"), "2:3"),
        (("k", "deeper"), "4:6"),
        (("m", "q"), "5:11"),
        (("m", "n"), "6:16"),
        (("m", "n", "q"), "5:11"),
    ],
)
def test_span(pointer: tuple[str | int, ...], place: str) -> None:
    assert str(parse_document(PLACES, "c.yaml").span(pointer)) == f"c.yaml:{place}"


def test_span_in_json() -> None:
    document = parse_document(b'{\n\t"a": [1, {"b": null}]\n}', "c.json", json_only=True)
    assert str(document.span(("a", 1, "b"))) == "c.json:2:17"


def test_files(tmp_path: Path) -> None:
    file = tmp_path / "c.json"
    file.write_text("{a: 1}")
    with pytest.raises(MappingError) as caught:
        read_document(file, "c.json")
    assert str(caught.value.diagnostics[0].span) == "c.json:1:2"
    assert caught.value.diagnostics[0].code == "CM112"
    with pytest.raises(MappingError) as caught:
        read_document(tmp_path / "no.yaml")
    assert caught.value.diagnostics[0].code == "CM111"
    file.write_text('{"a": 1}')
    assert read_document(file).data == {"a": 1}


def test_a_large_contract() -> None:
    text = "paths:\n" + "".join(
        f"  /p{number}:\n    get:\n      summary: Text {number}\n"
        "      responses:\n        200: {description: ok, x: [1, 2]}\n"
        for number in range(8_000)
    )
    document = parse_document(text.encode(), "c.yaml")
    assert document.data["paths"]["/p7"]["get"]["responses"]["200"]["x"] == [1, 2]
    assert parse_document(json.dumps(document.data).encode(), "c.json").data == document.data


@given(st.text(alphabet="ab:-?[]{},#&*!|>'\" \n<1\\", max_size=40) | st.text(max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        document = parse_document(text.encode(errors="surrogatepass"), "c.yaml")
    except MappingError as error:
        assert all(found.span is not None for found in error.diagnostics)
    else:
        document.span(("a", 0))
        json.dumps(document.data, allow_nan=False)


def test_documents_are_kept_until_their_file_changes(tmp_path: Path) -> None:
    path = tmp_path / "api.json"
    path.write_text('{"a": 1}')
    kept = KeptDocuments()
    with kept.used():
        first = read_document(path)
        assert read_document(path) is first
        path.write_text('{"a": 22}')
        assert read_document(path).data == {"a": 22}
        with unsaved({real(path): b'{"a": 3}'}):
            assert read_document(path).data == {"a": 3}
        assert read_document(path).data == {"a": 22}
        path.unlink()
        with pytest.raises(MappingError):
            read_document(path)
    path.write_text("{}")
    assert read_document(path) is not read_document(path)


@pytest.mark.parametrize(
    "pointer", [(), ("a",), ("a", 'b "c'), ("a", 'b "c', 1), ("a", "gone"), ("l", 1, "x"), ("l", 7), ("é",)]
)
def test_places_in_json_are_those_in_yaml(pointer: tuple[str | int, ...]) -> None:
    text = '{ "é": "x\\u00e9y",\n "a": {"z": [[], {}], "b \\"c": [1.5e3,  true]},\n"l" : [ -1, {"x":""} ]\n}'
    as_json, as_yaml = (
        parse_document(text.encode(), "v"),
        parse_document(b"# read as YAML\n" + text.encode(), "v"),
    )
    one, other = as_json.span(pointer), as_yaml.span(pointer)
    assert (one.line + 1, one.column, one.end_column) == (other.line, other.column, other.end_column)
    one, other = as_json.key_span(pointer), as_yaml.key_span(pointer)
    assert (one.line + 1, one.column, one.end_column) == (other.line, other.column, other.end_column)


def test_places_in_json_with_escapes_that_yaml_does_not_know() -> None:
    text = json.dumps({"smile": "😀", "there": {"x": 1}}, indent=1)
    assert parse_document(text.encode(), "v").key_span(("there", "x")).line == 4
