"""Whatever a file's name is, it is asked about without an exception and without waiting."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest

from custmap.values.files import exists, is_file, is_folder, read_start, real, state_of, unsaved

SOURCES = Path(__file__).parents[2] / "src" / "custmap"
ASKING = {"is_file", "is_dir", "exists", "resolve", "samefile", "read_bytes", "read_text"}
OWN = {
    *("values/files.py", "values/shipped.py"),
    *("schema/shipped.py", "diagnostics/pages.py", "pages/html.py"),  # shipped files
    "syntax/cache.py",  # entries, and its own sources
    "cli/ending.py",
    "cli/params.py",  # what the caller names may be a pipe
}
"""What asks about names that nobody else chose, or that it should wait for."""


def names(folder: Path) -> dict[str, Path]:
    """Names that are hard to ask about; each is that of no file."""
    (folder / "loop").symlink_to(folder / "loop")
    (folder / "dangling").symlink_to(folder / "nothing")
    (folder / "folder").mkdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe")
    made = (
        "loop",
        "dangling",
        "folder",
        "pipe",
        "missing",
        "long" * 100,
        "a\0b",
        "\ud800",
        "loop/x",
        "x/" * 5000,
    )
    return {name[:20]: folder / name for name in made}


def test_hard_names(tmp_path: Path) -> None:
    for name, path in names(tmp_path).items():
        assert not is_file(path), name
        assert is_folder(path) == (name == "folder"), name
        assert exists(path) == (name in ("folder", "pipe")), name
        assert real(path).is_absolute() and real(path / ".." / "..").is_relative_to(tmp_path.parent), name
        with pytest.raises(OSError, match=r".") as caught:
            read_start(path, 1)
        assert caught.value.strerror, name


def test_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"abc")
    (tmp_path / "link").symlink_to("file")
    for path in (tmp_path / "file", tmp_path / "link"):
        assert is_file(path) and exists(path) and not is_folder(path)
        assert read_start(path, 2) == b"ab" and real(path) == real(tmp_path) / "file"


def test_names_are_asked_about_in_one_place() -> None:
    found = [
        f"{path.relative_to(SOURCES)}:{node.lineno} {node.func.attr}"
        for path in SOURCES.rglob("*.py")
        if path.relative_to(SOURCES).as_posix() not in OWN
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKING
    ]
    assert found == []


def test_unsaved_texts_are_read_instead_of_files(tmp_path: Path) -> None:
    there, new = tmp_path / "there.yaml", tmp_path / "new.yaml"
    there.write_bytes(b"on disk")
    link = tmp_path / "link.yaml"
    link.symlink_to(there)
    with unsaved({real(there): b"as typed", real(new): b"made up"}):
        assert is_file(new) and read_start(new, 4) == b"made"
        assert read_start(there, 99) == read_start(link, 99) == b"as typed"
        assert state_of(there) == b"as typed"
    assert not is_file(new) and read_start(link, 99) == b"on disk"
