"""Whatever operation on a file fails, or is the last of a killed run: outputs are whole or absent, inputs as
they were, and the next run cleans up."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryFile

import pytest
from faults import Faults, run

LONG = os.environ.get("CUSTMAP_LAWS") == "long"
OUTPUTS = {
    "apply": ("out.ndjson", "rejects.ndjson"),
    "diff": ("out.ndjson", "rejects.ndjson", "alone.ndjson"),
}
WRITES = ["-o", "out.ndjson", "--rejects", "rejects.ndjson"]
MAPPED = "mappings/acme/case.yaml"
COMMANDS = {
    "apply": ["apply", MAPPED, "many.ndjson", *WRITES],
    "diff": [
        "diff",
        MAPPED,
        "before.ndjson",
        "many.ndjson",
        "--key",
        "id",
        "--format",
        "json",
        *WRITES,
        "--only-in",
        "alone.ndjson",
    ],
}
RESUMED = {
    **{name: (OUTPUTS[name], command) for name, command in COMMANDS.items()},
    "apply, packed": (
        OUTPUTS["apply"],
        ["apply", "mappings/acme/packed.yaml", *COMMANDS["apply"][2:], "--bulk"],
    ),
    "diff, packed": (OUTPUTS["diff"], ["diff", "mappings/acme/packed.yaml", *COMMANDS["diff"][2:], "--bulk"]),
}
MAPPING = """
custmap: 1
name: acme/case
contract: {method: PATCH, url: 'https://x.io/c'}
body: {id: id, mail: email}
"""
PACKED = """
custmap: 1
name: acme/packed
contract: {method: PATCH, url: 'https://x.io/c'}
bulk: {into: customers, most: 3}
body: {id: {from: id, identity: true}, mail: email}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    home = tmp_path / "mappings" / "acme"
    home.mkdir(parents=True)
    (home / "case.yaml").write_text(MAPPING)
    (home / "packed.yaml").write_text(PACKED)
    for name, mail in (("before", "a"), ("many", "b")):
        records = [{"id": str(number), "email": mail} for number in range(20)] + [{"id": 5}]
        records.append({"id": name})
        (tmp_path / f"{name}.ndjson").write_text("".join(f"{json.dumps(one)}\n" for one in records))
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def whole(folder: Path, name: str) -> tuple[dict[str, bytes], int]:
    """The outputs of a command without faults, which are then removed; and its operations."""
    counted = Faults(0)
    assert run(counted, str(folder), COMMANDS[name]) == 1
    made = {output: (folder / output).read_bytes() for output in OUTPUTS[name]}
    for name in made:
        (folder / name).unlink()
    return made, len(counted.seen)


@pytest.mark.parametrize("old", [True, False], ids=["over old outputs", "new outputs"])
@pytest.mark.parametrize("name", COMMANDS)
def test_each_operation_fails_in_turn(name: str, old: bool, folder: Path) -> None:
    expected, operations = whole(folder, name)
    outputs = OUTPUTS[name]
    inputs = contents(folder)
    assert operations > 15
    for at in range(1, operations + 1, 1 if LONG else 13):
        before = dict.fromkeys(outputs, b"old") if old else {}
        for output, text in before.items():
            (folder / output).write_bytes(text)
        faults = Faults(at)
        code = run(faults, str(folder), COMMANDS[name])
        left = contents(folder)
        what = f"operation {at}, {faults.seen[at - 1]}"
        assert {path: data for path, data in left.items() if path in inputs} == inputs, what
        for output in outputs:
            assert left.get(output) in (before.get(output), expected[output]), what
        if code == 1 and all(left.get(output) == expected[output] for output in outputs):
            pass  # nothing that matters failed, such as a flush of standard output
        else:
            assert code == 2, what
        extra = set(left) - set(inputs) - set(outputs)
        assert not extra or faults.seen[at - 1] in ("unlink", "close"), (what, extra)
        for path in (*extra, *outputs):
            (folder / path).unlink(missing_ok=True)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal here")
def test_each_operation_is_the_last_in_turn(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    command = COMMANDS["apply"]
    expected, operations = whole(folder, "apply")
    inputs = contents(folder)
    named = 0
    for at in range(1, operations + 1, 1 if LONG else 23):
        words = [sys.executable, str(Path(__file__).with_name("faults.py")), "kill", str(at), *command]
        with TemporaryFile() as said:  # as in the run that counted
            killed = subprocess.run(words, cwd=folder, stdout=said, stderr=said, check=False)
        assert killed.returncode == -signal.SIGKILL
        left = contents(folder)
        assert {path: data for path, data in left.items() if path in inputs} == inputs
        for output in expected:
            assert left.get(output) in (None, expected[output])
        parts = [path for path in left if path not in inputs and path not in expected]
        capfd.readouterr()
        assert run(Faults(0), str(folder), command) == 1
        said = capfd.readouterr().err
        named += len(parts)
        assert all(f"removed {folder / part}" in said for part in parts)
        assert contents(folder) == inputs | expected
        for output in expected:
            (folder / output).unlink()
    assert named > (5 if LONG else 1)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal here")
@pytest.mark.parametrize("name", RESUMED)
def test_a_run_that_was_killed_at_any_operation_goes_on(
    name: str, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    outputs, command = RESUMED[name]
    capfd.readouterr()
    counted = Faults(0, states=True)
    assert run(counted, str(folder), command) == 1
    expected = {output: (folder / output).read_bytes() for output in outputs}
    summary = capfd.readouterr().err
    for output in outputs:
        (folder / output).unlink()
    inputs, went_on = contents(folder), set()
    for at in range(1 if LONG else 40, len(counted.seen) + 1, 1 if LONG else len(counted.seen) // 3):
        killed_at(at, [*command, "--resume"], folder)
        killed_at(2 + at * 7 % len(counted.seen), [*command, "--resume"], folder)
        capfd.readouterr()
        assert run(Faults(0), str(folder), [*command, "--resume"]) == 1
        assert contents(folder) == inputs | expected, at
        said = capfd.readouterr().err
        assert said.endswith(summary)
        went_on.update(line for line in said.splitlines() if line.startswith("going on after"))
        for output in expected:
            (folder / output).unlink()
    assert len(went_on) > (10 if LONG else 0)


def killed_at(operation: int, command: list[str], folder: Path) -> None:
    """A run that keeps a state after each record, and is killed, if it comes so far."""
    program = str(Path(__file__).with_name("faults.py"))
    words = [sys.executable, program, "kill_states", str(operation), *command]
    with TemporaryFile() as said:  # as in the run that counted
        ended = subprocess.run(words, cwd=folder, stdout=said, stderr=said, check=False)
    assert ended.returncode in (-signal.SIGKILL, 1)
