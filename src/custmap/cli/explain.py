"""`custmap explain`: where each member comes from, and what every state of its source becomes."""

from __future__ import annotations

import json

import click

from custmap.cli import options
from custmap.cli.ending import CallError
from custmap.cli.loading import load


@click.command("explain")
@click.argument("mapping")
@click.argument("path", required=False)
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "mermaid"]), default="text", show_default=True
)
@options.functions
def command(mapping: str, path: str | None, form: str, modules: tuple[str, ...]) -> int:
    """Explain the target or canonical PATH; without it all of the mapping."""
    loaded = load(mapping, modules)
    try:
        lineage = loaded.explain(path)
    except ValueError as error:
        raise CallError(str(error)) from None
    match form:
        case "json":
            click.echo(json.dumps(lineage.to_dict(), ensure_ascii=False, indent=2))
        case "mermaid":
            click.echo(lineage.to_mermaid().rstrip("\n"))
        case _:
            click.echo(str(lineage).rstrip("\n"))
    return 0
