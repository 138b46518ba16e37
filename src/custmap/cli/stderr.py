"""Shows findings and errors of records on standard error."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from custmap.cli.color import colored
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import RecordError
from custmap.diagnostics.plain import plain
from custmap.diagnostics.render.render import render


def show_findings(diagnostics: Sequence[Diagnostic]) -> None:
    """Each with the line that it is about."""
    click.echo(render(diagnostics, "text", color=colored(sys.stderr)), err=True, nl=False, color=True)


def show_record_error(label: str, error: RecordError) -> None:
    """One line per problem: in a batch there may be many, and frames would hide them."""
    for diagnostic in error.diagnostics:
        click.echo(plain(f"{label}: {diagnostic}"), err=True)
