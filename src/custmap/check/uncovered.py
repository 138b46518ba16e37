"""What a mapping leaves out: contract members without a rule, canonical fields that no rule reads.

Each is one finding per mapping: a finding per member would hide the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from msgspec import Struct

from custmap.check.policy_checks import clears
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.meant import Meant
from custmap.diagnostics.span import Span
from custmap.expressions.inference import format_source
from custmap.mapping.file import Text, all_rules
from custmap.model.checked import PARTS, Checked, Operation
from custmap.model.nodes import ItemsNode, Leaf, ObjectNode, Rider, TargetNode
from custmap.model.walkers import assumed_of_changes, eaches, leaves, nodes, placed, presences
from custmap.resolve.findings import meant
from custmap.values.json_text import dump_json
from custmap.values.nearest import nearest
from custmap.values.paths import Member, PathError, Select, format_path, parse_path
from custmap.values.types import Type

_SHOWN = 12
_PLAIN_KEY: Final = re.compile(r"[\w$][\w.$-]*")
Names = tuple[str, ...]


class Gap(Struct, frozen=True):
    """A contract member without a rule; `names` leads there, positions in lists left out."""

    names: Names
    text: str


def cm513(operation: Operation, checked: Checked) -> Iterator[Diagnostic]:
    """Targets that the contract does not describe, so what is sent there could not be checked.

    One that is spelled almost like a member without a rule is told alone, at its line.
    """
    written = list(_written(operation))
    unknown = {one: span for one, span, type_ in written if type_ is None}
    open_ = [one for one, _, type_ in written if type_ is not None and _says_nothing(type_)]
    others = _beside_the_copy(operation, checked)
    spare = [gap.text for gap in gaps(operation, checked)] if unknown or others else []
    found = []
    changes = checked.file.changes  # then targets name places in the vendor's copy
    span_of_types = checked.file.contract.span if changes is None else changes.span
    types = "the contract" if changes is None else "`copy` of `changes`"
    for target, span in sorted((others | unknown).items()):
        if meant := nearest(target, spare):
            yield Diagnostic("CM513", f"the contract does not list `{target}`", span, Meant(meant, target))
        elif target in unknown:
            found.append(target)
    if found:
        yield Diagnostic(
            "CM513",
            f"{types} does not list {_listed(found)}",
            span_of_types,
            f"Add it to {types}, so that the values sent there can be checked.",
        )
    if open_:
        yield Diagnostic(
            "CM513",
            f"{types} does not say what {_listed(sorted(open_))} is",
            span_of_types,
            f"Give it a type in {types}, so that the values sent there can be checked.",
        )


def _beside_the_copy(operation: Operation, checked: Checked) -> dict[str, Span]:
    """Targets that a stated `copy` does not list: what is sent there has the type of a template."""
    changes = checked.file.changes
    if changes is None or changes.copy is None:
        return {}
    listed = {str(key.value) for key, _ in changes.copy}
    return {one.target: one.span for one in leaves(operation.body) if one.target not in listed}


def _written(operation: Operation) -> Iterator[tuple[str, Span, Type | None]]:
    for root in (operation.body, operation.query, operation.path):
        yield from _below(root, operation)


def _below(node: TargetNode, operation: Operation) -> Iterator[tuple[str, Span, Type | None]]:
    for one in nodes(node):
        if isinstance(one, Rider):
            yield one.target, one.span, operation.riders[one.index].type
        elif isinstance(one, Leaf):
            each = [inner.table.item for inner in eaches(one.origin)]
            if not each or one.type is None:
                yield one.target, one.span, one.type
            for root in each if one.type is not None else []:
                found = _below(root, operation)
                yield from ((f"{one.target}.{inner}", at, held) for inner, at, held in found)


def _says_nothing(type_: Type) -> bool:
    return not type_.known and type_.enum is None and not type_.members


def cm514(operation: Operation, checked: Checked) -> Iterator[Diagnostic]:
    """Contract members that no rule fills, and that are not `ignored`."""
    ignored = [names for text, _ in checked.file.ignored if (names := _names(text)) is not None]
    found = [
        gap.text
        for gap in gaps(operation, checked)
        if not any(gap.names[: len(names)] == names for names in ignored)
    ]
    if found:
        yield Diagnostic(
            "CM514",
            f"no rule fills {_listed(found)}",
            checked.file.contract.span,
            f"Add a rule, or give a reason: `ignored: {{{_key(found[0])}: REASON}}`.",
        )


def gaps(operation: Operation, checked: Checked) -> list[Gap]:
    """The contract's members that no rule fills; optional headers are left to the caller."""
    spoken: set[Names] = set()
    for stated in clears(checked.file):
        for path in (*(path for _, path in stated.places), *(path for path, _ in stated.write or ())):
            if (names := _names(path)) is not None:
                spoken.add(names)
    mask = checked.file.mask
    if mask is not None and mask.body is not None and (names := _names(mask.body)) is not None:
        spoken.add(names)
    for rule in all_rules(checked.file):
        for way in (rule.added, rule.gone):
            if way is not None and way.place is not None and (names := _names(way.place)) is not None:
                spoken.add(names)
    found = list(_gaps(operation.body, (), "", spoken))
    for part in PARTS[:2]:
        written = {member.name for member in operation.flat[part].members}
        if part == "query" and operation.mask is not None:
            written |= {operation.mask.query or ""}
        for name in sorted(set(operation.contract.parameters.get(part, {})) - written):
            found.append(Gap((part, name), f"{part}.{name}"))
    return found


