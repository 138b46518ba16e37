"""Ignores: where a comment is one, what it names, and which line it is about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custmap.syntax.ignores import read_ignores

TEXT = """\
a: 1  # custmap: ignore CM405: the vendor cuts it
b: "# custmap: ignore CM001: no" # custmap: ignore CM402, CM403: two
c: | # custmap: ignore CM404: at the head
  text # custmap: ignore CM002: no
  # custmap: ignore CM003: no
# custmap: ignore CM406: about the next

# a comment
d: [x,  # custmap: ignore CM407
    'y # custmap: ignore CM004']
e: f # custmap: ignore
g: 'h# custmap: ignore CM005'
i: j # custmap: ignored CM006
k: l # custmap: ignore CM408: reason: with # signs, CM007
# custmap: ignore CM409: about nothing
"""


def test_ignores() -> None:
    found = [(ignore.codes, ignore.reason, ignore.line) for ignore in read_ignores(TEXT, "m.yaml")]
    assert found == [
        (("CM405",), "the vendor cuts it", 1),
        (("CM402", "CM403"), "two", 2),
        (("CM404",), "at the head", 3),
        (("CM406",), "about the next", 9),
        (("CM407",), None, 9),
        ((), None, 11),
        (("CM408",), "reason: with # signs, CM007", 14),
        (("CM409",), "about nothing", 15),
    ]


def test_the_span_is_the_comment() -> None:
    ignore = read_ignores(TEXT, "m.yaml")[1]
    assert str(ignore.span) == "m.yaml:2:34"
    assert TEXT.split("\n")[1][ignore.span.column - 1 : ignore.span.end_column - 1].startswith("# custmap")


@pytest.mark.parametrize("text", ["", "a: b", "a: [1 # custmap: ignore CM1: x", "@ # custmap: ignore CM1: x"])
def test_text_that_is_not_yaml_raises_nothing(text: str) -> None:
    assert len(read_ignores(text, "m.yaml")) <= 1


@given(st.text(alphabet="a:-[]{}'\"|> \n#\t&*", max_size=30))
def test_any_text(text: str) -> None:
    read_ignores(text + " # custmap: ignore CM405: x", "m.yaml")


def test_many_comments() -> None:
    assert len(read_ignores("# custmap: ignore CM405: x\n" * 20_000, "m.yaml")) == 20_000
