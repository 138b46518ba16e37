"""Run the examples of a page in order, in one folder: what a reader would do, in the order of reading.

A fence says by its language what it is: a block with `title="FILE"` is written there; `python` is a
doctest, all of a page in one namespace; `console` is a shell session, each `$ command` with what it
prints (a line `…` stands for any lines); `yaml` without a title is a piece of a mapping that has to check;
`cases` under it are customers, and what the piece sends for them.
"""

from __future__ import annotations

import atexit
import contextlib
import doctest
import io
import os
import re
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import custmap
from custmap.diagnostics.codes import Severity
from custmap.diagnostics.errors import CustmapError, MappingError
from custmap.functions.table import LIBRARY
from custmap.loader import check_mapping
from custmap.syntax.node import MapNode, plain
from custmap.syntax.yaml_reader import read_yaml

SOURCES = Path(__file__).parents[2] / "src"
FORKED = Path(__file__).with_name("forked.py")
ENVIRONMENT = {"PYTHONPATH": str(SOURCES), "PYTHONUTF8": "1", "PYTHONWARNINGS": "error"}
PIECE = "acme/example"
# What a piece of a mapping does not say: the rest of the file.
REST = {
    "custmap": "custmap: 1",
    "name": f"name: {PIECE}",
    "contract": "contract: {method: PATCH, url: 'https://api.acme.example/customers'}",
}
_FENCE = re.compile(r"^```(\w+)(?: title=\"([^\"]+)\")?[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CASE = re.compile(
    r"(?P<one>.+?)(?: → (?P<after>.+?))? {2,}(?P<verb>sends|rejects|refuses|notes) +(?P<what>.+)"
)
_END = "\x1e"


@dataclass(frozen=True, slots=True)
class Fence:
    language: str
    title: str | None
    text: str
    line: int


@dataclass(slots=True)
class Reader:
    """A reader at work: the folder, what Python knows so far, and the piece of a mapping read last."""

    page: Path
    folder: Path
    names: dict[str, Any] = field(default_factory=dict)
    piece: custmap.Mapping | None = None

    def read(self, fence: Fence) -> None:
        if fence.title is not None:
            write(self.folder / fence.title, fence.text)
            return
        match fence.language:
            case "python":
                self._python(fence)
            case "console":
                self._console(fence)
            case "yaml":
                self.piece = load_piece(fence.text, self.folder)
            case "cases":
                assert self.piece is not None, "cases stand under a piece of a mapping"
                for line in fence.text.splitlines():
                    check_case(self.piece, line)
            case "text" | "mermaid":
                pass
            case other:
                raise AssertionError(f"{self.page.name}:{fence.line}: no way to run `{other}`")

    def _python(self, fence: Fence) -> None:
        test = doctest.DocTestParser().get_doctest(
            fence.text, self.names, self.page.name, str(self.page), fence.line
        )
        assert test.examples, f"{self.page.name}:{fence.line}: Python examples are written with >>>"
        said = io.StringIO()
        doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=said.write, clear_globs=False)
        self.names = test.globs
        assert not said.getvalue(), said.getvalue()

    def _console(self, fence: Fence) -> None:
        calls = [call.partition("\n") for call in re.split(r"^\$ ", fence.text, flags=re.MULTILINE)[1:]]
        said = run_shell([command for command, _, _ in calls], self.folder)
        for (command, _, shown), printed in zip(calls, said, strict=True):
            assert alike(shown, printed), f"$ {command}\n{printed}\n--- the page shows\n{shown}"


def fences(page: Path) -> list[Fence]:
    text = page.read_text("utf-8")
    found = _FENCE.finditer(text)
    return [Fence(one[1], one[2], one[3], text.count("\n", 0, one.start()) + 1) for one in found]


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def load_piece(text: str, folder: Path) -> custmap.Mapping:
    """The mapping that a piece stands for; MappingError when `validate` finds an error in it."""
    missing = [line for key, line in REST.items() if not re.search(rf"^{key}:", text, re.MULTILINE)]
    place = folder / ".pieces" / f"{PIECE}.yaml"
    write(place, "\n".join([*missing, text]))
    found = check_mapping(place, LIBRARY)[1]
    wrong = [one for one in found if one.level is Severity.ERROR]
    if wrong:
        raise MappingError(wrong)
    return custmap.load(place)


