"""`custmap code`: the page of a code, or the list of all."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import click

from custmap.cli.complete import CodeName
from custmap.cli.ending import CallError
from custmap.cli.help import command as grouped
from custmap.diagnostics.codes import CODES
from custmap.values.nearest import nearest


@grouped("code")
@click.argument("code", required=False, type=CodeName())
def command(code: str | None) -> int:
    """Print what CODE means, an example and what to do; without CODE the list of all codes."""
    if code is None:
        for name, row in sorted(CODES.items()):
            click.echo(f"{name}  {row.severity:<7}  {row.title}")
        return 0
    name = code.upper()
    if name not in CODES:
        meant = nearest(name, CODES)
        raise CallError(f"Unknown code `{code}`", f"Did you mean `{meant}`?" if meant else None)
    page = _page(name)
    row = CODES[name]
    click.echo(page if page is not None else f"{name} ({row.severity}): {row.title}")
    return 0


def _page(name: str) -> str | None:
    """The page from the wheel, or from `docs/` beside a checkout's `src/`."""
    inside = resources.files("custmap").joinpath("codes", f"{name}.md")
    checkout = Path(__file__).resolve().parents[3] / "docs" / "codes" / f"{name}.md"
    for place in (inside, checkout):
        if place.is_file():
            return place.read_text(encoding="utf-8").rstrip("\n")
    return None
