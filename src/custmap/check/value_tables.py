"""`values` tables: every canonical value is translated, and every word in the table exists.

`values` connects two lists of words, the canonical schema's and the contract's; each check compares the table
with one of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from custmap.check.rule_types import constant
from custmap.check.value_types import filled_type, source_type, where
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.span import Span
from custmap.expressions.suggestions import phrase
from custmap.expressions.unions import literal_type, union
from custmap.mapping.file import Rule
from custmap.model.nodes import Leaf, Origin
from custmap.model.walkers import options
from custmap.resolve.findings import meant
from custmap.schema.misfit import is_kind, misfit
from custmap.values.equality import fingerprint
from custmap.values.types import Type


def translated(leaf: Leaf) -> Iterator[tuple[Origin, Rule, Type]]:
    """The origins of a leaf that have a table, with the type of the table's input."""
    for origin in _origins(leaf):
        if origin.values is not None and origin.rule is not None:
            yield origin, origin.rule, _before(origin)


def _origins(leaf: Leaf) -> list[Origin]:
    """The outer origin, and the options of its `first`."""
    inner = [origin for origin in options(leaf.origin) if origin is not leaf.origin]
    return [leaf.origin, *inner]


def _before(origin: Origin) -> Type:
    given = source_type(origin)
    if origin.has_default and given.absent and given.enum is not None:
        given = union(given, literal_type(origin.default))
    return given.not_null()


def cm404(leaf: Leaf) -> Iterator[Diagnostic]:
    """A canonical value that is not in the table, if `unmapped` does not say what to do with it."""
    for origin, rule, given in translated(leaf):
        words = _words(given)
        if words is None or rule.states("unmapped"):
            continue
        listed = {fingerprint(left) for left, _ in origin.values or ()}
        lost = [word for word in words if word is not None and fingerprint(word) not in listed]
        if lost:
            yield Diagnostic(
                "CM404",
                f"`values` has no row for {_shown(lost)}",
                rule.keys.get("values", rule.span),
                "Add a row, or `unmapped: reject` (or pass, skip, {default: X}).",
                target=leaf.target,
            )


def cm411(leaf: Leaf) -> Iterator[Diagnostic]:
    """A row of the table with a word that the canonical schema, or the contract, does not have."""
    for origin, rule, given in translated(leaf):
        words = _words(given)
        known = set(map(fingerprint, words or ()))
        for pair in rule.values or ():
            if words is not None:
                unknown = fingerprint(pair.left) not in known
            else:
                unknown = bool(given.kinds) and given.known and not is_kind(given, pair.left)
            if unknown:
                yield Diagnostic(
                    "CM411",
                    f"the source never has the value {_shown([pair.left])}",
                    pair.left_span,
                    meant(_text(pair.left), map(_text, words or ())),
                    target=leaf.target,
                )
        if leaf.type is None or origin.format is not None or origin.is_unknown:
            continue
        for pair in rule.values or ():
            yield from _right(pair.right, leaf.type, pair.right_span, leaf.target)
        if rule.unmapped_default is not None:
            default = rule.unmapped_default
            yield from _right(default.value, leaf.type, default.span, leaf.target)


def _right(value: object, wanted: Type, span: Span, target: str) -> Iterator[Diagnostic]:
    if value is None or misfit(wanted, value) is None:
        return
    if wanted.enum is not None:
        words = [word for word in wanted.enum if word is not None]
        message = f"the contract does not list {_shown([value])}"
        yield Diagnostic("CM411", message, span, meant(_text(value), map(_text, words)), target=target)
    else:
        yield from constant(value, wanted, span, target)


def cm412(leaf: Leaf) -> Iterator[Diagnostic]:
    """An arbitrary text that goes through a table: most of its possible values are rejected."""
    for origin, rule, given in translated(leaf):
        if _words(given) is None and not rule.states("unmapped") and given.kinds:
            yield Diagnostic(
                "CM412",
                "the source may have other values, and only those listed here are sent",
                rule.keys.get("values", origin.span),
                "Say what to do with other values: `unmapped: skip`, pass, reject or {default: X}.",
                target=leaf.target,
            )


def cm401_default(leaf: Leaf) -> Iterator[Diagnostic]:
    """A `default` that the contract does not accept."""
    for origin in _origins(leaf):
        rule = origin.rule
        if rule is None or rule.default is None or rule.default.value is None or leaf.type is None:
            continue
        if origin.values is None and origin.format is None and not origin.is_unknown:
            yield from constant(rule.default.value, leaf.type, rule.default.span, leaf.target)


def _words(given: Type) -> tuple[object, ...] | None:
    """The only values that there are; true and false where a source is boolean."""
    if given.enum is not None:
        return tuple(word for word in given.enum if word is not None)
    return (True, False) if given.only("boolean") else None


def _text(value: object) -> str:
    return {True: "true", False: "false"}.get(value, "") if isinstance(value, bool) else str(value)


def _shown(values: list[object]) -> str:
    return ", ".join(f"`{_text(value)}`" for value in values)


def cm401_format(leaf: Leaf) -> Iterator[Diagnostic]:
    """A format inserts one value; an object or a list is refused."""
    for origin in _origins(leaf):
        if origin.format is None:
            continue
        kinds = filled_type(origin).kinds - {"null"}
        many = kinds & {"object", "array"}
        if not many:
            continue
        never = many == kinds
        yield Diagnostic(
            "CM401" if never else "CM413",
            f"this {'is' if never else 'may be'} {phrase(Type(kinds=many))}; `format` needs a single value",
            where(origin),
            "Name one member or item, or convert it to text with `json(…)`.",
            target=leaf.target,
        )
