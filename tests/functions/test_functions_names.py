"""Names: what is stated and what is split, what is reported, and the published score."""

from __future__ import annotations

import json
import os
import re
import threading
import warnings
from pathlib import Path
from typing import Any
from unicodedata import category

import pytest
import yaml
from hard_names_score import doubtful_plain_names, plain_names, score
from hypothesis import given, settings
from hypothesis import strategies as st

from custmap.expressions.function import FunctionError
from custmap.functions.name_parts import PARTS
from custmap.functions.names import doubt
from custmap.functions.splitting import split_in_full, split_name
from custmap.functions.table import LIBRARY
from custmap.values.absent import ABSENT

HERE = Path(__file__).parent
SUITES = os.environ.get("CUSTMAP_SUITES")
STATES: list[dict[str, Any]] = yaml.safe_load((HERE / "name_states.yaml").read_text(encoding="utf-8"))
KINDS: list[dict[str, Any]] = yaml.safe_load((HERE / "name_kinds.yaml").read_text(encoding="utf-8"))
FUNCTIONS = {
    "prefix": "name_prefix",
    "given": "given_name",
    "middle": "middle_name",
    "family": "family_name",
    "suffix": "name_suffix",
    "full": "full_name",
}


@pytest.mark.parametrize("case", STATES, ids=lambda case: case["summary"])
def test_states(case: dict[str, Any]) -> None:
    failing = []
    for part, name in FUNCTIONS.items():
        try:
            assert LIBRARY[name].call(case["name"]) == case.get("gives", {}).get(part, ABSENT), part
        except FunctionError:
            failing.append(part)
    assert failing == case.get("fails", [])


@pytest.mark.parametrize("case", KINDS, ids=lambda case: ascii(case["name"]))
def test_kinds(case: dict[str, Any]) -> None:
    split = split_name(case["name"])
    assert {part: getattr(split, part) for part in PARTS} == {part: case.get(part) for part in PARTS}
    if "doubt" in case:
        assert case["doubt"] in (split.ambiguous or "")
    else:
        assert split.ambiguous is None


@pytest.mark.parametrize(
    ("name", "phrase"),
    [
        ("Zorblatt", "one word: taken as the given name"),
        ("Rodrigo García Montalbo", "where the family name begins is not certain"),
        ("Zhang Qiulan", "the first word is a common family name where the family name comes first"),
        ("Tolven GmbH", "looks like a company: not split, taken as the family name"),
        ("VARENNE Hélène", "the word in capitals taken as the family name"),
        ("山田杏樹", "where the family name ends is not certain"),
        ("鱻鱻鱻鱻", "no space and no known family name: taken as the family name"),
        ("Nguyễn Thị Mơ", "looks Vietnamese: the first word taken as the family name"),
        ("Alda and Edric Marlow", "may be several people"),
        ("Alda Marlow (Aldie)", "a nickname is in none of the parts"),
        ("Alda Marlow née Tolven", "a birth name is in none of the parts"),
        ("Van Tolven", "the first word may be a given name or begin the family name"),
        ("V. Priyalatha", "an initial may stand for the given or the family name"),
        ("Ветрова Ольга", "the first word may be the family name"),
        ("x" * 201, "too long for a name: not split"),
    ],
)
def test_what_is_a_guess_is_said(name: str, phrase: str) -> None:
    assert phrase in (split_name(name).ambiguous or "")


@pytest.mark.parametrize(
    "name", ["Alda Marlow", "Alda J. Marlow", "Mr. Marlow", "de Varenne", "Marlow, Alda Jane"]
)
def test_what_is_plain_is_not_reported(name: str) -> None:
    assert split_name(name).ambiguous is None


