"""`split_name`: from a name in one text to its parts, and what is a guess about them.

`nameparser` does the work, with its own vocabulary and some words of ours, frozen (other libraries' settings
have no effect), and a few rules around it. Only letters become parts (`name_letters`); uncertain splits are
reported in `ambiguous` (`name_doubts`). Plain names do not need the parser and give the same result: two or
three words with nothing special about them, with or without initials, particles, and a common title or
suffix around them. Most names are plain.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import Final

from custmap.functions import name_words as words
from custmap.functions.name_doubts import FAMILY_BEGINS, FAMILY_ENDS, doubts, order_in_doubt
from custmap.functions.name_letters import (
    as_written,
    company_name,
    has_letter,
    is_unusual,
    name_letters,
    usual_form,
)
from custmap.functions.name_parser import (
    is_initials,
    lexicon,
    means_something,
    one_case,
    parse,
    small,
)
from custmap.functions.name_parts import HAN, PARTS, SELECTORS, SplitName

# One word of a plain name: an upper-case and lower-case letters, Latin with or without diacritics.
_WORD: Final = r"[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]+"
_PLAIN: Final = re.compile(
    rf"(?:((?:{'|'.join(words.TITLES_BEFORE)})\.?) )?"
    rf"({_WORD}) (?:({_WORD}) |((?:[A-Z]\. )+))?"
    rf"((?:(?:{'|'.join(words.PARTICLES)}) ){{1,2}})?({_WORD})"
    rf"(?: ({'|'.join(words.SUFFIXES_AFTER)}))?"
)
_CHARACTER: Final = re.compile(f".[{SELECTORS}]?")
_HAN: Final = f"[{HAN}][{SELECTORS}]?"
_KANA: Final = "[\u3041-\u309f\u30a1-\u30ff]"
_UNSPACED: Final = re.compile(rf"(?:{_HAN}){{2,6}}|(?:{_HAN}){{1,4}}{_KANA}{{1,6}}")
_ORDINAL_AT_END: Final = re.compile(r"(.*\S),? (\d{1,2}(?:st|nd|rd|th))", re.IGNORECASE)
# A longer text is not a name, and parsing time is not linear.
_LONGEST: Final = 200


@lru_cache(maxsize=1024)
def split_name(text: str) -> SplitName:
    """Split a name; any text gives a result, and `ambiguous` says what is doubtful.

    >>> split_name("Dr. Ann van der Berg Jr.").family
    'van der Berg'
    >>> split_name("Cher").ambiguous
    'one word: taken as the given name'
    """
    plain = _PLAIN.fullmatch(text)
    if plain is None or len(text) > _LONGEST:
        return split_in_full(text)
    title, given, middle, initials, particles, last, suffix = plain.groups()
    family = last if particles is None else particles + last
    if (
        means_something(given)
        or means_something(last)
        or (middle is not None and means_something(middle))
        or order_in_doubt(given, family)
    ):
        return split_in_full(text)
    ambiguous = None if middle is None else FAMILY_BEGINS
    return SplitName(title, given, initials[:-1] if initials else middle, family, suffix, ambiguous)


def split_in_full(text: str) -> SplitName:
    """`split_name` without its short cut; the two give the same for every text."""
    text = " ".join(text.split())
    if not text:
        return SplitName()
    letters = name_letters(text)
    if not has_letter(letters.text):
        return SplitName(ambiguous="no word is a name: not split")
    if words.NO_NAME.issuperset(text.lower().split(" ")):
        return SplitName(ambiguous="stands for a missing name: not split")
    if len(text) > _LONGEST:
        return SplitName(given=letters.text, ambiguous="too long for a name: not split")
    whole = company_name(text)
    if _is_company(whole):
        return SplitName(family=whole, ambiguous="looks like a company: not split, taken as the family name")
    return _with_notes(
        _unspaced(letters.text) or _in_usual_form(letters.text),
        "characters that do not belong in a name are left out" if letters.left_out else None,
    )


def _with_notes(split: SplitName, *notes: str | None) -> SplitName:
    """The split with these reasons added to its doubts, each once."""
    said = dict.fromkeys(filter(None, (split.ambiguous, *notes)))
    return replace(split, ambiguous="; ".join(said) or None)


def _is_company(text: str) -> bool:
    if any(mark in text for mark in words.COMPANY_CHARACTERS):
        return True
    parts = [part.strip(",").removesuffix(".") for part in text.split(" ")]
    if len(parts) < 2:
        return False
    if parts[-1] in words.COMPANY_CAPITALS and not text.isupper():
        return True
    lower = [part.lower() for part in parts]
    return lower[-1] in words.COMPANY_WORDS or not words.TRADE_WORDS.isdisjoint(lower)


def _unspaced(text: str) -> SplitName | None:
    """Chinese and Japanese characters without a space: the family name comes first, its end is a guess."""
    if not _UNSPACED.fullmatch(text):
        return None
    characters = _CHARACTER.findall(text)
    for size, known in ((3, words.JAPANESE), (2, words.JAPANESE), (2, words.CHINESE_TWO), (1, words.CHINESE)):
        family, given = "".join(characters[:size]), "".join(characters[size:])
        if family in known and given and (size > 1 or len(characters) <= 3):
            return SplitName(family=family, given=given, ambiguous=FAMILY_ENDS)
    return SplitName(family=text, ambiguous="no space and no known family name: taken as the family name")


def _in_usual_form(text: str) -> SplitName:
    """Split in the form of the word lists; the parts are spelled as in the text."""
    usual = usual_form(text)
    split = _vietnamese(usual) or _capitals_first(usual) or _parsed(usual)
    if usual == text:
        return split
    parts = {part: as_written(getattr(split, part) or "", usual, text) or None for part in PARTS}
    split = SplitName(**parts, ambiguous=split.ambiguous)
    return _with_notes(split, "letters in an unusual form" if any(map(is_unusual, text)) else None)


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
    if "," in text or not rest[0].isupper() or means_something(first):
        return None
    split = _parsed(f"{first}, {rest}")
    return replace(split, ambiguous="the word in capitals taken as the family name")


def _parsed(text: str) -> SplitName:
    ordinal = _ORDINAL_AT_END.fullmatch(text)
    split, notes = parse(ordinal[1] if ordinal else text)
    if ordinal:
        split = replace(split, suffix=" ".join(filter(None, (split.suffix, ordinal[2]))))
    split = _name_among_titles(_particle_first(split, text))
    return _with_notes(split, *notes, *doubts(text, split))


def _particle_first(split: SplitName, text: str) -> SplitName:
    """`Baron von Tolven`: a particle in small letters begins the family name, with or without a given one."""
    given, family = split.given or "", split.family or ""
    if not family or given not in lexicon().particles or one_case(text):
        return split
    return replace(split, given=None, family=f"{given} {family}")


def _name_among_titles(split: SplitName) -> SplitName:
    """`Prince Fielder`, `Dr. King A. Marlow`: a title that is a given name too, where no other is."""
    titles, _, last = (split.prefix or "").rpartition(" ")
    if small(last) not in words.NAMES_OR_TITLES:
        return split
    if split.given is None or (split.family and is_initials(split.given)):
        middle = " ".join(filter(None, (split.given, split.middle)))
        return replace(split, prefix=titles or None, given=last, middle=middle or None)
    if split.family is None:
        return replace(split, prefix=titles or None, given=last, family=split.given)
    return split
