"""`custmap explain`: where each member comes from, and what each state of its source becomes."""

from __future__ import annotations

from collections.abc import Callable

import click

from custmap.check.uncovered import unused_fields
from custmap.cli import options
from custmap.cli.call_error import CallError
from custmap.cli.help import command as grouped
from custmap.cli.help import option
from custmap.cli.loading import is_source, load, load_source
from custmap.diagnostics.plain import json_document, plain_lines
from custmap.lineage.lineage import FORMAT_VERSION, Lineage
from custmap.tables.explained import with_columns


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
@options.source
@click.option("--unused", is_flag=True, help="List the canonical fields that no rule reads instead.")
@options.functions
def command(
    mapping: str, path: str | None, form: str, source: str | None, unused: bool, modules: tuple[str, ...]
) -> int:
    """Explain the target path or source path PATH, or the whole mapping; or a source.

    With `--source` the columns are named, too, from which each target comes.
    """
    if is_source(mapping):
        return _show(lambda: load_source(mapping, modules).explain(path), form)
    loaded = load(mapping, modules)
    if unused:
        if path is not None or form == "mermaid":
            raise CallError("`--unused` lists the fields of the whole mapping, as text or JSON")
        _show_unused(unused_fields(loaded.checked), loaded.name, form)
        return 0
    if source is None:
        return _show(lambda: loaded.explain(path), form)
    columns = load_source(source, modules).explain()
    return _show(lambda: with_columns(loaded.explain(path), columns), form)


def _show(explain: Callable[[], Lineage], form: str) -> int:
    try:
        lineage = explain()
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
