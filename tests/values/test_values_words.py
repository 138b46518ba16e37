"""Numbers of things in messages: `1 record`, `2 records`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from custmap.values.words import counted

SOURCES = Path(__file__).parents[2] / "src" / "custmap"
THINGS = (
    *("argument", "character", "counterexample", "error", "example", "finding", "fixture", "item", "mapping"),
    *(
        "member",
        "pair",
        "parameter",
        "place",
        "problem",
        "record",
        "rule",
        "space",
        "step",
        "value",
        "warning",
    ),
)
NUMBERED = re.compile(rf" (?:\w+ )?({'|'.join(THINGS)})s\b")


def test_counted() -> None:
    assert [counted(number, "pair") for number in (0, 1, 2, 1234)] == [
        "0 pairs",
        "1 pair",
        "2 pairs",
        "1,234 pairs",
    ]


def numbered(text: str) -> Iterator[str]:
    """Things in the plural after a number that may be one: constants are known to be larger."""
    for node in ast.walk(ast.parse(text)):
        for number, words in pairwise(node.values) if isinstance(node, ast.JoinedStr) else ():
            if isinstance(number, ast.FormattedValue) and isinstance(words, ast.Constant):
                named = ast.unparse(number.value)
                if NUMBERED.match(str(words.value)) and not named.isupper():
                    yield f"{{{named}}}{words.value}"


def test_messages_count_with_it() -> None:
    assert [*numbered('f"{n} rules", f"{MOST} rules", f"{n} of its rules"')] == ["{n} rules"]
    found = {path.name: [*numbered(path.read_text(encoding="utf-8"))] for path in SOURCES.rglob("*.py")}
    assert {name: those for name, those in found.items() if those} == {}
