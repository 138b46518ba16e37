"""`parse`: a name split by `nameparser`, and look-ups in its vocabulary and ours."""

from __future__ import annotations

import re
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Final

from custmap.functions import name_words as words
from custmap.functions.name_letters import has_letter
from custmap.functions.name_parts import SplitName

if TYPE_CHECKING:
    from nameparser import Lexicon, Parser

_ROMAN: Final = frozenset("ivxlcdm")
_CYRILLIC: Final = re.compile(r"[\u0400-\u052f.\s-]+")
_BETWEEN_INITIALS: Final = re.compile(r"[ -]|(?<=\.)(?=[^ -])")
# The apostrophe of `van 't Hof` opens no quote.
_SHORT_PARTICLE: Final = re.compile(r"(?<!\S)'[tsn](?!\S)")
# Between Hebrew letters a quote is part of the word.
_STRAY: Final = re.compile(r'[“”„«»「」『』｢｣()]|(?<![\u05d0-\u05ea])"|"(?![\u05d0-\u05ea])')
_PLAIN: Final = re.compile(r"[A-Za-z]+\.?(?: [A-Za-z]+\.?)*")
_KINDS: Final = {
    "order": "the order of the words is not certain",
    "suffix-or-nickname": "a word may be a title or a nickname",
    "suffix-or-name": "a word may be a title after the name or a name",
    "particle-or-given": "the first word may be a given name or begin the family name",
    "conjunction-or-initial": "a letter may be an initial or a word",
    "given-or-family": "one word: taken as the given name",
    "unbalanced-delimiter": "a quote or bracket is not closed",
    "comma-structure": "the commas are unusual",
    "segmentation": "where the family name ends is not certain",
}


@cache
def lexicon() -> Lexicon:
    from nameparser import Lexicon

    return Lexicon.default().add(titles=words.TITLES)


@cache
def _parser(cyrillic: bool = False) -> Parser:
    """In Cyrillic a patronymic at the end means that the family name comes first; in Latin letters the
    same ending is just as often a family name."""
    from nameparser import Parser, PatronymicRule, Policy

    rules = frozenset({PatronymicRule.EAST_SLAVIC}) if cyrillic else frozenset[PatronymicRule]()
    return Parser(lexicon(), Policy(patronymic_rules=rules))


@cache
def special() -> frozenset[str]:
    """Every word with a meaning for the parser or for the rules here, in lower case."""
    known: set[str] = set()
    for field in fields(lexicon()):
        entries = getattr(lexicon(), field.name)
        if isinstance(entries, frozenset):
            known.update(word.strip(".") for entry in entries for word in entry.lower().split())
    lists = (
        words.COMPANY_WORDS,
        words.TRADE_WORDS,
        words.NO_NAME,
        words.NAMES_OR_TITLES,
        words.HONORIFICS_AFTER,
    )
    first = (words.FIRST_IN_VIETNAMESE, words.FIRST_IN_ROMANISED)
    return frozenset(known.union(*lists, *first, map(str.lower, words.COMPANY_CAPITALS)))


def means_something(word: str) -> bool:
    small = word.lower()
    return small in special() or _ROMAN.issuperset(small)


def parse(text: str) -> tuple[SplitName, list[str]]:
    """The parts, and the ambiguities that the parser itself reports, as phrases."""
    found = _parser(_CYRILLIC.fullmatch(text) is not None).parse(text)
    # For titles our own lists are better.
    kinds = {str(one.kind) for one in found.ambiguities} - {"title-or-name"}
    if _SHORT_PARTICLE.search(text) and not _STRAY.search(text):
        kinds.discard("unbalanced-delimiter")
    notes = [note for kind, note in _KINDS.items() if kind in kinds]
    if not kinds <= _KINDS.keys():
        notes.append("a word has two readings")
    if found.nickname:
        notes.append("a nickname is in none of the parts")
    if found.maiden:
        notes.append("a birth name is in none of the parts")
    parts = (found.title, found.given, found.middle, found.family, found.suffix)
    return SplitName(*map(_letters_of, parts)), notes


def _letters_of(part: str) -> str | None:
    """A part without the brackets, quotes and commas that the parser left on its words."""
    if not part or _PLAIN.fullmatch(part):
        return part or None
    kept = _STRAY.sub("", part).split()
    return " ".join(word for word in kept if has_letter(word) or word == "&").strip(" &,") or None


def small(word: str) -> str:
    """A word in the form of the lists."""
    return word.lower().strip(".,")


def is_plain_title(word: str) -> bool:
    """Whether a word before a name is a title and not a name: by the lists, abbreviated or not Latin."""
    known = lexicon()
    title = small(word)
    if title in words.PLAIN_TITLES or title in known.after_given_titles:
        return True
    marked = "." in word or (not word.isascii() and word.upper() == word.lower())
    return marked and title in known.titles and title not in known.particles


def is_plain_suffix(word: str, one_case: bool) -> bool:
    """Whether a word after a name is clearly not a name; `one_case`: case has no meaning in this name."""
    known = lexicon()
    suffix = small(word)
    if suffix in words.PLAIN_SUFFIXES or "." in suffix or suffix[:1].isdigit():
        return True
    if not suffix.isascii():
        return suffix in known.suffix_words
    listed = suffix in known.suffix_acronyms and suffix not in known.suffix_acronyms_ambiguous
    return listed and sum(map(str.isupper, word)) > 1 and not one_case


def ends_names(word: str) -> bool:
    """Whether a word is used after names: `Jr`, `MD`, `Senior`."""
    suffix = small(word)
    known = lexicon()
    ours = suffix in words.PLAIN_SUFFIXES or suffix in words.HONORIFICS_AFTER
    return ours or suffix in known.suffix_words or suffix in known.suffix_acronyms


def is_initials(text: str) -> bool:
    """Whether all words are initials: `A.`, `J R`, `J.-P.`; in a script without case, with dots."""
    return all(map(_is_initial, _BETWEEN_INITIALS.split(text)))


def _is_initial(word: str) -> bool:
    letters = word.removesuffix(".")
    return sum(map(str.isalpha, letters)) == 1 and (letters != word or letters.upper() != letters.lower())


def is_letter_or_word(word: str) -> bool:
    """Whether a letter without a dot is an initial or a word: `Y`, `E`, and the `O` of `O Brien`."""
    return word.isalpha() and len(word) == 1 and (word.lower() in lexicon().conjunctions or word in "oO")


def one_case(text: str) -> bool:
    return text in (text.upper(), text.lower())
