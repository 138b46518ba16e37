"""Parameters in paths, queries and headers: the standard's own table, and read back."""

from __future__ import annotations

import pickle
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from custmap import RecordError
from custmap.contract.style import Style, style_of
from custmap.wire.parameters import PlaceError, header_text, path_text, query_pairs
from small_mappings import made

ROWS = yaml.safe_load((Path(__file__).parent / "styles.yaml").read_text(encoding="utf-8"))
VALUES: dict[str, Any] = {
    "empty": "",
    "text": "blue",
    "list": ["blue", "black", "brown"],
    "object": {"R": 100, "G": 200, "B": 150},
}
CASES = [(row, name) for row in ROWS for name in VALUES if name in row]


def written(place: str, name: str, value: Any, style: Style) -> str:
    if place == "query":
        return "&".join(query_pairs(name, value, style))
    return path_text(name, value, style) if place == "path" else header_text(name, value, style)


@pytest.mark.parametrize(("row", "name"), CASES, ids=lambda it: it if isinstance(it, str) else it["style"])
def test_the_table_of_the_standard(row: dict[str, Any], name: str) -> None:
    style = style_of(row["place"], row["style"], row["explode"])
    if row[name] is None:  # the standard has a text here that changes or ends the path
        with pytest.raises(PlaceError):
            written(row["place"], "color", VALUES[name], style)
    else:
        assert written(row["place"], "color", VALUES[name], style) == row[name]


@pytest.mark.parametrize(
    ("place", "name", "explode", "style"),
    [
        ("query", None, None, Style("form", True)),
        ("query", "form", False, Style("form", False)),
        ("query", "pipeDelimited", None, Style("pipeDelimited", False)),
        ("path", None, None, Style("simple", False)),
        ("path", "form", True, Style("simple", True)),
        ("headers", None, True, Style("simple", True)),
    ],
)
def test_what_a_contract_leaves_out(place: str, name: str | None, explode: bool | None, style: Style) -> None:
    assert style_of(place, name, explode) == style


@pytest.mark.parametrize(
    ("place", "style", "value", "sign"),
    [
        ("query", Style("spaceDelimited"), ["a b"], "a space"),
        ("query", Style("pipeDelimited"), ["a|b"], "`|`"),
        ("query", Style("pipeDelimited"), {"a|b": 1}, "`|`"),
        ("path", Style("label", True), ["a.b"], "a dot"),
        ("path", Style("label", True), {"a": "b.c"}, "a dot"),
        ("path", Style("label", True), {"a.b": "c"}, "a dot"),
        ("headers", Style("simple"), ["a,b"], "a comma or `=`"),
        ("headers", Style("simple"), {"a": "b,c"}, "a comma or `=`"),
        ("headers", Style("simple", True), {"a=b": "c"}, "a comma or `=`"),
    ],
)
def test_what_could_not_be_told_apart_is_refused(place: str, style: Style, value: Any, sign: str) -> None:
    with pytest.raises(
        PlaceError, match=f"an item with {re.escape(sign)} would be (read as two items|misread) here"
    ) as caught:
        written(place, "q", value, style)
    assert (caught.value.code, caught.value.place) == ("CM710", f"{place}.q")


