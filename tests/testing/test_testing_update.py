"""`--update` writes the expectation anew and leaves every other byte."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from fake_mapping import load
from hypothesis import given, settings
from hypothesis import strategies as st

from custmap.syntax.node import plain
from custmap.syntax.yaml_reader import read_yaml
from custmap.testing.cases import run_cases
from custmap.testing.write_yaml import block, flow
from custmap.values.equality import same

CASES = yaml.safe_load((Path(__file__).parent / "updating.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_rewritten(case: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_bytes(case["before"].encode())
    (result,) = run_cases([path], load, update=True)
    assert path.read_bytes().decode() == case.get("after", case["before"])
    assert result.updated is ("after" in case)
    assert result.refused == case.get("refused")
    if result.updated:
        (again,) = run_cases([path], load, update=False)
        assert again.passed


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(JSON, st.booleans())
def test_what_is_written_is_read_back(value: Any, open_up: bool) -> None:
    text = "\n".join(block("expect", value, open_up=open_up)) + "\n"
    assert same(plain(read_yaml(text.encode(), "x.yaml")), {"expect": value}), text


WORDS = [
    "NO",
    "yes",
    "null",
    "~",
    "1",
    "012",
    "1e3",
    "2026-01-02",
    "1:30",
    "a: b",
    "a #b",
    " a",
    "a ",
    "-",
    "a,b",
]


@pytest.mark.parametrize(
    "word", [*WORDS, "[x]", "a\tb", "a\nb", "\u2028", "\x7f", "\U0001f600", "é", "", "<<", "=", "y"]
)
def test_texts_stay_texts(word: str) -> None:
    assert plain(read_yaml(f"a: {flow([word, {word: word}])}\n".encode(), "x.yaml")) == {
        "a": [word, {word: word}]
    }
