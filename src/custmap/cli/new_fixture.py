"""`custmap test --new`: a first fixture, of a record on standard input."""

from __future__ import annotations

import os
import sys
from codecs import BOM_UTF8
from itertools import chain, count
from pathlib import Path
from typing import Any

import click

from custmap.cli.call_error import CallError
from custmap.cli.loading import is_source, load, load_source
from custmap.diagnostics.plain import plain
from custmap.mapping.find import above
from custmap.mapping.form import Kind
from custmap.records.new_files import write_new
from custmap.syntax.source_text import MIB
from custmap.testing.first import NotWritten, drafted
from custmap.values.files import exists
from custmap.values.json_text import JsonError, parse_json

_FORM = "Write VENDOR/OPERATION or VENDOR/OPERATION/CASE."


def write_first(name: str, source: str | None) -> int:
    """Write `fixtures/VENDOR/OPERATION/CASE.yaml`, never over a file that is there; its path on stdout."""
    vendor_operation, case = _parts(name)
    table = load_source(source) if source is not None else None
    mapping = None
    if source is None and is_source(vendor_operation):
        table = load_source(vendor_operation)
    else:
        mapping = load(vendor_operation)
    if mapping is not None and table is not None and not mapping.checked.canonical.is_customer:
        raise CallError(
            f"{mapping.name} has a schema of its own, and takes rows as they are", "Leave `--source` out."
        )
    records = _records()
    folder = fixtures_folder() / vendor_operation
    path = folder / f"{case}.yaml" if case is not None else _free(folder)
    if exists(path):
        raise CallError(f"{path} is there already, and is not overwritten", "Name another case.")
    try:
        made = drafted(path, records, mapping, table)
    except NotWritten as error:
        raise CallError(str(error)) from None
    try:
        write_new({path: made.data})
    except OSError as error:
        raise CallError(f"{path}: {error.strerror}") from None
    click.echo(path.as_posix())
    if made.refused is not None:
        click.echo(
            f"custmap test: the record is refused, and the fixture expects that: {plain(made.refused)}",
            err=True,
        )
    click.echo(
        "Read what it expects, and say in `summary` which fact it proves. Keep made-up people only.", err=True
    )
    return 0


def _parts(name: str) -> tuple[str, str | None]:
    parts = name.split("/")
    if len(parts) not in (2, 3) or not all(map(_is_part, parts)):
        raise CallError(f"`--new {name}` names no mapping", _FORM)
    case = parts[2].removesuffix(".yaml") if len(parts) == 3 else None
    return "/".join(parts[:2]), case


def _is_part(part: str) -> bool:
    return part.isprintable() and part[:1] not in ("", ".") and "\\" not in part


def fixtures_folder() -> Path:
    """The folder beside the project's `mappings/`, relative to the working folder; else in that."""
    kinds: tuple[Kind, ...] = ("mapping", "source")
    for kind in kinds:
        for folder in above(Path.cwd(), kind):
            return Path(os.path.relpath(folder.parent / "fixtures"))
    return Path("fixtures")


def _free(folder: Path) -> Path:
    """The first file of a case without a name that is not there yet."""
    names = chain(["first"], (f"first-{number}" for number in count(2)))
    return next(path for name in names if not exists(path := folder / f"{name}.yaml"))


def _records() -> list[Any]:
    """The records on standard input: one JSON object, a list of two, or two lines."""
    data = sys.stdin.buffer.read(MIB + 1).removeprefix(BOM_UTF8)
    if len(data) > MIB:
        raise CallError("the record is larger than a fixture may be (1 MiB)")
    if not data.strip():
        raise CallError("there is no record on standard input", "Give a customer as JSON: `< record.json`.")
    try:
        whole = parse_json(data)
    except JsonError as error:
        lines = [line for line in data.splitlines() if line.strip()]
        try:
            found = [parse_json(line) for line in lines] if len(lines) > 1 else []
        except JsonError:
            found = []
        if not found:
            raise CallError(f"standard input: {error}", "Give one JSON object, or two for a diff.") from None
        return found
    return whole if isinstance(whole, list) else [whole]
