"""Find fixture files without reading them as YAML.

pytest asks this for every file of every project that has custmap installed, so it imports nothing
heavy and looks inside a file only when it stands below a folder named `fixtures`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

SUFFIXES = (".yaml", ".yml")
# Other tools keep YAML with a key `mapping` in folders named `fixtures` too: ours names one mapping by
# a text, and says what is given or expected.
_MAPPING = re.compile(
    rb"^(?:\xef\xbb\xbf)?mapping[ ]*:[ ]+[\"']?[\w./-]+[\"']?[ ]*(?:#.*)?\r?$", re.MULTILINE
)
_GIVEN = re.compile(rb"^(?:customer|before|after|document|response|expect)[ ]*:", re.MULTILINE)


def is_fixture(path: Path) -> bool:
    """Is this YAML below a folder named `fixtures`, with a mapping, and something given or expected?"""
    if path.suffix not in SUFFIXES or "fixtures" not in path.absolute().parts[:-1]:
        return False
    return mapping_line(path) is not None


def mapping_line(path: Path) -> int | None:
    """The line, from 1, that names the mapping of a fixture; None for any other file."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    found = _MAPPING.search(data)
    if found is None or not _GIVEN.search(data):
        return None
    return data.count(b"\n", 0, found.start()) + 1


def fixture_files(path: Path) -> Iterator[Path]:
    """The fixtures in a folder, in the order of their names; a file is taken as it is."""
    if path.is_dir():
        files = (one for suffix in SUFFIXES for one in path.rglob(f"*{suffix}"))
        yield from sorted(one for one in files if one.is_file() and mapping_line(one) is not None)
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
