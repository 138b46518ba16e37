"""`custmap settle`: what to compare with the next time."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from custmap.cli import options
from custmap.cli.call_error import CLEAN, CallError
from custmap.cli.help import command as grouped
from custmap.cli.help import option
from custmap.cli.loading import load, read_for, rows_of
from custmap.cli.places import STDIN, check_places
from custmap.cli.rows import columns_of, plain_of, require_kind
from custmap.cli.settled import check_settled
from custmap.cli.streams import open_input, open_output, open_records
from custmap.diagnostics.plain import plain
from custmap.records.inputs import format_of
from custmap.records.keys import Key
from custmap.records.locations import Location
from custmap.records.ndjson import settled_by
from custmap.records.night import Night, NightError
from custmap.records.settling import SettlingFiles
from custmap.records.spooled_join import write_lines
from custmap.records.zipper import Zipper

if TYPE_CHECKING:
    from custmap.mapper import Mapping
    from custmap.tables.source import Source


@grouped("settle")
@options.mapping
@click.argument("plans", type=options.FILE)
@click.argument("answers", type=options.FILE, required=False)
@click.option("--before", type=options.RECORDS, required=True, help="The snapshot that was compared with.")
@click.option("--after", type=options.RECORDS, required=True, help="The snapshot of the night.")
@options.key("The key by which the snapshots were joined  [default: the source's].")
@option("Output", "-o", "--output", type=options.OUTPUT, help="The file to write, completely or not at all.")
@click.option("--assume-applied", is_flag=True, help="There are no answers: take all requests as applied.")
@options.absent
@options.nulls
@options.source
@options.functions
def command(
    mapping: str,
    plans: Path,
    answers: Path | None,
    before: Location,
    after: Location,
    key: str | None,
    output: Path | None,
    assume_applied: bool,
    absent: str,
    nulls: Any,
    source: str | None,
    modules: tuple[str, ...],
) -> int:
    """Write the snapshot to compare with the next time, so that what did not arrive is sent again.

    PLANS is what `custmap diff --key --format json` wrote, ANSWERS has one line of NDJSON for each answer:
    `{"id": …, "status": 200, "body": …}`, with the id of the request. A request without an answer may have
    arrived or not; `"sent": false` says that it was not sent.
    """
    if (answers is None) is not assume_applied:
        raise CallError("Give the answers as ANSWERS, or `--assume-applied`")
    if STDIN in (before.path, after.path, plans):
        raise CallError("PLANS, `--before` and `--after` are files: they are read more than once")
    loaded = load(mapping, modules)
    rows = rows_of(source, loaded, nulls, modules)
    place = options.read_key(key, rows)
    if place is None:
        raise CallError("`--key` names the key by which the snapshots were joined", "Add `--key PATH`.")
    files_read = [before.path, after.path, plans, answers, *read_for(mapping, modules, source)]
    check_places({"--output": output}, files_read)
    check_settled(before.path, after.path, loaded.name)
    try:
        with closing(Night(plans, loaded.checked)) as night, TemporaryDirectory(prefix="custmap-") as folder:
            if answers is None:
                night.assume_applied()
            else:
                with open_input(answers) as stream:
                    night.answers(stream, answers, loaded.answers)
            then, now = (
                _lines(one, loaded, rows, place, Path(folder) / name)
                for name, one in (("b", before), ("a", after))
            )
            files = SettlingFiles(
                loaded.engine,
                loaded.settler,
                night,
                key=place.names,
                complete=absent == "clear",
                nulls=nulls,
                reader=None if rows is None else rows.through(loaded.engine).reader,
                settled=settled_by(then) is not None,
            )
            with open_output(output) as sink:
                for line in files.lines(Zipper(then, now, place.names)):
                    sink.write(line)
                told = str(files.counts)
    except NightError as error:
        raise CallError(plain(str(error)), "Nothing was written.") from None
    click.echo(told, err=True)
    return CLEAN


def _lines(place: Location, mapping: Mapping, source: Source | None, key: Key, path: Path) -> Path:
    """A snapshot as NDJSON: the file itself, or a copy of what has another format."""
    format = format_of(place)
    schema = mapping.checked.canonical
    require_kind(format, schema, source)
    if format.is_lines:
        return place.path
    known = None if source is not None else schema
    with open_records(place, schema=known, columns=columns_of(schema, source)) as read:
        write_lines(read, plain_of(mapping.engine, source, key), path)
    return path
