"""Progress of a run: a line on a terminal, nowhere else, and gone at the end."""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
import sys
import time
from pathlib import Path
from threading import Event

import pytest

from custmap.cli import progress as drawing
from custmap.cli.progress import Seen, _clock, _line, progress, share_of

MAPPING = """custmap: 1
name: acme/plain
contract: {method: PUT, url: "https://x.io/customers"}
body: {mail: {from: email, clear: impossible}}
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "mappings/acme").mkdir(parents=True)
    (tmp_path / "mappings/acme/plain.yaml").write_text(MAPPING)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def slow_run(arguments: list[str], *, term: str, terminal: bool = True) -> str:
    """What `apply` says, on a terminal, of records that come slowly."""
    ours, theirs = pty.openpty()
    with Path("out").open("wb") as out:
        said = subprocess.Popen(
            [sys.executable, "-m", "custmap", "apply", "acme/plain", "-", *arguments],
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=theirs if terminal else subprocess.PIPE,
            env={**os.environ, "TERM": term},
        )
    os.close(theirs)
    assert said.stdin is not None
    said.stdin.write(b'{"email":"a"}\n' * 1200 + b'{"email":7}\n')
    said.stdin.flush()
    for _ in range(300):  # until requests come out, and so long that some lines are drawn
        if Path("out").stat().st_size:
            break
        time.sleep(0.1)
    time.sleep(1.5)
    said.stdin.close()
    text = b""
    if terminal:
        while data := _read(ours):
            text += data
    else:
        assert said.stderr is not None
        text = said.stderr.read()
        said.stderr.close()
    os.close(ours)
    assert said.wait(30) == 1
    return text.decode()


def _read(handle: int) -> bytes:
    try:
        return os.read(handle, 4096)
    except OSError:  # how Linux says that nobody has the other end any more
        return b""


def test_a_line_that_is_drawn_and_erased() -> None:
    began = time.monotonic()
    text = slow_run([], term="xterm")
    *drawn, rest = text.split("\r\x1b[K")
    assert 2 < len(drawn) < 5 * (time.monotonic() - began) + 2, "at most five times a second"
    assert drawn[-1].startswith("1,201 records, ") and drawn[-1].endswith("/s, 1 rejected")
    assert rest.replace("\r\n", "\n").endswith("1201 in = 1200 out + 1 rejected\n") and "/s" not in rest


@pytest.mark.parametrize("term, terminal", [("dumb", True), ("xterm", False)])
def test_no_line_elsewhere(term: str, terminal: bool) -> None:
    text = slow_run([], term=term, terminal=terminal)
    assert "\x1b" not in text and "/s" not in text and "1201 in" in text


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Standard error is one, on which many lines are drawn a second."""
    made = Terminal()
    monkeypatch.setattr(sys, "stderr", made)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(drawing, "_PAUSE", 0.001)
    return made


@pytest.mark.parametrize("quiet", [True, False])
def test_no_line_between_results(monkeypatch: pytest.MonkeyPatch, quiet: bool) -> None:
    shown = terminal(monkeypatch)
    seen = Event()

    def look() -> Seen:
        seen.set()
        return Seen(1, "records", 0)

    with progress(look, quiet=quiet):
        assert seen.wait(0.05 if quiet else 10) is not quiet
    assert ("1 records" in shown.getvalue()) is not quiet


def test_a_rate_is_of_one_thing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that are read are counted first, then customers that are compared: from 0 again."""
    shown = terminal(monkeypatch)
    counts = iter([5000, 9000, 10, 20])
    ended = Event()

    def look() -> Seen:
        number = next(counts, None)
        if number is None:
            ended.set()
        return Seen(number or 20, "rows", 0)

    with progress(look):
        assert ended.wait(10)
    assert "20 rows, " in shown.getvalue() and "-" not in shown.getvalue()


def test_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("in").write_bytes(b"x" * 1000)
    with Path("in").open("rb", buffering=0) as file:
        share = share_of(file)  # type: ignore[arg-type]
        file.read(250)
        assert share() == 0.25
    assert share_of(None)() is None
    assert _line(Seen(1000, "records", 2, 0.25), 100.4, 10) == "1,000 records, 100/s, 2 rejected, 0:30 left"
    assert [_clock(seconds) for seconds in (7, 720, 3723)] == ["0:07", "12:00", "1:02:03"]


def test_snapshots() -> None:
    pytest.importorskip("duckdb")
    lines = [json.dumps({"id": number, "email": "a"}) for number in range(60_000)]
    Path("before").write_text("\n".join(lines))
    Path("after").write_text("\n".join(lines).replace('"a@', '"b@'))
    ours, theirs = pty.openpty()
    arguments = ["diff", "acme/plain", "before", "after", "--key", "id", "--format", "json", "-o", "out"]
    command = [sys.executable, "-m", "custmap", *arguments]
    with subprocess.Popen(command, stderr=theirs, env={**os.environ, "TERM": "xterm"}) as run:
        os.close(theirs)
        text = b""
        while data := _read(ours):
            text += data
    os.close(ours)
    *drawn, rest = text.decode().split("\r\x1b[K")
    assert run.returncode == 0 and "60000 pairs" in rest, rest
    assert any("rows read" in one or "customers compared" in one for one in drawn), text
