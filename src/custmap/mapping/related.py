"""Sources, contracts and schemas: distinguished from mappings by content, not by name.

A change in one of them affects every mapping that uses it, so `uses` gives for a mapping the files that its
checks read.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from custmap.diagnostics.errors import MappingError
from custmap.mapping.form import Kind, calls
from custmap.mapping.tree import refusal, tree_of
from custmap.syntax.document import LIMIT
from custmap.syntax.node import MapNode, ScalarNode
from custmap.syntax.source_text import MIB
from custmap.syntax.yaml_reader import read_file
from custmap.values.files import is_file, read_start, real

ENDINGS: Final = (".yaml", ".yml")
_MAPPING: Final = re.compile(rb"""^[{ ]*["']?custmap["']?[ ]*:""", re.MULTILINE)
_OTHER: Final = re.compile(
    rb"""^["']?(?:openapi|swagger|\$schema|\$defs|components)["']?[ ]*:|\A\s*[{\[]""", re.MULTILINE
)
_SOURCE: Final = re.compile(rb"""^["']?(?:columns|customer)["']?[ ]*:""", re.MULTILINE)
_CONTRACT: Final = re.compile(rb"""^["']?(?:name|contract|requests|body)["']?[ ]*:""", re.MULTILINE)
_REFERENCE: Final = re.compile(rb"""["']?\$ref["']?\s*:\s*["']?([^"'#\s,}]+)""")


def says_mapping(path: Path) -> bool:
    """Does this file have the key `custmap`, as mappings and sources do?"""
    return bool(_MAPPING.search(_start(path)))


def kind_of(path: Path) -> Kind:
    """Is a file with the key `custmap` a mapping or a source? A source has columns, and no contract."""
    start = _start(path)
    return "source" if _SOURCE.search(start) and not _CONTRACT.search(start) else "mapping"


def is_mapping(path: Path) -> bool:
    """Is this file a mapping or a source, or meant to be one?

    A YAML file that shows neither that it is a mapping nor that it is something else counts as a mapping, so
    that a misspelt first key is found, and a file that cannot be read.
    """
    return path.suffix in ENDINGS and (says_mapping(path) or not _OTHER.search(_start(path)))


def _start(path: Path, size: int = MIB) -> bytes:
    """The beginning of a file, by default as long as a mapping may be; empty if it cannot be read."""
    try:
        return read_start(path, size)
    except OSError:
        return b""


def mapping_files(folder: Path) -> list[Path]:
    """The mappings and sources at any depth of a folder, by path; without the files that they use."""
    return without_used(path for path in sorted(folder.rglob("*")) if is_file(path) and is_mapping(path))


def without_used(files: Iterable[Path]) -> list[Path]:
    """Mappings and sources; without the files that do not say what they are, and that others use."""
    found = list(files)
    stated = [path for path in found if says_mapping(path)]
    if len(stated) == len(found):
        return found
    used = {file for path in stated for file in uses(path)}
    return [path for path in found if real(path) not in used]


def uses(mapping: Path, root: str | os.PathLike[str] | None = None) -> set[Path]:
    """The files that a mapping or source is checked against: its contract, schema, columns, and what these
    refer to."""
    found: set[Path] = set()
    tree = real(tree_of(mapping, root))
    waiting = list(_named(mapping, root))
    while waiting:
        path = waiting.pop()
        if path in found or not path.is_relative_to(tree) or not is_file(path):
            continue
        found.add(path)
        for name in _REFERENCE.findall(_start(path, LIMIT)):
            waiting.append(real(path.parent / unquote(name.decode(errors="replace"))))
    return found


def _named(mapping: Path, root: str | os.PathLike[str] | None) -> Iterator[Path]:
    """The files that the file itself names; none if it cannot be read."""
    try:
        node = read_file(mapping)
    except MappingError:
        return
    if not isinstance(node, MapNode):
        return
    contracts = (call.get("contract") for _, call in calls(node))
    documents = [one.get("openapi") for one in contracts if isinstance(one, MapNode)]
    columns = node.get("columns")
    stated_columns = [value for _, value in columns] if isinstance(columns, MapNode) else []
    for stated in (*documents, node.get("source"), *stated_columns):
        if isinstance(stated, ScalarNode) and isinstance(stated.value, str):
            path = mapping.parent / stated.value
            if refusal(path, tree_of(mapping, root)) is None:
                yield real(path)
