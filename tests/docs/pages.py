"""Run the examples of a page of `docs/codes/`: the codes that they produce.

A fence is chosen by its language: `yaml` is a mapping, a fixture, or a mapping with what it is called
with; `python` is an expression for the bytes of a mapping, or for the customer when a mapping stands
beside it; `console` is a call of custmap. A fence with a file name is a file beside the mapping.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import custmap
from custmap.diagnostics.codes import CODES, Severity
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import CustmapError
from custmap.functions.table import with_functions
from custmap.loader import check_mapping
from custmap.mapping.related import kind_of
from custmap.source_loader import check_source_file
from custmap.syntax.node import MapNode, Node, plain
from custmap.syntax.yaml_reader import read_yaml
from custmap.testing.fixture import read_fixture
from custmap.testing.run import run_fixture

SOURCES = Path(__file__).parents[2] / "src"
NAME = "acme/update-customer"
_FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"CM[0-9]{3}")


@dataclass(frozen=True)
class Fence:
    language: str
    file: str | None
    text: str


@dataclass(frozen=True)
class Page:
    title: str
    sections: dict[str, str]

    def fences(self, section: str) -> list[Fence]:
        return [Fence(one[1], one[2], one[3]) for one in _FENCE.finditer(self.sections[section])]


def read_page(path: Path) -> Page:
    title, *sections = re.split(r"^## ", path.read_text("utf-8"), flags=re.MULTILINE)
    named = (section.partition("\n") for section in sections)
    return Page(title.strip(), {name.strip(): body.strip() for name, _, body in named})


def codes_of(fences: list[Fence], folder: Path, monkeypatch: Any) -> set[str]:
    """The codes of all that the fences make custmap say; the working folder is the project."""
    place = folder / "mappings" / f"{NAME}.yaml"
    place.parent.mkdir(parents=True)
    monkeypatch.chdir(folder)
    for fence in fences:
        if fence.file:
            beside = (
                folder
                if "/" in fence.file or fence.file.endswith(("customer.json", "ndjson"))
                else place.parent
            )
            path = beside / fence.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(fence.text, "utf-8")
    unnamed = [fence for fence in fences if fence.file is None and fence.language != "text"]
    match [fence.language for fence in unnamed]:
        case ["yaml"]:
            return _yaml(unnamed[0].text, place)
        case ["python"]:
            place.write_bytes(_value(unnamed[0].text))
            return _mapping(place)
        case ["yaml", "python"]:
            place.write_text(unnamed[0].text, "utf-8")
            return _given(place, {"customer": _value(unnamed[1].text)})
        case ["console"]:
            return _console(unnamed[0].text)
        case []:
            return set()
    raise AssertionError(f"no way to run {[fence.language for fence in fences]}")


def _yaml(text: str, place: Path) -> set[str]:
    try:
        node: Node | None = read_yaml(text.encode(), str(place))
    except CustmapError:
        node = None
    mapping = node.get("mapping") if isinstance(node, MapNode) else None
    if mapping is None:
        place.write_text(text, "utf-8")
        return _mapping(place)
    if isinstance(mapping, MapNode):
        assert node is not None
        inline = re.search(r"^mapping:\n((?:  .*\n)+)", text, re.MULTILINE)
        assert inline, "the mapping is written as a block"
        place.write_text(textwrap.dedent(inline[1]), "utf-8")
        return _given(place, plain(node))
    return _fixture(text, place.parents[2] / "fixtures" / NAME / "case.yaml")


def _mapping(place: Path) -> set[str]:
    """The findings of the mapping or source file, warnings included."""
    if kind_of(place) == "source":
        return _codes(check_source_file(place, with_functions([]))[1])
    return _codes(check_mapping(place, with_functions([]))[1])


def _given(place: Path, given: dict[str, Any]) -> set[str]:
    """Load without an error, then apply or diff; of a source what a row states."""
    if kind_of(place) == "source":
        try:
            custmap.source(place).customer(given["customer"])
        except CustmapError as error:
            return _codes(error.diagnostics)
        return set()
    mapping = custmap.load(place)
    try:
        if "customer" in given:
            mapping.apply(given["customer"], given.get("params"))
            return set()
        plan = mapping.diff(given["before"], given["after"], given.get("params"))
        return {one.code for one in plan.rejected}
    except CustmapError as error:
        return _codes(error.diagnostics)


def _fixture(text: str, path: Path) -> set[str]:
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")
    try:
        report = run_fixture(read_fixture(path))
    except CustmapError as error:
        return _codes(error.diagnostics)
    assert report.passed or report.answer.error, str(report)
    return _codes(report.answer.error.diagnostics) if report.answer.error else set()


def _console(text: str) -> set[str]:
    found: set[str] = set()
    for line in text.splitlines():
        program, *arguments = shlex.split(line.removeprefix("$ "))
        assert program == "custmap"
        ran = subprocess.run(
            [sys.executable, "-m", "custmap", *arguments],
            env={**os.environ, "PYTHONPATH": str(SOURCES)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in ran.stderr, ran.stderr
        found |= set(_CODE.findall(ran.stdout + ran.stderr))
        assert found or ran.returncode == 0, ran.stderr
    return found


def _value(text: str) -> Any:
    return eval(text, {"json": json})  # the pages are ours


def _codes(diagnostics: tuple[Diagnostic, ...]) -> set[str]:
    return {one.code for one in diagnostics}


def is_error(code: str) -> bool:
    return CODES[code].severity is Severity.ERROR
