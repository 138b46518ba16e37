"""Output is whole or absent, whatever ends the run."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

import pytest

from custmap.records import outputs
from custmap.records.outputs import WholeFile
from custmap.records.tally import LostRecords, Tally

WRITER = """
import sys, time
from pathlib import Path
from custmap.records.outputs import WholeFile
with WholeFile(Path(sys.argv[1])) as out:
    for number in range(200_000):
        out.write(b"%d\\n" % number)
        if number == 100_000:
            print("half", flush=True)
            time.sleep(30)
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_whole(tmp_path: Path) -> None:
    with WholeFile(tmp_path / "out") as out:
        out.write(b"a")
        assert not (tmp_path / "out").exists()
    assert (tmp_path / "out").read_bytes() == b"a"
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("error", [KeyError, KeyboardInterrupt, SystemExit, BrokenPipeError])
def test_absent_after_an_exception(tmp_path: Path, error: type[BaseException]) -> None:
    with pytest.raises(error), WholeFile(tmp_path / "out") as out:
        out.write(b"a")
        raise error
    assert names(tmp_path) == []


def test_the_old_file_stays_after_an_exception_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"old")
    path.chmod(0o600)
    with pytest.raises(KeyError), WholeFile(path) as out:
        out.write(b"new")
        raise KeyError
    assert path.read_bytes() == b"old"
    with WholeFile(path) as out:
        out.write(b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    with WholeFile(tmp_path / "link") as out:
        out.write(b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_a_device_is_written_and_stays_one() -> None:
    with WholeFile(Path(os.devnull)) as out:
        out.write(b"x")
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught, WholeFile(tmp_path / "no" / "out"):
        pass
    assert Path(caught.value.filename).name == "out"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full disk at hand")
def test_a_full_disk_is_an_oserror() -> None:
    with pytest.raises(OSError, match="No space"), WholeFile(Path("/dev/full")) as out:
        out.write(b"x")


def test_a_disk_that_fills_up_at_the_end_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"), WholeFile(tmp_path / "out") as out:
        out.write(b"x")
    assert names(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_killed_in_the_middle(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path / "out")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"half\n"
        process.send_signal(number)
        process.wait()
    assert not (tmp_path / "out").exists()


def test_counts_that_do_not_agree_are_a_bug() -> None:
    Tally(came_in=3, went_out=1, rejected=1, one_sided=1).check()
    with pytest.raises(LostRecords):
        Tally(came_in=3, went_out=1, rejected=1).check()


def test_what_another_run_is_writing_stays(tmp_path: Path) -> None:
    fcntl = pytest.importorskip("fcntl")
    others, own, no_part = tmp_path / "out.1.part", tmp_path / "out.2.part", tmp_path / "out.x.part"
    for path in (others, own, no_part):
        path.write_bytes(b"half")
    with others.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with WholeFile(tmp_path / "out") as out:
            assert out.removed == [own]
    assert names(tmp_path) == ["out", "out.1.part", "out.x.part"]
    with WholeFile(tmp_path / "out") as out:
        assert out.removed == [others]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_is_no_leftover(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "out.5.part")
    with WholeFile(tmp_path / "out") as file:
        file.write(b"x")
    assert file.removed == [] and (tmp_path / "out.5.part").exists()


def test_two_runs_with_one_number_do_not_write_into_one_file(tmp_path: Path) -> None:
    """Two containers: in each the run is the first process."""
    with WholeFile(tmp_path / "out") as out:
        out.write(b"first")
        with pytest.raises(BlockingIOError, match="Another run"), WholeFile(tmp_path / "out"):
            pass
    assert (tmp_path / "out").read_bytes() == b"first"


@pytest.mark.parametrize("meanwhile", ["ended", "began anew"])
def test_another_run_has_ended_with_a_file_that_was_just_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    """Between opening the file and locking it: what is open is the other run's output now."""
    part, lock = tmp_path / "out.5.part", outputs._lock
    part.write_bytes(b"whole")

    def late(file: BinaryIO) -> bool:
        part.replace(tmp_path / "out")
        if meanwhile == "began anew":
            part.write_bytes(b"new")
        return lock(file)

    monkeypatch.setattr(outputs, "_lock", late)
    with pytest.raises(OSError, match=r"out\.5\.part"), WholeFile(tmp_path / "out", begun=5) as out:
        out.write(b" and more")
    assert (tmp_path / "out").read_bytes() == b"whole"


def test_what_is_gone_on_with_is_written_at_its_end(tmp_path: Path) -> None:
    (tmp_path / "out.5.part").write_bytes(b"half")
    with WholeFile(tmp_path / "out", begun=5) as out:
        out.write(b" and half")
        assert out.safe() == 13
    assert (tmp_path / "out").read_bytes() == b"half and half"
