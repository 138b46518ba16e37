"""`custmap test`: the options; the runner is `custmap.testing.command`, which pytest shares."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import click

from custmap.cli import options
from custmap.cli.color import colored
from custmap.cli.help import command as grouped
from custmap.cli.help import option
from custmap.cli.loading import root_folder, with_uses
from custmap.cli.places import check_read


@grouped("test")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--update", is_flag=True, help="Rewrite expectations that differ.")
@click.option("--coverage", is_flag=True, help="Report which rules no fixture sets or clears.")
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
    keyword: str | None,
    junit: Path | None,
    form: Literal["text", "json"],
) -> int:
    """Run fixtures; PATH is a file or a folder  [default: fixtures]."""
    from custmap.testing.command import run

    def check(files: Iterable[Path]) -> None:
        check_read(with_uses(files), {"`--junit`": junit})

    color = colored(sys.stdout)
    return run(list(paths), update, coverage, keyword, junit, form, color, check, root_folder())
