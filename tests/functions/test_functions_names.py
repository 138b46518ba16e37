"""Names: what is stated and what is split, what is reported, and the published score."""

from __future__ import annotations

import re
import threading
import warnings
from pathlib import Path
from typing import Any

import pytest
import yaml
from hard_names_score import score
from hypothesis import given, settings
from hypothesis import strategies as st

from custmap.expressions.function import FunctionError
from custmap.functions.names import doubt
from custmap.functions.splitting import PARTS, split_in_full, split_name
from custmap.functions.table import LIBRARY
from custmap.values.absent import ABSENT

HERE = Path(__file__).parent
STATES: list[dict[str, Any]] = yaml.safe_load((HERE / "name_states.yaml").read_text(encoding="utf-8"))
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


@pytest.mark.parametrize(
    ("name", "phrase"),
    [
        ("Zorblatt", "one word: taken as the given name"),
        ("Rodrigo García Montalbo", "where the family name begins is not certain"),
        ("Zhang Qiulan", "the first word is a common family name where that stands first"),
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


@given(st.text(max_size=300))
@settings(max_examples=300, deadline=None)
def test_every_text_gives_parts_that_are_texts_or_nothing(name: str) -> None:
    split = split_in_full(name)
    assert all(part is None or part for part in (getattr(split, one) for one in PARTS))
    assert not name.strip() or any(getattr(split, one) for one in PARTS)


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
    published = re.search(r"\*\*(\d+) of (\d+)\*\*.*?\*\*(\d+)\*\* wrong in silence", page, re.DOTALL)
    assert published is not None
    right, names, silent = map(int, published.groups())
    result = score()
    assert result.names == names >= 100
    assert result.right >= right
    assert len(result.silent) <= silent
