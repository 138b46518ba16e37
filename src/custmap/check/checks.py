"""The list of all checks of a resolved mapping, in the order in which they run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
from custmap.mapping.file import all_rules
from custmap.model.checked import Checked, Operation
from custmap.model.walkers import Placed, objects, placed

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
    for operation in checked.operations:
        yield from _operation(operation, checked)


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
