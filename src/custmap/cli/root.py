"""The command group: names and one-line summaries here, everything else in the command's own file.

`--help` reads only this table; a command's module is imported when it runs.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

import click

from custmap import __version__
from custmap.cli.call_error import CallError
from custmap.values.docstrings import docstring
from custmap.values.nearest import nearest

COMMANDS: Final = {
    "init": "Draft a mapping or a source, with a fixture that passes.",
    "list": "List the available mappings: name, method, path, summary.",
    "validate": "Check mapping files.",
    "apply": "Turn customers into requests.",
    "diff": "Show or write what to send so that before becomes after.",
    "reverse": "Read vendors' copies of customers back.",
    "outcome": "Say what a vendor's answer means.",
    "settle": "Write what to compare with the next time, after the answers.",
    "explain": "Show where each member comes from, and what absent, null and empty become.",
    "prove": "Look for customers for which a mapping does not do what it declares.",
    "test": "Run fixtures.",
    "compare": "Tell what a change of a mapping means, by rule and in requests.",
    "drift": "Show what a new version of a vendor's document means to a mapping.",
    "docs": "Write a site about the mappings: pages to look at, without a server.",
    "play": "Try a mapping in the browser, as you type; nothing leaves this machine.",
    "lsp": "Speak with an editor: findings, completion, hover, definitions, rename.",
    "show": "Print the generated Python, exactly as it runs.",
    "code": "Explain a code.",
    "schema": "Print the JSON Schemas of mapping files, customers and fixtures.",
    "completion": "Print the script that completes `custmap` in bash, zsh or fish.",
}

_LOADING: Final = frozenset(COMMANDS) - {"init", "code", "schema", "completion"}
"""The commands that load mappings."""
_SETTINGS: Final = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Commands(click.Group):
    """Commands by name, each imported from the module of that name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"custmap.cli.{cmd_name}").command
        if not any(option.name == "color" for option in command.params):
            command.params += [root_option()] if cmd_name in _LOADING else []
            command.params.append(color_option())
        if command.help is None and command.callback is not None:  # as under `python -OO`
            command.help = docstring(command.callback)
        command.context_settings = {**_SETTINGS, **command.context_settings}
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in COMMANDS:
            meant = nearest(name, COMMANDS)
            advice = f"Did you mean `{meant}`?" if meant else f"Commands: {', '.join(COMMANDS)}"
            raise CallError(f"Unknown command `{name}`", advice)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def color_option() -> click.Option:
    """`--color`, the same for the group and each command; `color.colored` reads it."""
    kind = click.Choice(["auto", "always", "never"])
    return _kept("color", type=kind, help="Colour on standard output and error  [default: auto]")


def root_option() -> click.Option:
    """`--root`; `loading.root_folder` reads it."""
    kind = click.Path(exists=True, file_okay=False)
    help = "Mappings may name contracts and schemas anywhere in this folder  [default: in `mappings/`]"
    return _kept("root", type=kind, metavar="FOLDER", help=help)


def _kept(name: str, **settings: Any) -> click.Option:
    """An option whose value is kept for the whole call, as `custmap.NAME`."""

    def keep(ctx: click.Context, option: click.Parameter, value: str | None) -> None:
        if value is not None:
            ctx.find_root().meta[f"custmap.{name}"] = value

    return click.Option([f"--{name}"], default=None, expose_value=False, callback=keep, **settings)


def _version(ctx: click.Context, option: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(f"custmap {__version__}")
        ctx.exit()


def _root() -> Any:
    """Does nothing: click calls the command."""


root: Final = Commands(
    name="custmap",
    callback=_root,
    help="Keep customers in step with vendors: declarative mappings, checked, applied, compared.",
    context_settings=_SETTINGS,
    no_args_is_help=True,
    params=[
        click.Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_version,
            help="Show the version and exit.",
        ),
        color_option(),
    ],
)
