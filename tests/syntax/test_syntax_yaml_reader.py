"""Strict YAML: what is refused and where, what scalars mean, and that nothing takes the process down."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from custmap.diagnostics.errors import MappingError
from custmap.diagnostics.span import Span
from custmap.syntax.node import ListNode, MapNode, Node, ScalarNode, plain
from custmap.syntax.yaml_reader import read_file, read_yaml
from custmap.values.equality import same

HERE = Path(__file__).parent
REFUSED = yaml.safe_load((HERE / "refused.yaml").read_text(encoding="utf-8"))
VALUES = yaml.safe_load((HERE / "values.yaml").read_text(encoding="utf-8"))
SUITES = os.environ.get("CUSTMAP_SUITES")
needs_suites = pytest.mark.skipif(SUITES is None, reason="CUSTMAP_SUITES is not set")


def problems(data: bytes) -> list[str]:
    with pytest.raises(MappingError) as caught:
        read_yaml(data, "m.yaml")
    assert all(found.span and found.span.file == "m.yaml" for found in caught.value.diagnostics)
    return [
        f"{found.code} {found.span.line}:{found.span.column}"
        for found in caught.value.diagnostics
        if found.span
    ]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: repr(case["text"])[:40])
def test_refused_with_every_problem_and_its_place(case: dict[str, Any]) -> None:
    assert problems(case["text"].encode()) == case["errors"]
    with pytest.raises(MappingError) as caught:
        read_yaml(case["text"].encode(), "m.yaml")
    notes = [
        f"{note.span.line}:{note.span.column}" for found in caught.value.diagnostics for note in found.notes
    ]
    assert notes == case.get("notes", [])
    assert case.get("says", "") in str(caught.value)


@pytest.mark.parametrize("case", VALUES, ids=lambda case: case["text"])
def test_value_of_a_scalar(case: dict[str, Any]) -> None:
    data = f"v: {case['text']}\n".encode() if case["text"] != "-" else b"v:\n  -\n"
    if "error" in case:
        assert problems(data)[0].startswith(case["error"])
    else:
        assert same(plain(read_yaml(data, "m.yaml")), {"v": json.loads(case["is"])})


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\xff\xfea\x00:\x00", ["CM101 1:1"]),
        (b"a\x00:\x00 \x001\x00", ["CM101 1:1"]),
        (b"\x00a\x00:\x00 \x001", ["CM101 1:1"]),
        ("a: é\nb: ".encode() + b"\xe9\n", ["CM101 2:4"]),
        (b"\xef\xbb\xbfa: \xff", ["CM101 1:4"]),
        (b"a: \xed\xa0\x80", ["CM101 1:4"]),
        (b"\xef\xbb\xbfa: 012", ["CM105 1:4"]),
        (b"#" * (1024 * 1024 + 1), ["CM109 1:1"]),
        (b"[" * 65 + b"]" * 65, ["CM108 1:65"]),
    ],
)
def test_bytes_that_are_refused(data: bytes, expected: list[str]) -> None:
    assert problems(data) == expected


def test_a_byte_order_mark_is_allowed() -> None:
    assert plain(read_yaml(b"\xef\xbb\xbfa: 1", "m.yaml")) == {"a": 1}


def test_depth_64_is_allowed() -> None:
    assert read_yaml(b"[" * 64 + b"]" * 64, "m.yaml")


def test_a_file_of_one_mib_is_allowed() -> None:
    assert plain(read_yaml(b"a\n#" + b"x" * (1024 * 1024 - 3), "m.yaml")) == "a"


def test_many_problems_are_cut() -> None:
    assert len(problems(b"- *a\n" * 10_000)) == 50
    assert len(problems(b"\x01" * 10_000)) == 20
    assert len(problems(b"a: \t\n" * 10_000)) == 50


def test_many_directives_are_refused() -> None:
    assert problems(b"".join(b"%%TAG !a%d! x\n" % number for number in range(50_000))) == ["CM104 101:1"]


# Texts that nest `n` deep, with the first problem of each reader: ours (64), other people's (128).
BOMBS = {
    "flow lists": ('"[" * n', "CM108 1:65", "CM108 1:129"),
    "closed flow lists": ('"[" * n + "]" * n', "CM108 1:65", "CM108 1:129"),
    "flow lists of a key": ('"a: " + "[" * n', "CM108 1:67", "CM108 1:131"),
    "flow lists behind quoted ones": (
        '"- [" + repr("[" * 900) + ", " + "[" * n',
        "CM108 1:970",
        "CM108 1:1034",
    ),
    "flow maps": ('"{a: " * n', "CM108 1:257", "CM108 1:513"),
    "flow lists before what is no YAML": ('"[" * n + "@"', "CM108 1:65", "CM108 1:129"),
    "block lists": ('"- " * n', "CM108 1:129", "CM108 1:257"),
    "flow lists in block lists": ('"- " * 60 + "[" * n', "CM108 1:125", "CM108 1:189"),
    "keys of keys": ('"? " * n', "CM104 1:3", "CM104 1:3"),
    "nested lines": (
        '"".join(" " * depth + "a:\\n" for depth in range(min(n, 1000)))',
        "CM108 65:65",
        "CM108 129:129",
    ),
}


@pytest.mark.parametrize(("text", "ours", "others"), BOMBS.values(), ids=BOMBS)
def test_depth_is_told_by_our_limit_and_never_kills_the_process(text: str, ours: str, others: str) -> None:
    program = f"""
