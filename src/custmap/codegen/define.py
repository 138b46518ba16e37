"""From the text of a module to its functions; tracebacks and debuggers see the same text."""

from __future__ import annotations

import linecache
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from custmap.codegen.emit import Generated
from custmap.model.note import Note


@dataclass(frozen=True, slots=True)
class Functions:
    """The generated functions of a mapping, and their text.

    `values(customer, riders) -> tuple`; `build(customer, riders, notes) -> (body, path, query, headers)`,
    each of the last three None where no rule of it reads the customer; None: ask the planner.
    """

    values: Callable[[dict[str, Any], tuple[Any, ...]], tuple[Any, ...]]
    build: Callable[[dict[str, Any], tuple[Any, ...], list[Note]], Any]
    changes: Callable[[tuple[Any, ...], tuple[Any, ...], Any, bool], Any]
    text: str


def define(generated: Generated, name: str) -> Functions:
    """Compile and run a module's text."""
    file = f"<custmap {name}>"
    scope = dict(generated.globals)
    exec(compile(generated.text, file, "exec"), scope)
    # Keep the line ends: without them the carets of tracebacks would be shifted.
    linecache.cache[file] = (len(generated.text), None, generated.text.splitlines(keepends=True), file)
    return Functions(scope["values"], scope["build"], scope["changes"], generated.text)
