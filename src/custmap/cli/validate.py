"""`custmap validate`: reports all findings of mapping and source files, in a chosen format."""

from __future__ import annotations

import errno
import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click

from custmap.cli import options
from custmap.cli.call_error import CallError, unreadable
from custmap.cli.color import colored
from custmap.cli.complete import MappingName
from custmap.cli.help import command as grouped
from custmap.cli.help import option
from custmap.cli.loading import functions_of, root_folder, with_uses
from custmap.cli.places import check_read
from custmap.diagnostics.codes import CODES, Severity
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import MappingError
from custmap.diagnostics.plain import plain_lines
from custmap.diagnostics.render.render import FORMATS, render
from custmap.expressions.function import FunctionSpec
from custmap.loader import check_mapping
from custmap.mapping.find import above, find_mapping, look_up
from custmap.mapping.form import Kind
from custmap.mapping.related import ENDINGS, is_mapping, kind_of, mapping_files, says_mapping, uses
from custmap.source_loader import check_source_file
from custmap.values.files import is_file, is_folder, real
from custmap.values.nearest import nearest
from custmap.values.words import counted


@grouped("validate")
@click.argument("places", metavar="[PATH or NAME]...", nargs=-1, type=MappingName())
@option(
    "Output",
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="The format of the findings  [default: text; github in a GitHub workflow]",
)
@click.option(
    "--strict",
    is_flag=True,
    help="Treat warnings as errors; what is only worth knowing is none.",
)
@click.option(
    "--select",
    metavar="CODES",
    multiple=True,
    help="Report only these codes, e.g. CM405,CM5 (CM5: all codes that begin so).",
)
@click.option(
    "--ignore", metavar="CODES", multiple=True, help="Do not report these codes; errors are always reported."
)
@options.functions
def command(
    places: tuple[str, ...],
    form: str | None,
    strict: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    modules: tuple[str, ...],
) -> int:
    """Check mapping and source files: by name, by path, or all in a folder  [default: mappings, sources]."""
    chosen, left_out = _codes("--select", select), _codes("--ignore", ignore)
    functions = functions_of(modules)
    check_read(map(Path, places))
    files = list({real(path): _shown(path) for path in _files(places)}.values())
    check_read(with_uses(map(Path, files)))
    findings = [
        finding for file in files for finding in _check(file, functions) if _wanted(finding, chosen, left_out)
    ]
    if strict:
        findings = [stricter(finding) for finding in findings]
    sys.stdout.write(rendered(findings, form or usual_form()))
    counts = Counter(finding.level for finding in findings)
    assumed = sum(finding.code == "CM515" for finding in findings)
    click.echo(_summary(files, counts, assumed), err=True)
    return 1 if counts[Severity.ERROR] else 0


def usual_form() -> str:
    """The format of findings if none is asked for."""
    return "github" if os.environ.get("GITHUB_ACTIONS") == "true" else "text"


def rendered(findings: Sequence[Diagnostic], form: str) -> str:
    """Findings in a format, as text for a terminal or a pipe."""
    if form != "text":
        return render(findings, form)
    color = colored(sys.stdout)
    return render(findings, form, color=color, frames=color or sys.stdout.isatty())


def _codes(option: str, stated: tuple[str, ...]) -> tuple[str, ...]:
    """Codes, or beginnings of codes; CallError if no code begins like that."""
    found = tuple(code.strip() for each in stated for code in each.split(",") if code.strip())
    for code in found:
        if not any(known.startswith(code) for known in CODES):
            close = nearest(code, CODES)
            hint = f"Did you mean `{close}`?" if close else "Run `custmap code` to list the codes."
            raise CallError(f"`{option}`: there is no code `{code}`", hint)
    return found


def _wanted(finding: Diagnostic, chosen: tuple[str, ...], left_out: tuple[str, ...]) -> bool:
    """Is the finding reported? `--ignore` never hides errors, since the mapping would not load anyway."""
    if finding.code.startswith(left_out or ("-",)) and finding.level is not Severity.ERROR:
        return False
    return not chosen or finding.code.startswith(chosen)


def stricter(finding: Diagnostic) -> Diagnostic:
    """The finding with `--strict`: a warning is an error."""
    if finding.level is not Severity.WARNING:
        return finding
    return replace(finding, severity=Severity.ERROR)


def _files(places: Sequence[str]) -> list[Path]:
    """The mapping files for the given names and paths, or those of the project. MappingError (CM204)."""
    found: list[Path] = []
    others: list[Path] = []
    for place in places or _default():
        path = Path(place)
        if is_folder(path):
            found += mapping_files(path)
        elif is_file(path):
            (found if says_mapping(path) else others).append(path)
        elif path.suffix in (*ENDINGS, ".json"):
            raise unreadable(path, FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)))
        else:
            found.append(_named(place))
    found += _users(others) if others else []
    if not found and not others:
        raise CallError("There are no mappings to check", "Name a mapping, a file or a folder.")
    return found


def _named(name: str) -> Path:
    """The file of a mapping or, if there is none, of a source."""
    found = look_up(name, Path.cwd(), "mapping") or look_up(name, Path.cwd(), "source")
    return find_mapping(name)[0] if found is None else found[0]


def _default() -> list[str]:
    """The nearest `mappings/` and `sources/`; CallError if there are none: what is shipped needs no check."""
    here = Path.cwd()
    kinds: tuple[Kind, ...] = ("mapping", "source")
    found = [str(folder) for kind in kinds for folder in list(above(here, kind))[:1]]
    if not found:
        message = f"There is no folder `mappings/` or `sources/` in {here.as_posix()} or above it"
        raise CallError(message, "Name a mapping, a file or a folder.")
    return found


def _users(others: Sequence[Path]) -> list[Path]:
    """The mappings that use contracts or schemas: next to them, or in reach of them or of the call."""
    near = {file.parent for file in others}
    folders = dict.fromkeys(folder for place in (*near, Path.cwd()) for folder in above(place.absolute()))
    candidates = [path for place in near for path in sorted(place.glob("*.y*ml")) if says_mapping(path)]
    candidates += [path for folder in folders for path in mapping_files(folder)]
    used = {mapping: uses(mapping) for mapping in candidates}
    found: list[Path] = []
    for file in others:
        users = [mapping for mapping, files in used.items() if real(file) in files]
        if not users and is_mapping(file):
            users = [file]
        if not users:
            click.echo(plain_lines(f"{file}: no mapping uses this file"), err=True)
        found += users
    return found


def _shown(path: Path) -> str:
    """As given, or relative to the working folder, so that terminals can link to it."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_absolute() and path.is_relative_to(here) else str(path)


def _check(file: str, functions: Mapping[str, FunctionSpec]) -> tuple[Diagnostic, ...]:
    try:
        check = check_mapping if kind_of(Path(file)) == "mapping" else check_source_file
        return check(Path(file), functions, root=root_folder())[1]
    except MappingError as error:
        return error.diagnostics


def _summary(files: Sequence[str], counts: Mapping[Severity, int], assumed: int) -> str:
    kinds = Counter(kind_of(Path(file)) for file in files)
    checked = ", ".join(counted(kinds[kind], kind) for kind in sorted(kinds))
    errors, warnings = counted(counts[Severity.ERROR], "error"), counted(counts[Severity.WARNING], "warning")
    line = f"{checked or counted(0, 'mapping')}: {errors}, {warnings}"
    return line + (f"\n{counted(assumed, 'assumption')} about vendors" if assumed else "")