from custmap.diagnostics.errors import MappingError
from custmap.syntax.document import parse_document
from custmap.syntax.yaml_reader import read_yaml
for n in (200, 990, 1100, 50_000):
    for read in (read_yaml, parse_document):
        try:
            read(({text}).encode(), "m.yaml")
        except MappingError as error:
            found = error.diagnostics[0]
            print(found.code, f"{{found.span.line}}:{{found.span.column}}")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [ours, others] * 4


@pytest.mark.parametrize(
    "data", [b"\n" * 1_000_000 + b"a: |\n", b"a: |\n" + b" \n" * 400_000 + b"  x", b"a" * 10**6]
)
def test_large_plain_files(data: bytes) -> None:
    read_yaml(data, "m.yaml")


def test_spans_are_what_stands_there() -> None:
    text = "name: é\nlist:\n  - a\n  - {b: 'c'}\n\ntext: |\n  one\n  two\n\nempty:\n"
    root = read_yaml(text.encode(), "m.yaml")
    assert isinstance(root, MapNode)
    assert root.span == Span("m.yaml", 1, 1, 10, 7)
    places = {
        str(key.value): (value.span.line, value.span.column, value.span.end_line, value.span.end_column)
        for key, value in root
    }
    assert places == {
        "name": (1, 7, 1, 8),
        "list": (3, 3, 4, 13),
        "text": (6, 7, 8, 6),
        "empty": (10, 7, 10, 7),
    }
    inner = root.get("list")
    assert isinstance(inner, ListNode)
    assert inner.items[1].span == Span("m.yaml", 4, 5, 4, 13)
    key = root.key("text")
    assert key is not None
    assert key.span == Span("m.yaml", 6, 1, 6, 5)


def test_keys_that_are_numbers_and_booleans_keep_their_type() -> None:
    root = read_yaml(b"{1: a, true: b, 'true': c, x: d}", "m.yaml")
    assert isinstance(root, MapNode)
    assert [key.value for key, _ in root] == [1, True, "true", "x"]
    assert root.entries[1][0].value is True


def test_files(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"a: 012")
    for path, code in [
        (file, "CM105"),
        (tmp_path, "CM111"),
        (tmp_path / "no", "CM111"),
        (Path("a\x00"), "CM111"),
    ]:
        with pytest.raises(MappingError) as caught:
            read_file(path, "shown.yaml")
        (found,) = caught.value.diagnostics
        assert found.code == code
        assert found.span is not None
        assert found.span.file == "shown.yaml"
    with pytest.raises(MappingError) as caught:
        read_file(file, limit=5)
    assert caught.value.diagnostics[0].code == "CM109"
    file.write_bytes(b"a: 1")
    assert plain(read_file(file)) == {"a": 1}


texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(texts)
def test_any_text_in_double_quotes_is_that_text(text: str) -> None:
    assert read_quoted(text) == text


def read_quoted(text: str) -> Any:
    # JSON's escapes are YAML's, surrogate pairs apart; those signs are left as they are.
    written = "".join(json.dumps(sign)[1:-1] if ord(sign) < 0x10000 else sign for sign in text)
    node = read_yaml(f'- "{written}"\n'.encode(), "m.yaml")
    assert isinstance(node, ListNode)
    return plain(node)[0]


@given(st.text(alphabet="ab:-?[]{},#&*!|>'\"%@` \n\t\\<~019.e+é\u2028", max_size=40) | st.text(max_size=20))
def test_any_text_is_read_or_refused_with_places(text: str) -> None:
    data = text.encode(errors="surrogatepass")
    try:
        node = read_yaml(data, "m.yaml")
    except MappingError as error:
        assert error.diagnostics
        assert all(found.span is not None for found in error.diagnostics)
    else:
        inside(node, node.span)


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read_yaml(data, "m.yaml")
    except MappingError as error:
        assert error.diagnostics


def inside(node: Node, outer: Span) -> None:
    """Every node stands inside the one that holds it."""
    span = node.span
    assert (outer.line, outer.column) <= (span.line, span.column)
    assert (span.end_line, span.end_column) <= (outer.end_line, outer.end_column)
    match node:
        case ListNode(items=items):
            for item in items:
                inside(item, span)
        case MapNode(entries=entries):
            for key, value in entries:
                inside(key, span)
                inside(value, span)
        case ScalarNode():
            assert (span.line, span.column) <= (span.end_line, span.end_column)


@needs_suites
def test_yaml_test_suite() -> None:
    root = Path(str(SUITES), "yaml-test-suite-data")
    cases = [file.parent for file in sorted(root.rglob("in.yaml")) if not {"name", "tags"} & set(file.parts)]
    wrong, accepted = [], 0
    for case in cases:
        try:
            value = plain(read_yaml((case / "in.yaml").read_bytes(), case.name))
        except MappingError:
            continue
        accepted += 1
        expected = case / "in.json"
        if (case / "error").exists() or (
            expected.exists() and not same(value, json.loads(expected.read_bytes()))
        ):
            wrong.append(str(case.relative_to(root)))
    assert len(cases) == 402
    assert accepted > 130
    assert wrong == []


@needs_suites
def test_naughty_strings_in_double_quotes() -> None:
    for text in json.loads(Path(str(SUITES), "blns", "blns.json").read_bytes()):
        assert read_quoted(text) == text
