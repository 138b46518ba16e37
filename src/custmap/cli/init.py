"""`custmap init`: the first files of a mapping or a source, which pass as they are."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import click

from custmap.cli.call_error import CallError, unreadable
from custmap.cli.complete import ShippedName
from custmap.cli.help import command as grouped
from custmap.cli.places import check_local
from custmap.diagnostics.plain import plain_lines
from custmap.review.drafts.project import Draft, DraftError, project
from custmap.values.files import read_start
from custmap.values.words import counted

_FORMS = (
    "Say what to begin with: `--openapi FILE --operation ID`, `--inline METHOD URL`, `--from SHIPPED`, "
    "or `--source NAME --parquet FILE`."
)


@grouped("init")
@click.argument("name", metavar="[VENDOR/OPERATION]", required=False)
@click.option(
    "--openapi",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Draft a mapping of an operation of this OpenAPI document.",
)
@click.option("--operation", metavar="ID", help="Its operationId, or method and path: 'PUT /customers/{id}'.")
@click.option(
    "--inline", nargs=2, metavar="METHOD URL", help="Draft a mapping whose contract stands in the file."
)
@click.option(
    "--from",
    "shipped",
    type=ShippedName(),
    metavar="SHIPPED",
    help="Copy a shipped mapping with its fixtures.",
)
@click.option("--source", metavar="NAME", help="Draft a source instead: crm/customers.")
@click.option(
    "--parquet",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The Parquet file whose columns the source is drafted for.",
)
def command(
    name: str | None,
    openapi: Path | None,
    operation: str | None,
    inline: tuple[str, str] | None,
    shipped: str | None,
    source: str | None,
    parquet: Path | None,
) -> int:
    """Write a mapping with a fixture that passes, in `mappings/` and `fixtures/` of the project.

    The project is the nearest folder above that has mappings or sources, else the working folder. What is
    there already is never overwritten.
    """
    given = {"--openapi": openapi, "--inline": inline, "--from": shipped, "--source": source}
    stated = [option for option, value in given.items() if value is not None]
    if len(stated) > 1:
        raise CallError(f"`{stated[0]}` and `{stated[1]}` exclude each other", _FORMS)
    _check_pair("--openapi", openapi, "--operation", operation)
    _check_pair("--source", source, "--parquet", parquet)
    if not stated:
        raise CallError("There is nothing to begin with", _FORMS)
    if name is None and source is None:
        raise CallError("The name of the mapping is missing", "Write `custmap init acme/update-customer …`.")
    if name is not None and source is not None:
        raise CallError(f"`--source {source}` has a name, and so has the call", f"Leave `{name}` out.")
    if openapi is not None:
        check_local(openapi)
    try:
        draft = _draft(name, openapi, operation, inline, shipped, source, parquet)
    except DraftError as error:
        raise CallError(str(error), error.advice) from None
    _write(draft)
    return 0


def _check_pair(one: str, first: object, other: str, second: object) -> None:
    if (first is None) != (second is None):
        missing, there = (one, other) if first is None else (other, one)
        raise CallError(f"`{there}` needs `{missing}`", _FORMS)


def _draft(
    name: str | None,
    openapi: Path | None,
    operation: str | None,
    inline: tuple[str, str] | None,
    shipped: str | None,
    source: str | None,
    parquet: Path | None,
) -> Draft:
    here = Path.cwd()
    for path in (openapi, parquet):
        _check_file(path)
    if source is not None and parquet is not None:
        from custmap.review.drafts.from_parquet import from_parquet

        return from_parquet(project(source, here, "source"), parquet)
    made = project(name or "", here, "mapping")
    if openapi is not None and operation is not None:
        from custmap.review.drafts.from_openapi import from_openapi

        return from_openapi(made, openapi, operation)
    if inline is not None:
        from custmap.review.drafts.from_inline import from_inline

        return from_inline(made, *inline)
    from custmap.review.drafts.from_shipped import from_shipped

    return from_shipped(made, shipped or "")


def _check_file(path: Path | None) -> None:
    """CallError for a file that cannot be read, or is none."""
    if path is not None:
        try:
            read_start(path, 1)
        except OSError as error:
            raise unreadable(path, error) from None


def _write(draft: Draft) -> None:
    from custmap.records.new_files import write_new

    taken = [path for path in draft.files if os.path.lexists(path)]
    if taken:
        rest = f", and {counted(len(taken) - 1, 'file')} more" if taken[1:] else ""
        raise CallError(
            f"{_shown(taken[0])} is there already{rest}; nothing was written",
            "Choose another name, or move it away.",
        )
    shared = {path: data for path, data in draft.shared.items() if not os.path.lexists(path)}
    try:
        write_new({**draft.files, **shared})
    except OSError as error:
        where = _shown(Path(error.filename)) if isinstance(error.filename, str) else "The files"
        raise CallError(f"{where}: {error.strerror}; nothing was written") from None
    for path, what in draft.made.items():
        _say(f"{what.ljust(8)}  {_shown(path)}")
    for path in shared:
        _say(f"{'schema'.ljust(8)}  {_shown(path)}")
    for note in draft.notes:
        _say(f"note: {note}")
    _say("")
    for line in draft.commands:
        _say(f"next: {_command(line)}")


def _command(line: str) -> str:
    """A command with its path relative to the working folder."""
    before, brace, rest = line.partition("{")
    return before + shlex.quote(_shown(Path(rest.removesuffix("}")))) if brace else line


def _say(line: str) -> None:
    click.echo(plain_lines(line), err=True)


def _shown(path: Path) -> str:
    return Path(os.path.relpath(path)).as_posix()
