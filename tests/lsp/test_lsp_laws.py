"""What holds at every character of every shipped mapping: an answer, in time, and none that is wrong.

A run of the tests takes samples; CUSTMAP_LAWS=long takes every character.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from lsp_desk import Desk

from custmap.lsp.actions import fixes
from custmap.lsp.definition import define
from custmap.lsp.hover import Lineages, hover
from custmap.lsp.open_file import OpenFile
from custmap.lsp.rename import Refused, prepare
from custmap.lsp.symbols import symbols
from custmap.values.files import real
from shipped_mappings import MAPPINGS, SHIPPED

LONG = os.environ.get("CUSTMAP_LAWS") == "long"
SECONDS = 1.0
"""Of one answer, in this process alone: generous, since the machine may be busy."""
TEXTS = {name: (MAPPINGS / f"{name}.yaml").read_text() for name in SHIPPED}
FEW = SHIPPED if LONG else SHIPPED[::6]


def _path(name: str) -> Path:
    return real(MAPPINGS / f"{name}.yaml")


def _answer_everything(desk: Desk, path: Path, text: str, offset: int, lineages: Lineages) -> None:
    """Everything that an editor asks at a place; nothing may be raised."""
    start = time.process_time()
    desk.complete(path, f"{text[:offset]}¦{text[offset:]}")
    file = desk.workspace.files[path]
    hover(desk.workspace, lineages, file, offset)
    define(desk.workspace, file, offset)
    with contextlib.suppress(Refused):
        prepare(desk.workspace, file, offset)
    assert time.process_time() - start < SECONDS, offset


@pytest.mark.parametrize("name", SHIPPED if LONG else [SHIPPED[0], "fabric/update-attributes"])
def test_every_character_has_an_answer(name: str) -> None:
    desk, lineages, text, draw = Desk(), Lineages(), TEXTS[name], random.Random(name)
    desk.open(_path(name), text)
    everywhere = range(len(text) + 1)
    for offset in everywhere if LONG else draw.sample(everywhere, 20):
        _answer_everything(desk, _path(name), text, offset, lineages)


def _broken(text: str, draw: random.Random) -> Iterator[tuple[str, int]]:
    """Beginnings of a text, and the text without the rest of a line, or with a sign too many."""
    for _ in range(60 if LONG else 2):
        at = draw.randrange(len(text))
        yield text[:at], at
        end = text.find("\n", at)
        yield text[:at] + (text[end:] if end >= 0 else ""), at
        yield text[:at] + draw.choice("{}[]:'\"|\n\t#&*!?-%\ufeff😀\u2028\x00\ud800") + text[at:], at + 1


@pytest.mark.parametrize("name", FEW)
def test_a_broken_text_has_findings_or_none_and_every_answer(name: str) -> None:
    desk, lineages, draw = Desk(), Lineages(), random.Random(name)
    for text, offset in _broken(TEXTS[name], draw):
        file, _ = desk.open(_path(name), text)
        found = desk.workspace.examine(file.path).findings
        assert not [one for one in found if one.code.startswith("CM9")]
        for one in found:
            assert one.span is None or _is_inside(file, desk, Path(one.span.file), one.span.line)
        symbols(desk.workspace.outline(file), file)
        _answer_everything(desk, _path(name), text, offset, lineages)


def _is_inside(file: OpenFile, desk: Desk, path: Path, line: int) -> bool:
    return real(path) != file.path or 1 <= line <= len(file.lines.starts)


def _empty_body(text: str) -> tuple[str, str] | None:
    """A mapping without the rules of its body: what stands before these, and what after."""
    found = re.search(r"^body:\n((?:[ ].*|)\n)+", text, re.MULTILINE)
    return None if found is None else (text[: found.start()] + "body:\n", text[found.end() :])


@pytest.mark.parametrize("name", FEW)
def test_every_target_that_is_offered_is_one_of_the_contract(name: str) -> None:
    parts = _empty_body(TEXTS[name])
    if parts is None:
        pytest.skip("its requests have several bodies")
    (head, tail), desk, path = parts, Desk(), _path(name)
    desk.open(path, TEXTS[name])
    offered = [one for one in desk.complete(path, f"{head}  ¦\n{tail}") if one.detail]
    assert offered
    line = head.count("\n") + 1
    for one in offered if LONG else random.Random(name).sample(offered, min(4, len(offered))):
        text = f"{head}  {one.text_edit.new_text}{{from: email}}\n{tail}"
        found = desk.workspace.findings(desk.workspace.files[path], text)
        codes = {one.code for one in found if one.span is not None and one.span.line == line}
        assert not codes & {"CM209", "CM303", "CM310"}, one.label


@pytest.mark.parametrize("name", FEW)
def test_what_was_meant_removes_its_finding(name: str) -> None:
    """Two letters of a word are swapped; each advice about that in the file is a fix that helps."""
    text, draw, desk, path = TEXTS[name], random.Random(name), Desk(), _path(name)
    words = [found.start() for found in re.finditer(r"[A-Za-z_]{5,}", text)]
    for at in draw.sample(words, 40 if LONG else 3):
        mistyped = text[: at + 1] + text[at + 2] + text[at + 1] + text[at + 3 :]
        file, _ = desk.open(path, mistyped)
        for one in desk.workspace.examine(path).findings:
            if one.meant is not None and one.span is not None and one.span.file == str(path):
                fix = next(
                    (
                        f
                        for f in fixes(desk.workspace, file, one.span.line, one.span.line)
                        if f.finding == one
                    ),
                    None,
                )
                assert fix is not None, f"{one} has no fix"
                new = file.text[: fix.start] + fix.text + file.text[fix.end :]
                left = desk.workspace.findings(file, new)
                assert (one.code, one.message, one.span) not in {(f.code, f.message, f.span) for f in left}
