"""`--resume`: what an interrupted run has done is not done again, and another run is not gone on with.

That the output is byte for byte that of an undisturbed run, wherever the run was killed, is tested in
`tests/records/test_records_faults.py`.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from cli_runner import Cli

from custmap.cli import resuming
from custmap.records import checkpoints, outputs
from custmap.records.checkpoints import Checkpoints

MAPPING = """custmap: 1
name: acme/customers
contract: {method: PUT, url: "https://x.io/customers"}
params: {realm: {}, token: {secret: true}}
headers: {token: {param: token}}
body: {mail: {from: email, clear: impossible}, company: company, realm: {param: realm}}
"""
APPLY = ["apply", "acme/customers", "after", "-p", "realm=r", "-p", "token=t", "-o", "out"]
DIFF = ["diff", "acme/customers", "before", "after", "--key", "id", *APPLY[3:], "--format", "json"]
OUTPUTS = ["--rejects", "rejects"]


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mappings/acme").mkdir(parents=True)
    (tmp_path / "mappings/acme/customers.yaml").write_text(MAPPING)
    monkeypatch.chdir(tmp_path)
    for name in ("before", "after"):
        write(name, [{"id": str(at), "email": f"{name}{at}@x.io", "odd": 1} for at in range(40)])
    with Path("after").open("a") as file:
        file.write('{"id": "x", "email": 7}\n{"id"\n')


def write(name: str, records: list[Any]) -> None:
    Path(name).write_text("".join(f"{json.dumps(one)}\n" for one in records))


@contextmanager
def interrupted(after: int) -> Iterator[None]:
    """Within, a run keeps a state after each record, and ends as Control-C ends it after so many."""
    inner = Checkpoints.add

    def add(self: Checkpoints, number: int, *packing: Any) -> None:
        nonlocal after
        inner(self, number, *packing)
        after -= number
        if after <= 0:
            raise KeyboardInterrupt

    with patch.multiple(checkpoints, _PAUSE=0, _SHARE=0), patch.object(Checkpoints, "add", add):
        yield


def killed(cli: Cli, arguments: list[str], after: int = 12) -> str:
    """A run that is interrupted as if it had been killed: what it leaves stays. What it says."""
    with interrupted(after), patch.object(Checkpoints, "keeps", lambda self, kind: True):
        return ended_by_signal(cli, arguments)


def ended_by_signal(cli: Cli, arguments: list[str]) -> str:
    """What a run says that ends so."""
    with pytest.raises(KeyboardInterrupt):
        cli(*arguments)
    return cli("--version").err  # all that was captured


def left() -> list[str]:
    return sorted(path.suffix for path in Path().glob("out.*") if not path.name.endswith("ndjson"))


def ends(cli: Cli, arguments: list[str]) -> tuple[Any, list[bytes]]:
    ended = cli(*arguments)
    written = [Path(name).read_bytes() for name in ("out", "rejects")]
    for name in ("out", "rejects"):
        Path(name).unlink()
    return ended, written


HTTP = [*APPLY, "--as", "http"]


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("command", [APPLY, DIFF, HTTP], ids=["apply", "diff", "http"])
def test_what_is_done_is_not_done_again(command: list[str], workers: str, cli: Cli) -> None:
    arguments = [*command, *OUTPUTS]
    whole = ends(cli, arguments)
    killed(cli, arguments)
    assert left() == [".part", ".state"]
    with patch.object(Checkpoints, "_load", autospec=True, side_effect=Checkpoints._load) as load:
        went_on = ends(cli, [*arguments, "--resume", "--workers", workers])
    assert load.call_args.args[1].done == 12
    first, rest = went_on[0].err.split("\n", 1)
    assert first == "going on after 12 records of an interrupted run"
    assert (rest, went_on[0].code, went_on[1]) == (whole[0].err, whole[0].code, whole[1])
    assert left() == []


BULK = """custmap: 1
name: acme/bulk
contract: {method: POST, url: "https://x.io/customers"}
bulk: {into: inputs, most: 3}
body: {id: {from: id, identity: true}, mail: {from: email, clear: send_null}}
"""


@pytest.mark.parametrize("after", [1, 2, 3, 5, 7])
@pytest.mark.parametrize("command", [APPLY, DIFF], ids=["apply", "diff"])
def test_a_request_that_was_still_open_is_filled_again(command: list[str], after: int, cli: Cli) -> None:
    Path("mappings/acme/bulk.yaml").write_text(BULK)
    given = [part for part in command if not part.startswith(("-p", "realm=", "token="))]
    arguments = [given[0], "acme/bulk", *given[2:], "--bulk", *OUTPUTS]
    whole = ends(cli, arguments)
    killed(cli, arguments, after)
    killed(cli, [*arguments, "--resume"], 1)
    went_on = ends(cli, [*arguments, "--resume"])
    assert went_on[1] == whole[1] and went_on[0].err.endswith(whole[0].err)


@pytest.mark.parametrize("command", [APPLY, DIFF], ids=["apply", "diff"])
def test_workers_that_are_interrupted(command: list[str], cli: Cli) -> None:
    arguments = [*command, *OUTPUTS]
    whole = ends(cli, arguments)
    killed(cli, [*arguments, "--workers", "2"], 1)
    went_on = ends(cli, [*arguments, "--resume"])
    assert went_on[1] == whole[1] and whole[0].err in went_on[0].err


def test_what_is_not_kept_is_no_file_to_go_on_with(cli: Cli) -> None:
    assert cli(*APPLY, "--rejects", os.devnull, "--resume").code == 1


def test_without_an_interrupted_run_it_begins(cli: Cli) -> None:
    arguments = [*APPLY, *OUTPUTS]
    assert ends(cli, [*arguments, "--resume"]) == ends(cli, arguments)


def test_an_interruption_is_kept_if_it_can_go_on(cli: Cli) -> None:
    for more, kept in (([], []), (["--resume"], [".part", ".state"])):
        with interrupted(9):
            said = ended_by_signal(cli, [*APPLY, *more])
        assert left() == kept
        assert ("note: what is done is kept; `--resume` goes on with it" in said) is bool(kept)
    assert "going on after 9 records" in cli(*APPLY, "--resume").err


def test_a_full_disk_is_an_interruption(cli: Cli) -> None:
    with (
        interrupted(9),
        patch.object(checkpoints.os, "fsync", side_effect=[None] * 6 + [OSError(28, "full")]),
    ):
        assert cli(*APPLY, "--resume").code == 2
    assert left() == [".part", ".state"]
    assert "going on after" in cli(*APPLY, "--resume").err and left() == []


@pytest.mark.parametrize(
    ("changed", "had"),
    [
        ("mapping", "another mapping"),
        ("input", "another FILE"),
        (["-p", "realm=s"], "other parameters"),
        (["--nulls", "absent"], "other options"),
        (["--as", "curl"], "other options"),
        (["--with-secrets"], "other parameters and other options"),
        (["--rejects", "rejects"], "other options"),
    ],
)
def test_another_run_is_not_gone_on_with(changed: str | list[str], had: str, cli: Cli) -> None:
    killed(cli, APPLY)
    arguments = APPLY
    if changed == "mapping":
        Path("mappings/acme/customers.yaml").write_text(MAPPING + "# another\n")
    elif changed == "input":
        write("after", [{}] * 12)
    else:
        given = [*APPLY, *changed]
        arguments = given if changed[0] != "-p" else [one if one != "realm=r" else "realm=s" for one in APPLY]
    ended = cli(*arguments, "--resume")
    assert ended.code == 2 and f"error: `--resume`: the run that was interrupted had {had}\n" in ended.err
    assert "= help: Leave `--resume` out to begin again" in ended.err
    assert left() == [".part", ".state"]
    assert cli(*arguments).code in (0, 1)
    assert left() == []


def test_a_system_without_locks(cli: Cli) -> None:
    with patch.object(resuming, "HAS_LOCKS", False):
        assert "cannot tell whether another run still writes" in cli(*APPLY, "--resume").err
        assert cli(*APPLY).code == 1


def test_secrets_that_are_not_written_may_be_others(cli: Cli) -> None:
    killed(cli, APPLY)
    assert "going on" in cli(*[one.replace("token=t", "token=u") for one in APPLY], "--resume").err
    shown = [*APPLY, "--with-secrets"]
    killed(cli, shown)
    assert cli(*[one.replace("token=t", "token=u") for one in shown], "--resume").code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        [*APPLY[:-2]],
        [*APPLY[:-1], "-"],
        [*APPLY, "--rejects", "-"],
        [*APPLY, "--as", "parquet"],
        [one if one != "after" else "-" for one in APPLY],
        [one if one != "after" else "after::SELECT 1" for one in APPLY],
        [one for one in DIFF if one not in ("--key", "id")],
    ],
    ids=["no file", "standard output", "rejects", "parquet", "standard input", "query", "one pair"],
)
def test_what_cannot_be_gone_on_with(arguments: list[str], cli: Cli) -> None:
    write("before", [{"id": "1"}])
    write("after", [{"id": "1"}])
    ended = cli(*arguments, "--resume")
    assert ended.code == 2 and ended.err.startswith("error: `--resume`: ") and not Path("out").exists()


@pytest.mark.parametrize("damage", ["state", "torn", "part", "short", "renamed"])
def test_what_cannot_be_trusted_is_begun_again(damage: str, cli: Cli) -> None:
    whole = ends(cli, [*APPLY, *OUTPUTS])
    killed(cli, [*APPLY, *OUTPUTS])
    (state,), (part,) = Path().glob("out.*.state"), Path().glob("out.*.part")
    match damage:
        case "state":
            state.unlink()
        case "torn":
            state.write_bytes(state.read_bytes()[:-9])
        case "part":
            part.unlink()
        case "short":
            os.truncate(part, 3)
        case "renamed":
            part.rename(part.with_name(f"out.{os.getpid() + 1}.part"))
    assert ends(cli, [*APPLY, *OUTPUTS, "--resume"])[1] == whole[1]
    assert left() == []


def test_what_is_left_of_a_run_that_has_ended_is_no_reason_to_refuse(cli: Cli) -> None:
    killed(cli, APPLY)
    next(Path().glob("out.*.part")).unlink()
    write("after", [{"email": "a@x.io"}])
    assert cli(*APPLY, "--resume").code == 0 and left() == []


def test_another_run_ends_with_it_meanwhile(cli: Cli) -> None:
    """The other one's output stays as it is."""
    killed(cli, APPLY)
    find = Checkpoints._find

    def late(self: Checkpoints) -> None:
        find(self)
        with patch.object(Checkpoints, "_find", find):
            cli(*APPLY, "--resume")

    with patch.object(Checkpoints, "_find", late):
        assert cli(*APPLY, "--resume").code == 2
    resumed = Path("out").read_bytes()
    cli(*APPLY)
    assert Path("out").read_bytes() == resumed


