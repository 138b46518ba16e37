"""Frames, compared whole with the pictures in frames.yaml."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from custmap.diagnostics.diagnostic import Diagnostic, Note
from custmap.diagnostics.frame import SourceLines, frame
from custmap.diagnostics.span import Span

CASES = yaml.safe_load(Path(__file__).with_name("frames.yaml").read_text(encoding="utf-8"))
FILE = "file.yaml"


def diagnostic_of(case: dict[str, Any]) -> Diagnostic:
    span = Span(FILE, *case["span"]) if "span" in case else None
    notes = tuple(Note(Span(FILE, *note["span"]), note["text"]) for note in case.get("notes", ()))
    return Diagnostic(
        case["code"], case["message"], span, case.get("help"), notes, case.get("path"), case.get("target")
    )


def drawn(case: dict[str, Any], *, color: bool = False) -> str:
    source = case["source"]
    return frame(
        diagnostic_of(case),
        lambda _, line: source[line - 1] if line <= len(source) else None,
        color=color,
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_frame(case: dict[str, Any]) -> None:
    assert drawn(case) == case["frame"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_colour_adds_nothing_but_colour(case: dict[str, Any]) -> None:
    assert re.sub(r"\x1b\[[0-9;]*m", "", drawn(case, color=True)) == case["frame"]


@pytest.mark.parametrize("column", [1, 20, 300, 550, 600])
def test_a_long_line_is_cut_around_the_caret(column: int) -> None:
    source = "".join(chr(0x4E00 + index) if index % 7 == 0 else "x" for index in range(599)) + "!"
    span = Span(FILE, 1, column, 1, column + 3)
    picture = frame(Diagnostic("CM201", "here", span), lambda *_: source).split("\n")
    assert len(picture[3]) < 120
    shown_line, carets = picture[3], picture[4]
    before = carets.index("^")
    at, width = 0, 0
    while width < before:
        width += 2 if ord(shown_line[at]) >= 0x4E00 else 1
        at += 1
    assert shown_line[at] == source[column - 1]


@given(st.text(), st.text(), st.integers(1, 40), st.integers(0, 40))
def test_a_frame_is_safe_for_any_text(line: str, text: str, column: int, length: int) -> None:
    span = Span("f\n" + text, 1, column, 1, column + length)
    picture = frame(Diagnostic("CM201", text, span, text, (Note(span, text),)), lambda *_: line)
    hidden = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert not [sign for sign in picture if sign != "\n" and unicodedata.category(sign) in hidden]
    assert picture.count("\n") == (11 if text else 9)
    picture.encode()


def test_source_lines_are_read_from_disk(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"\xef\xbb\xbfone\r\ntwo\xff\rthree\xe2\x80\xa8x\n")
    lookup = SourceLines()
    assert [lookup(str(file), line) for line in range(6)] == [
        None, "one", "two\ufffd", "three\u2028x", "", None,
    ]  # fmt: skip
    assert lookup(str(tmp_path), 1) is None
    assert lookup(str(tmp_path / "missing"), 1) is None
    assert lookup("a\x00b", 1) is None
