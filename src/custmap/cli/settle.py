"""`custmap settle`: what to compare with the next time."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import click

from custmap.cli import options
from custmap.cli.call_error import CLEAN, CallError
from custmap.cli.help import command as grouped
from custmap.cli.help import option
from custmap.cli.loading import load, read_for
from custmap.cli.places import STDIN, check_places
from custmap.cli.settled import check_settled
from custmap.cli.streams import open_input, open_output
from custmap.diagnostics.plain import plain
from custmap.records.keys import Key
from custmap.records.night import Night, NightError
from custmap.records.settling import SettlingFiles
from custmap.records.zipper import Zipper
from custmap.values.paths import PathError


@grouped("settle")
@options.mapping
@click.argument("plans", type=options.FILE)
@click.argument("answers", type=options.FILE, required=False)
@click.option("--before", type=options.FILE, required=True, help="The snapshot that was compared with.")
@click.option("--after", type=options.FILE, required=True, help="The snapshot of the night.")
@click.option("--key", metavar="PATH", required=True, help="The key by which the snapshots were joined.")
@option("Output", "-o", "--output", type=options.OUTPUT, help="The file to write, completely or not at all.")
@click.option("--assume-applied", is_flag=True, help="There are no answers: take all requests as applied.")
@options.absent
@options.nulls
@options.functions
def command(
    mapping: str,
    plans: Path,
    answers: Path | None,
    before: Path,
    after: Path,
    key: str,
    output: Path | None,
    assume_applied: bool,
    absent: str,
    nulls: Any,
    modules: tuple[str, ...],
) -> int:
    """Write the snapshot to compare with the next time, so that what did not arrive is sent again.

    PLANS is what `custmap diff --key --format json` wrote, ANSWERS has one line of NDJSON for each answer:
    `{"id": …, "status": 200, "body": …}`, with the id of the request. A request without an answer may have
    arrived or not; `"sent": false` says that it was not sent.
    """
    if (answers is None) is not assume_applied:
        raise CallError("Give the answers as ANSWERS, or `--assume-applied`")
    if STDIN in (before, after, plans):
        raise CallError("PLANS, `--before` and `--after` are files: they are read more than once")
    loaded = load(mapping, modules)
    check_places({"--output": output}, [before, after, plans, answers, *read_for(mapping, modules)])
    check_settled(before, after, loaded.name)
    try:
        place = Key(key)
    except PathError as error:
        raise CallError(f"`--key`: {error.reason}") from None
    try:
        with closing(Night(plans, loaded.checked)) as night:
            if answers is None:
                night.assume_applied()
            else:
                with open_input(answers) as stream:
                    night.answers(stream, answers, loaded.answers)
            files = SettlingFiles(
                loaded.engine, loaded.settler, night, key=place.names, complete=absent == "clear", nulls=nulls
            )
            with open_output(output) as sink:
                for line in files.lines(Zipper(before, after, place.names)):
                    sink.write(line)
                told = str(files.counts)
    except NightError as error:
        raise CallError(plain(str(error)), "Nothing was written.") from None
    click.echo(told, err=True)
    return CLEAN