def test_a_state_that_cannot_be_written_ends_no_run_that_did_not_ask_for_it(cli: Cli) -> None:
    named = [*APPLY[:-1], "x" * (255 - len(f".{os.getpid()}.part"))]
    with patch.multiple(checkpoints, _PAUSE=0, _SHARE=0):
        assert cli(*named).code == 1
        assert cli(*named, "--resume").code == 2


def test_nothing_is_kept_where_the_folder_is_gone(cli: Cli) -> None:
    Path("o").mkdir()
    arguments = [*APPLY[:-1], "o/out", "--resume"]
    inner = Checkpoints.add

    def add(self: Checkpoints, number: int, *packing: Any) -> None:
        inner(self, number, *packing)
        shutil.rmtree("o", ignore_errors=True)

    with patch.multiple(checkpoints, _PAUSE=0, _SHARE=0), patch.object(Checkpoints, "add", add):
        ended = cli(*arguments)
    assert ended.code == 2 and "is kept" not in ended.err


def as_number_one() -> None:
    """What is left is that of a process with another number."""
    for path in [*Path().glob("out.*"), *Path().glob("rejects.*")]:
        path.rename(f"{path.name.split('.')[0]}.1{path.suffix}")


def test_of_several_runs_it_goes_on_with_the_one_that_came_furthest(cli: Cli) -> None:
    killed(cli, APPLY, 20)
    as_number_one()
    with patch.object(outputs, "_remove_leftovers", lambda *_: []):
        killed(cli, APPLY, 5)
    assert left() == [".part", ".part", ".state", ".state"]
    assert "going on after 20 records" in cli(*APPLY, "--resume").err and left() == []


def test_a_run_that_is_alive_is_left_alone(cli: Cli) -> None:
    fcntl = pytest.importorskip("fcntl")
    whole = ends(cli, [*APPLY, *OUTPUTS])
    killed(cli, [*APPLY, *OUTPUTS])
    as_number_one()
    with Path("out.1.part").open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert ends(cli, [*APPLY, *OUTPUTS, "--resume"])[1] == whole[1]
        assert left() == [".part", ".state"]


def test_a_guard_leaves_nothing(cli: Cli) -> None:
    with patch.multiple(checkpoints, _PAUSE=0, _SHARE=0):
        assert cli(*DIFF, "--guard", "changes=1", "--resume").code == 4
    assert left() == []
