"""`custmap drift`: what a new version of a vendor's document means to a mapping."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import click

from custmap.cli import options
from custmap.cli.call_error import CLEAN, FINDINGS, CallError
from custmap.cli.help import command as grouped
from custmap.cli.help import option
from custmap.cli.loading import functions_of, read_for, root_folder
from custmap.cli.places import STDIN, check_local, check_read
from custmap.cli.streams import open_input
from custmap.cli.validate import rendered, stricter, usual_form
from custmap.diagnostics.codes import Severity
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.plain import plain_lines
from custmap.diagnostics.render.render import FORMATS
from custmap.syntax.document import LIMIT
from custmap.values.words import counted


@grouped("drift")
@options.mapping
@click.argument("document", metavar="NEW-CONTRACT", type=options.FILE)
@click.option(
    "--contract",
    metavar="OLD",
    type=click.Path(path_type=Path),
    help="Of several contracts: the one that the new document replaces.",
)
@option(
    "Output",
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="The format of the findings  [default: text; github in a GitHub workflow]",
)
@click.option("--strict", is_flag=True, help="Treat warnings as errors; what is only worth knowing is none.")
@options.functions
def command(
    mapping: str,
    document: Path,
    contract: Path | None,
    form: str | None,
    strict: bool,
    modules: tuple[str, ...],
) -> int:
    """Show what a new version of the vendor's OpenAPI document means to MAPPING.

    Only what its rules touch is told, at their lines: as an error where the mapping is wrong with the new
    document, else as a warning, or as worth knowing. NEW-CONTRACT takes the place of the mapping's document,
    of several of that with the same name; `-` is standard input. Exit 1 if there are errors.
    """
    from custmap.review.drift import drift
    from custmap.review.drift_documents import WrongDocument

    functions = functions_of(modules)
    check_local(document)
    check_read([*read_for(mapping, modules), document])
    new = _standard_input() if document == STDIN else document
    try:
        found: Iterable[Diagnostic] = drift(
            mapping, new, contract=contract, functions=functions, root=root_folder()
        )
    except WrongDocument as error:
        raise CallError(str(error), error.advice) from None
    findings = [stricter(one) for one in found] if strict else list(found)
    form = form or usual_form()
    # In a text the message names the second place, which would only be shown again.
    shown = [replace(one, notes=()) for one in findings] if form == "text" else findings
    sys.stdout.write(rendered(shown, form))
    click.echo(plain_lines(_summary(mapping, findings)), err=True)
    return FINDINGS if any(one.level is Severity.ERROR for one in findings) else CLEAN


def _standard_input() -> bytes:
    with open_input(STDIN) as stream:
        data = stream.read(LIMIT + 1)
    if len(data) > LIMIT:
        raise CallError(f"The document is larger than {LIMIT // (1024 * 1024)} MiB")
    return data


def _summary(mapping: str, findings: list[Diagnostic]) -> str:
    if not findings:
        return f"{mapping}: nothing that its rules touch has changed"
    counts = Counter(one.level for one in findings)
    errors, warnings = counted(counts[Severity.ERROR], "error"), counted(counts[Severity.WARNING], "warning")
    return f"{mapping}: {errors}, {warnings}, {counts[Severity.INFO]} worth knowing"