def _gaps(node: TargetNode, at: Names, text: str, spoken: set[Names]) -> Iterator[Gap]:
    match node:
        case ObjectNode(members=members, type=type_):
            if type_ is not None:
                yield from _unsaid(type_, {member.name for member in members}, at, text, spoken)
            for member in members:
                shown = format_path((Member(member.name),))
                yield from _gaps(member, (*at, member.name), f"{text}.{shown}" if text else shown, spoken)
        case ItemsNode(items=items):
            for segment, item in items:
                keyed = {(*at, segment.key)} if isinstance(segment, Select) else set()
                yield from _gaps(item, at, f"{text}{format_path((segment,))}", spoken | keyed)
        case Leaf(origin=origin, type=type_) if type_ is not None and type_.items is not None:
            for each in islice(eaches(origin), 1):
                yield from _gaps(each.table.item, at, text, spoken)


def _unsaid(type_: Type, written: set[str], at: Names, text: str, spoken: set[Names]) -> Iterator[Gap]:
    """The members of an object that no rule fills; of those that a clear writes inside, the others there."""
    for name in type_.members:
        held, place, shown = type_.member(name), (*at, name), format_path((Member(name),))
        if name in written or place in spoken or held is None or not held.kinds or held.read_only:
            continue
        place_text = f"{text}.{shown}" if text else shown
        if any(one[: len(place)] == place for one in spoken):
            yield from _unsaid(held, set(), place, place_text, spoken)
        else:
            yield Gap(place, place_text)


def _names(path: Text) -> Names | None:
    """The names of a target path, positions in lists left out; None when it cannot be read."""
    try:
        return tuple(segment.name for segment in parse_path(path.value) if isinstance(segment, Member))
    except PathError:
        return None


def ignored(operation: Operation, checked: Checked) -> Iterator[Diagnostic]:
    """CM209, CM303 and CM520: an ignored place can be read, exists, and no rule fills it."""
    filled = set(_filled(operation.body, ()))
    for path, _ in checked.file.ignored:
        names = _names(path)
        if names is None:
            yield Diagnostic("CM209", "this is not a valid target path", path.span)
            continue
        if names and names[0] in PARTS and len(names) == 2:
            known = operation.contract.parameters.get(names[0], {})
            if names[1] not in known:
                help = meant(names[1], known)
                yield Diagnostic("CM303", f"the contract has no `{names[1]}` here", path.span, help)
            continue
        yield from _known(path, names, operation)
        if names in filled:
            yield Diagnostic(
                "CM520",
                "a rule fills this member",
                path.span,
                "Remove it from `ignored`, or remove the rule.",
            )


def _known(path: Text, names: Names, operation: Operation) -> Iterator[Diagnostic]:
    at = operation.contract.body
    for name in names:
        while at is not None and at.items is not None and "object" not in at.kinds:
            at = at.items
        if at is None:
            return
        found = at.member(name)
        if (found is None and (at.members or at.known)) or (found is not None and not found.kinds):
            help = meant(name, at.members)
            yield Diagnostic("CM303", f"the contract has no `{name}` here", path.span, help)
            return
        at = found


def _filled(node: TargetNode, at: Names) -> Iterator[Names]:
    """The places that rules fill, positions in lists left out."""
    match node:
        case Rider(name=name):
            yield (*at, name)
        case Leaf(name=name, origin=origin):
            yield (*at, name)
            for each in eaches(origin):
                for member in each.table.item.members:
                    yield from _filled(member, (*at, name))
        case ObjectNode(members=members, name=name, path=path):
            for member in members:
                yield from _filled(member, (*at, name) if path and at[-1:] != (name,) else at)
        case ItemsNode(items=items, name=name):
            for _, item in items:
                yield from _filled(item, (*at, name))


def cm515(operation: Operation, checked: Checked) -> Iterator[Diagnostic]:
    """Assumptions about the vendor. They are stated on purpose, so they are infos and not warnings."""
    for rule in all_rules(checked.file):
        if rule.assumed is not None:
            yield Diagnostic("CM515", rule.assumed, rule.keys.get("assumed", rule.span))
    partly = bool(checked.file.unread) or any(rule.unread for rule in all_rules(checked.file))
    if not partly and (text := assumed_of_changes(operation)) and checked.file.changes is not None:
        yield Diagnostic("CM515", text, checked.file.changes.span)


def unused_fields(checked: Checked) -> list[str]:
    """The canonical fields that no rule reads, as source paths in the schema's order."""
    read: set[tuple[str | int, ...]] = set()
    entries = [step.entries for step in checked.steps if step.entries is not None]
    for call in (*checked.calls, *entries):
        for one in placed(call.operation):
            read.update(() if one.item else map(call.canonical.outside, one.leaf.reads))
        for slot in presences(call.operation):
            read.update(map(call.canonical.outside, slot.reads))
    names = {tuple(part for part in path if isinstance(part, str) and part != "*") for path in read}
    prefixes = {name[:depth] for name in names for depth in range(len(name) + 1)}
    return [format_source(path) for path in _fields(checked.canonical.type, (), names, prefixes)]


def _fields(type_: Type, at: Names, read: set[Names], above: set[Names]) -> Iterator[Names]:
    for name in type_.members:
        path = (*at, name)
        member = type_.member(name)
        if member is None or not member.kinds or path in read:
            continue
        if path in above and member.members:
            yield from _fields(member, path, read, above)
        elif path not in above:
            yield path


def _key(text: str) -> str:
    """A target as a key in YAML."""
    return text if _PLAIN_KEY.fullmatch(text) else dump_json(text)


def _listed(found: list[str]) -> str:
    shown = ", ".join(f"`{one}`" for one in found[:_SHOWN])
    return f"{shown} and {len(found) - _SHOWN} more" if len(found) > _SHOWN else shown
