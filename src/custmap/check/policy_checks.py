"""Policies against the contract: a policy that cannot work must be reported.

One generator function per check, named after its code. Checks that need only the rule itself are made while
the mapping is resolved (`policies.py`); the ones here need the finished tree.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from custmap.check.value_types import result_type
from custmap.diagnostics.codes import Severity
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.span import Span
from custmap.mapping.file import ClearFile, MappingFile, Rule, Text, all_rules
from custmap.model.checked import Checked, Operation
from custmap.model.clear import BY_PLACE, Named, Send
from custmap.model.nodes import FromSource, Leaf
from custmap.model.walkers import Placed
from custmap.resolve.findings import meant
from custmap.resolve.kinds import cleared_type
from custmap.resolve.policies import empty_of
from custmap.schema.misfit import misfit
from custmap.values.equality import fingerprint
from custmap.values.paths import PathError, parse_path
from custmap.values.types import Type


def cm502(one: Placed) -> Iterator[Diagnostic]:
    """A merge policy for something that is not a container."""
    leaf, rule = one.leaf, one.leaf.origin.rule
    if rule is None or rule.merge is None:
        return
    given = result_type(leaf.origin).not_null()
    if given.kinds and not given.kinds & {"array", "object"}:
        yield Diagnostic(
            "CM502",
            "`merge` is for lists, maps and objects, and this is a single value",
            rule.keys.get("merge", rule.span),
            "Remove `merge`.",
            target=leaf.target,
        )


def cm504(one: Placed) -> Iterator[Diagnostic]:
    """A `key` that the items of a plain list do not have."""
    leaf, rule = one.leaf, one.leaf.origin.rule
    if rule is None or rule.key is None or not isinstance(leaf.origin.source, FromSource):
        return
    items = result_type(leaf.origin).items
    if items is None or not items.members:
        return
    if rule.key.value not in items.members:
        help = meant(rule.key.value, items.members)
        message = f"the items have no member `{rule.key.value}`"
        yield Diagnostic("CM504", message, rule.key.span, help, target=leaf.target)


def cm509(one: Placed) -> Iterator[Diagnostic]:
    """Clears that cannot express that an item is gone."""
    leaf, rule = one.leaf, one.leaf.origin.rule
    if leaf.kind.has_items and not leaf.kind.only_new and rule is not None and rule.clear is not None:
        word = rule.clear.word
        if word is not None and leaf.policy.clear.says and not leaf.policy.clear.fits_item:
            yield Diagnostic(
                "CM509",
                f"`{word}` cannot say which item is gone",
                rule.clear.span,
                "Write `name_in`, `key_in`, `impossible` or `skip`.",
                target=leaf.target,
            )


def cm510(one: Placed) -> Iterator[Diagnostic]:
    """Transitions between values that the vendor does not have."""
    leaf, rule = one.leaf, one.leaf.origin.rule
    if rule is None or rule.transitions is None:
        return
    words = _states(leaf)
    known = set(map(fingerprint, words or ()))
    for pair in rule.transitions:
        moves = pair.right if isinstance(pair.right, list) else []
        for value, span in ((pair.left, pair.left_span), *((move, pair.right_span) for move in moves)):
            if words is not None:
                unknown = fingerprint(value) not in known
            else:
                unknown = leaf.type is not None and misfit(leaf.type, value) is not None
            if unknown:
                help = meant(str(value), [str(word) for word in words or ()])
                message = f"`{value}` is not a value that the contract lists here"
                yield Diagnostic("CM510", message, span, help, target=leaf.target)


def _states(leaf: Leaf) -> list[Any] | None:
    """The vendor's values: those of the contract, or else those of the table."""
    if leaf.type is not None and leaf.type.enum is not None:
        return [value for value in leaf.type.enum if value is not None]
    given = result_type(leaf.origin)
    return None if given.enum is None else [value for value in given.enum if value is not None]


