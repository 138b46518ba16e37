"""Places in the units of editors, and texts as the strict reader and the outline see them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lsprotocol.types import Position

from custmap.diagnostics.errors import MappingError
from custmap.lsp.open_file import Units, open_file
from custmap.lsp.outline import Listing, Table, Value, scalar_text
from custmap.lsp.outline_reader import outline
from custmap.syntax.node import ListNode, MapNode, Node
from custmap.syntax.yaml_reader import read_yaml
from shipped_mappings import MAPPINGS, SHIPPED

PLACE = Path("/nowhere/a.yaml")


@pytest.mark.parametrize("units", ["utf-8", "utf-16", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_place_there_and_back(units: Units, end: str, mark: str) -> None:
    text = end.join(["a: é", "b: 😀x", "", "𝒳𝒳: \u2028c", "last"])
    file = open_file("file:///a", PLACE, 1, mark + text, units)
    for offset in range(len(text) + 1):
        if text[offset - 1 : offset + 1] != "\r\n":
            assert file.offset(file.position(offset)) == offset


def test_a_line_separator_ends_no_line_in_an_editor() -> None:
    file = open_file("file:///a", PLACE, 1, "a\u2028b\x0cc\x85d\ne", "utf-16")
    assert file.position(8) == Position(1, 0)


def test_half_a_pair_counts_as_none_of_it() -> None:
    file = open_file("file:///a", PLACE, 1, "😀x", "utf-16")
    assert [file.offset(Position(0, at)) for at in range(5)] == [0, 0, 1, 2, 2]


def test_a_mark_takes_a_column_of_the_first_line() -> None:
    file = open_file("file:///a", PLACE, 1, "\ufeffa\nb", "utf-16")
    assert (file.position(0), file.position(2)) == (Position(0, 1), Position(1, 0))
    assert file.data.startswith(b"\xef\xbb\xbf")


def _seen(value: Value | None) -> Any:
    """An outline's value, with every text on one line."""
    if isinstance(value, Table) and scalar_text(value) is None:
        return {pair.key.text: _seen(pair.value) for pair in value.pairs}
    if isinstance(value, Listing):
        return [_seen(item) for _, item in value.items]
    return " ".join((scalar_text(value) or "").split())


def _read(node: Node) -> Any:
    if isinstance(node, MapNode):
        return {_word(key.value): _read(value) for key, value in node}
    if isinstance(node, ListNode):
        return [_read(item) for item in node]
    return " ".join(_word(node.value).split())


def _word(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {True: "true", False: "false", None: ""}[value]
    return str(value)


@pytest.mark.parametrize("name", SHIPPED)
def test_of_a_whole_file_the_outline_is_what_the_strict_reader_reads(name: str) -> None:
    data = (MAPPINGS / f"{name}.yaml").read_bytes()
    read = _read(read_yaml(data, name))
    assert _without_null(_seen(outline(data.decode()).root)) == _without_null(read)


def _without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_null(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_without_null(one) for one in value]
    return "" if value == "null" else value


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("a: {b: 1", {"a": {"b": "1"}}),
        ("a: {b: 1\nc: 2", {"a": {"b": "1"}, "c": "2"}),
        ("a: [1, {b", {"a": ["1", {"b": ""}]}),
        ("a: 'x\nb: 2", {"a": "x", "b": "2"}),
        ('a: "x\n  y"\nb: 2', {"a": "x y", "b": "2"}),
        ("a:\n    b: 1\n  c: 2\nd: 3", {"a": {"b": "1"}, "c": "2", "d": "3"}),
        ("a\nb: 1", {"a": "", "b": "1"}),
        ("- a\n- b: 1\n  c: 2\n-", ["a", {"b": "1", "c": "2"}, ""]),
        ("a:\n- b\nc: 1", {"a": ["b"], "c": "1"}),
        ("a: >-\n  x: y\n  z\nb: 1", {"a": "x: y z", "b": "1"}),
        ("a: 1\n- b\nc: 2", {"a": "1", "c": "2"}),
        ("a: b # c: d\ne: f", {"a": "b", "e": "f"}),
        ("a: x[0].y, z", {"a": "x[0].y, z"}),
        ("a: {b: x[0].y, c: 1}", {"a": {"b": "x[0].y", "c": "1"}}),
        ("a: 'it''s'", {"a": "it's"}),
        ('a: "\\u00e9\\n\\"', {"a": 'é "'}),
        ("}{]", {}),
        ("", ""),
    ],
)
def test_the_outline_of_a_text_that_is_no_yaml(text: str, seen: Any) -> None:
    if text not in ("", "}{]"):
        assert _seen(outline(text).root) == seen
    else:
        outline(text)


def test_characters_of_a_quoted_text_know_their_place() -> None:
    text = "a: 'it''s name'"
    value = outline(text).value("a")
    assert value is not None and not isinstance(value, Table | Listing)
    at = value.text.index("name")
    assert text[value.offset(at) :].startswith("name") and value.index(value.offset(at)) == at


def test_the_strict_reader_refuses_what_the_outline_reads() -> None:
    with pytest.raises(MappingError):
        read_yaml(b"a: {b: 1", "a.yaml")
