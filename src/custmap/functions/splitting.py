"""`split_name`: a name written in one text → its parts, and what about that is a guess.

`nameparser` does the work, with its own fixed vocabulary (nothing that another library configures there
changes us), and a few rules around it; what it cannot know is reported in `ambiguous`. A plain name of two
or three words with nothing special about them, most names, needs no parser and gives the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from custmap.functions import name_words as words

if TYPE_CHECKING:
    from nameparser import Parser

PARTS: Final = ("prefix", "given", "middle", "family", "suffix")

# One word of a plain name: a capital and small letters, Latin with or without marks.
_WORD: Final = r"[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]+"
_PLAIN: Final = re.compile(rf"({_WORD}) (?:({_WORD}) )?({_WORD})")
_ROMAN: Final = frozenset("ivxlcdm")
_HAN: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002fa1f々]{2,6}")
_HAN_AND_KANA: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff々]{1,4}[\u3041-\u309f\u30a1-\u30ff]{1,6}")
_CYRILLIC: Final = re.compile(r"[\u0400-\u052f.\s-]+")
_SLAVIC_FAMILY: Final = re.compile(r".+(?:[оеё]ва?|[иы]на?|[сц]кий|[сц]кая|енко|[юу]к)", re.IGNORECASE)
_PATRONYMIC: Final = re.compile(r"[\u0400-\u052f]+(?:[оеё]вич|[оеё]вна|ьич|ична)", re.IGNORECASE)
_SEVERAL: Final = re.compile(r"&|\b(?:and|und|et)\b", re.IGNORECASE)
# Beyond this length it is no name, and parsing time is not linear.
_LONGEST: Final = 200

_THREE: Final = "where the family name begins is not certain"
_KINDS: Final = {
    "order": "the order of the words is not certain",
    "suffix-or-nickname": "a word may be a title or a nickname",
    "suffix-or-name": "a word may be a title after the name or a name",
    "title-or-name": "a word may be a title or a name",
    "particle-or-given": "the first word may be a given name or begin the family name",
    "conjunction-or-initial": "a letter may be an initial or a word",
    "given-or-family": "one word: taken as the given name",
    "unbalanced-delimiter": "a quote or bracket is not closed",
    "comma-structure": "the commas are unusual",
    "segmentation": "where the family name ends is not certain",
}


@dataclass(frozen=True, slots=True)
class SplitName:
    """The parts of a name, None where it has none. `ambiguous` says in a phrase, without any part of the
    name, what was a guess; None: nothing was."""

    prefix: str | None = None
    given: str | None = None
    middle: str | None = None
    family: str | None = None
    suffix: str | None = None
    ambiguous: str | None = None


@lru_cache(maxsize=1024)
def split_name(text: str) -> SplitName:
    """Split a name; any text gives a result, and what is doubtful is said in `ambiguous`.

    >>> split_name("Dr. Ann van der Berg Jr.").family
    'van der Berg'
    >>> split_name("Cher").ambiguous
    'one word: taken as the given name'
    """
    plain = _PLAIN.fullmatch(text)
    if plain is not None:
        given, middle, family = plain.groups()
        if not any(_means_something(word) for word in (given, family, middle or given)):
            return SplitName(
                given=given, middle=middle, family=family, ambiguous=_THREE if middle is not None else None
            )
    return split_in_full(text)


def _means_something(word: str) -> bool:
    small = word.lower()
    return small in _special() or _ROMAN.issuperset(small)


def split_in_full(text: str) -> SplitName:
    """`split_name` without its short cut; the two give the same for every text."""
    text = " ".join(text.split())
    if not text:
        return SplitName()
    if len(text) > _LONGEST:
        return SplitName(given=text, ambiguous="too long for a name: not split")
    if _is_company(text):
        return SplitName(family=text, ambiguous="looks like a company: not split, taken as the family name")
    return _unspaced(text) or _vietnamese(text) or _capitals_first(text) or _parsed(text)


def _is_company(text: str) -> bool:
    if any(mark in text for mark in words.COMPANY_CHARACTERS):
        return True
    parts = text.split(" ")
    last = parts[-1].strip(",")
    if len(parts) < 2:
        return False
    if last in words.COMPANY_CAPITALS:
        return not text.isupper()
    return last.lower() in words.COMPANY_WORDS


def _unspaced(text: str) -> SplitName | None:
    """Chinese and Japanese characters without a space: the family name stands first, its end is a guess."""
    if not _HAN.fullmatch(text) and not _HAN_AND_KANA.fullmatch(text):
        return None
    for size, known in ((3, words.JAPANESE), (2, words.JAPANESE), (2, words.CHINESE_TWO)):
        if text[:size] in known and len(text) > size:
            return SplitName(family=text[:size], given=text[size:], ambiguous=_KINDS["segmentation"])
    if text[0] in words.CHINESE and len(text) <= 3:
        return SplitName(family=text[0], given=text[1:], ambiguous=_KINDS["segmentation"])
    return SplitName(family=text, ambiguous="no space and no known family name: taken as the family name")


def _vietnamese(text: str) -> SplitName | None:
    parts = text.split(" ")
    if len(parts) < 2 or parts[0].lower() not in words.FIRST_IN_VIETNAMESE or parts[0].isascii():
        return None
    if "," in text:
        return None
    return SplitName(
        family=parts[0],
        middle=" ".join(parts[1:-1]) or None,
        given=parts[-1],
        ambiguous="looks Vietnamese: the first word taken as the family name",
    )


def _capitals_first(text: str) -> SplitName | None:
    """`VARENNE Hélène`: a first word in capitals among others that are not is the family name."""
    first, _, rest = text.partition(" ")
    if len(first) < 3 or not first.isupper() or not first.isalpha() or not rest or rest.isupper():
        return None
    if "," in text or not rest[0].isupper() or _means_something(first):
        return None
    split = _parsed(f"{first}, {rest}")
    return replace(split, ambiguous="the word in capitals taken as the family name")


@cache
def _parser(cyrillic: bool = False) -> Parser:
    """In Cyrillic a patronymic at the end tells that the family name stands first; in Latin letters the
    same ending is as often a family name."""
    from nameparser import Lexicon, Parser, PatronymicRule, Policy

    rules = frozenset({PatronymicRule.EAST_SLAVIC}) if cyrillic else frozenset[PatronymicRule]()
    return Parser(Lexicon.default(), Policy(patronymic_rules=rules))


@cache
def _special() -> frozenset[str]:
    """Every word that means something to the parser or to the rules here, in small letters."""
    from dataclasses import fields

    lexicon = _parser().lexicon
    known: set[str] = set()
    for field in fields(lexicon):
        entries = getattr(lexicon, field.name)
        if isinstance(entries, frozenset):
            known.update(word.strip(".") for entry in entries for word in entry.lower().split())
    lists = (words.COMPANY_WORDS, words.FIRST_IN_VIETNAMESE, words.FIRST_IN_ROMANISED)
    capitals = {word.lower() for word in words.COMPANY_CAPITALS}
    return frozenset(known.union(*lists, capitals))


def _parsed(text: str) -> SplitName:
    found = _parser(_CYRILLIC.fullmatch(text) is not None).parse(text)
    notes = [_KINDS.get(str(one.kind), "a word has two readings") for one in found.ambiguities]
    split = SplitName(
        prefix=found.title or None,
        given=found.given or None,
        middle=found.middle or None,
        family=found.family or None,
        suffix=found.suffix or None,
    )
    if split.given is None and split.family is None:
        split = SplitName(given=text)
        notes.append("no word is plainly a name: the whole taken as the given name")
    if found.nickname:
        notes.append("a nickname is in none of the parts")
    if found.maiden:
        notes.append("a birth name is in none of the parts")
    if _SEVERAL.search(text):
        notes.append("may be several people")
    if "," not in text:
        notes.extend(_doubts_of_order(split))
    return replace(split, ambiguous="; ".join(dict.fromkeys(notes)) or None)


def _doubts_of_order(split: SplitName) -> list[str]:
    """What the parser took for granted of the order of the words, where no comma tells it."""
    given, middle, family = split.given or "", split.middle or "", split.family or ""
    notes = []
    long_family = sum(word.lower() not in _parser().lexicon.particles for word in family.split()) > 1
    if family and (long_family or (middle and not _initials(middle) and not _patronymic(split))):
        notes.append(_THREE)
    if family and given.lower() in words.FIRST_IN_ROMANISED:
        notes.append("the first word is a common family name where that stands first")
    if given and family and not middle and _initials(given):
        notes.append("an initial may stand for the given or the family name")
    if not middle and _SLAVIC_FAMILY.fullmatch(given) and family and not _SLAVIC_FAMILY.fullmatch(family):
        notes.append("the first word may be the family name")
    return notes


def _initials(text: str) -> bool:
    return all(len(word.strip(".")) == 1 for word in text.split())


def _patronymic(split: SplitName) -> bool:
    """In Cyrillic the middle name tells the order by its ending."""
    return _PATRONYMIC.fullmatch(split.middle or "") is not None
