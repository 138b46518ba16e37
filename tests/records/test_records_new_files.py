"""New files are written all or none, and never over others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from custmap.records import new_files
from custmap.records.new_files import write_new


def there(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_all(tmp_path: Path) -> None:
    write_new({tmp_path / "a/b/c": b"1", tmp_path / "a/d": b"2"})
    assert there(tmp_path) == ["a", "a/b", "a/b/c", "a/d"]
    assert (tmp_path / "a/b/c").read_bytes() == b"1"


def test_one_is_there(tmp_path: Path) -> None:
    (tmp_path / "b").symlink_to("nowhere")
    with pytest.raises(FileExistsError) as caught:
        write_new({tmp_path / "x/a": b"", tmp_path / "b": b""})
    assert caught.value.filename == str(tmp_path / "b") and there(tmp_path) == ["b"]


def test_a_folder_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"mine")
    with pytest.raises(OSError):
        write_new({tmp_path / "x/a": b"", tmp_path / "b/c": b""})
    assert there(tmp_path) == ["b"]


def test_one_appears_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second file appears after the first has its name: the first goes again, the other's stays."""
    real = os.fsync

    def fsync(number: int) -> None:
        real(number)
        (tmp_path / "b").write_bytes(b"other")

    monkeypatch.setattr(new_files.os, "fsync", fsync)
    with pytest.raises(FileExistsError):
        write_new({tmp_path / "x/a": b"1", tmp_path / "b": b"2"})
    assert there(tmp_path) == ["b"] and (tmp_path / "b").read_bytes() == b"other"


def test_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(*paths: object) -> None:
        raise PermissionError("no links here")

    monkeypatch.setattr(new_files.os, "link", link)
    write_new({tmp_path / "a": b"1", tmp_path / "b": b"2"})
    assert there(tmp_path) == ["a", "b"]


@pytest.mark.parametrize("error", [OSError("full"), KeyboardInterrupt()])
def test_what_goes_wrong_leaves_nothing(
    error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []

    def fsync(number: int) -> None:
        calls.append(number)
        if len(calls) == 2:
            raise error

    monkeypatch.setattr(new_files.os, "fsync", fsync)
    with pytest.raises(type(error)):
        write_new({tmp_path / "a/b": b"1", tmp_path / "c/d": b"2"})
    assert there(tmp_path) == []