def test_doubt_is_about_what_is_split() -> None:
    assert doubt("Zorblatt") == doubt({"formatted": "Zorblatt"}) == "one word: taken as the given name"
    assert doubt({"formatted": "Zorblatt", "given": "Zor", "family": "Blatt"}) is None
    assert doubt({"given": "Zor"}) is doubt(None) is doubt({"formatted": 5}) is doubt({}) is None


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_no_note_shows_a_word_of_the_name(name: str) -> None:
    said = split_name(f"Xqzv{name}").ambiguous or ""
    assert "xqzv" not in said.lower()


_SIGNS = st.characters(categories=("So", "Sk", "Sm", "Sc", "Nd", "No", "Me", "Mn", "Co", "Cf", "Pc", "Po"))
_SCATTERED = st.lists(st.one_of(_SIGNS, st.characters(categories=("L",)), st.sampled_from(" .,'-·()\u200d")))


@given(st.one_of(st.text(max_size=300), _SCATTERED.map("".join)))
@settings(max_examples=600, deadline=None)
def test_only_letters_come_out_as_parts(name: str) -> None:
    _assert_letters(name)


@pytest.mark.skipif(SUITES is None, reason="CUSTMAP_SUITES is not set")
def test_no_naughty_string_comes_out_as_a_part() -> None:
    for text in json.loads(Path(str(SUITES), "blns", "blns.json").read_bytes()):
        _assert_letters(text)


def _assert_letters(name: str) -> None:
    """Each word of a part has a letter, with nothing but what stands at letters; no loss goes unsaid."""
    split = split_in_full(name)
    parts = [part for part in (getattr(split, one) for one in PARTS) if part is not None]
    assert parts or split.ambiguous or not name.strip()
    if "looks like a company" in (split.ambiguous or ""):
        return
    for word in " ".join(parts).split():
        signs = {
            char for char in word if not char.isalpha() and category(char) not in ("Mn", "Mc", "Nl", "Pd")
        }
        assert signs <= _AT_LETTERS or re.match(r"\d{1,2}(st|nd|rd|th)", word, re.IGNORECASE)
        assert word == "&" or any(char.isalpha() or category(char) == "Nl" for char in word)


_AT_LETTERS = frozenset("'’‘´`′՚׳״\".．｡。·‧・･་,，،&\u200c\u200d")


@pytest.mark.parametrize("name", ["Ann 🎉 Lee", "Dr. Ann Lee (Annie)", "Prince Alda Marlow", "Nguyễn Thị Mơ"])
def test_stated_parts_leave_only_what_the_split_found(name: str) -> None:
    split = split_name(name)
    stated = {"formatted": name, "given": split.given, "family": split.family}
    for part in ("prefix", "middle", "suffix"):
        assert LIBRARY[FUNCTIONS[part]].call(stated) == (getattr(split, part) or ABSENT)


def test_another_library_that_configures_nameparser_changes_nothing() -> None:
    from nameparser.config import CONSTANTS

    before = split_in_full("Zub Alda Marlow")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        CONSTANTS.titles.add("zub")
        try:
            assert split_in_full("Zub Alda Marlow") == before
        finally:
            CONSTANTS.titles.remove("zub")


def test_threads_split_alike() -> None:
    names = [f"Dr. Alda{'abcdefgh'[n % 8]} van der Marlow Jr." for n in range(200)]
    results: list[list[Any]] = []
    threads = [
        threading.Thread(target=lambda: results.append([split_name(name) for name in names]))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [[split_in_full(name) for name in names]] * 4


def test_the_score_is_not_below_the_published_one() -> None:
    page = (HERE.parents[1] / "docs/names.md").read_text(encoding="utf-8")
    published = re.search(
        r"\*\*(\d+) of (\d+)\*\*.*?\*\*(\d+)\*\* wrong in silence.*?\*\*(\d+) of (\d+)\*\* plain",
        page,
        re.DOTALL,
    )
    assert published is not None
    right, names, silent, doubtful, plain = map(int, published.groups())
    result = score()
    assert result.names == names >= 200
    assert result.right >= right
    assert len(result.silent) <= silent == 0
    assert len(plain_names()) == plain >= 500
    assert len(doubtful_plain_names()) <= doubtful