@pytest.mark.parametrize(
    ("place", "style", "value", "text"),
    [
        ("path", Style("label", True), "a.b", ".a.b"),
        ("path", Style("label"), ["a.b", "c"], ".a.b,c"),
        ("path", Style("simple"), ["a,b", "c"], "a%2Cb,c"),
        ("path", Style("matrix", True), ["", "b"], ";q;q=b"),
        ("path", Style("matrix"), {"a": ""}, ";q=a,"),
        ("headers", Style("simple"), "a,b=c", "a,b=c"),
        ("headers", Style("simple"), {"a=b": "c=d"}, "a=b,c=d"),
        ("headers", Style("simple", True), {"a": "c=d"}, "a=c=d"),
        ("headers", Style("simple", True), ["a=b"], "a=b"),
        ("query", Style("form"), ["a,b", "c"], "q=a%2Cb,c"),
        ("query", Style("form", True), ("a", "b"), "q=a&q=b"),
        ("query", Style("deepObject", True), "a b", "q=a%20b"),
        ("query", Style("deepObject", True), ["a", "b"], "q=a&q=b"),
        ("query", Style("pipeDelimited"), "a|b", "q=a%7Cb"),
        ("query", Style("pipeDelimited"), [], ""),
        ("query", Style("form"), {}, ""),
        ("query", Style("form"), (), ""),
        ("headers", Style("simple"), 5, "5"),
        ("query", Style("form", True), {}, ""),
        ("query", Style("form", True), (), ""),
    ],
)
def test_beside_the_table(place: str, style: Style, value: Any, text: str) -> None:
    assert written(place, "q", value, style) == text


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "a value is missing"),
        ([None], "a value is missing"),
        ([["a"]], "got a list"),
        ([("a",)], "got a list"),
        ({"a": {}}, "got an object"),
        (object(), "got another type"),
        (float("nan"), "got a number that is not finite"),
        (10**5000, "a number has too many digits"),
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.parametrize("place", ["path", "query", "headers"])
def test_why_it_cannot_be_written(place: str, value: Any, reason: str) -> None:
    with pytest.raises(PlaceError) as caught:
        written(place, "q", value, style_of(place, None, None))
    for error in (caught.value, pickle.loads(pickle.dumps(caught.value))):
        assert (error.code, error.place) == ("CM710", f"{place}.q")
        assert error.reason.endswith(reason) and str(error) == f"{place}.q: {error.reason}"


@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [
        ("path", "", "an empty value"),
        ("path", ".", "`.` or `..`"),
        ("path", "..", "`.` or `..`"),
        ("path", "\udc00", "half of a surrogate pair"),
        ("query", "\udc00", "half of a surrogate pair"),
        ("headers", "\n", "a line break or control character"),
        ("headers", "\x7f", "a line break or control character"),
        ("headers", "日本", "a character outside Latin-1"),
        ("headers", [], "an empty list or object"),
    ],
)
def test_what_cannot_stand_there(place: str, value: Any, reason: str) -> None:
    with pytest.raises(PlaceError, match=f"{reason} is not allowed in") as caught:
        written(place, "q", value, style_of(place, None, None))
    assert (caught.value.code, caught.value.place) == ("CM710", f"{place}.q")


@pytest.mark.parametrize("style", ["label", "matrix", "simple"])
@pytest.mark.parametrize("value", [[], {}, ()])
@pytest.mark.parametrize("explode", [False, True])
def test_nothing_is_no_part_of_a_path(style: str, value: Any, explode: bool) -> None:
    with pytest.raises(PlaceError, match="an empty value is not allowed"):
        path_text("p", value, Style(style, explode))


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
LISTS = st.lists(TEXT, min_size=1, max_size=4)
OBJECTS = st.dictionaries(TEXT, TEXT, min_size=1, max_size=4)


@given(LISTS, st.sampled_from(["form", "spaceDelimited", "pipeDelimited"]))
def test_a_list_is_read_back_from_a_query(items: list[str], name: str) -> None:
    separator = {"form": ",", "spaceDelimited": "%20", "pipeDelimited": "%7C"}[name]
    try:
        (pair,) = query_pairs("q", items, Style(name))
    except PlaceError:
        assert any(unquote(separator) in item for item in items)
        return
    assert [unquote(item) for item in pair.removeprefix("q=").split(separator)] == items


@given(OBJECTS)
def test_an_object_is_read_back_from_a_query(members: dict[str, str]) -> None:
    found = {}
    for pair in query_pairs("q", members, Style("deepObject", True)):
        key, _, value = pair.partition("=")
        name = re.fullmatch(r"q%5B(.*)%5D", key)
        assert name is not None
        found[unquote(name[1])] = unquote(value)
    assert found == members


@given(LISTS | OBJECTS, st.booleans(), st.sampled_from(["simple", "label", "matrix"]))
def test_a_path_holds_nothing_that_ends_it(value: Any, explode: bool, name: str) -> None:
    try:
        text = path_text("p", value, Style(name, explode))
    except PlaceError:
        return
    assert not set(text) & set("/?# ") and text not in ("", ".", "..")


