"""`custmap test`: the options; the runner is `custmap.testing.command`, which pytest shares."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from math import isnan
from pathlib import Path
from typing import Literal

import click

from custmap.cli import options
from custmap.cli.call_error import CallError
from custmap.cli.color import colored
from custmap.cli.help import command as grouped
from custmap.cli.help import option
from custmap.cli.loading import root_folder, with_uses
from custmap.cli.places import check_read
from custmap.values.files import exists


@grouped("test")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--update", is_flag=True, help="Rewrite expectations that differ.")
@click.option("--coverage", is_flag=True, help="Tell what of each mapping no fixture shows.")
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Fail with less coverage than this, in all.",
)
@click.option(
    "--new",
    metavar="NAME",
    help="Write a first fixture, VENDOR/OPERATION[/CASE], of a record on standard input.",
)
@click.option("--source", metavar="NAME", help="With `--new`: the record is a row of this source.")
@click.option("-k", "keyword", metavar="TEXT", help="Run only fixtures whose name contains this text.")
@option(
    "Output",
    "--junit",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a JUnit report to this file.",
)
@options.text_or_json("The format of the report.")
def command(
    paths: tuple[Path, ...],
    update: bool,
    coverage: bool,
    fail_under: float | None,
    new: str | None,
    source: str | None,
    keyword: str | None,
    junit: Path | None,
    form: Literal["text", "json"],
) -> int:
    """Run fixtures; PATH is a file or a folder  [default: `fixtures`, here or beside the nearest `mappings`].

    `--new` takes one customer as JSON, or two for a diff: `{"before": …, "after": …}`, a list, or two lines.
    """
    if new is not None:
        from custmap.cli.new_fixture import write_first

        if paths or update or coverage or fail_under is not None or keyword is not None or junit is not None:
            raise CallError("`--new` writes a fixture and runs no others", "Leave the other options out.")
        return write_first(new, source)
    if source is not None:
        raise CallError("`--source` belongs to `--new`", "A fixture says itself which source its rows have.")
    if fail_under is not None and isnan(fail_under):
        raise CallError("`--fail-under nan` is no share", "Write a number from 0 to 100.")
    from custmap.testing.command import Options, run

    def check(files: Iterable[Path]) -> None:
        check_read(with_uses(files), {"`--junit`": junit})

    asked = Options(
        update=update,
        coverage=coverage,
        fail_under=fail_under,
        keyword=keyword,
        junit=junit,
        form=form,
        color=colored(sys.stdout),
        root=root_folder(),
        check=check,
    )
    return run(paths or _default(), asked)


def _default() -> list[Path]:
    """The folder `fixtures`, here or in the project around; CallError if there is none."""
    from custmap.cli.new_fixture import fixtures_folder

    here = Path("fixtures")
    folder = here if exists(here) else fixtures_folder()
    if not exists(folder):
        message = f"There is no folder `{folder.as_posix()}` in {Path.cwd().as_posix()}"
        raise CallError(
            message, "Name a fixture or a folder, or write a first one: `custmap test --new NAME`."
        )
    return [folder]
