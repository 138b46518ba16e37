"""Gathers what a mapping, or a source, means: its rules with their states, its containers and its head."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from custmap.expressions.inference import SourcePath, format_source
from custmap.lineage.lineage import Line
from custmap.lineage.trace import Traced, traced, traced_rules
from custmap.model.checked import Checked, Operation
from custmap.model.nodes import FromSource, ItemsNode, Leaf, ObjectNode, Presence, Rider, Table
from custmap.model.source import CheckedSource
from custmap.model.walkers import nodes, tables
from custmap.plan.engine import Engine
from custmap.plan.maker import Maker
from custmap.resolve.source import with_nulls
from custmap.review.compare.head_facts import head_subjects, schema_subjects
from custmap.review.compare.meaning import (
    CONTAINER,
    FIELD,
    HEAD,
    RIDER,
    RULE,
    Fact,
    Key,
    Meaning,
    Subject,
    numbered,
    word,
)
from custmap.review.compare.normal import normal
from custmap.review.compare.rule_facts import leaf_facts, object_facts, rider_facts
from custmap.tables.explained import explained

Place = tuple[Subject, Hashable]


def meaning_of(maker: Maker) -> Meaning:
    """What a mapping means."""
    checked = maker.checked
    heads: list[Place] = [(one, None) for one in (*head_subjects(checked), *_schema(checked))]
    rules = [one for part in traced(maker) for one in _of_part(part)]
    return numbered([*heads, *rules])


def meaning_of_source(source: CheckedSource) -> Meaning:
    """What a source means: its rules, with what a cell becomes, and its columns."""
    file = source.file
    checked = with_nulls(file, source.rows, source.checked.functions)
    cells = {(line.target, line.line): line.states for line in explained(source, None).lines}
    facts = {"nulls": word(file.nulls or ""), "key": word("" if file.key is None else file.key.value)}
    facts |= {"timezone": word(file.timezone.value)} if file.timezone is not None else {}
    head = Subject(HEAD, Key("", "rows"), None, facts)
    found: list[Place] = [(head, None)]
    for part in traced(Engine(checked)):
        for subject, place in _of_part(part):
            states = cells.get((subject.key.target, subject.line or 0), {})
            found.append((_with_states(subject, states), place))
    reads = [path for slot in checked.operation.table.slots for path in slot.reads]
    found += [(one, None) for one in schema_subjects(source.rows, reads)]
    return numbered(found)


def _with_states(subject: Subject, states: dict[str, tuple[str, str]]) -> Subject:
    kept = {name: one for name, one in subject.facts.items() if not _of_vendor(name)}
    kind = FIELD if subject.kind == RULE else subject.kind
    return Subject(
        kind, subject.key, subject.line, kept, states, subject.reads, subject.thing, subject.replaced
    )


def _of_vendor(name: str) -> bool:
    return name in ("clear", "reads back") or name.startswith("contract ")


def _schema(checked: Checked) -> Iterator[Subject]:
    if checked.canonical.is_customer:
        return
    slots = [slot for call in checked.calls for table in tables(call.operation) for slot in table.slots]
    paths = [path for slot in slots for path in (*slot.reads, *slot.asks)]
    yield from schema_subjects(checked.canonical, paths)


def _of_part(part: Traced) -> Iterator[Place]:
    operation = part.checked.operation
    scopes = dict(_scopes(operation))
    full = {id(one) for root in operation.parts.values() for one in _replaced(root)}
    for rule, line in traced_rules(part):
        key = Key(line.request, line.target)
        if isinstance(rule, Rider):
            facts = dict(rider_facts(operation.riders[rule.index], required=rule.required))
            yield Subject(RIDER, key, line.line, facts, reads=line.sources), None
            continue
        around = scopes.get(id(rule))
        blank = '""' in line.states or not line.states
        facts = dict(leaf_facts(operation, rule, around, blank=blank))
        if line.back is not None:
            facts["reads back"] = _way_back(line.back)
        yield (
            Subject(
                RULE, key, line.line, facts, line.states, _reads(part, rule, line), _thing(rule),
                id(rule) in full,
            ),
            rule.span,
        )  # fmt: skip
    for root in operation.parts.values():
        for node in nodes(root):
            if isinstance(node, ObjectNode | ItemsNode) and node.path:
                yield _container(operation, node, part, scopes), node.span


def _container(
    operation: Operation, node: ObjectNode | ItemsNode, part: Traced, scopes: dict[int, Hashable]
) -> Subject:
    key = Key(operation.name, part.prefix + node.target)
    if isinstance(node, ItemsNode):
        return Subject(CONTAINER, key, None, {"merge": word("whole" if node.whole else "fields")})
    around = scopes.get(id(node.presence))
    return Subject(CONTAINER, key, node.span.line, dict(object_facts(operation, node, around)))


def _replaced(root: ObjectNode | ItemsNode, whole: bool = False) -> Iterator[Leaf]:
    """The leaves inside containers that the vendor replaces."""
    whole = whole or root.whole
    inside = root.members if isinstance(root, ObjectNode) else [item for _, item in root.items]
    for one in inside:
        if isinstance(one, Leaf):
            if whole:
                yield one
        elif isinstance(one, ObjectNode | ItemsNode):
            yield from _replaced(one, whole)


def _scopes(operation: Operation) -> Iterator[tuple[int, Hashable]]:
    """For each rule that reads from the object of another rule, the normal form of that object."""
    for table in tables(operation):
        for at, slot in enumerate(table.slots):
            scope = _scope(table, at)
            if scope is not None:
                yield id(slot), scope


def _scope(table: Table, at: int) -> Hashable:
    inside = table.inside[at]
    if inside is None:
        return None
    slot = table.slots[inside]
    assert isinstance(slot, Presence)
    source = slot.origin.source
    around = _scope(table, inside)
    return normal(source.expression, around) if isinstance(source, FromSource) else ("inside", slot.target)


def _reads(part: Traced, leaf: Leaf, line: Line) -> tuple[str, ...]:
    outside = map(part.checked.canonical.outside, (*leaf.reads, *leaf.asks))
    return tuple(dict.fromkeys((*line.sources, *_texts(outside))))


def _texts(paths: Iterator[SourcePath]) -> Iterator[str]:
    return (format_source(path) for path in paths)


def _thing(leaf: Leaf) -> str:
    """What the rule's value is, in a word."""
    source = leaf.origin.source
    made = source.type if isinstance(source, FromSource) else None
    types = [one for one in (leaf.type, made) if one is not None]
    if leaf.kind.is_map or any(one.only("object") for one in types):
        return "map"
    return "list" if leaf.kind.is_list or any(one.only("array") for one in types) else "value"


def _way_back(verdict: str) -> Fact:
    """Whether a rule reads back; why it does not is no matter."""
    return Fact(verdict, verdict.partition(":")[0] if verdict.startswith("one-way") else verdict)
