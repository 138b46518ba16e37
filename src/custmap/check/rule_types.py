"""Types: what a rule can give, compared with what the contract accepts at its target.

An error means that it is wrong for every customer that reaches it; a warning that some customers may be
rejected. One generator function per check, named after its code; `fits` checks a whole family at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from custmap.check.fit import Ask, Misfit, misfits
from custmap.check.value_types import constants, keeps_forms, passed_type, result_type, source_type, where
from custmap.diagnostics.codes import CODES, Severity
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.span import Span
from custmap.expressions.suggestions import phrase
from custmap.expressions.unions import literal_type
from custmap.model.checked import Checked, Operation
from custmap.model.clear import IMPOSSIBLE
from custmap.model.kind import VALUE, Kind
from custmap.model.nodes import EachSource, Leaf, Origin, Rider, RiderSource
from custmap.model.walkers import Placed, objects, options, presences
from custmap.schema.misfit import misfit
from custmap.values.types import ANY, Type

_ARTICLES: Final = {"object": "an object", "array": "a list"}


def fits(one: Placed, operation: Operation) -> Iterator[Diagnostic]:
    """CM401, CM402, CM405 to CM407; and CM303, CM404, CM411, CM412 of values that no table translates."""
    leaf = one.leaf
    if leaf.type is None:
        return
    outer = leaf.origin
    # Options are checked one by one, so that a finding is at the option's own line.
    asked = [outer] if outer.values is not None or outer.format is not None else list(options(outer))
    for origin in asked:
        if isinstance(origin.source, RiderSource):
            yield from _rider(origin, leaf.type, leaf.target)
            continue
        seen: set[tuple[str, bool]] = set()
        for found in _asked(one, origin, leaf.type, operation):
            if (found.code, found.never) not in seen:
                seen.add((found.code, found.never))
                yield _finding(found, where(origin), leaf.target)


def _asked(one: Placed, origin: Origin, wanted: Type, operation: Operation) -> Iterator[Misfit]:
    # The results of a table are checked row by row (CM411); what it passes through is checked here.
    given = result_type(origin) if origin.values is None or origin.format is not None else passed_type(origin)
    if one.leaf.policy.empty != "value" and given.only("string") and one.leaf.kind == VALUE:
        given = replace(given, min_length=max(1, given.min_length or 0))
    ask = Ask(keeps_forms(origin), operation.contract.closed, tuple(_constants(origin)))
    if (kind := _container(one.leaf.kind)) is not None:
        if kind not in given.kinds:
            return  # CM502 reports it
        if wanted.known and kind not in wanted.kinds:
            message = f"this is sent as {_ARTICLES[kind]}, the contract allows {phrase(wanted.not_null())}"
            yield Misfit("CM401", message, never=True)
            return
        if given.kinds - {kind, "null"}:
            yield Misfit("CM413", f"this may be something other than {_ARTICLES[kind]}")
        given = replace(given, kinds=given.kinds & {kind, "null"})
    if one.leaf.kind.is_deep:
        yield from _members(given, wanted, ask)
    elif one.leaf.kind.is_map:
        yield from _entries(given, wanted, ask)
    elif isinstance(origin.source, EachSource):
        yield from misfits(replace(given, items=None), replace(wanted, items=None), ask)
    else:
        yield from misfits(given, wanted, ask)


def _container(kind: Kind) -> str | None:
    """The JSON type of everything that a leaf of this kind sends, if there is exactly one."""
    return "object" if kind.is_map else "array" if kind.is_list else None


def _constants(origin: Origin) -> list[object]:
    rule = origin.rule
    found: list[object] = [right for _, right in origin.values or ()]
    expression = getattr(origin.source, "expression", None)
    if expression is not None:
        found += constants(expression.ast)
    if rule is not None and rule.default is not None:
        found.append(rule.default.value)
    return found


def _entries(given: Type, wanted: Type, ask: Ask) -> Iterator[Misfit]:
    """A map key by key: `clear` handles nulls of entries."""
    bare = replace(given, members={}, extra=ANY, required=frozenset())
    yield from misfits(bare, replace(wanted, members={}, extra=None, required=frozenset()), ask)
    if wanted.extra is not None and "object" in given.kinds:
        values = (given.extra if given.extra is not None else ANY).not_null()
        if not wanted.extra.kinds:
            return
        for found in misfits(values, wanted.extra, ask):
            yield replace(found, message=found.message.replace("this ", "an entry ", 1), inside=found.inside)


def _members(given: Type, wanted: Type, ask: Ask) -> Iterator[Misfit]:
    """An object member by member: `clear` handles nulls, and an update sends only some members."""
    members = {
        name: held.not_null()
        for name in given.members
        if (held := given.member(name)) is not None and held.kinds
    }
    yield from misfits(replace(given, members=members), replace(wanted, required=frozenset()), ask)


def _rider(origin: Origin, wanted: Type, target: str) -> Iterator[Diagnostic]:
    """A constant; parameters are converted and checked when they are given."""
    rule = origin.rule
    if (
        rule is not None
        and rule.value is not None
        and rule.value.value is not None
        and not origin.is_unknown
        and origin.values is None
        and origin.format is None
    ):
        yield from constant(rule.value.value, wanted, rule.value.span, target)


def constant(value: object, wanted: Type, span: Span, target: str) -> Iterator[Diagnostic]:
    """CM401 or CM411 for a constant of the mapping that the contract does not accept."""
    if (reason := misfit(wanted, value)) is None:
        return
    for found in misfits(literal_type(value), wanted, Ask(constants=(value,))):
        yield _finding(replace(found, never=True), span, target)
        return
    yield Diagnostic("CM401", f"this {reason}", span, target=target)


def _finding(found: Misfit, span: Span, target: str) -> Diagnostic:
    level = Severity.ERROR if found.never else Severity.WARNING
    severity = None if CODES[found.code].severity is level else level
    return Diagnostic(found.code, found.message, span, found.help, target=target, severity=severity)


def cm403(one: Placed) -> Iterator[Diagnostic]:
    """A required member that the record may not state.

    Not for identities: without the identity there is no request, and `apply` reports that.
    """
    leaf = one.leaf
    policy = leaf.policy
    if not policy.required or policy.identity or leaf.kind.is_map:
        return
    if leaf.origin.rule is not None and "identity" in leaf.origin.rule.unread:
        return
    given = result_type(leaf.origin)
    # `impossible` is reported as a rejection; after any other clear there is nothing at the place.
    left_out = given.nullable and policy.clear != IMPOSSIBLE and not policy.clear.at_place
    if (given.absent or left_out) and not _alone(one):
        yield Diagnostic(
            "CM403",
            "the contract requires this, and it may be absent in a record",
            where(leaf.origin),
            "Add a `default`, or `identity: true` if it identifies the customer.",
            target=leaf.target,
        )


def _alone(one: Placed) -> bool:
    """Is it the only member of an optional object? If it is absent, the whole object is."""
    parent = one.parent
    if parent is None or not parent.path or parent.policy.required:
        return False
    return all(member is one.leaf or isinstance(member, Rider) for member in parent.members)


def cm403_objects(operation: Operation, checked: Checked) -> Iterator[Diagnostic]:
    """A required object that is left out if none of its members has a value."""
    for node in objects(operation.body):
        speaking = [member for member in node.members if isinstance(member, Leaf)]
        if not node.path or not node.policy.required or not speaking:
            continue
        asked = node.type.required if node.type is not None else frozenset()
        sure = node.presence is None and any(not result_type(leaf.origin).absent for leaf in speaking)
        if not sure and not asked & {leaf.name for leaf in speaking}:
            yield Diagnostic(
                "CM403",
                "the contract requires this object, and it is omitted when all of its members are absent",
                node.span,
                "Give one of its members a `default`.",
                target=node.target,
            )


def presence(operation: Operation, checked: Checked) -> Iterator[Diagnostic]:
    """CM401, CM413: `from` with `fields` must read an object."""
    for slot in presences(operation):
        given = source_type(slot.origin).not_null()
        wrong = given.kinds - {"object"}
        if not wrong:
            continue
        never = "object" not in given.kinds
        yield Diagnostic(
            "CM401" if never else "CM413",
            f"`from` with `fields` needs an object, and this {'is not' if never else 'may not be'} one",
            where(slot.origin),
            "For a list use `each`." if "array" in wrong else None,
            target=slot.target,
        )


def cm413_each(one: Placed) -> Iterator[Diagnostic]:
    """`each` must read a list, and with `fields` its items must be objects."""
    for origin in options(one.leaf.origin):
        if not isinstance(origin.source, EachSource):
            continue
        given = origin.source.type.not_null()
        if "array" in given.kinds and given.kinds != {"array"}:
            yield Diagnostic(
                "CM413", "`each` needs a list, and this may not be one", where(origin), target=one.leaf.target
            )