DOCUMENT = """
openapi: 3.1.0
info: {title: x, version: "1"}
servers: [{url: https://x.io}]
paths:
  /c/{ids}:
    patch:
      operationId: update
      parameters:
        - {name: ids, in: path, required: true, style: label, schema: {$ref: "#/components/schemas/Names"}}
        - {name: tags, in: query, explode: false, schema: {$ref: "#/components/schemas/Names"}}
        - {name: filter, in: query, style: deepObject, schema: {type: object}}
        - {name: X-Given, in: header, schema: {$ref: "#/components/schemas/Names"}}
        - {name: X-Tags, in: header, schema: {$ref: "#/components/schemas/Names"}}
      responses: {"200": {description: ok}}
components: {schemas: {Names: {type: array, items: {type: string}}}}
"""
RULES = """
contract: {openapi: api.yaml, operation: update}
params: {given: {}}
path:    {ids: tags}
query:   {tags: tags, filter: {from: attributes, merge: whole}}
headers: {X-Tags: tags, X-Given: {param: given}}
"""


def test_a_mapping_writes_parameters_as_its_contract_says(tmp_path: Path) -> None:
    mapping = made(tmp_path, RULES, {"api.yaml": DOCUMENT})
    request = mapping.apply({"tags": ["a", "b c"], "attributes": {"x y": 1}}, {"given": ["1", "2"]})
    assert request.url == "https://x.io/c/.a,b%20c?filter%5Bx%20y%5D=1&tags=a,b%20c"
    assert request.query == {"filter": {"x y": 1}, "tags": ["a", "b c"]}
    assert (request.headers["X-Tags"], request.headers["X-Given"]) == ("a,b c", "1,2")


def test_one_records_url_is_not_the_next_ones(tmp_path: Path) -> None:
    """A URL that depends on parameters alone is kept for the next record; no other is."""
    mapping = made(
        tmp_path,
        "contract: {method: POST, url: 'https://x.io/c', query: {tags: array, p: {}}, fields: {a: string}}\n"
        "params: {p: {}}\nquery: {tags: tags, p: {param: p}}\nbody: {a: email}\n",
    )
    params = {"p": 1}
    bare, tagged = "https://x.io/c?p=1", "https://x.io/c?p=1&tags=t"
    for record, url in (
        ({"tags": ["t"]}, tagged), ({}, bare), ({"tags": ["t"]}, tagged), ({}, bare), ({"email": "a"}, bare),
    ):  # fmt: skip
        assert mapping.apply(record, params).url == url
    assert mapping.apply({}, {"p": 2}).url == "https://x.io/c?p=2"


def test_a_path_that_one_record_lacks_is_not_the_last_ones(tmp_path: Path) -> None:
    mapping = made(
        tmp_path, "contract: {method: POST, url: 'https://x.io/c/{id}'}\npath: {id: id}\nbody: {a: email}\n"
    )
    assert mapping.apply({"id": "1"}, {}).url == "https://x.io/c/1"
    for record in ({}, {"email": "a"}, {"id": None}):
        with pytest.raises(RecordError):
            mapping.apply(record, {})
    assert mapping.apply({"id": "2"}, {}).url == "https://x.io/c/2"


def test_what_cannot_stand_in_its_place_names_its_rule(tmp_path: Path) -> None:
    mapping = made(
        tmp_path,
        "contract: {method: POST, url: 'https://x.io/c/{id}'}\nparams: {p: {}}\n"
        "path: {id: id}\nheaders: {X-A: email, X-P: {param: p}}\nbody: {a: company}\n",
    )
    for record, params, found in (
        ({"id": ".."}, {}, (5, "id", "path.id")),
        ({"id": "1", "email": "\n"}, {}, (6, "email", "headers.X-A")),
        ({"id": "1"}, {"p": "\n"}, (None, "headers.X-P", "headers.X-P")),
    ):
        with pytest.raises(RecordError) as caught:
            mapping.apply(record, params)
        (one,) = caught.value.diagnostics
        assert (one.code, one.span and one.span.line, one.path, one.target) == ("CM710", *found)
