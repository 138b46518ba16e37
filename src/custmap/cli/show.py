"""`custmap show`: the Python code generated from a mapping."""

from __future__ import annotations

import click

from custmap.cli import options
from custmap.cli.help import command as grouped
from custmap.cli.loading import load


@grouped("show")
@options.mapping
@options.functions
def command(mapping: str, modules: tuple[str, ...]) -> int:
    """Print the generated Python, exactly as it runs."""
    click.echo(load(mapping, modules).code.rstrip("\n"))
    return 0
