"""The steps of a rule undone: each is a function of the inverse alone, called in an expression."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from custmap.expressions.function import Argument, FunctionError, FunctionSpec
from custmap.functions.calling import guarded, guarded_inverse, same_text
from custmap.functions.inverses import inverse_of
from custmap.invert.peel import Called, OneWayError
from custmap.mapping.file import Pair
from custmap.model.clear import Send
from custmap.model.nodes import EachSource, FromSource, Leaf, Origin
from custmap.schema.misfit import misfit
from custmap.values.equality import fingerprint, same
from custmap.values.numbers import scalar_text
from custmap.values.types import ANY

_SCALARS: Final = ("integer", "number", "boolean")


class Undo:
    """Writes calls that undo the steps of rules; `functions` are the functions that they call."""

    def __init__(self, known: Mapping[str, FunctionSpec]) -> None:
        self._known = known
        self.functions: dict[str, FunctionSpec] = {}

    def calls(self, calls: Iterable[Called], text: str) -> str:
        """Without the calls around the path, outermost first; OneWayError where one has no inverse."""
        for called in calls:
            undo = _inverse(called)
            if undo is None:
                raise OneWayError(f"`{called.spec.name}` has no inverse")
            # Of a text that is no other, the type of its place asks whether it is one.
            text = text if inspect.unwrap(undo) is same_text else self._call(called.spec.name, undo, text)
        return text

    def format(self, origin: Origin, text: str) -> str:
        """Without the text around the value, which is what `values` gave, or of the source's type."""
        assert origin.format is not None and isinstance(origin.source, FromSource)
        head, _, tail = origin.format.partition("{}")
        kinds = origin.source.type.kinds if origin.values is None else frozenset({"string"})
        convert = next((self._known[name].call for name in _SCALARS if kinds - {"null"} == {name}), same_text)

        def unformatted(value: Any) -> Any:
            inner = same_text(value)
            if len(inner) < len(head) + len(tail) or not (inner.startswith(head) and inner.endswith(tail)):
                raise FunctionError("does not have the rule's format")
            return convert(inner[len(head) : len(inner) - len(tail)])

        return self._call("format", guarded(unformatted), text)

    def values(self, pairs: tuple[Pair, ...], text: str, *, keep: bool) -> str:
        """With the canonical value of a vendor's; `keep`: what has no row stays."""
        rows = {fingerprint(pair.left): pair.right for pair in pairs}

        def translated(value: Any) -> Any:
            mark = fingerprint(value)
            if mark not in rows and not keep:
                raise FunctionError("has no row in `values`")
            return rows.get(mark, value)

        return self._call("values", guarded(translated), text)

    def clear(self, leaf: Leaf, calls: tuple[Called, ...], text: str) -> str:
        """Null where the vendor has what this rule's `clear` sends, unless a value looks like that, too."""
        clear = leaf.policy.clear
        if not isinstance(clear, Send):
            return text
        gone, may_be_value = clear.value, _may_send(leaf, clear.value, calls)
        if not leaf.kind.is_map:
            without_gone = guarded(lambda value: _without(value, gone))
            return text if may_be_value else self._call("clear", without_gone, text)

        def without_entries(value: Any) -> Any:
            if type(value) is not dict:
                return _without(value, gone)
            return value if may_be_value else {key: _without(one, gone) for key, one in value.items()}

        return self._call("clear", guarded(without_entries), text)

    def _call(self, word: str, call: Callable[[Any], Any], text: str) -> str:
        name = f"undo_{word}_{len(self.functions)}" if f"undo_{word}" in self.functions else f"undo_{word}"
        while name in self._known or name in self.functions:
            name += "_"
        self.functions[name] = FunctionSpec(
            name=name,
            call=call,
            arguments=(Argument("value"),),
            result=ANY,
            summary="Undoes a step of a rule.",
            topic="inverse",
            can_fail=True,
        )
        return f"{name}({text})"


def _without(value: Any, gone: Any) -> Any:
    return None if same(value, gone) else value


def turned_values(origin: Origin) -> tuple[tuple[Pair, ...] | None, tuple[Pair, ...]]:
    """`values` from vendor to canonical, and the rows whose vendor value an earlier row has, too.

    Null is read as null, whatever the table says. Where `format` follows, the vendor's values are texts.
    """
    if origin.values is None or origin.rule is None:
        return None, ()
    turned: dict[Any, Pair] = {}
    shared: list[Pair] = []
    for row in origin.rule.values or ():
        if row.right is None or not row.back:
            continue
        if fingerprint(row.right) in turned:
            shared.append(row)
        else:
            turned[fingerprint(row.right)] = Pair(row.right, row.left, row.right_span, row.left_span)
    pairs = list(turned.values())
    if origin.format is not None:
        put_in = [pair for pair in pairs if not isinstance(pair.left, dict | list)]
        pairs = [replace(pair, left=scalar_text(pair.left)) for pair in put_in]
    return tuple(pairs), tuple(shared)


def _inverse(called: Called) -> Callable[[Any], Any] | None:
    """The inverse of a call; an empty text stays one, for a rule's `empty` to decide."""
    undo = inverse_of(called.spec, called.source, called.further)
    if undo is None or inspect.unwrap(undo) is same_text:
        return undo
    return guarded_inverse(undo, called.further)


def _may_send(leaf: Leaf, gone: Any, calls: tuple[Called, ...]) -> bool:
    """May the rule send for a value what its `clear` sends?"""
    origin, source = leaf.origin, leaf.origin.source
    if gone == "" and type(gone) is str and leaf.policy.empty != "value":
        return False
    if leaf.kind.is_map:
        return leaf.type is None or misfit(leaf.type, {"": gone}) is None
    if leaf.type is not None and misfit(leaf.type, gone) is not None:
        return False
    if origin.has_default and origin.values is None and same(origin.default, gone):
        return True
    if origin.values is not None:
        sent = [*(right for _, right in origin.values), origin.unmapped_default]
        return origin.unmapped == "pass" or any(same(one, gone) for one in sent)
    if isinstance(source, EachSource):
        return isinstance(gone, list)
    if origin.format is not None:
        head, _, tail = origin.format.partition("{}")
        return isinstance(gone, str) and gone.startswith(head) and gone.endswith(tail)
    if not calls:
        return isinstance(source, FromSource) and misfit(replace(source.type, format=None), gone) is None
    try:
        return same(_sent_again(calls, gone), gone)
    except FunctionError:
        return False


def _sent_again(calls: tuple[Called, ...], gone: Any) -> Any:
    """What the calls give for what would have given this value; FunctionError where nothing does."""
    value = gone
    for called in calls:
        if (undo := _inverse(called)) is None:
            raise FunctionError("cannot be undone")
        value = undo(value)
    if (part := calls[-1].spec.part) is not None:
        value = {part: value}
    for called in reversed(calls):
        value = called.spec.call(value, *called.further)
    return value
