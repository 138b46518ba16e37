"""Expressions that cannot be used: where they point, what they help, and that they cannot hurt."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from expressions_running import compiled

from custmap.expressions import ast
from custmap.expressions.parse import ExpressionError, parse

HERE = Path(__file__).parent
RUN = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
sys.path.insert(0, sys.argv[1])
from custmap.expressions.parse import ExpressionError
from custmap.expressions.plain import compile_expression
made = []
for text in json.load(sys.stdin):
    try:
        compile_expression(text)({"a": [[1], {"b": "x"}]})
    except ExpressionError as error:
        made.append([error.code, error.offset, len(error.reason), len(text)])
    else:
        made.append(None)
print(json.dumps(made))
"""


def table(name: str) -> list[Any]:
    return list(yaml.safe_load((HERE / name).read_text(encoding="utf-8")))


def written(parts: list[Any]) -> str:
    return "".join(part if isinstance(part, str) else part["repeat"] * part["times"] for part in parts)


@pytest.mark.parametrize("case", table("hostile.yaml"), ids=lambda case: case["about"])
def test_hostile_expressions(case: dict[str, Any]) -> None:
    text = written(case["text"])
    source = str(Path(sys.modules["custmap"].__path__[0]).parent)
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", RUN, source],
        input=json.dumps([text]),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-500:]
    (made,) = json.loads(run.stdout)
    if case["code"] is None:
        assert made is None
        return
    code, offset, reason, length = made
    assert code == case["code"]
    assert 0 <= offset <= length
    assert offset == case.get("offset", offset)
    assert reason < 200, "a reason never carries the text along"


@pytest.mark.parametrize(("text", "offset", "length", "help"), table("mistakes.yaml"))
def test_mistakes(text: str, offset: int, length: int, help: str | None) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    error = caught.value
    assert (error.code, error.offset, error.length) == ("CM305", offset, length)
    assert help is None if error.help is None else help is not None and help in error.help


def test_errors_travel_between_processes() -> None:
    with pytest.raises(ExpressionError) as caught:
        parse("a = b")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert vars(copy) == vars(caught.value)


@pytest.mark.parametrize(
    ("text", "code", "offset", "length", "help"),
    [
        ("a || lowr(b)", "CM304", 5, 4, "`lower`"),
        ("lower(a, b)", "CM308", 0, 11, "lower(text)"),
        ("sort_by(a, b)", "CM308", 11, 1, "`&`"),
        ("lower(&a)", "CM308", 6, 2, "`&`"),
    ],
)
def test_calls_that_no_function_answers(text: str, code: str, offset: int, length: int, help: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compiled(text)
    error = caught.value
    assert (error.code, error.offset, error.length) == (code, offset, length)
    assert help in (error.help or "")


POSITIONS = [
    ("a.b[0].c", {"a", "a.b", "a.b[0]", "a.b[0].c"}),
    ("  lower( name.given ) ", {"lower( name.given )", "name", "name.given"}),
    ("a || 'x'", {"a || 'x'", "a", "'x'"}),
    ("{p: a.b, q: `1`}", {"{p: a.b, q: `1`}", "a", "a.b", "`1`"}),
    ('a[?b == "c d"].e', {'a[?b == "c d"].e', "a", 'b == "c d"', "b", '"c d"', "e"}),
    ("sort_by(a, &b)[-1]", {"sort_by(a, &b)[-1]", "sort_by(a, &b)", "a", "&b", "b"}),
    ("a | [].b", {"a | [].b", "a", "[].b", "", "b"}),
    ("a | [*].b", {"a | [*].b", "a", "[*].b", "b"}),
    ("!a | [0]", {"!a | [0]", "!a", "a", "[0]"}),
]


@pytest.mark.parametrize(("text", "expected"), POSITIONS)
def test_nodes_know_their_characters(text: str, expected: set[str]) -> None:
    found: set[str] = set()
    stack = [parse(text).ast]
    while stack:
        node = stack.pop()
        stack.extend(ast.children(node))
        if not isinstance(node, ast.Current):
            found.add(text[node.start : node.end])
    assert found == expected