def cm511(one: Placed) -> Iterator[Diagnostic]:
    """Policies that contradict each other."""
    rule, policy = one.leaf.origin.rule, one.leaf.policy
    if rule is None:
        return
    clears = rule.clear is not None and policy.clear.says
    found: list[tuple[str, Span, str, Severity | None]] = []
    if policy.identity:
        if clears and rule.clear is not None:
            found.append(("an identity is never cleared", rule.clear.span, "clear", None))
        if rule.merge not in (None, "whole"):
            found.append(("an identity is compared as one value", rule.keys["merge"], "merge", None))
        for key in ("transitions", "immutable", "otherwise"):
            if key in rule.keys:
                found.append(("an identity never changes", rule.keys[key], key, None))
    elif policy.immutable:
        if policy.always:
            found.append(
                (
                    "`send: always` sends the value again, and an `immutable` value must not be",
                    rule.keys["send"],
                    "send",
                    None,
                )
            )
        if rule.transitions is not None:
            found.append(
                ("an `immutable` value has no transitions", rule.keys["transitions"], "transitions", None)
            )
        if clears and rule.clear is not None:
            # Such a change is rejected and reported; the mapping only promises more than it can do.
            text = "an `immutable` value is never cleared"
            found.append((text, rule.clear.span, "clear", Severity.WARNING))
    for message, span, key, severity in found:
        help = f"Remove `{key}`."
        yield Diagnostic("CM511", message, span, help, target=one.leaf.target, severity=severity)


def cm512(one: Placed) -> Iterator[Diagnostic]:
    """A clear that sends something that the contract does not accept."""
    leaf, rule = one.leaf, one.leaf.origin.rule
    if rule is None or rule.clear is None or leaf.type is None:
        return
    clear = leaf.policy.clear
    held = cleared_type(leaf.type, result_type(leaf.origin), leaf.kind)  # `cm509` checks what an item is
    if isinstance(clear, Send) and held is not None:
        yield from _sent(clear.value, held, rule.clear, leaf.target)


def cm512_container(rule: Rule, type_: Type | None, target: str) -> Iterator[Diagnostic]:
    """As `cm512`, for an object's own clear."""
    if rule.clear is None or type_ is None:
        return
    if rule.clear.send is not None:
        yield from _sent(rule.clear.send.value, type_, rule.clear, target)
    elif rule.clear.word == "send_empty":
        yield from _sent(empty_of(type_, None), type_, rule.clear, target)


def _sent(value: Any, held: Type, stated: ClearFile, target: str) -> Iterator[Diagnostic]:
    if not (held.known or held.enum is not None) or (reason := misfit(held, value)) is None:
        return
    words = [str(word) for word in held.enum or () if word is not None]
    help = meant(str(value), words) if words and isinstance(value, str) else None
    span = stated.send.span if stated.send is not None else stated.span
    yield Diagnostic("CM512", f"the value that is sent {reason}", span, help, target=target)


def cm517(one: Placed) -> Iterator[Diagnostic]:
    """`transitions` without any transition."""
    leaf, rule = one.leaf, one.leaf.origin.rule
    if rule is not None and rule.transitions is not None and not any(pair.right for pair in rule.transitions):
        yield Diagnostic(
            "CM517",
            "no transition is allowed",
            rule.keys.get("transitions", rule.span),
            "If that is intended, write `immutable: true`.",
            target=leaf.target,
        )


def places(operation: Operation, checked: Checked) -> Iterator[Diagnostic]:
    """CM512 for what clears write: `name_in`, `key_in` and `write` name places of the body."""
    for stated in clears(checked.file):
        for form, path in stated.places:
            if (held := _at(path, operation)) is not None:
                yield from _named(BY_PLACE[form], stated, held)
        for path, value in stated.write or ():
            held = _at(path, operation)
            if held is not None and (held.known or held.enum) and (reason := misfit(held, value)):
                yield Diagnostic("CM512", f"the value that is written {reason}", path.span)


def _named(form: type[Named], stated: ClearFile, held: Type) -> Iterator[Diagnostic]:
    """CM512: what is written at the place of names, against what the contract has there."""
    if form.items is not None and stated.as_name is not None:
        yield from _name(stated.as_name, held.items)
    if not form.takes_value or stated.with_value is None or held.extra is None:
        return
    if reason := misfit(held.extra, stated.with_value.value):
        yield Diagnostic("CM512", f"what is written {reason}", stated.with_value.span)


def _name(name: Text, wanted: Type | None) -> Iterator[Diagnostic]:
    if wanted is not None and (reason := misfit(wanted, name.value)):
        help = meant(name.value, [str(word) for word in wanted.enum or ()])
        yield Diagnostic("CM512", f"the name {reason}", name.span, help)


def _at(path: Text, operation: Operation) -> Type | None:
    try:
        return operation.contract.at(parse_path(path.value))
    except PathError:
        return None


def clears(file: MappingFile) -> Iterator[ClearFile]:
    """Every `clear` of a file: its own default first, then the rules'."""
    if file.clear is not None:
        yield file.clear
    for rule in all_rules(file):
        if rule.clear is not None:
            yield rule.clear
