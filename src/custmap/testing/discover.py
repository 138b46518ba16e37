"""Find fixture files without parsing YAML.

pytest calls this for every file of every project that has custmap installed. So it imports nothing
heavy, and reads a file only if it is below a folder named `fixtures` and is small.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Final, Literal

from custmap.values.files import is_file, is_folder, read_start

SUFFIXES: Final = (".yaml", ".yml")
# The maximum size of a fixture.
_LARGEST: Final = 1024 * 1024
# Folders that show that a project uses custmap.
_OWN: Final = ("mappings", "sources")
# Other tools also have YAML with such keys in folders named `fixtures`. In a fixture of custmap it is a
# text, and there is a key for what is given or expected.
_NAMED: Final = re.compile(
    rb"^(?:\xef\xbb\xbf)?(mapping|source)[ ]*:[ ]+[\"']?([\w./-]+)[\"']?[ ]*(?:#.*)?\r?$", re.MULTILINE
)
_MARKS: Final = re.compile(rb"^marks[ ]*:", re.MULTILINE)
_GIVEN: Final = re.compile(
    rb"^(?:customer|row|before|after|vendor|document|response|settle|expect)[ ]*:", re.MULTILINE
)


def is_fixture(path: Path) -> bool:
    """Is this a YAML file below a folder named `fixtures` that has the form of a fixture?

    Its mapping must exist, except in a project with a folder `mappings` or `sources`: there a missing mapping
    is a mistake to report.
    """
    if not path.name.endswith(SUFFIXES) or "fixtures" not in path.absolute().parts[:-1]:
        return False
    found = _case(_content(path))
    if found is None:
        return False
    folder = path.absolute().parent
    return _exists(
        "source" if found[1] == b"source" else "mapping", found[2].decode(), folder
    ) or _in_a_project(folder)


def may_have_marks(path: Path) -> bool:
    """Has a file a line that begins with `marks:`?"""
    return _MARKS.search(_content(path)) is not None


def mapping_line(path: Path) -> int:
    """The line, from 1, that names the mapping, or the source, of a case."""
    data = _content(path)
    found = _case(data)
    return data.count(b"\n", 0, found.start()) + 1 if found else 1


def fixture_files(path: Path) -> Iterator[Path]:
    """The fixtures in a folder, in the order of their names; a path to a file gives that file."""
    if is_folder(path):
        files = (one for suffix in SUFFIXES for one in path.rglob(f"*{suffix}"))
        yield from sorted(one for one in files if is_file(one) and _case(_content(one)))
    else:
        yield path


def fixture_name(path: Path) -> str:
    """`vendor/operation/case`: the path below the last folder named `fixtures`, or the file's own name.

    >>> fixture_name(Path("work/fixtures/acme/update/a-case.yaml"))
    'acme/update/a-case'
    """
    parts = path.absolute().with_suffix("").parts
    below = [at for at, part in enumerate(parts[:-1]) if part == "fixtures"]
    return "/".join(parts[below[-1] + 1 :]) if below else parts[-1]


def _content(path: Path) -> bytes:
    """The content of a file; empty if it cannot be read or is larger than a fixture may be."""
    try:
        data = read_start(path, _LARGEST + 1)
    except OSError:
        return b""
    return data if len(data) <= _LARGEST else b""


def _case(data: bytes) -> re.Match[bytes] | None:
    """The match of a fixture's `mapping` or `source` key, the first of both; None for other files."""
    # Searching for the words first is many times as fast as the expression, and fails in most files.
    named = b"mapping" in data or b"source" in data
    return _NAMED.search(data) if named and _GIVEN.search(data) else None


@lru_cache
def _exists(kind: Literal["mapping", "source"], name: str, folder: Path) -> bool:
    """Is there a mapping or source with this name, or at this path relative to a fixture in `folder`?"""
    if name.endswith(SUFFIXES):
        return is_file(folder / name)
    from custmap.mapping.find import look_up  # imported only if a file looks like a fixture

    return look_up(name, folder, kind) is not None


@lru_cache
def _in_a_project(inside: Path) -> bool:
    """Is `inside`, or a folder around it, beside one of custmap's folders?"""
    return any(
        folder.name != name and is_folder(above / name)
        for folder, above in pairwise((inside, *inside.parents))
        for name in _OWN
    )
