"""Completion of arguments: mappings in reach, codes, the parameters of a mapping.

Only names and files are read here; no mapping is checked, since the shell waits at every press of the Tab
key.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
from click.shell_completion import CompletionItem, get_completion_class, split_arg_string

from custmap.cli.call_error import CLEAN, WRONG_CALL
from custmap.diagnostics.plain import plain

VARIABLE: Final = "_CUSTMAP_COMPLETE"
"""The environment variable by which the scripts of `custmap completion` ask."""


def complete(root: click.Command, instruction: str) -> int:
    """Answer a shell; a name that a terminal would not show as it is is not offered."""
    shell, _, asked_for = instruction.partition("_")
    kind = get_completion_class(shell)
    if kind is None:
        return WRONG_CALL
    asked = kind(root, {}, "custmap", VARIABLE)
    if asked_for == "source":
        click.echo(asked.source())
        return CLEAN
    found = asked.get_completions(*asked.get_completion_args())
    offered = [asked.format_completion(item) for item in found if plain(item.value) == item.value]
    click.echo("\n".join(offered).encode())
    return CLEAN


class MappingName(click.types.StringParamType):
    """A mapping by its name or by the path of its file."""

    name = "mapping"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        found = [CompletionItem(name) for name in sorted(_names()) if name.startswith(incomplete)]
        return found or [CompletionItem(incomplete, type="file")]


class ShippedName(click.types.StringParamType):
    """A mapping that comes with custmap."""

    name = "mapping"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from custmap.mapping.find import files_in
        from custmap.values.shipped import shipped_folder

        folder = shipped_folder("mappings")
        names = () if folder is None else (name for name, _ in files_in(folder))
        return [CompletionItem(name) for name in names if name.startswith(incomplete)]


class CodeName(click.types.StringParamType):
    """A code, `CM301`."""

    name = "code"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from custmap.diagnostics.codes import CODES

        return [
            CompletionItem(code, help=row.title)
            for code, row in sorted(CODES.items())
            if code.startswith(incomplete.upper())
        ]


def parameter_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """`NAME=` for each parameter of the mapping that is already on the line."""
    # The line as typed: click stops parsing at an option without a value.
    words = split_arg_string(os.environ.get("COMP_WORDS", ""))
    known = _names()
    stated = next((word for word in words if word in known or word.endswith((".yaml", ".yml"))), None)
    if "=" in incomplete or stated is None:
        return []
    names = (f"{name}=" for name in _parameters_of(stated))
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def _names() -> set[str]:
    """The names of the mappings in reach."""
    from custmap.mapping.find import files_in, folders

    return {name for folder in folders(Path.cwd()) for name, _ in files_in(folder)}


def _parameters_of(mapping: str) -> Iterator[str]:
    from custmap.diagnostics.errors import MappingError
    from custmap.mapping.find import find_mapping
    from custmap.syntax.node import MapNode
    from custmap.syntax.yaml_reader import read_file

    try:
        path, shown = find_mapping(mapping)
        file = read_file(path, shown)
    except MappingError:  # it does not exist or cannot be read: no completions
        return
    params = file.get("params") if isinstance(file, MapNode) else None
    if isinstance(params, MapNode):
        yield from (str(key.value) for key, _ in params)
