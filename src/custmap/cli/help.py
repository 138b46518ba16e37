"""Commands whose `--help` shows their options in groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import click

GROUPS: Final = ("Options", "Snapshots", "Parameters", "Records", "Output", "Common")
"""In the order in which they are shown; the first holds what has no group."""

_COMMON: Final = {"--help", "--color", "--version"}


class GroupedOption(click.Option):
    """An option with the name of its group."""

    def __init__(self, *arguments: Any, group: str = GROUPS[0], **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.group = group


class GroupedCommand(click.Command):
    """A command that lists its options by group."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            if isinstance(parameter, click.Option) and (row := parameter.get_help_record(ctx)) is not None:
                rows.setdefault(_group(parameter), []).append(row)
        for group in GROUPS:
            if group in rows:
                with formatter.section(group):
                    formatter.write_dl(rows[group])


def _group(parameter: click.Parameter) -> str:
    if isinstance(parameter, GroupedOption):
        return parameter.group
    return "Common" if _COMMON & set(parameter.opts) else GROUPS[0]


def command(name: str) -> Callable[[Callable[..., Any]], GroupedCommand]:
    """`click.command` of a `GroupedCommand`."""
    return click.command(name, cls=GroupedCommand)


def option(group: str, *names: str, **keywords: Any) -> Callable[[Any], Any]:
    """`click.option` in a group."""
    return click.option(*names, cls=GroupedOption, group=group, **keywords)
