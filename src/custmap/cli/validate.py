"""`custmap validate`: everything that is wrong with mapping files, in the form that the reader wants."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import click

from custmap.cli import options
from custmap.cli.color import colored
from custmap.cli.ending import CallError
from custmap.cli.loading import functions_of, may_be_mapping
from custmap.diagnostics.codes import Severity
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import MappingError
from custmap.diagnostics.render import FORMATS, render
from custmap.expressions.function import FunctionSpec
from custmap.loader import check_mapping
from custmap.mapping.find import find_mapping, folders


@click.command("validate")
@click.argument("places", metavar="[PATH or NAME]...", nargs=-1)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="The form of findings.",
)
@click.option("--strict", is_flag=True, help="Warnings are errors.")
@options.functions
def command(places: tuple[str, ...], form: str, strict: bool, modules: tuple[str, ...]) -> int:
    """Check mapping files: by name, by path, or all in a folder  [default: mappings]."""
    functions = functions_of(modules)
    files = list(dict.fromkeys(file for place in places or _default() for file in _files(place)))
    if not files:
        raise CallError("There are no mappings to check", "Name a mapping, a file or a folder")
    findings = [finding for file in files for finding in _check(file, functions)]
    if strict:
        findings = [replace(finding, severity=Severity.ERROR) for finding in findings]
    sys.stdout.write(render(findings, form, color=form == "text" and colored(sys.stdout)))
    errors = sum(finding.level is Severity.ERROR for finding in findings)
    click.echo(_summary(len(files), errors, len(findings) - errors), err=True)
    return 1 if errors else 0


def _default() -> tuple[str, ...]:
    return tuple(str(folder) for folder in list(folders(Path.cwd()))[:1])


def _files(place: str) -> Iterator[str]:
    """The mapping files that a place means; MappingError (CM204) for a name of none."""
    path = Path(place)
    if path.is_dir():
        for file in sorted([*path.rglob("*.yaml"), *path.rglob("*.yml")]):
            if may_be_mapping(file):
                yield _shown(file)
    elif path.is_file():
        yield _shown(path)
    elif path.suffix in (".yaml", ".yml"):
        raise CallError(f"{place}: No such file or directory")
    else:
        found, _ = find_mapping(place)
        yield _shown(found)


def _shown(path: Path) -> str:
    """As it was given, or from the working folder: findings are to be clicked on."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_absolute() and path.is_relative_to(here) else str(path)


def _check(file: str, functions: Mapping[str, FunctionSpec]) -> tuple[Diagnostic, ...]:
    try:
        return check_mapping(Path(file), functions)[1]
    except MappingError as error:
        return error.diagnostics


def _summary(files: int, errors: int, warnings: int) -> str:
    counts = [_count(files, "mapping"), _count(errors, "error"), _count(warnings, "warning")]
    return f"{counts[0]}: {counts[1]}, {counts[2]}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
