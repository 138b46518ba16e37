"""The short cut for plain names gives exactly what the full way gives."""

from __future__ import annotations

import os
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from custmap.functions.name_parser import lexicon, means_something, special
from custmap.functions.name_words import (
    COMPANY_CAPITALS,
    COMPANY_WORDS,
    FIRST_IN_ROMANISED,
    GIVEN_NAMES,
    NAMES_OR_TITLES,
    PARTICLES,
    PLAIN_SUFFIXES,
    PLAIN_TITLES,
    SUFFIXES_AFTER,
    TITLES_BEFORE,
    TRADE_WORDS,
)
from custmap.functions.splitting import _PLAIN, split_in_full, split_name

EXAMPLES = 1000 if os.environ.get("CUSTMAP_LAWS") == "long" else 300
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
_SUFFIXES = [suffix.replace(r"\.?", dot) for suffix in SUFFIXES_AFTER for dot in ("", ".")]
_TITLES = [title + dot for title in TITLES_BEFORE for dot in ("", ".")]
_TITLE = st.sampled_from(_TITLES) | st.sampled_from(sorted(PLAIN_TITLES)).map(str.capitalize)
_SUFFIX = st.sampled_from(_SUFFIXES) | st.sampled_from(sorted(PLAIN_SUFFIXES)).map(str.upper)
_PARTICLE = st.sampled_from(PARTICLES) | st.sampled_from(sorted(lexicon().particles))
_INITIAL = st.sampled_from("ABDEIOXYZ").map("{}.".format)
_PARTS = (_TITLE, _WORDS, _WORDS | _INITIAL, _INITIAL, _PARTICLE, _PARTICLE, _WORDS, _SUFFIX)
_DRESSED = st.tuples(*(st.just("") | part for part in _PARTS)).map(
    lambda parts: " ".join(filter(None, parts))
)
_NAMES = st.lists(_WORDS, min_size=2, max_size=3).map(" ".join) | _DRESSED


@given(_NAMES)
@settings(max_examples=EXAMPLES, deadline=None)
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
@example("Quentin des Marlow")
@example("Dr. Ann B. C. van der Marlow Jr.")
@example("Mr Ann Marlow Marlow")
@example("A" + "b" * 150 + " E" + "f" * 150)
def test_short_cut_is_the_full_way(name: str) -> None:
    assert split_name(name) == split_in_full(name)


@given(st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_any_text_is_split_the_same_way_twice(name: str) -> None:
    assert split_name(name) == split_in_full(name)


@pytest.mark.parametrize("title", ["", *_TITLES])
def test_every_word_around_a_plain_name_is_split_as_in_full(title: str) -> None:
    """Each with each, and with no, one or two letters between the names in turn."""
    particles = ["", *PARTICLES, *map(" ".join, product(PARTICLES, PARTICLES) if not title else ())]
    turn = len(title)
    for (at, particle), (by, suffix) in product(enumerate(particles), enumerate(("", *_SUFFIXES))):
        if " " in particle and suffix:
            continue
        between = ("", "B.", "B. C.")[(turn + at + by) % 3]
        name = " ".join(filter(None, (title, "Quentin", between, particle, "Marlow", suffix)))
        found = split_name(name)
        assert found == split_in_full(name)
        assert (found.prefix or "", found.family) == (title, f"{particle} Marlow".strip())


def test_plain_names_take_the_short_cut() -> None:
    for name in ("Ann Miller", "Jörg Öberg", "Anna Maria Miller", "Dr. Ann B. van der Miller Jr."):
        found = _PLAIN.fullmatch(name)
        assert found and not any(map(means_something, (found[2], found[6])))
