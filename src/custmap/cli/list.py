"""`custmap list`: every mapping that a name can mean here."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from custmap.cli import options
from custmap.cli.loading import functions_of, may_be_mapping
from custmap.diagnostics.errors import MappingError
from custmap.diagnostics.frame import shown
from custmap.expressions.function import FunctionSpec
from custmap.loader import check_mapping
from custmap.mapping.find import folders, mappings_in


@click.command("list")
@options.functions
def command(modules: tuple[str, ...]) -> int:
    """List the mappings in reach: those of the project, then those that come with custmap."""
    functions = functions_of(modules)
    found: dict[str, Path] = {}
    for folder in folders(Path.cwd()):
        for name, path in filter(lambda row: may_be_mapping(row[1]), mappings_in(folder)):
            found.setdefault(name, path)
    rows = [_row(name, path, functions) for name, path in sorted(found.items())]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        click.echo("  ".join(cells).rstrip())
    return 0


def _row(name: str, path: Path, functions: Mapping[str, FunctionSpec]) -> tuple[str, str, str, str]:
    try:
        checked, _ = check_mapping(path, functions)
    except MappingError:
        checked = None
    if checked is None:
        return name, "-", "-", f"has errors: see `custmap validate {name}`"
    return name, checked.contract.method, checked.contract.path, shown(checked.summary)
