"""From the text of a module to its functions; tracebacks and debuggers see the same text."""

from __future__ import annotations

import linecache
from collections.abc import Callable
from functools import cached_property
from typing import Any, Final

from custmap.codegen.emit import generate
from custmap.codegen.facts import makes_text
from custmap.expressions.budget import metered
from custmap.model.checked import Checked, Operation
from custmap.running.calls import fresh
from custmap.running.draft import Draft, View
from custmap.values.absent import ABSENT
from custmap.values.unusual import Unusual

Row = tuple[Any, ...]
Part = dict[str, Any] | None
Parts = tuple[dict[str, Any], Part, Part, Part]
_OF_A_RECORD: Final = frozenset({"apply", "slots", "values"})
_OF_CHANGES: Final = ("diff", "careful")
MODULES: Final = ("apply", "diff", "careful")


class Functions:
    """The generated functions of an operation; a module is made when one of its functions is first used."""

    def __init__(self, checked: Checked, operation: Operation) -> None:
        self._checked = checked
        self._operation = operation

    @cached_property
    def apply(self) -> Callable[[dict[str, Any], Row], Any]:
        """`apply(customer, riders) -> (body, path, query, headers, notes)`; any exception: be careful."""
        if self._operation.changes is not None:
            return self._apply_changes
        made: Callable[[dict[str, Any], Row], Any] = self._define("apply")["apply"]
        return made

    @cached_property
    def slots(self) -> Callable[[dict[str, Any], Row], Row]:
        """`slots(customer, riders) -> row`; any exception: be careful."""
        made: Callable[[dict[str, Any], Row], Row] = self._diff["slots"]
        return made

    @cached_property
    def changes(self) -> Callable[[Row, Row, Any, bool], Parts | None]:
        """`changes(before, after, view, always)`: the request's parts, None where there is nothing to say."""
        made: Callable[[Row, Row, Any, bool], Parts | None] = self._diff["changes"]
        return made

    @cached_property
    def values(self) -> Callable[[dict[str, Any], Row], Row]:
        """`values(customer, riders) -> row`, whatever the record holds; a slot may hold a failure."""
        made: Callable[[dict[str, Any], Row], Row] = self._define("careful")["values"]
        return made

    def own(self, record: dict[str, Any], riders: Row) -> Row:
        """`values` of a record, each with lists and objects of its own: two rules may have read the same."""
        return tuple(map(fresh, self.values(record, riders)))

    def _apply_changes(self, record: dict[str, Any], riders: Row) -> Any:
        """`apply` of a list of changes, which says all that there is as a change."""
        draft = Draft()
        view = View(None, record, draft, riders, known=False)
        parts = self.changes(self.nothing, self.slots(record, riders), view, True)
        if parts is None or draft.rejected or draft.missing:
            raise Unusual
        return (*parts, tuple(draft.notes))

    def carefully(
        self, record: dict[str, Any], riders: Row, row: Row | None = None, *, partial: bool = False
    ) -> tuple[Parts | None, Draft]:
        """The parts of a record's request, whatever the record holds; and what was found on the way.

        `row` are its slots; default: `own`. `partial` is that of `View`.
        """
        draft = Draft()
        view = View(None, record, draft, riders, known=False, partial=partial)
        row = self.own(record, riders) if row is None else row
        return self.changes(self.nothing, row, view, True), draft

    @cached_property
    def nothing(self) -> Row:
        """The slots of a record that says nothing."""
        return (ABSENT,) * len(self._operation.table.slots)

    @cached_property
    def _diff(self) -> dict[str, Any]:
        return self._define("diff")

    @property
    def text(self) -> str:
        """The text of all modules."""
        modules = MODULES if self._operation.changes is None else _OF_CHANGES
        return "\n\n".join(map(self.module, modules))

    def module(self, name: str) -> str:
        """The text of the module `apply`, `diff` or `careful`."""
        return generate(self._checked, self._operation, name).text

    def _define(self, module: str) -> dict[str, Any]:
        """The scope of a module after its text was run."""
        made = generate(self._checked, self._operation, module)
        clears = " clear" if self._operation.clears else ""
        of = " ".join(filter(None, (self._checked.name, self._operation.name)))
        file = f"<custmap {of}{clears}, {module}>"
        scope = dict(made.globals)
        exec(compile(made.text, file, "exec"), scope)
        if makes_text(self._operation, self._checked.functions):
            for name in _OF_A_RECORD & scope.keys():
                scope[name] = metered(scope[name])
        # Keep the line ends: without them the carets of tracebacks would be shifted.
        linecache.cache[file] = (len(made.text), None, made.text.splitlines(keepends=True), file)
        return scope


class Texts:
    """The generated code of all calls, as text."""

    def __init__(self, codes: list[Functions]) -> None:
        self._codes = codes

    @property
    def text(self) -> str:
        return "\n\n".join(code.text for code in self._codes)
