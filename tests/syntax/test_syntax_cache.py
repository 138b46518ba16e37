"""The cache of contracts: the same value and places as a fresh reading, or it is passed over."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from custmap.contract.openapi import load_openapi
from custmap.syntax import cache, document
from custmap.syntax.document import parse_document

HEAD = (
    b'a: &a {x: 1.0, y: [null, true, 12345678901]}\nb:\n  <<: *a\n  z: 2020-01-01\nt: "\xc3\xa9\ty"\nmore:\n'
)
LONG = HEAD + b"".join(b"  k%d: %d\n" % (n, n) for n in range(14_000))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "caches" / "custmap"
    monkeypatch.setenv(cache.VARIABLE, str(place))
    return place


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by one for each text that is read as YAML."""
    seen: list[int] = []

    def counted(text: object) -> object:
        seen.append(1)
        return read(text)

    read = document.read_lenient
    monkeypatch.setattr(document, "read_lenient", counted)
    return seen


def test_the_second_reading_is_the_first(place: Path, readings: list[int]) -> None:
    fresh = parse_document(LONG, "c.yaml")
    recalled = parse_document(LONG, "c.yaml")
    assert len(readings) == 1 and len(list(place.iterdir())) == 1
    assert repr(recalled.data) == repr(fresh.data) and fresh.data["b"]["x"] == 1.0
    for pointer in [(), ("a", "y", 1), ("b", "x"), ("b", "z"), ("t",), ("more", "k7"), ("no",)]:
        assert recalled.span(pointer) == fresh.span(pointer)


def test_a_changed_file_is_read_again(place: Path) -> None:
    parse_document(LONG, "c.yaml")
    assert parse_document(LONG.replace(b"k7: 7", b"k7: 8"), "c.yaml").data["more"]["k7"] == 8


def test_a_broken_reference_has_the_same_place(place: Path, tmp_path: Path, readings: list[int]) -> None:
    api = tmp_path / "api.yaml"
    api.write_bytes(
        b"openapi: 3.1.0\npaths:\n  /c:\n    post:\n      operationId: up\n"
        b"      requestBody:\n        content:\n"
        b"          application/json: {schema: {$ref: '#/nowhere'}}\n" + LONG
    )
    found = []
    for _ in range(2):
        with pytest.raises(Exception, match="CM212") as caught:
            load_openapi(api, "up", shown_as="api.yaml")
        found.append(str(caught.value))
    assert found[0] == found[1] and "api.yaml:8:45" in found[0]


def entry(place: Path) -> Path:
    parse_document(LONG, "c.yaml")
    (only,) = place.iterdir()
    return only


def torn(place: Path) -> None:
    path = entry(place)
    path.write_bytes(path.read_bytes()[:-5])


def altered(place: Path) -> None:
    path = entry(place)
    path.write_bytes(path.read_bytes().replace(b"\xa2k7\x07", b"\xa2k7\x09"))


def empty(place: Path) -> None:
    entry(place).write_bytes(b"")


def of_another_file(place: Path) -> None:
    path = entry(place)
    parse_document(LONG + b"  other: 1\n", "c.yaml")
    (other,) = set(place.iterdir()) - {path}
    other.replace(path)


def writable_by_others(place: Path) -> None:
    entry(place).chmod(0o666)


def folder_writable_by_others(place: Path) -> None:
    entry(place)
    place.chmod(0o777)


def a_symlink(place: Path) -> None:
    path = entry(place)
    path.replace(place.parent / "elsewhere")
    path.symlink_to(place.parent / "elsewhere")


def a_pipe(place: Path) -> None:
    path = entry(place)
    path.unlink()
    os.mkfifo(path)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="modes of files as POSIX has them")
@pytest.mark.parametrize(
    "harm",
    [torn, altered, empty, of_another_file, writable_by_others, folder_writable_by_others, a_symlink, a_pipe],
)
def test_an_entry_that_cannot_be_trusted_is_passed_over(
    place: Path, harm: object, readings: list[int]
) -> None:
    harm(place)  # type: ignore[operator]
    readings.clear()
    assert parse_document(LONG, "c.yaml").data["more"]["k7"] == 7
    assert len(readings) == 1


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="owners of files as POSIX has them")
def test_of_another_user_is_passed_over(
    place: Path, readings: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    entry(place)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    readings.clear()
    parse_document(LONG, "c.yaml")
    assert len(readings) == 1


def test_nowhere_to_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv(cache.VARIABLE, str(blocked / "custmap"))
    assert parse_document(LONG, "c.yaml").data["more"]["k7"] == 7


@pytest.mark.parametrize("word", ["off", ""])
def test_off(word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv(cache.VARIABLE, word)
    parse_document(LONG, "c.yaml")
    assert not list(tmp_path.iterdir())


def test_the_users_caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(cache.VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.folder() == tmp_path / "custmap"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache.folder() is not None and tmp_path in cache.folder().parents  # type: ignore[union-attr]


def test_what_messagepack_cannot_say_is_not_kept(place: Path) -> None:
    data = LONG + b"  large: 123456789012345678901234567890\n"
    for _ in range(2):
        assert parse_document(data, "c.yaml").data["more"]["large"] == 123456789012345678901234567890
    assert not place.exists()


def test_short_files_and_json_are_not_kept(place: Path) -> None:
    parse_document(HEAD, "c.yaml")
    parse_document(b'{"a": "' + b"x" * cache.SMALLEST + b'"}', "c.json")
    assert not place.exists()


def test_the_oldest_make_room(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_ENTRIES", 2)
    first = entry(place)
    (place / "abandoned.part").write_bytes(b"")
    (place / "not-ours").write_bytes(b"")
    for number, path in enumerate([first, place / "abandoned.part", place / "not-ours"]):
        os.utime(path, (number + 1, number + 1))
    for number in (1, 2):
        parse_document(LONG + b"  n: %d\n" % number, "c.yaml")
    left = {path.name for path in place.iterdir()}
    assert len(left) == 3 and "not-ours" in left and first.name not in left


def test_many_processes(place: Path, tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_bytes(LONG)
    program = """
import sys
from pathlib import Path
from custmap.syntax.document import read_document
print(read_document(Path(sys.argv[1])).data["more"]["k7"])
"""
    command = [sys.executable, "-c", program, str(tmp_path / "c.yaml")]

    def run(_: int) -> str:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(run, range(6))) == {"7\n"}
    assert len(list(place.iterdir())) == 1


def test_an_alias_of_a_long_text_counts_for_its_length() -> None:
    data = b"a: &a " + b"x" * 640_000 + b"\nb: [" + b", ".join([b"*a"] * 200) + b"]\n"
    with pytest.raises(Exception, match="CM109"):
        parse_document(data, "c.yaml")
