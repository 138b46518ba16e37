"""The inverse of a checked mapping: a checked mapping from the vendor's copy to the customer.

Rules that fill one place, or one inside another, cannot stand in one table. So an inverse has layers, each a
checked mapping; what a layer gives stands over what the later ones give.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from msgspec import Struct, field

from custmap.contract.contract import Contract
from custmap.expressions.function import FunctionSpec
from custmap.invert.peel import Step
from custmap.invert.turned import Back, Places
from custmap.invert.ways import Way, ways_back
from custmap.mapping.file import ClearFile, Rule
from custmap.model.checked import Checked
from custmap.model.nodes import ItemsNode
from custmap.resolve.findings import Findings
from custmap.resolve.resolve import at_the_border, resolve
from custmap.schema.canonical import Canonical
from custmap.values.paths import Member, PathError, parse_path
from custmap.values.types import ARRAY, OBJECT, Type


class Tree(Struct, frozen=True):
    """What a layer fills: members of objects, items of lists by position, and lists whose items have a key.

    `is_set`  it is a list of which order and repeats mean nothing.
    """

    members: dict[Step, Tree] = field(default_factory=dict)
    key: tuple[Step, ...] | None = None
    items: Tree | None = None
    is_set: bool = False


class Layer(Struct, frozen=True):
    """A checked mapping, and the tree of what it fills."""

    checked: Checked
    tree: Tree


class Inverse(Struct, frozen=True):
    ways: tuple[Way, ...]
    layers: tuple[Layer, ...]


def invert(checked: Checked) -> Inverse:
    """The way back of a mapping's body, and of the fields that its `response` adds."""
    ways = ways_back(checked)
    functions = {**checked.functions, **ways.functions}
    layers = tuple(_layer(checked, rules, functions) for rules in _apart([*_fields(checked), *ways.rules]))
    return Inverse(ways.ways, layers)


def _fields(checked: Checked) -> Iterator[Back]:
    """The rules of `response.fields`; those whose target is no plain path are left to the checks."""
    for rule in map(_with_null, checked.operation.answer.fields):
        try:
            path = parse_path(rule.target.value)
        except PathError:
            continue
        if all(isinstance(segment, Member) for segment in path):
            yield Back(tuple(segment.name for segment in path if isinstance(segment, Member)), rule)


def _with_null(rule: Rule) -> Rule:
    """The rule, and those inside it, with null said as null."""
    fields = None if rule.fields is None else tuple(map(_with_null, rule.fields))
    return replace(rule, clear=ClearFile(rule.span, word="send_null"), fields=fields)


def _apart(rules: Sequence[Back]) -> list[list[Back]]:
    """The rules in tables of which none has two that overlap; what counts first stands in an earlier one."""
    layers: list[list[Back]] = []
    taken = Places()
    for rule in rules:
        level = taken.level(rule.names) + 1
        if level > len(layers):
            layers.append([])
        layers[level - 1].append(rule)
        taken.add(rule.names, level)
    return layers


def _layer(checked: Checked, rules: Sequence[Back], functions: Mapping[str, FunctionSpec]) -> Layer:
    file = replace(
        checked.file,
        params=(),
        path=(),
        query=(),
        headers=(),
        body=tuple(one.rule for one in rules),
        response=None,
        clear=None,
        empty=None,
        ignored=(),
        changes=None,
        unread=frozenset(),
    )
    body = _stated(at_the_border(checked.canonical))
    contract = Contract(checked.name, "", "", "", checked.canonical.name, body=body)
    copy = ARRAY if isinstance(checked.operation.body, ItemsNode) else OBJECT
    document = Canonical("the vendor's copy", copy, {}, False)
    made = resolve(file, contract, document, functions, Findings())
    return Layer(replace(made, name=f"{checked.name}, back"), _tree(rules))


def _tree(rules: Sequence[Back]) -> Tree:
    root = Tree()
    for rule in rules:
        node = root
        for name in rule.names[:-1]:
            node = node.members.setdefault(name, Tree())
        items = _tree(rule.items) if rule.key is not None else None
        node.members[rule.names[-1]] = Tree(key=rule.key, items=items, is_set=rule.is_set)
    return root


def _stated(type_: Type) -> Type:
    """A type of which any part may be missing, and which says nothing of the form of texts.

    A vendor need not hold all that a customer must have; forms are annotations for records, too.
    """
    return replace(
        type_,
        members=_Stated(type_.members) if type_.members else type_.members,
        required=frozenset(),
        items=None if type_.items is None else _stated(type_.items),
        format=None,
    )


class _Stated(Mapping[str, Type]):
    """Members without required ones, made when they are asked for: a schema may refer to itself."""

    def __init__(self, members: Mapping[str, Type]) -> None:
        self._members = members
        self._made: dict[str, Type] = {}

    def __getitem__(self, name: str) -> Type:
        if name not in self._made:
            self._made[name] = _stated(self._members[name])
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)
