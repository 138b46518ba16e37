"""`custmap.compile_expression` raises what custmap raises: a mistake in the text, or in the data."""

from __future__ import annotations

import pytest

from custmap import MappingError, RecordError, compile_expression


@pytest.mark.parametrize(
    ("text", "code"), [("foo[", "CM305"), ("nope(@)", "CM304"), ("a[::0]", "CM305"), ("(" * 200, "CM306")]
)
def test_mistakes_in_the_text(text: str, code: str) -> None:
    with pytest.raises(MappingError) as caught:
        compile_expression(text)
    assert [found.code for found in caught.value.diagnostics] == [code]


@pytest.mark.parametrize("text", ["length(@)", "phone_e164(@)"])
def test_mistakes_in_the_data(text: str) -> None:
    with pytest.raises(RecordError) as caught:
        compile_expression(text)(5)
    assert [found.code for found in caught.value.diagnostics] == ["CM704"]


@pytest.mark.parametrize("text", ["to_string(@)", "sort([@])", "floor(@)", "a.b || to_string(@)"])
@pytest.mark.parametrize(
    "value", [10**5000, b"x", float("inf"), object(), {"a": 10**5000}, {1: 2}], ids=list("abcdef")
)
def test_what_is_not_json(text: str, value: object) -> None:
    try:
        compile_expression(text)(value)
    except RecordError as error:
        assert {found.code for found in error.diagnostics} <= {"CM702", "CM704"}


def test_the_text_is_shown() -> None:
    assert "def search" in compile_expression("a.b").source  # type: ignore[attr-defined]


def test_misuse() -> None:
    with pytest.raises(TypeError):
        compile_expression(5)  # type: ignore[arg-type]
