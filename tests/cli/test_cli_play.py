"""`custmap play` as a process: what it prints, how it ends, and how it is called wrongly."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cli_runner import Cli

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")


def test_a_run(tmp_path: Path) -> None:
    """The address is on standard output; the page answers there; Control-C ends it quietly."""
    call = [sys.executable, "-m", "custmap", "play", "--no-browser"]
    with subprocess.Popen(call, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        address = process.stdout.readline().decode().strip()
        try:
            assert urlsplit(address).hostname == "127.0.0.1"
            with urllib.request.urlopen(address, timeout=10) as answer:
                assert b"acme" in answer.read()
            with pytest.raises(urllib.error.HTTPError, match="403"):
                urllib.request.urlopen(address.partition("?")[0], timeout=10)
        finally:
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert (out, err) == (b"", b"Control-C ends it.\n")
    assert list(tmp_path.iterdir()) == []


def test_port_in_use(cli: Cli) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = cli("play", "--no-browser", "--port", str(port))
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"error: Port {port} cannot be used: Address already in use\n")
    assert "--port" in ended.err


def test_wrong_calls(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ended = cli("play", "aifi/update-custmer")
    assert ended.code == 2 and "Did you mean `aifi/update-customer`?" in ended.err
    ended = cli("play", "none.yaml")
    assert ended.code == 2 and "there is no mapping `none.yaml`" in ended.err
    assert cli("play", "--port", "70000").code == 2
    fixture = tmp_path / "x.yaml"
    fixture.write_text(json.dumps({"mapping": "aifi/update-customer", "response": {"status": 200}}))
    ended = cli("play", str(fixture))
    assert ended.code == 2 and "does not show what this fixture tests" in ended.err
    fixture.write_text("mapping: [")
    assert cli("play", str(fixture)).code == 2


def test_without_its_extra(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    ended = cli("play")
    assert ended.code == 2 and "pip install 'custmap[play]'" in ended.err
