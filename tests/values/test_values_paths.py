"""Target paths: what is written is read back; what cannot be read names its character."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custmap.values.paths import Index, Member, PathError, Select, TargetPath, format_path, parse_path

names = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
segments = (
    st.builds(Member, names)
    | st.builds(Index, st.integers(min_value=0, max_value=9999))
    | st.builds(Select, names, names)
)
paths = st.builds(
    lambda first, rest: (first, *rest), st.builds(Member, names), st.lists(segments, max_size=4)
)


@given(paths)
def test_writing_and_reading_are_inverse(path: TargetPath) -> None:
    assert parse_path(format_path(path)) == path


@given(st.text(max_size=20) | st.text(alphabet='ab.[]="\\0', max_size=12))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        path = parse_path(text)
    except PathError as error:
        assert 0 <= error.offset <= len(text)
    else:
        assert parse_path(format_path(path)) == path


def test_a_quoted_name_keeps_its_letters() -> None:
    assert format_path((Member("größe x"), Select("k", "ü y"))) == '"größe x"[k="ü y"]'


def test_a_path_has_64_parts_at_most() -> None:
    assert len(parse_path(".".join("a" * 64))) == 64
    with pytest.raises(PathError, match="at most 64 parts"):
        parse_path(".".join("a" * 65))
