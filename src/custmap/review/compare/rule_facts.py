"""What a rule says: its source, its steps and its policies, as facts."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Any, Final, TypeAlias

from custmap.model.checked import Operation, RiderOrigin
from custmap.model.clear import (
    ByNoRequest,
    ByRequest,
    Clear,
    ItemIn,
    KeyIn,
    Masked,
    NameIn,
    Omit,
    Operated,
    Send,
    SendEmpty,
    SendNull,
    Skip,
    Write,
)
from custmap.model.item_ways import Way
from custmap.model.kind import VALUE
from custmap.model.nodes import (
    EachSource,
    FirstSource,
    FromSource,
    Leaf,
    ObjectNode,
    Origin,
    RiderSource,
)
from custmap.model.template import Branch, Filled, Ridden, Row, Template, Tree
from custmap.review.compare.meaning import YES, Fact, stated, word
from custmap.review.compare.normal import normal
from custmap.review.compare.type_facts import type_facts
from custmap.values.absent import ABSENT
from custmap.values.equality import fingerprint
from custmap.values.json_text import dump_json
from custmap.values.paths import format_path

Named: TypeAlias = tuple[str, Fact]
SOURCE: Final = "from"
"""The fact about where a value comes from."""


def leaf_facts(operation: Operation, leaf: Leaf, around: Hashable, *, blank: bool) -> Iterator[Named]:
    """The facts of a rule. `around`: the object that it reads from; `blank`: its value can be `""`."""
    yield from origin_facts(operation, leaf.origin, around)
    policy = leaf.policy
    if leaf.kind != VALUE:
        yield "merge", word(leaf.kind.name)
    if leaf.key is not None:
        yield "key", word(leaf.key)
    clear = clear_fact(operation, policy.clear, leaf.name)
    if not policy.identity and clear.text != "impossible":
        yield "clear", clear
    if blank and policy.empty != "value":
        yield "empty", word(policy.empty)
    for name, is_so in (
        ("identity", policy.identity), ("send: always", policy.always), ("immutable", policy.immutable),
        ("required", policy.required), ("repeatable: false", not policy.repeatable),
        ("otherwise: clear", policy.otherwise_clear),
    ):  # fmt: skip
        if is_so:
            yield name, YES
    for old, new in (policy.transitions or {}).items():
        moves = sorted(map(dump_json, new))
        yield f"transitions {dump_json(old)}", Fact(", ".join(moves) or "none", tuple(moves))
    if leaf.ways is not None:
        for name, way in (("added", leaf.ways.added), ("gone", leaf.ways.gone)):
            if way is not None:
                yield name, _way_fact(operation, way)
    if leaf.says is not None:
        yield "set", template_fact(operation, leaf.says.set)
        if leaf.says.add is not leaf.says.set:
            yield "add", template_fact(operation, leaf.says.add)
    if leaf.assumed is not None:
        yield "assumed", YES
    yield from type_facts(leaf.type, "contract")


def origin_facts(operation: Operation, origin: Origin, around: Hashable) -> Iterator[Named]:
    """Where a value comes from, and what is done to it."""
    yield SOURCE, _source_fact(operation, origin, around)
    yield from _step_facts(origin, around)


def _step_facts(origin: Origin, around: Hashable) -> Iterator[Named]:
    if origin.when is not None:
        yield "when", Fact(_on_one_line(origin.when.text), normal(origin.when, around))
    if origin.has_default:
        yield "default", stated(origin.default)
    if origin.values is not None:
        written = () if origin.rule is None else origin.rule.values or ()
        yield from _value_facts(origin.values, {fingerprint(row.left): row.back for row in written})
        yield "unmapped", _unmapped(origin.unmapped, origin.unmapped_default)
    if origin.format is not None:
        yield "format", word(origin.format)


def _value_facts(rows: Iterable[tuple[Any, Any]], backs: dict[Any, Any]) -> Iterator[Named]:
    for left, right in rows:
        back = backs.get(fingerprint(left), True)
        more = "" if back is True else ", not read back"
        yield f"values {dump_json(left)}", Fact(dump_json(right) + more, fingerprint([right, back]))


def _unmapped(unmapped: str, default: Any) -> Fact:
    if unmapped == "default":
        return Fact(f"default {dump_json(default)}", fingerprint(default))
    return word(unmapped)


def _source_fact(operation: Operation, origin: Origin, around: Hashable) -> Fact:
    match origin.source:
        case FromSource(expression=expression):
            return Fact(_on_one_line(expression.text), normal(expression, around))
        case EachSource(expression=expression):
            return Fact(f"each {_on_one_line(expression.text)}", ("each", normal(expression, around)))
        case RiderSource(index=index):
            return _rider_source(operation.riders[index])
        case FirstSource(origins=origins):
            made = [_option(operation, one, around) for one in origins]
            return Fact("first of " + " | ".join(one.text for one in made), tuple(one.form for one in made))


def _option(operation: Operation, origin: Origin, around: Hashable) -> Fact:
    """An option of `first`, with all that is done in it."""
    facts = dict(origin_facts(operation, origin, around))
    source = facts.pop(SOURCE)
    steps = "".join(f" ({name} {one.text})" for name, one in facts.items())
    forms = frozenset((name, one.form) for name, one in facts.items())
    return Fact(source.text + steps, (source.form, forms))


def rider_facts(rider: RiderOrigin, *, required: bool) -> Iterator[Named]:
    """The facts of a parameter or a constant."""
    yield SOURCE, _rider_source(rider)
    if rider.default is not ABSENT:
        yield "default", stated(rider.default)
    if rider.values is not None:
        yield from _value_facts(rider.values, {})
        yield "unmapped", _unmapped(rider.unmapped, rider.unmapped_default)
    if rider.format is not None:
        yield "format", word(rider.format)
    if required:
        yield "required", YES
    yield from type_facts(rider.type, "contract")


def _rider_source(rider: RiderOrigin) -> Fact:
    if rider.param is not None:
        return Fact(f"params.{rider.param}", ("param", rider.param))
    return Fact(f"the constant {dump_json(rider.value)}", ("constant", fingerprint(rider.value)))


def object_facts(operation: Operation, node: ObjectNode, around: Hashable) -> Iterator[Named]:
    """What is said of an object as a whole, beside its members."""
    yield "merge", word("whole" if node.whole else "fields")
    if node.clear is not None:
        yield "clear", clear_fact(operation, node.clear, node.name)
    if node.policy.immutable:
        yield "immutable", YES
    if node.presence is not None:
        yield from _step_facts(node.presence.origin, around)
    if node.says is not None:
        yield "set", template_fact(operation, node.says.set)


def clear_fact(operation: Operation, clear: Clear, name: str) -> Fact:
    """How clearing is said; `name` is that of the target, which a place is told if the rule says no other."""
    return word(_clear_text(operation, clear, name))


def _clear_text(operation: Operation, clear: Clear, name: str) -> str:
    match clear:
        case SendNull():
            return "send_null"
        case SendEmpty():
            return "send_empty"
        case Send(value):
            return f"send {dump_json(value)}"
        case Write(writes):
            said = sorted(f"{format_path(place)}: {dump_json(value)}" for place, value in writes)
            return f"write {', '.join(said)}"
        case NameIn() | KeyIn() | ItemIn():
            return _named_text(clear, name)
        case Operated(template):
            return f"item {_tree_text(template.tree, operation)}"
        case Omit():
            return "omit"
        case Masked():
            return "mask"
        case ByRequest():
            return "a request"
        case ByNoRequest():
            return "impossible"
        case Skip():
            return "skip"
    return "impossible"


def _named_text(clear: NameIn | KeyIn | ItemIn, name: str) -> str:
    form = {NameIn: "name_in", KeyIn: "key_in", ItemIn: "listed in"}[type(clear)]
    more = f" with {dump_json(clear.value)}" if clear.takes_value else ""
    other = f" as {clear.name}" if clear.name not in (None, name) else ""
    return f"{form} {format_path(clear.place)}{more}{other}"


def _way_fact(operation: Operation, way: Way) -> Fact:
    if isinstance(way, Template):
        return template_fact(operation, way)
    return word(f"in {format_path(way.place)}")


def template_fact(operation: Operation, template: Template) -> Fact:
    """An item that says a change."""
    return word(_tree_text(template.tree, operation))


def _tree_text(tree: Tree, operation: Operation) -> str:
    match tree:
        case Filled(parts):
            return dump_json("".join(one if isinstance(one, str) else f"{{{one.value}}}" for one in parts))
        case Ridden(index):
            return _ridden_text(index, operation)
        case Branch(entries):
            texts = ((_tree_text(key, operation), _tree_text(one, operation)) for key, one in entries)
            return f"{{{', '.join(sorted(map(': '.join, texts)))}}}"
        case Row(items):
            return f"[{', '.join(_tree_text(one, operation) for one in items)}]"
    return dump_json(tree)


def _ridden_text(index: int, operation: Operation) -> str:
    if index >= 0:
        return _rider_source(operation.riders[index]).text
    origin = operation.named[-index - 1].origin
    return _source_fact(operation, origin, None).text


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
