"""The statements that compute one slot's value: when, source, default, empty, values, format, contract.

They are written in two ways. The quick way expects well-formed records: one test decides that a value fits
and where it goes, and whatever else it meets raises `Unusual`. The careful way then does it again, and finds
the words for everything that is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from custmap.codegen import leaf_facts
from custmap.codegen.fits import FitsWriter
from custmap.codegen.leaf_contract import ContractWriter
from custmap.codegen.lines import UNUSUAL, Lines
from custmap.expressions.ast import plain_path
from custmap.expressions.emitter import Emitter, Scope
from custmap.model.kind import VALUE
from custmap.model.nodes import EachSource, FirstSource, FromSource, Leaf, Origin, RiderSource, Table
from custmap.values.equality import fingerprint


@dataclass(frozen=True, slots=True)
class Putting:
    """What to do with a value: lines for the value itself, and for null.

    `required`  in quick code anything else is unusual.
    """

    value: list[str] = field(default_factory=list)
    null: list[str] = field(default_factory=list)
    required: bool = False


@dataclass(slots=True)
class LeafWriter:
    """Writes the value of leaves.

    `item_function(table, key)` names the function of an item's table; `key`: of a list with keys.
    `fits` writes the contract's limits; with it, values are written in the quick way.
    `owned` are members of the root that were copied already.
    """

    emitter: Emitter
    item_function: Callable[[Table, str | None], str]
    fits: FitsWriter | None = None
    owned: frozenset[str] = frozenset()
    _contract: ContractWriter = field(init=False)

    def __post_init__(self) -> None:
        self._contract = ContractWriter(self.emitter.names, self.emitter.functions, self.fits)

    def write(
        self, leaf: Leaf, scope: Scope, putting: Callable[[str], Putting]
    ) -> tuple[list[str], list[str], str]:
        """Prelude (raises nothing), lines, and the local with the value."""
        body = Lines()
        prelude: list[str] = []
        if isinstance(leaf.origin.source, FromSource) and self._is_untouched(leaf):
            made = scope.emit(leaf.origin.source.expression)
            if made.result.isidentifier():
                body.extend(made.body)
                self._close(leaf.origin, leaf, scope, body, made.result, putting(made.result))
                return made.prelude, body.all, made.result
            prelude.extend(made.prelude)
        result = self.emitter.names.fresh(leaf.name or "value")
        self._origin(leaf.origin, leaf, scope, prelude, body, result, putting(result))
        return prelude, body.all, result

    def constant(self, value: Any, hint: str) -> str:
        """A constant of the mapping, as an expression that makes a new value."""
        if value is None or isinstance(value, bool | int | str):
            return repr(value)
        if value in ([], {}):
            return repr(value)
        name = self.emitter.names.bind(value, hint)
        return f"fresh({name})" if isinstance(value, dict | list) else name

    def _is_untouched(self, leaf: Leaf) -> bool:
        """Is the source's value the target's value, so that no local of its own is needed?"""
        origin = leaf.origin
        rewritten = origin.when, origin.values, origin.format
        if any(part is not None for part in rewritten) or origin.has_default or leaf.policy.empty == "clear":
            return False
        if self.fits is not None:
            return not leaf_facts.may_be_container(leaf)
        entry_by_entry = leaf.policy.empty != "value" or leaf.type is not None or leaf.limits
        looked_at = leaf.kind.is_map and entry_by_entry
        return not (
            looked_at or (isinstance(origin.source, FromSource) and leaf_facts.keeps_order(origin.source))
        )

    def _origin(
        self,
        origin: Origin,
        leaf: Leaf,
        scope: Scope,
        prelude: list[str],
        body: Lines,
        result: str,
        putting: Putting | None,
    ) -> None:
        """`putting` None: an option of `first`, whose value the outer rule puts."""
        if origin.when is None:
            self._value(origin, leaf, scope, prelude, body, result, putting)
            return
        asked = scope.emit(origin.when)
        prelude.extend(asked.prelude)
        body.extend(asked.body)
        body.add(f"{result} = SILENT")
        with body.block(f"if {asked.result} is True:"):
            self._value(origin, leaf, scope, prelude, body, result, putting)

    def _value(
        self,
        origin: Origin,
        leaf: Leaf,
        scope: Scope,
        prelude: list[str],
        body: Lines,
        result: str,
        putting: Putting | None,
    ) -> None:
        self._source(origin, leaf, scope, prelude, body, result)
        if origin.has_default:
            with body.block(f"if {result} is ABSENT:"):
                body.add(f"{result} = {self.constant(origin.default, 'default')}")
        self._close(origin, leaf, scope, body, result, putting)

    # From the source's value to the target's

    def _close(
        self, origin: Origin, leaf: Leaf, scope: Scope, body: Lines, result: str, putting: Putting | None
    ) -> None:
        """What is done with the source's value: empty, values, format, contract, and where it is put."""
        silent = f" and {result} is not SILENT" if leaf_facts.may_be_silent(origin) else ""
        empty = leaf.policy.empty
        if leaf.kind != VALUE or isinstance(origin.source, EachSource | FirstSource):
            empty = "value"
        if empty == "clear":
            with body.block(f"if type({result}) is str and not {result}:"):
                body.add(f"{result} = None")
        made = self._made(origin, result)
        if putting is None or self.fits is None:
            if empty == "reject":
                with body.block(f"if type({result}) is str and not {result}:"):
                    body.add("refuse_empty()")
            lines, null = made, []
            if putting is not None:
                check = self._contract.check_kind(leaf, origin, result)
                check += self._contract.check_limits(leaf, result)
                lines = made + self._unless_gone(origin, result, [*check, *putting.value], putting)
                null = putting.null
            self._branch(body, result, lines, null, silent)
        else:
            self._quickly(origin, leaf, scope, body, result, putting, silent, refuses_empty=empty == "reject")

    def _branch(self, body: Lines, result: str, value: list[str], null: list[str], silent: str) -> None:
        if null:
            with body.block(f"if {result} is None:"):
                body.extend(null)
            with body.block(f"elif {result} is not ABSENT{silent}:"):
                body.extend(value)
        elif value:
            with body.block(f"if {result} is not ABSENT and {result} is not None{silent}:"):
                body.extend(value)

    def _unless_gone(
        self, origin: Origin, result: str, lines: list[str], putting: Putting | None = None
    ) -> list[str]:
        """Lines for a value that `values` may have taken away: by `unmapped: skip`, or by a row with null."""
        if not lines or origin.values is None:
            return lines
        made = [to for _, to in origin.values]
        if origin.unmapped == "default":
            made.append(origin.unmapped_default)
        tests, null = [], []
        if origin.unmapped == "skip":
            tests.append(f"{result} is not SILENT")
        if None in made:
            tests.append(f"{result} is not None")
            null = putting.null or [UNUSUAL] * putting.required if putting is not None else []
        if not tests:
            return lines
        block = Lines()
        with block.block(f"if {' and '.join(tests)}:"):
            block.extend(lines)
        if null:
            with block.block(f"elif {result} is None:"):
                block.extend(null)
        return block.all

    def _quickly(
        self,
        origin: Origin,
        leaf: Leaf,
        scope: Scope,
        body: Lines,
        result: str,
        putting: Putting,
        silent: str,
        *,
        refuses_empty: bool,
    ) -> None:
        """One test decides that a value fits; anything unexpected is `Unusual`."""
        not_empty = [f"if type({result}) is str and not {result}:", f"    {UNUSUAL}"] if refuses_empty else []
        row = self._row(origin, result)
        if row is not None:
            has_row, found = row
            check = [*self._contract.check_made(leaf, result), *self._contract.check_limits(leaf, result)]
            with body.block(f"if {has_row}:"):
                body.extend([found, *self._formatted(origin, result), *check, *putting.value])
            self._otherwise(body, result, putting, silent)
            return
        made = self._made(origin, result)
        if made:
            check = [*self._contract.check_made(leaf, result), *self._contract.check_limits(leaf, result)]
            tail = self._unless_gone(origin, result, [*check, *putting.value], putting)
            self._branch(body, result, [*not_empty, *made, *tail], putting.null, silent)
            self._require(body, putting)
            return
        test, after = self._contract.fit(leaf, origin, result, self._own(origin, leaf, result))
        lines = [*after, *self._contract.check_limits(leaf, result), *putting.value]
        if test is None:
            self._branch(body, result, [*not_empty, *lines], putting.null, silent)
            self._require(body, putting)
            return
        if refuses_empty and (leaf.type is None or "string" in leaf.type.kinds):
            test += f" and {result}" if leaf.type and leaf.type.only("string") else f' and {result} != ""'
        with body.block(f"if {test}:"):
            body.extend(lines or ["pass"])
        self._otherwise(body, result, putting, silent)

    def _require(self, body: Lines, putting: Putting) -> None:
        if putting.required:
            with body.block("else:"):
                body.add(UNUSUAL)

    def _otherwise(self, body: Lines, result: str, putting: Putting, silent: str) -> None:
        """The branches for what is no value that fits."""
        if putting.required:
            self._require(body, putting)
            return
        if putting.null and putting.null != [UNUSUAL]:
            with body.block(f"elif {result} is None:"):
                body.extend(putting.null)
        missing = "" if putting.null else f" and {result} is not None"
        with body.block(f"elif {result} is not ABSENT{missing}{silent}:"):
            body.add(UNUSUAL)

    def _row(self, origin: Origin, result: str) -> tuple[str, str] | None:
        """The test and the line for a value that `values` gives by one look; a value without a row raises."""
        if not origin.values or origin.unmapped != "reject":
            return None
        classes = {key.__class__ for key, _ in origin.values}
        made = any(to is None or isinstance(to, dict | list) for _, to in origin.values)
        if made or len(classes) > 1 or not classes <= {str, bool, int}:
            return None
        (class_,) = classes
        bound = self.emitter.names.bind(dict(origin.values), "values")
        return f"type({result}) is {class_.__name__}", f"{result} = {bound}[{result}]"

    def _own(self, origin: Origin, leaf: Leaf, result: str) -> list[str]:
        """The line that makes a value one's own, unless it is."""
        return [] if self._owns(origin, leaf) else [f"{result} = own({result})"]

    def _owns(self, origin: Origin, leaf: Leaf) -> bool:
        """Is the value new and plain already, and in order, so that it need not be copied?"""
        source = origin.source
        if isinstance(source, FirstSource):
            return self._is_taken_whole(leaf)  # by each option
        if not isinstance(source, FromSource):
            return isinstance(source, EachSource)
        path = plain_path(source.expression.ast)
        return leaf_facts.is_fresh(origin, self.emitter.functions) or bool(path and path[0] in self.owned)

    # The source

    def _source(
        self, origin: Origin, leaf: Leaf, scope: Scope, prelude: list[str], body: Lines, result: str
    ) -> None:
        match origin.source:
            case FromSource(expression=expression):
                made = scope.emit(expression)
                prelude.extend(made.prelude)
                body.extend(made.body)
                ordered = self.fits is None and leaf_facts.keeps_order(origin.source)
                body.add(f"{result} = in_order({made.result})" if ordered else f"{result} = {made.result}")
            case RiderSource(index=index):
                body.add(f"{result} = riders[{index}]")
            case EachSource(expression=expression, table=table):
                made = scope.emit(expression)
                prelude.extend(made.prelude)
                body.extend(made.body)
                function = self.item_function(table, leaf.key if leaf.kind.has_items else None)
                kind = "list" if self.fits is not None else "objects"  # quick functions look at their item
                body.add(f"{result} = {made.result}")
                with body.block(f"if {result} is not ABSENT and {result} is not None:"):
                    body.add(f"{result} = [{function}(item, riders) for item in as_{kind}({result})]")
            case FirstSource(origins=origins):
                self._first(origins, leaf, scope, prelude, body, result)

    def _first(
        self,
        origins: tuple[Origin, ...],
        leaf: Leaf,
        scope: Scope,
        prelude: list[str],
        body: Lines,
        result: str,
    ) -> None:
        """One option after the other, until one is not absent."""
        head, *rest = origins
        self._option(head, leaf, scope, prelude, body, result)
        for option in rest:  # not one inside another: Python takes a hundred levels at most
            with body.block(f"if {result} is ABSENT or {result} is SILENT:"):
                self._option(option, leaf, scope, prelude, body, result)

    def _option(
        self, option: Origin, leaf: Leaf, scope: Scope, prelude: list[str], body: Lines, result: str
    ) -> None:
        """An option's value, made one's own here, since that of another need not be."""
        self._origin(option, leaf, scope, prelude, body, result, None)
        if isinstance(option.source, FirstSource) or not self._is_taken_whole(leaf):
            return
        if own := self._own(option, leaf, result):
            with body.block(f"if {result} is not ABSENT and {result} is not SILENT:"):
                body.extend(own)

    def _is_taken_whole(self, leaf: Leaf) -> bool:
        """In quick code: may the value be a list or an object of the record, as it is?"""
        origin = leaf.origin
        return (
            self.fits is not None
            and origin.values is None
            and origin.format is None
            and leaf_facts.may_hold_containers(leaf)
        )

    def _made(self, origin: Origin, result: str) -> list[str]:
        """The lines for `values` and `format`."""
        lines = Lines()
        self._translate(origin, lines, result)
        lines.extend(self._unless_gone(origin, result, self._formatted(origin, result)))
        return lines.all

    def _formatted(self, origin: Origin, result: str) -> list[str]:
        if origin.format is None:
            return []
        before, _, after = origin.format.partition("{}")
        return [f"{result} = fill({before!r}, {after!r}, {result})"]

    def _translate(self, origin: Origin, body: Lines, result: str) -> None:
        if origin.values is None:
            return
        texts = all(isinstance(key, str) and not isinstance(to, dict | list) for key, to in origin.values)
        bound = self.emitter.names.bind({fingerprint(key): to for key, to in origin.values}, "values")
        if origin.unmapped == "pass":
            body.add(f"{result} = translate({bound}, {result}, {result})")
            return
        missing = {"skip": "SILENT", "reject": "ABSENT"}.get(origin.unmapped) or self.constant(
            origin.unmapped_default, "unmapped"
        )
        if texts:
            body.add(f"{result} = {bound}.get({result}, {missing}) if type({result}) is str else {missing}")
        else:
            body.add(f"{result} = translate({bound}, {result}, {missing})")
        if origin.unmapped == "reject":
            with body.block(f"if {result} is ABSENT:"):
                body.add("refuse_unmapped()")
