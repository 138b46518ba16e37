"""A cache of contracts in a folder of the user, since reading 3 MB of YAML takes a second.

An entry is found by a digest of the file's bytes and of the reader, so a changed file has another entry.
Entries are MessagePack, which contains only plain data and no code. A folder or an entry that others may
write to is ignored, and so is whatever cannot be read or written: the cache is optional.
"""

from __future__ import annotations

import os
import stat
import sys
import time
from contextlib import suppress
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml

VARIABLE: Final = "CUSTMAP_CACHE"
SMALLEST: Final = 128 * 1024
"""Shorter files are read about as fast as a cache entry."""
_ENTRIES: Final = 64
_MIB: Final = 1024 * 1024
_BYTES: Final = 256 * _MIB
_LARGEST: Final = 64 * _MIB
_SUFFIX: Final = ".contract"
_PART: Final = ".part"
_DIGEST: Final = 32
_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH
_READERS: Final = ("lenient_yaml.py", "scalars.py", "yaml_events.py", "cache.py")
"""What decides which value a file's bytes have."""


def folder() -> Path | None:
    """The folder of entries: `CUSTMAP_CACHE` (`off`: none), else in the user's folder for caches."""
    stated = os.environ.get(VARIABLE)
    if stated is not None:
        return Path(stated) if stated not in ("", "off") else None
    try:
        match sys.platform:
            case "darwin":
                base = Path.home() / "Library" / "Caches"
            case "win32":
                base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
            case _:
                base = Path.home() / ".cache"
    except RuntimeError:  # a user without a home
        return None
    asked = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(asked) if Path(asked).is_absolute() else base) / "custmap"


def recall(data: bytes) -> Any:
    """The cached value of a file with these bytes; None if there is none."""
    place = _entry(data)
    if place is None:
        return None
    path, key = place
    try:
        with open(path, "rb", opener=_open_own) as stream:
            found = stream.read(_LARGEST + _DIGEST)
        if found[:_DIGEST] != _seal(found[_DIGEST:], key):
            return None
        value = msgspec.msgpack.decode(found[_DIGEST:])
    except (OSError, msgspec.MsgspecError, ValueError, RecursionError):
        return None
    with suppress(OSError):
        os.utime(path)  # entries that were not used for longest are removed first
    return value


def remember(data: bytes, value: Any) -> None:
    """Cache the value of a file with these bytes, if possible; removes old entries to make room."""
    place = _entry(data)
    if place is None:
        return
    import tempfile  # imported when used: it takes as long as to read a short contract

    path, key = place
    try:
        payload = msgspec.msgpack.encode(value)
    except (msgspec.MsgspecError, ValueError, OverflowError, TypeError):  # an integer of more than 64 bits
        return
    if len(payload) > _LARGEST:
        return
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_own(path.parent.stat()):
            return
        handle, part = tempfile.mkstemp(suffix=_PART, dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(_seal(payload, key) + payload)
            Path(part).replace(path)
        except OSError:
            Path(part).unlink(missing_ok=True)
            raise
        _make_room(path.parent)


def _entry(data: bytes) -> tuple[Path, bytes] | None:
    """The file for these bytes and its key; None without a cache."""
    if len(data) < SMALLEST or (place := folder()) is None or (reader := _reader()) is None:
        return None
    key = blake2b(data, key=reader, digest_size=_DIGEST).digest()
    return place / f"{key.hex()}{_SUFFIX}", key


@lru_cache(maxsize=1)
def _reader() -> bytes | None:
    """A digest of the reading code, since another version may read another value."""
    code = blake2b(f"{yaml.__version__} {sys.version}".encode(), digest_size=_DIGEST)
    try:
        for name in _READERS:
            code.update(Path(__file__).with_name(name).read_bytes())
    except OSError:  # installed without its sources
        return None
    return code.digest()


def _seal(payload: bytes, key: bytes) -> bytes:
    """A digest to detect a damaged entry, or one under a wrong name."""
    return blake2b(payload, key=key, digest_size=_DIGEST).digest()


def _open_own(path: str, flags: int) -> int:
    """Open a regular file if only this user can have written it and its folder."""
    if not _is_own(Path(path).parent.stat()):
        raise PermissionError(path)
    handle = os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    about = os.fstat(handle)
    if not (stat.S_ISREG(about.st_mode) and _is_own(about)):
        os.close(handle)
        raise PermissionError(path)
    return handle


def _is_own(about: os.stat_result) -> bool:
    if not hasattr(os, "geteuid"):  # Windows: access lists protect a user's folder from others
        return True
    return about.st_uid == os.geteuid() and not about.st_mode & _OTHERS_WRITE


def _make_room(place: Path) -> None:
    """Remove the least recently used entries, and remains of killed runs."""
    now = time.time()
    kept, size = 0, 0
    found = [(path.stat(), path) for path in place.iterdir() if path.suffix in (_SUFFIX, _PART)]
    for about, path in sorted(found, key=lambda one: -one[0].st_mtime):
        if path.suffix == _PART:
            if now - about.st_mtime > 3600:
                path.unlink(missing_ok=True)
            continue
        kept, size = kept + 1, size + about.st_size
        if kept > _ENTRIES or size > _BYTES:
            path.unlink(missing_ok=True)
