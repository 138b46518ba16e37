"""`custmap outcome`: what a vendor's answer means."""

from __future__ import annotations

from pathlib import Path

import click

from custmap.cli import options
from custmap.cli.call_error import CLEAN, FINDINGS, CallError
from custmap.cli.help import command as grouped
from custmap.cli.loading import load
from custmap.cli.streams import open_input
from custmap.diagnostics.plain import json_document
from custmap.syntax.source_text import MIB

_MOST = 64


@grouped("outcome")
@options.mapping
@click.argument("file", required=False, type=options.FILE)
@click.option("--request", metavar="NAME", help="Of several requests: the one that was answered.")
@click.option("--status", type=click.IntRange(100, 599), required=True, help="The HTTP status of the answer.")
@options.text_or_json("JSON holds the vendor's messages and the customer.")
@options.show_values
@options.functions
def command(
    mapping: str,
    file: Path | None,
    request: str | None,
    status: int,
    form: str,
    show_values: bool,
    modules: tuple[str, ...],
) -> int:
    """Say what a vendor's answer means: whether it is ok, what was wrong, and whether to try again.

    FILE holds the body of the answer, whatever it is; left out or `-` it is standard input. Exit 1 if
    the answer is not ok. `--request NAME.clear` is the request for an entry that is gone.
    """
    loaded = load(mapping, modules)
    with open_input(file) as stream:
        body = stream.read(_MOST * MIB + 1)
    if len(body) > _MOST * MIB:
        raise CallError(f"The body is larger than {_MOST} MiB")
    try:
        outcome = loaded.outcome(status, body, request)
    except (TypeError, ValueError) as error:
        raise CallError(f"`--request`: {error}") from None
    click.echo(json_document(outcome.to_dict()) if form == "json" else outcome.text(show_values=show_values))
    return CLEAN if outcome.ok else FINDINGS