def check_case(mapping: custmap.Mapping, line: str) -> None:
    """`CUSTOMER  sends BODY`, `BEFORE → AFTER  sends BODY`, `… sends nothing`, `… rejects CODE TARGET`,
    `… refuses CODE TARGET, CODE TARGET`."""
    parts = _CASE.fullmatch(line.strip())
    assert parts, f"not a case: {line}"
    before, after = (parts["one"], parts["after"]) if parts["after"] else ("null", parts["one"])
    params = dict.fromkeys(mapping.params, "P1")
    try:
        plan = mapping.diff(value(before), value(after), params)
    except CustmapError as error:
        assert parts["verb"] == "refuses", f"{line}\n{error}"
        assert [f"{one.code} {one.target}" for one in error.diagnostics] == parts["what"].split(", "), line
        return
    match parts["verb"]:
        case "rejects":
            assert [f"{one.code} {one.target}" for one in plan.rejected] == [parts["what"]], line
            return
        case "notes":
            assert parts["what"] in plan.notes, f"{line}\n{plan.notes}"
            return
    sent = None if plan.request is None else plan.request.body
    wanted = None if parts["what"] == "nothing" else value(parts["what"])
    assert sent == wanted, f"{line}\nsends {sent}"
    assert not plan.rejected, f"{line}\n{plan.rejected}"


def value(text: str) -> Any:
    node = read_yaml(f"value: {text}".encode(), "a case")
    assert isinstance(node, MapNode)
    return plain(node)["value"]


@cache
def server() -> str:
    """The socket of a process that runs `custmap`, until this one ends."""
    place = Path(mkdtemp(prefix="custmap-")) / "calls"
    process = subprocess.Popen([sys.executable, FORKED, place], env=os.environ | ENVIRONMENT)
    atexit.register(shutil.rmtree, place.parent)
    atexit.register(process.wait)
    atexit.register(process.kill)  # what was registered last is done first
    while not place.exists():
        assert process.poll() is None
        time.sleep(0.02)
    return str(place)


def run_shell(commands: list[str], folder: Path) -> list[str]:
    """What each command prints on a terminal without colours; `custmap` and `python3` are these here."""
    for name, options in (("custmap", f'-S -E "{FORKED}" {server()} call '), ("python3", "")):
        shim = folder / ".bin" / name
        write(shim, f'#!/bin/sh\nexec "{sys.executable}" {options}"$@"\n')
        shim.chmod(shim.stat().st_mode | stat.S_IXUSR)
    script = "\n".join(f"{command}\n__rc=$?; printf '\\036'; (exit $__rc)" for command in commands)
    reading, terminal = os.openpty()
    shell = subprocess.Popen(
        ["bash", "-c", script],
        cwd=folder,
        env={
            "PATH": f"{shim.parent}{os.pathsep}{os.environ['PATH']}",
            **ENVIRONMENT,
            "NO_COLOR": "1",
            "COLUMNS": "120",
            "TERM": "dumb",  # no progress
        },
        stdin=subprocess.DEVNULL,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    said = b"".join(_all_of(reading))
    os.close(reading)
    shell.wait()
    return said.decode().replace("\r\n", "\n").split(_END)[:-1]


def _all_of(reading: int) -> Iterator[bytes]:
    """What is said on a terminal; Linux ends it with an error when the last writer is gone."""
    with contextlib.suppress(OSError):
        while said := os.read(reading, 65536):
            yield said


def alike(shown: str, printed: str) -> bool:
    """Line by line the same but for spaces at line ends; a line `…` stands for any lines."""
    lines = [line.rstrip() for line in shown.strip("\n").splitlines()]
    pattern = "\n".join("(?:.*)" if line == "…" else re.escape(line) for line in lines)
    text = "\n".join(line.rstrip() for line in printed.strip("\n").splitlines())
    return re.fullmatch(pattern.replace("(?:.*)", r"[\s\S]*"), text) is not None
