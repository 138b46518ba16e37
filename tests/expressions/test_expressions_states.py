"""Three states: a table of cases, and compiled code against the plain walk over the nodes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from expressions_running import FUNCTIONS, compiled

from custmap.expressions.function import FunctionError
from custmap.expressions.parse import parse
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from oracle.expressions import evaluate

FAILS = "fails"


def cases() -> list[Any]:
    table = yaml.safe_load((Path(__file__).parent / "three_states.yaml").read_text(encoding="utf-8"))
    found = []
    for group in table:
        expected: list[tuple[str, Any]] = [(text, ABSENT) for text in group.get("is_absent", ())]
        expected += [(text, None) for text in group.get("is_null", ())]
        expected += [(text, FunctionError) for text in group.get("fails", ())]
        expected += group.get("is_value", {}).items()
        found += [pytest.param(group["given"], *case, id=f"{group['about']}: {case[0]}") for case in expected]
    return found


def turned(value: Any) -> Any:
    """The value with the keys of its objects in the other order."""
    if isinstance(value, list):
        return [turned(item) for item in value]
    if isinstance(value, dict):
        return {key: turned(item) for key, item in reversed(value.items())}
    return value


@pytest.mark.parametrize(("given", "text", "expected"), cases())
def test_states(given: Any, text: str, expected: Any) -> None:
    """The order in which an object has its keys means nothing."""
    other = turned(given)
    runs = [lambda: compiled(text)(given)[0], lambda: evaluate(parse(text), given, FUNCTIONS)]
    runs += [lambda: compiled(text)(other)[0], lambda: evaluate(parse(text), other, FUNCTIONS)]
    if isinstance(given, dict):
        runs.append(lambda: compiled(text, known_object=True)(given)[0])
    for run in runs:
        if expected is FunctionError:
            with pytest.raises(FunctionError):
                run()
        else:
            result = run()
            assert same(result, expected), result
