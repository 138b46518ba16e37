"""Options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar, overload

import click

from custmap.cli.call_error import CallError
from custmap.cli.complete import MappingName, parameter_names
from custmap.cli.help import option
from custmap.cli.places import STDIN, is_standard_output
from custmap.records.keys import Key
from custmap.records.locations import Location, parse_location
from custmap.values.paths import PathError

if TYPE_CHECKING:
    from custmap.mapper import Mapping
    from custmap.tables.source import Source

Command = TypeVar("Command", bound=Callable[..., Any])

# Existence is checked by opening, since an earlier check could be outdated.
FILE: Final = click.Path(path_type=Path, dir_okay=False, allow_dash=True)


class _Output(click.Path):
    """A file to write; `-` for standard output under any of its names."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        return STDIN if is_standard_output(path) else path


class _Records(click.Path):
    """A file of records; of a DuckDB file a table or query, after `::`."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        location = value if isinstance(value, Location) else parse_location(os.fsdecode(value))
        super().convert(str(location.path), param, ctx)
        return location


RECORDS: Final = _Records(path_type=Path, dir_okay=False, allow_dash=True)
OUTPUT: Final = _Output(path_type=Path, dir_okay=False, allow_dash=True)


def _all(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    def decorate(command: Command) -> Command:
        for one in reversed(options):
            command = one(command)
        return command

    return decorate


parameters = _all(
    option(
        "Parameters",
        "-p",
        "--param",
        "given",
        metavar="NAME=VALUE",
        multiple=True,
        shell_complete=parameter_names,
        help="A parameter; `@env:VAR` and `@file:PATH` read the value from there, e.g. for secrets.",
    ),
    option(
        "Parameters", "--params", "params_file", type=FILE, help="A file with parameters as a JSON object."
    ),
    option(
        "Parameters",
        "--param-from",
        "derived",
        metavar="NAME=EXPR",
        multiple=True,
        help="A parameter computed from each record by a JMESPath expression.",
    ),
)

nulls = option(
    "Records",
    "--nulls",
    type=click.Choice(["clear", "absent"]),
    default="clear",
    show_default=True,
    help="Whether null in a named field means clear or absent.",
)

records = _all(
    nulls,
    option(
        "Records",
        "--strict-records",
        is_flag=True,
        help="Reject records with members that are not in the schema.",
    ),
)

absent = option(
    "Records",
    "--absent",
    type=click.Choice(["keep", "clear"]),
    default="keep",
    show_default=True,
    help="Whether an absent field keeps the old value, or records are complete and it is gone.",
)

on_rejected = option(
    "Records",
    "--on-rejected",
    type=click.Choice(["raise", "drop"]),
    default="raise",
    show_default=True,
    help="Reject the whole record, or leave out what is rejected.",
)

mapping = click.argument("mapping", type=MappingName())

source = option(
    "Records",
    "--source",
    "source",
    metavar="NAME",
    help="Records are rows of a table; this source says what they state of a customer.",
)

functions = option(
    "Common",
    "--functions",
    "modules",
    metavar="MODULE",
    multiple=True,
    help="A Python module with the project's own functions.",
)


def key(help: str) -> Callable[[Command], Command]:
    """`--key`, to be read by `read_key`."""
    return click.option("--key", metavar="PATH", help=help)


@overload
def read_key(path: str) -> Key: ...
@overload
def read_key(path: str | None, source: Source | None) -> Key | None: ...
def read_key(path: str | None, source: Source | None = None) -> Key | None:
    """The key that the option names, or that of the source; CallError if it is no path of names."""
    if path is None:
        return None if source is None or source.key is None else Key.column(source.key)
    try:
        return Key(path)
    except PathError as error:
        raise CallError(f"`--key`: {error.reason}") from None


bulk = option(
    "Output",
    "--bulk",
    is_flag=True,
    help="Put many customers into one request, where the mapping has `bulk`.",
)


def require_bulk(bulk: bool, mapping: Mapping) -> None:
    """CallError for a mapping whose requests are for one customer each."""
    if bulk and mapping.checked.bulk is None:
        raise CallError(
            f"`--bulk`: {mapping.name} has no `bulk`, each of its requests is for one customer",
            "Leave the option out.",
        )


def require_one_process(bulk: bool, workers: int) -> None:
    """CallError if customers are to be put together by several processes."""
    if bulk and workers > 1:
        raise CallError("`--bulk` puts customers together in one process", "Leave `--workers` out.")


files = _all(
    option(
        "Output",
        "-o",
        "--output",
        type=OUTPUT,
        help="The file to write, completely or not at all  [default: standard output]",
    ),
    option("Output", "--rejects", type=OUTPUT, help="The file for what is rejected, as NDJSON."),
)

outputs = _all(
    files,
    option(
        "Output",
        "--with-secrets",
        is_flag=True,
        help="Write the values of secret parameters instead of `{{name}}`.",
    ),
)


def text_or_json(help: str) -> Callable[[Command], Command]:
    """`--format`, in `form`, of a command that tells one thing."""
    kind = click.Choice(["text", "json"])
    return option("Output", "--format", "form", type=kind, default="text", show_default=True, help=help)


show_values = option(
    "Output", "--show-values", is_flag=True, help="Show personal values too (never secrets)."
)

resume = option(
    "Output",
    "--resume",
    is_flag=True,
    help="Go on where a run into the same file was interrupted; begin if there is none.",
)

workers = option(
    "Output",
    "--workers",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    metavar="N",
    help="How many processes do the work; the output is the same.",
)
