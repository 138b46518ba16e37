"""`doubts`: what is a guess in a split name, in phrases without any word of the name.

A split is certain only if it is clearly right: all words are of one script whose name order is known, with
one given name, one family name with its particles, initials between them, and titles that are not names
around them. A word with two meanings in the vocabulary is in doubt wherever the other meaning is possible.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from custmap.functions import name_words as words
from custmap.functions.name_letters import scripts
from custmap.functions.name_parser import (
    ends_names,
    is_initials,
    is_letter_or_word,
    is_plain_suffix,
    is_plain_title,
    lexicon,
    one_case,
    small,
)
from custmap.functions.name_parts import SplitName

FAMILY_BEGINS: Final = "where the family name begins is not certain"
FAMILY_ENDS: Final = "where the family name ends is not certain"
_SEVERAL: Final = re.compile(
    r"&|(?i:\b(?:and|und|et|family|familie|famille|famiglia|familia)\b)"
    r"|\s(?:og|och|en|ve|ja|or|oder|y|e|i|и|та|і|و)\s"
)
_SLAVIC_FAMILY: Final = re.compile(r".+(?:[оеё]ва?|[иы]на?|[сц]кий|[сц]кая|енко|[юу]к)", re.IGNORECASE)
_PATRONYMIC: Final = re.compile(r"[\u0400-\u052f]+(?:[оеё]вич|[оеё]вна|ьич|ична)", re.IGNORECASE)
# Two syllables may be only a given name, four may begin with a family name of two.
_HANGUL: Final = re.compile("[\uac00-\ud7a3]{2}|[\uac00-\ud7a3]{4,}")
_COMMA: Final = re.compile("[,，،]")


def doubts(text: str, split: SplitName) -> Iterator[str]:
    """What is uncertain in the parts of a text of words with spaces between them."""
    if split.given is None and split.family is None:
        yield "no word is clearly a name"
    if split.given and not split.family:
        yield "one word: taken as the given name"
    if split.family and not split.given and not split.prefix and not _begins_with_particle(split.family):
        yield "one word: taken as the family name"
    if _SEVERAL.search(text):
        yield "may be several people"
    written_in = scripts(text)
    if not written_in <= words.ORDERS_KNOWN:
        yield "the order of the words is not known in this script"
    elif len(written_in) > 1:
        yield "letters of more than one script"
    yield from _doubts_of_titles(text, split)
    before, comma, _ = _COMMA.sub(",", text).partition(",")
    if not comma or (split.given or "") in before:
        yield from _doubts_of_order(split)
    elif _long(split.family or ""):
        yield FAMILY_BEGINS
    if _HANGUL.fullmatch(text):
        yield FAMILY_ENDS
    if split.given and split.family and order_in_doubt(split.given, split.family):
        yield "the first word may be the family name"


def _doubts_of_titles(text: str, split: SplitName) -> Iterator[str]:
    """The words before and after the name that may be names, and the names that may be titles."""
    known = lexicon()
    titles = [word for word in (split.prefix or "").split() if small(word) not in known.conjunctions]
    suffixes = (split.suffix or "").split()
    first = small((split.given or "").partition(" ")[0])
    last = (split.family or split.given or "").split(" ")[-1]
    plain = [at for at, word in enumerate(titles) if is_plain_title(word) or (at and _is_unlisted(word))]
    if len(plain) < len(titles) or first in words.NAMES_OR_TITLES or is_plain_title(last):
        yield "a word may be a title or a name"
    plain_suffixes = all(is_plain_suffix(word, one_case(text)) for word in suffixes)
    if not plain_suffixes or first in words.PLAIN_SUFFIXES or (first and ends_names(last)):
        yield "a word may be a title after the name or a name"
    if (first in known.conjunctions and len(first) > 1) or last in words.COMPANY_CAPITALS:
        yield "may be a company"


def _is_unlisted(word: str) -> bool:
    """Whether a title is an abbreviation that is not listed, such as `med.` in `Dr. med.`."""
    return word.endswith(".") and small(word) not in lexicon().titles


def _doubts_of_order(split: SplitName) -> Iterator[str]:
    """What the parser assumed about the order of the words, if no comma decides it."""
    given, middle, family = split.given or "", split.middle or "", split.family or ""
    # In Cyrillic the ending of the middle name shows the order.
    long_middle = middle and not is_initials(middle) and _PATRONYMIC.fullmatch(middle) is None
    long_given = " " in given and not is_initials(given)
    if family and (_long(family) or long_middle or long_given or _may_begin_with_a_name(family)):
        yield FAMILY_BEGINS
    if family and small(given) in words.FIRST_IN_ROMANISED:
        yield "the first word is a common family name where the family name comes first"
    if any(map(is_letter_or_word, f"{given} {middle} {family}".split())):
        yield "a letter may be an initial or a word"
    if given and family and (is_initials(given) or is_initials(family)):
        yield "an initial may stand for the given or the family name"
    if not middle and _SLAVIC_FAMILY.fullmatch(given) and family and not _SLAVIC_FAMILY.fullmatch(family):
        yield "the first word may be the family name"


def order_in_doubt(given: str, family: str) -> bool:
    """Whether two words look like the family name first, or are the same word twice."""
    first, last = given.lower(), family.lower()
    if first == last or last in words.GIVEN_NAMES:
        return True
    return first.endswith(words.FAMILY_ENDINGS) and not last.endswith(words.FAMILY_ENDINGS)


def _may_begin_with_a_name(family: str) -> bool:
    """`Santa Marlow`: a particle with a capital may be a name."""
    first, _, rest = family.partition(" ")
    return bool(rest) and first.istitle() and small(first) in words.PARTICLES_OR_NAMES


def _begins_with_particle(family: str) -> bool:
    return small(family.partition(" ")[0]) in lexicon().particles


def _long(family: str) -> bool:
    """Whether a family name has other than exactly one word apart from particles."""
    return bool(family) and sum(small(word) not in lexicon().particles for word in family.split()) != 1
