"""`custmap explain`: where each member comes from, and what each state of its source becomes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import click

from custmap.check.uncovered import unused_fields
from custmap.cli import options
from custmap.cli.call_error import CallError
from custmap.cli.help import command as grouped
from custmap.cli.help import option
from custmap.cli.loading import is_source, load, load_source, root_folder
from custmap.diagnostics.plain import json_document, plain_lines
from custmap.lineage.lineage import FORMAT_VERSION, Lineage
from custmap.mapping.find import find_mapping
from custmap.tables.explained import with_columns

if TYPE_CHECKING:
    from custmap.mapper import Mapping


@grouped("explain")
@options.mapping
@click.argument("path", required=False)
@option(
    "Output",
    "--format",
    "form",
    type=click.Choice(["text", "json", "mermaid", "openlineage", "html"]),
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
        return _explain_source(mapping, path, form, modules)
    loaded = load(mapping, modules)
    if unused:
        if path is not None or form not in ("text", "json"):
            raise CallError("`--unused` lists the fields of the whole mapping, as text or JSON")
        _show_unused(unused_fields(loaded.checked), loaded.name, form)
        return 0
    explain: Callable[[], Lineage] = partial(loaded.explain, path)
    if source is not None:
        columns = load_source(source, modules).explain()
        explain = lambda: with_columns(loaded.explain(path), columns)  # noqa: E731
    match form:
        case "html":
            return _show_page(loaded, mapping, _traced(explain), modules)
        case "openlineage":
            from custmap.lineage.openlineage import event_time, mapping_event

            event = mapping_event(_traced(explain), loaded.checked, event_time(), source)
            click.echo(json_document(event))
            return 0
    return _show(_traced(explain), form)


def _explain_source(name: str, path: str | None, form: str, modules: tuple[str, ...]) -> int:
    loaded = load_source(name, modules)
    lineage = _traced(partial(loaded.explain, path))
    match form:
        case "html":
            from custmap.pages.source_page import source_page
            from custmap.pages.subject import SourceSubject

            subject = SourceSubject(loaded.name, loaded.checked.file.file, loaded, lineage)
            click.echo(source_page(subject, ()), nl=False)
            return 0
        case "openlineage":
            from custmap.lineage.openlineage import event_time, source_event

            click.echo(json_document(source_event(lineage, loaded.checked.checked, event_time())))
            return 0
    return _show(lineage, form)


def _show_page(mapping: Mapping, name: str, lineage: Lineage, modules: tuple[str, ...]) -> int:
    """The page of the mapping alone, with the example and the coverage of its fixtures where it has some."""
    from custmap.pages.mapping_page import mapping_page
    from custmap.pages.subject import Reading, fixtures_beside, subject_of, with_fixtures

    folder = fixtures_beside(find_mapping(name)[0])
    subject = subject_of(mapping, mapping.checked.file.file, lineage=lineage)
    (tested,) = with_fixtures([subject], folder, Reading(modules, root_folder()))
    click.echo(mapping_page(tested), nl=False)
    return 0


def _traced(explain: Callable[[], Lineage]) -> Lineage:
    try:
        return explain()
    except ValueError as error:
        raise CallError(str(error)) from None


def _show(lineage: Lineage, form: str) -> int:
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
