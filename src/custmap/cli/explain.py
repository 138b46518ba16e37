"""`custmap explain`: where each member comes from, and what each state of its source becomes."""

from __future__ import annotations

import click

from custmap.check.uncovered import unused_fields
from custmap.cli import options
from custmap.cli.call_error import CallError
from custmap.cli.help import command as grouped
from custmap.cli.help import option
from custmap.cli.loading import load
from custmap.diagnostics.plain import json_document, plain_lines
from custmap.lineage.lineage import FORMAT_VERSION


@grouped("explain")
@options.mapping
@click.argument("path", required=False)
@option(
    "Output",
    "--format",
    "form",
    type=click.Choice(["text", "json", "mermaid"]),
    default="text",
    show_default=True,
)
@click.option("--unused", is_flag=True, help="List the canonical fields that no rule reads instead.")
@options.functions
def command(mapping: str, path: str | None, form: str, unused: bool, modules: tuple[str, ...]) -> int:
    """Explain the target path or source path PATH, or the whole mapping."""
    loaded = load(mapping, modules)
    if unused:
        if path is not None or form == "mermaid":
            raise CallError("`--unused` lists the fields of the whole mapping, as text or JSON")
        _show_unused(unused_fields(loaded.checked), loaded.name, form)
        return 0
    try:
        lineage = loaded.explain(path)
    except ValueError as error:
        raise CallError(str(error)) from None
    match form:
        case "json":
            click.echo(json_document(lineage.to_dict()))
        case "mermaid":
            click.echo(lineage.to_mermaid().rstrip("\n"))
        case _:
            click.echo(str(lineage).rstrip("\n"))
    return 0


def _show_unused(fields: list[str], mapping: str, form: str) -> None:
    if form == "json":
        told = {"format_version": FORMAT_VERSION, "mapping": mapping, "unused": fields}
        click.echo(json_document(told))
        return
    for field in fields:
        click.echo(plain_lines(field))
