"""The list of all checks of a resolved mapping, in the order in which they run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Final

from custmap.check import (
    form_bodies,
    header_names,
    one_way,
    policy_checks,
    response,
    riders,
    rule_types,
    uncovered,
    value_tables,
)
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.expressions.ast import plain_path
from custmap.mapping.file import all_rules
from custmap.model.checked import Checked, Operation
from custmap.model.nodes import FromSource, Leaf
from custmap.model.walkers import Placed, objects, placed
from custmap.syntax.node import MapNode

Check = Callable[[Placed], Iterator[Diagnostic]]

OF_A_RULE: Final[tuple[Check, ...]] = (
    rule_types.cm413_each,
    policy_checks.cm502,
    policy_checks.cm504,
    policy_checks.cm509,
    policy_checks.cm510,
    policy_checks.cm511,
    policy_checks.cm512,
    policy_checks.cm517,
)
OF_A_LEAF: Final = (
    value_tables.cm404,
    value_tables.cm411,
    value_tables.cm412,
    value_tables.cm401_default,
    value_tables.cm401_format,
)
OF_AN_OPERATION: Final = (
    rule_types.presence,
    rule_types.cm403_objects,
    header_names.cm303,
    header_names.content_type,
    form_bodies.form,
    riders.constants,
    riders.params,
    policy_checks.places,
    uncovered.ignored,
    uncovered.cm513,
    uncovered.cm514,
    uncovered.cm515,
    response.response,
    response.own_identifiers,
    one_way.ways,
    one_way.backs,
)


def check(checked: Checked) -> Iterator[Diagnostic]:
    """What is wrong, or may go wrong, with a mapping in which every name is resolved."""
    found = [list(_operation(call.operation, call)) for call in checked.calls]
    shared = checked.file.response if checked.steps else None
    of_shared = [
        told for told, call in zip(found, checked.calls, strict=True) if call.file.response is shared
    ]
    for one in chain.from_iterable(found):
        # What all requests share may speak of answers that only one of them has.
        if not _is_in(one, shared) or all(one in told for told in of_shared):
            yield one


def check_source(checked: Checked) -> Iterator[Diagnostic]:
    """What is wrong, or may go wrong, with the rules of a source: a customer has no policies."""
    operation = checked.operation
    for one in placed(operation):
        # Of rows formats are checked, so a column that declares one keeps it.
        keeps = _declares_format(one.leaf)
        yield from (
            found for found in rule_types.fits(one, operation) if not (keeps and found.code == "CM407")
        )
        yield from rule_types.cm413_each(one)
        for check_leaf in OF_A_LEAF:
            yield from check_leaf(one.leaf)
    yield from rule_types.presence(operation, checked)


def _declares_format(leaf: Leaf) -> bool:
    """Is the value a column's, with the format that is asked for?"""
    source, wanted = leaf.origin.source, leaf.type
    if wanted is None or not isinstance(source, FromSource):
        return False
    return source.type.format == wanted.format and plain_path(source.expression.ast) is not None


def _is_in(one: Diagnostic, node: MapNode | None) -> bool:
    if node is None or one.span is None:
        return False
    return node.span.line <= one.span.line <= node.span.end_line


def _operation(operation: Operation, checked: Checked) -> Iterator[Diagnostic]:
    for one in placed(operation):
        yield from rule_types.fits(one, operation)
        yield from rule_types.cm403(one)
        for check_rule in OF_A_RULE:
            yield from check_rule(one)
        for check_leaf in OF_A_LEAF:
            yield from check_leaf(one.leaf)
    stated = {rule.span: rule for rule in all_rules(checked.file)}
    for node in objects(operation.body):
        if node.clear is not None and (rule := stated.get(node.span)) is not None:
            yield from policy_checks.cm512_container(rule, node.type, node.target)
    for check_operation in OF_AN_OPERATION:
        yield from check_operation(operation, checked)
