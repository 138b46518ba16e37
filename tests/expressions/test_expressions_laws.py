"""Laws over drawn expressions: compiled is interpreted, plain is `jmespath`, and nothing else is raised."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import jmespath
import pytest
from expressions_drawing import expressions, records, texts
from expressions_forms import FORMS, every_record
from expressions_running import FUNCTIONS, compiled
from hypothesis import HealthCheck, assume, example, given, settings
from jmespath.exceptions import JMESPathError

from custmap.expressions.function import FunctionError
from custmap.expressions.parse import Expression, ExpressionError, parse
from custmap.expressions.plain import compile_expression
from custmap.values.equality import same
from oracle.expressions import evaluate

LONG = os.environ.get("CUSTMAP_LAWS") == "long"
OFTEN = settings(
    max_examples=200 if LONG else 100,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)


def outcome(run: Callable[[], Any]) -> Any:
    try:
        return run()
    except FunctionError:
        return FunctionError


@OFTEN
@given(expressions(own=True), records())
@example("'x' == `true`", {})
@example("`null`[0] || `5`.a", {})
def test_compiled_is_interpreted(text: str, record: Any) -> None:
    expected = outcome(lambda: evaluate(parse(text), record, FUNCTIONS))
    for known in (False, True) if isinstance(record, dict) else (False,):
        got = outcome(lambda known=known: compiled(text, known_object=known)(record)[0])
        assert got is expected or same(got, expected), (got, expected)


@pytest.mark.parametrize("text", FORMS)
def test_every_form_in_every_state(text: str) -> None:
    run, read = compiled(text), parse(text)
    for record in every_record(text):
        expected = outcome(lambda record=record: evaluate(read, record, FUNCTIONS))
        got = outcome(lambda record=record: run(record)[0])
        assert got is expected or same(got, expected), (record, got, expected)


@OFTEN
@given(expressions(own=True), expressions(own=True), records())
def test_one_scope_serves_several_expressions(first: str, second: str, record: Any) -> None:
    apart = [outcome(lambda text=text: compiled(text)(record)[0]) for text in (first, second, first)]
    assume(FunctionError not in apart)
    together = compiled(first, second, first)(record)
    assert all(map(same, together, apart))


@OFTEN
@given(expressions(own=False), records())
def test_plain_is_jmespath(text: str, record: Any) -> None:
    try:
        expected = jmespath.search(text, record)
    except JMESPathError:
        expected = FunctionError
    except TypeError:
        # The package lets Python compare a text with a number.
        assume(False)
    got = outcome(lambda: compile_expression(text)(record))
    assert got is expected or same(got, expected), (got, expected)


@settings(OFTEN, max_examples=400 if LONG else 150)
@given(texts())
def test_parsing_raises_nothing_else(text: str) -> None:
    try:
        read = parse(text)
    except ExpressionError as error:
        assert error.code in ("CM305", "CM306")
        assert 0 <= error.offset <= len(text)
        assert error.length >= 1
        assert error.reason
    else:
        assert isinstance(read, Expression)
        assert_code_is_python(text)


def assert_code_is_python(text: str) -> None:
    """Whatever was parsed compiles and runs, or says why not; warnings of Python's compiler are errors."""
    for record in ({"a": [{"b": 1}], "c": "x"}, None, "text"):
        try:
            outcome(lambda record=record: compiled(text)(record))
        except ExpressionError as error:
            assert error.code in ("CM304", "CM308")
