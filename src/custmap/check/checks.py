"""All checks of a resolved mapping, in one place: which there are, and in which order they speak."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from custmap.check import coverage, headers, policies_hold, response, riders, types, values
from custmap.check.checked import Checked
from custmap.check.placed import Placed, objects, placed
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.mapping.file import all_rules

Check = Callable[[Placed], Iterator[Diagnostic]]

OF_A_RULE: Final[tuple[Check, ...]] = (
    types.cm413_each,
    policies_hold.cm502,
    policies_hold.cm504,
    policies_hold.cm509,
    policies_hold.cm510,
    policies_hold.cm511,
    policies_hold.cm512,
    policies_hold.cm517,
)
OF_A_LEAF: Final = (values.cm404, values.cm411, values.cm412, values.cm401_default, values.cm401_format)
OF_A_MAPPING: Final = (
    types.presence,
    types.cm403_objects,
    headers.cm303,
    riders.constants,
    riders.params,
    policies_hold.places,
    coverage.ignored,
    coverage.cm513,
    coverage.cm514,
    coverage.cm515,
    response.response,
    response.own_identifiers,
)


def check(checked: Checked) -> Iterator[Diagnostic]:
    """What is wrong, or may go wrong, with a mapping in which every name is resolved."""
    for one in placed(checked):
        yield from types.fits(one, checked)
        yield from types.cm403(one, checked)
        for check_rule in OF_A_RULE:
            yield from check_rule(one)
        for check_leaf in OF_A_LEAF:
            yield from check_leaf(one.leaf)
    stated = {rule.span: rule for rule in all_rules(checked.file)}
    for node in objects(checked.table.root):
        if node.clear is not None and (rule := stated.get(node.span)) is not None:
            yield from policies_hold.cm512_container(rule, node.type, node.target)
    for check_mapping in OF_A_MAPPING:
        yield from check_mapping(checked)
