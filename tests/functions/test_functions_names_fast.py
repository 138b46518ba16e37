"""The short cut for plain names gives exactly what the full way gives."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from custmap.functions.name_parser import means_something, special
from custmap.functions.name_words import (
    COMPANY_CAPITALS,
    COMPANY_WORDS,
    FIRST_IN_ROMANISED,
    GIVEN_NAMES,
    NAMES_OR_TITLES,
    TRADE_WORDS,
)
from custmap.functions.splitting import _PLAIN, split_in_full, split_name

_LETTERS = st.text("abcdefghijklmnopqrstuvwxyzàäåçéèêëíñóöøúüßÿ", min_size=1, max_size=9)
_INVENTED = st.builds(
    lambda first, rest: first + rest, st.sampled_from("ABDEGJKMNRSVZÀÁÅÇÉÍÑÓÖØÚÞ"), _LETTERS
)
_MEANING = st.sampled_from(sorted(special())).map(str.capitalize)
_NUMERAL = st.text("ivxlcdm", min_size=2, max_size=5).map(str.capitalize)
_LISTS = (COMPANY_WORDS, COMPANY_CAPITALS, FIRST_IN_ROMANISED, GIVEN_NAMES, NAMES_OR_TITLES, TRADE_WORDS)
_LISTED = st.sampled_from(sorted(frozenset().union(*_LISTS))).map(str.title)
_ENDING = st.sampled_from(["Albov", "Albenko", "Albimoto", "Albsson", "Albescu"])
_WORDS = st.one_of(_INVENTED, _INVENTED, _INVENTED, _MEANING, _LISTED, _NUMERAL, _ENDING)
_NAMES = st.lists(_WORDS, min_size=2, max_size=3).map(" ".join)


@given(_NAMES)
@settings(max_examples=600, deadline=None)
@example("Van Johnson")
@example("Ann Van Dyke")
@example("Jack Ma")
@example("Judge Reinhold")
@example("Mary Née Smith")
@example("Anna Vi")
@example("Will Iv")
@example("Ann Lee\n")
@example("Prince Fielder")
@example("Earl Marlow")
@example("Marlow Zsófia")
@example("Test Test")
@example("Test Ann Test")
def test_short_cut_is_the_full_way(name: str) -> None:
    assert split_name(name) == split_in_full(name)


@given(st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_any_text_is_split_the_same_way_twice(name: str) -> None:
    assert split_name(name) == split_in_full(name)


def test_plain_names_take_the_short_cut() -> None:
    for name in ("Ann Miller", "Jörg Öberg", "Anna Maria Miller"):
        found = _PLAIN.fullmatch(name)
        assert found and not any(map(means_something, filter(None, found.groups())))
