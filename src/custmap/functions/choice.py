"""Functions that choose; `coalesce` and `if` are lazy where a mapping calls them.

The emitter generates code for the lazy ones, so that only the chosen argument is evaluated; here they are
declared and have their eager meaning.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from custmap.expressions.function import FunctionError
from custmap.expressions.helpers import copied
from custmap.functions.conversion import text as text_of
from custmap.functions.declare import function as _function
from custmap.functions.refining import looked_up
from custmap.values.absent import ABSENT
from custmap.values.equality import same

function = partial(_function, topic="choice")


@function(examples=[("a", "b", "a"), (None, "b", None), (ABSENT, "b", "b"), (ABSENT, ABSENT, ABSENT)])
def coalesce(*values: Any) -> Any:
    """The first value that is not absent; a null counts. The rest is not evaluated."""
    return next((copied(value) for value in values if value is not ABSENT), ABSENT)


@function(
    can_fail=True,
    examples=[
        (True, "a", "b", "a"),
        (False, "a", "b", "b"),
        (True, None, "b", None),
        ("yes", "a", "b", FunctionError),
    ],
)
def if_(condition: bool, then: Any, otherwise: Any) -> Any:
    """`then` if the condition is true, else `otherwise`. The other one is not evaluated."""
    return copied(then if condition else otherwise)


def _key_of(result: Any, table: dict[str, Any]) -> str:
    keys = [key for key in sorted(table) if same(table[key], result)]
    if len(keys) != 1:
        raise FunctionError("is in several rows of the table" if keys else "is not in the table")
    return keys[0]


@function(
    inverse=_key_of,
    lossy="which of several keys",
    refine=looked_up,
    can_fail=True,
    examples=[
        ("gold", {"gold": 3, "silver": 2}, 3),
        (1, {"0": "low", "1": "high"}, "high"),
        ("lead", {"gold": 3}, FunctionError),
    ],
)
def lookup(key: str | float | bool, table: dict[str, Any]) -> Any:
    """The table's value for a key; a key that is not in the table fails."""
    if not table:
        raise FunctionError("the table is empty", "table")
    found = table.get(text_of(key), ABSENT)
    if found is ABSENT:
        raise FunctionError("is not in the table")
    return copied(found)
