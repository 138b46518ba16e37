"""`custmap list`: all mappings that can be named here."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from shutil import get_terminal_size

import click

from custmap.cli import options
from custmap.cli.help import command as grouped
from custmap.cli.loading import functions_of, root_folder, with_uses
from custmap.cli.places import check_read
from custmap.diagnostics.errors import MappingError
from custmap.diagnostics.plain import plain, plain_lines
from custmap.expressions.function import FunctionSpec
from custmap.loader import check_mapping
from custmap.mapping.find import files_in, folders
from custmap.mapping.form import Kind
from custmap.source_loader import check_source_file
from custmap.values.words import counted


@grouped("list")
@options.functions
def command(modules: tuple[str, ...]) -> int:
    """List the mappings and sources in reach: those of the project, then those that come with custmap."""
    functions = functions_of(modules)
    kinds: tuple[Kind, ...] = ("mapping", "source")
    found: dict[tuple[Kind, str], Path] = {}
    for kind in kinds:
        for folder in folders(Path.cwd(), kind):
            for name, path in files_in(folder):
                found.setdefault((kind, name), path)
    check_read(with_uses(found.values()))
    rows = [
        _row(name, path, functions) if kind == "mapping" else _source(name, path, functions)
        for (kind, name), path in sorted(found.items())
    ]
    for line in _table(rows, get_terminal_size().columns if sys.stdout.isatty() else None):
        click.echo(plain_lines(line))
    return 0


def _table(rows: Sequence[tuple[str, ...]], width: int | None) -> Iterator[str]:
    """The rows in columns, not cut; if a terminal is too narrow, the last column is on its own line."""
    from rich.cells import cell_len, set_cell_size  # some characters are two columns wide

    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    below = width is not None and sum(widths) + 2 * len(widths) - 2 > width
    for row in rows:
        cells = [set_cell_size(cell, size) for cell, size in zip(row, widths, strict=True)]
        lines = ["  ".join(cells[:-1]), f"    {row[-1]}"] if below else ["  ".join(cells)]
        for line in map(str.rstrip, lines):
            cut = width is not None and cell_len(line) > width
            yield set_cell_size(line, width - 1).rstrip() + "…" if cut and width is not None else line


def _row(name: str, path: Path, functions: Mapping[str, FunctionSpec]) -> tuple[str, str, str, str]:
    try:
        checked, _ = check_mapping(path, functions, root=root_folder())
    except MappingError:
        checked = None
    if checked is None:
        return name, "-", "-", f"has errors: see `custmap validate {name}`"
    first, *more = checked.operations
    url = first.contract.path + (f" and {len(more)} more" if more else "")
    return name, first.contract.method, url, plain(checked.summary)


def _source(name: str, path: Path, functions: Mapping[str, FunctionSpec]) -> tuple[str, str, str, str]:
    checked, _ = check_source_file(path, functions, root=root_folder())
    if checked is None:
        return name, "source", "-", f"has errors: see `custmap validate {name}`"
    return name, "source", counted(len(checked.columns), "column"), plain(checked.file.summary or "")
