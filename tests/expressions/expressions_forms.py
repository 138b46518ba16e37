"""Every kind of node and every function over `a`, `b`, `c`, and records with these in every state."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

from expressions_running import FUNCTIONS

from custmap.expressions.builtins import BUILTINS, REFERENCE
from custmap.expressions.function import FunctionSpec
from custmap.values.absent import ABSENT

STATES: list[Any] = [ABSENT, None, "x", "", 2, True, False, ["x", None], [], {"a": "x", "part": None}]
"""A value of each kind, and the two states of having none."""


def calls(spec: FunctionSpec) -> Iterator[str]:
    """Calls of a function over `a`, `b`, `c` with as many arguments as it may have."""
    least = sum(not argument.optional for argument in spec.arguments)
    most = 3 if spec.variadic else len(spec.arguments)
    for count in range(least, most + 1):
        places = [spec.arguments[min(at, len(spec.arguments) - 1)] for at in range(count)]
        names = [
            ("&@" if place.type == REFERENCE else name) for place, name in zip(places, "abc", strict=False)
        ]
        yield f"{spec.name}({', '.join(names)})"


OPERATORS = """
a || b      a && b       a == b       a != b      a < b     a | b     !a
a || 'x'    a && 'x'     a == 'x'     a < 'x'     'x' || a  'x' && a  'x' == a    a || ['x']
[a]         [a, b]       [a, 'x']     [lower(a)]  [a || b]  [`null`]  [a] | [0]   [coalesce(a, 'x'), b]
{p: a}      {p: a, q: b}      {p: a, q: 'x'}   {p: a, q: ['x']}      {p: coalesce(a, 'x')}
a.[a]       a.{p: a}     a[*].[@]     a[*]        a[]       a[0]      a[0:1]      a[?b]     a.*       a.a
"""
FORMS = [text for spec in [*BUILTINS.values(), *FUNCTIONS.values()] for text in calls(spec)]
FORMS += [text for line in OPERATORS.splitlines() for text in re.split(r"\s{2,}", line) if text]


def every_record(text: str) -> Iterator[dict[str, Any]]:
    """Records in which each of the names of an expression is in each state."""
    names = [name for name in "abc" if re.search(rf"\b{name}\b", text)]
    for values in product(STATES, repeat=len(names)):
        yield {name: value for name, value in zip(names, values, strict=True) if value is not ABSENT}
