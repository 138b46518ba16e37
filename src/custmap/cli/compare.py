"""`custmap compare`: what a change of a mapping means, and what it does to requests."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from custmap.cli import options
from custmap.cli.call_error import CLEAN, FINDINGS, CallError, unreadable
from custmap.cli.color import colored
from custmap.cli.complete import MappingName
from custmap.cli.help import command as grouped
from custmap.cli.help import option
from custmap.cli.loading import functions_of, is_source, load_source, read_for, root_folder, with_uses
from custmap.cli.no_traces import no_traces
from custmap.cli.places import check_read
from custmap.cli.rows import read_records
from custmap.diagnostics.errors import MappingError
from custmap.diagnostics.plain import json_document, plain
from custmap.mapping.related import ENDINGS
from custmap.records.locations import Location
from custmap.schema.canonical import load_canonical
from custmap.values.files import is_file
from custmap.values.nearest import nearest
from custmap.values.words import counted

if TYPE_CHECKING:
    from custmap.review.compare.compare import Given
    from custmap.review.compare.comparison import Comparison

_MOST: Final = 100_000
"""Records of a file: more of them would only take time."""


@grouped("compare")
@click.argument("places", metavar="[OLD NEW | NAME or PATH ...]", nargs=-1, type=MappingName())
@click.option(
    "--against",
    metavar="REVISION",
    help="Compare the working tree with this revision of its git repository: all mappings and sources that "
    "changed, or those that are named.",
)
@click.option(
    "--with",
    "records_file",
    type=options.RECORDS,
    help="Compare requests of these records instead of drawn ones; their values are not shown.",
)
@options.source
@option(
    "Output",
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="`markdown` is for a pull request.",
)
@option(
    "Output",
    "--fail-on",
    metavar="clear,reject,remove",
    multiple=True,
    help="Exit with 1 if something is now cleared, now rejected, or no longer sent.",
)
@options.functions
def command(
    places: tuple[str, ...],
    against: str | None,
    records_file: Location | None,
    source: str | None,
    form: str,
    fail_on: tuple[str, ...],
    modules: tuple[str, ...],
) -> int:
    """Tell what a change of a mapping means: by rule and state, and in requests of many records.

    Comments, order and spelling are no change of meaning. Requests are compared over the fixtures in reach
    and 2,000 drawn customers, as apply and diff make them; no value of a record is shown. Exit 1 for a
    mapping with errors, and for what `--fail-on` names.
    """
    harms = _harms(fail_on)
    functions_of(modules)
    with no_traces():
        if against is None:
            if len(places) != 2:
                advice = (
                    "Name two: `custmap compare OLD NEW`; or a revision: `custmap compare --against main`."
                )
                raise CallError(f"{counted(len(places), 'mapping')} cannot be compared", advice)
            found = [_pair(places[0], places[1], _given(records_file, source, places[1], modules), modules)]
            about = found[0].mapping
        else:
            found, about = _since(against, places, _given(records_file, source, None, modules), modules)
    whole = form == "json" and against is None
    _show(found if whole else [one for one in found if one], form, against)
    if not any(found):
        effect = found[0].effect if found else None
        over = f", {plain(str(effect))}" if effect is not None else ""
        click.echo(f"{plain(about)}: no change of meaning{over}", err=True)
    is_broken = any(one.status == "broken" for one in found)
    return FINDINGS if is_broken or any(harms & one.harms for one in found) else CLEAN


def _harms(stated: Sequence[str]) -> frozenset[str]:
    """The words of `--fail-on`; CallError for one that is none."""
    from custmap.review.compare.told import HARMS

    words = [word.strip() for one in stated for word in one.split(",")]
    for word in words:
        if word not in HARMS:
            close = nearest(word, HARMS)
            advice = f"Did you mean `{close}`?" if close else f"Words: {', '.join(HARMS)}."
            raise CallError(f"`--fail-on`: there is no `{plain(word)}`", advice)
    return frozenset(words)


def _show(found: Sequence[Comparison], form: str, against: str | None) -> None:
    from custmap.review.compare.as_markdown import comparisons_markdown
    from custmap.review.compare.comparison import document_of

    if form == "json":
        click.echo(json_document(document_of(found, against)))
    elif form == "markdown":
        click.echo(comparisons_markdown(found, against).rstrip("\n"))
    else:
        color = colored(sys.stdout)
        text = "\n\n\n".join(one.picture(color=color) for one in found)
        if text:
            click.echo(text, color=color)


def _given(
    records_file: Location | None, source: str | None, mapping: str | None, modules: Sequence[str]
) -> Given:
    """The records of `--with`; CallError for a source without records."""
    from custmap.review.compare.compare import Given

    if records_file is None:
        if source is not None:
            raise CallError("`--source` says what rows are, and there are none", "Name them: `--with FILE`.")
        return Given()
    if source is not None:
        rows = load_source(source, modules)
        records = read_records(records_file, rows.checked.rows, rows, _MOST)
        columns = tuple(name for name in rows.columns if name != rows.key)
        return Given(records, source, columns)
    schema = load_canonical(None) if mapping is None else _schema(mapping, modules)
    return Given(read_records(records_file, schema, None, _MOST))


def _schema(mapping: str, modules: Sequence[str]) -> Any:
    """What the records of a mapping are; of one with errors customers."""
    from custmap.cli.loading import load

    try:
        return load(mapping, modules).checked.canonical
    except MappingError:
        return load_canonical(None)


def _pair(old: str, new: str, given: Given, modules: Sequence[str]) -> Comparison:
    """Two mappings, or two sources; CallError for one of each, MappingError for what does not exist."""
    from custmap.review.compare.compare import compared, compared_sources, source_loader
    from custmap.review.compare.given_samples import fixtures_near
    from custmap.review.compare.pair import either_loaded
    from custmap.tables.source import Source

    for path in map(Path, (old, new)):
        if path.suffix in ENDINGS and not is_file(path):
            raise unreadable(path, FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)))
    kinds = {is_source(one) for one in (old, new)}
    if len(kinds) == 2:
        raise CallError(f"One of `{plain(old)}` and `{plain(new)}` is a source, the other a mapping")
    if True not in kinds:
        check_read(path for one in (old, new) for path in read_for(one, modules))
    loaded = either_loaded(
        old, new, "source" if True in kinds else "mapping", _imported(modules), root_folder()
    )
    if not isinstance(loaded, tuple):
        return loaded
    was, now = loaded
    if isinstance(was, Source) and isinstance(now, Source):
        return compared_sources(was, now, (old, new))
    assert not isinstance(was, Source) and not isinstance(now, Source)
    for one in (was, now):
        if given.source is not None and not one.checked.canonical.is_customer:
            message = f"{one.name} has a schema of its own, and takes rows as they are"
            raise CallError(message, "Leave `--source` out.")
    load = source_loader(_imported(modules), root_folder())
    return compared(was, now, (old, new), fixtures_near(Path.cwd()), given, (load, load))


def _since(
    revision: str, places: Sequence[str], given: Given, modules: Sequence[str]
) -> tuple[list[Comparison], str]:
    from custmap.review.compare.against import Project, compare_against
    from custmap.review.compare.revision import RevisionError

    root = root_folder()
    project = Project(Path.cwd(), _imported(modules), None if root is None else Path(root), given)
    check_read(with_uses(Path(place) for place in places if Path(place).suffix))
    try:
        since = compare_against(revision, places, project)
    except RevisionError as error:
        raise CallError(str(error), error.advice) from None
    return list(since.comparisons), f"{counted(since.looked_at, 'file')} against {revision}"


def _imported(modules: Sequence[str]) -> list[Any]:
    """The modules of `--functions`, which `functions_of` has imported."""
    return [import_module(name) for name in modules]
