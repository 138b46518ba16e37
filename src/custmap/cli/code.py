"""`custmap code`: the page of a code, or the list of all."""

from __future__ import annotations

import click

from custmap.cli.call_error import CallError
from custmap.cli.complete import CodeName
from custmap.cli.help import command as grouped
from custmap.diagnostics.codes import CODES
from custmap.diagnostics.pages import page_of
from custmap.values.nearest import nearest


@grouped("code")
@click.argument("code", required=False, type=CodeName())
def command(code: str | None) -> int:
    """Print what CODE means, an example and what to do; without CODE, the list of all codes."""
    if code is None:
        for name, row in sorted(CODES.items()):
            click.echo(f"{name}  {row.severity:<7}  {row.title}")
        return 0
    name = code.upper()
    if name not in CODES:
        meant = nearest(name, CODES)
        raise CallError(f"Unknown code `{code}`", f"Did you mean `{meant}`?" if meant else None)
    page = page_of(name)
    row = CODES[name]
    click.echo(page if page is not None else f"{name} ({row.severity}): {row.title}")
    return 0
