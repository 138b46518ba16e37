"""A mapping for a command: found by name or path, with the project's own functions."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as TableOf
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import click

from custmap.cli.call_error import CallError
from custmap.cli.places import check_read
from custmap.expressions.function import FunctionSpec
from custmap.functions.table import with_functions
from custmap.mapping.find import find_mapping, find_source, look_up
from custmap.mapping.related import ENDINGS, kind_of
from custmap.values.files import is_file

if TYPE_CHECKING:
    from custmap.mapper import Mapping
    from custmap.tables.source import Source


def load(name: str, modules: Sequence[str] = ()) -> Mapping:
    """`custmap.load`; MappingError (exit 2) if the mapping does not exist or has errors."""
    from custmap.mapper import load as load_mapping

    functions_of(modules)
    check_read(read_for(name, modules))  # before there are messages about them
    return load_mapping(name, functions=[_module(module) for module in modules], root=root_folder())


def is_source(name: str) -> bool:
    """Is it a source that is named, and no mapping?"""
    if name.endswith(ENDINGS):
        return is_file(Path(name)) and kind_of(Path(name)) == "source"
    return look_up(name, Path.cwd(), "mapping") is None and look_up(name, Path.cwd(), "source") is not None


def load_source(name: str, modules: Sequence[str] = ()) -> Source:
    """`custmap.source`; MappingError (exit 2) if the source does not exist or has errors."""
    from custmap.tables.source import source

    functions_of(modules)
    check_read(with_uses([find_source(name)[0]]))
    return source(name, functions=[_module(module) for module in modules], root=root_folder())


def rows_of(name: str | None, mapping: Mapping, nulls: str, modules: Sequence[str]) -> Source | None:
    """The source that `--source` names; CallError where it does not go with the mapping or with `--nulls`."""
    if name is None:
        return None
    source = load_source(name, modules)
    if not mapping.checked.canonical.is_customer:
        message = f"{mapping.name} has a schema of its own, and takes rows as they are"
        raise CallError(message, "Leave `--source` out.")
    if nulls != "clear":
        raise CallError(f"{source.name} says what NULL says", "Leave `--nulls` out.")
    return source


def root_folder() -> str | None:
    """The folder that `--root` names."""
    context = click.get_current_context(silent=True)
    return context.find_root().meta.get("custmap.root") if context else None


def read_for(mapping: str, modules: Sequence[str], source: str | None = None) -> Iterator[Path]:
    """The files that are read for a mapping: itself, contract, schema, functions, and its source."""
    if source is not None:
        yield from with_uses([find_source(source)[0]])
    files = [getattr(_module(module), "__file__", None) for module in modules]
    yield from (Path(file) for file in files if file)
    yield from with_uses([find_mapping(mapping)[0]])


def with_uses(mappings: Iterable[Path]) -> Iterator[Path]:
    """Mapping files, and the contracts and schemas that they use."""
    from custmap.mapping.related import uses

    for path in mappings:
        yield path
        yield from uses(path, root_folder())


def functions_of(modules: Sequence[str]) -> TableOf[str, FunctionSpec]:
    """The library and the functions of these modules; CallError if they cannot be imported."""
    try:
        return with_functions([_module(module) for module in modules])
    except ValueError as error:
        raise CallError(f"`--functions`: {error}") from None


def _module(name: str) -> ModuleType:
    """Import a module as `python -m` would, so that one in the working folder is found."""
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.insert(0, here)
    try:
        return import_module(name)
    except Exception as error:
        # The module is the user's, so an exception in its import is not a bug of custmap.
        reason = f"{type(error).__name__}: {error}"
        raise CallError(f"Module `{name}` cannot be imported: {reason}") from None
