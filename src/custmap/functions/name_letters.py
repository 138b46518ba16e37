"""`name_letters`: the characters of a text that can be in a name, so nothing else becomes a name part.

A name consists of letters and the marks, apostrophes, hyphens and dots *next to* letters. Commas, brackets
and quotes are kept too, because they show where a name is divided. Characters are classified by Unicode
category, in every plane, so new emoji need no change here.
"""

from __future__ import annotations

import re
from typing import Final
from unicodedata import category, decomposition, name, normalize

from msgspec import Struct

from custmap.functions.name_parts import SELECTORS

# Blank characters with the category of letters: the fillers of Hangul.
_FILLERS: Final = frozenset("\u115f\u1160\u3164\uffa0")
# Invisible marks: they choose between emoji and text presentation, or affect only sorting.
_NOT_SEEN: Final = frozenset("\ufe0e\ufe0f\u034f")
_SELECTOR: Final = re.compile(f"[{SELECTORS}]")
_JOINERS: Final = frozenset("\u200c\u200d")
# Letters before the Hebrew block never change their form by a joiner.
_FIRST_JOINED: Final = "\u0590"
_WORD_SPACES: Final = frozenset("\u200b\ufeff")
_INVISIBLY_DIVIDED: Final = re.compile("[^\\s\u200b\ufeff][\u200b\ufeff]+[^\\s\u200b\ufeff]")
# `Dr.Ann`, `A.Lee`; not `B.Sc.`
_GLUED: Final = re.compile(r"(?<=\w\.)(?=[A-ZÀ-Þ][a-zß-ÿ]{2,}(?![\w.]))")

_APOSTROPHES: Final = frozenset("'’‘՚׳״")
_DOTS: Final = frozenset(".．｡。")
# Hyphens are known by their category.
_BETWEEN_LETTERS: Final = frozenset("·‧・･་´`′")
_COMMAS: Final = frozenset(",，،")
# Where a quote is used as gershayim.
_HEBREW: Final = re.compile("[\u05d0-\u05ea]")
_DIVIDING: Final = frozenset(',，،"“”„«»「」『』｢｣()&')
# The parser handles only round brackets, around whole words, and ASCII commas.
_WRITTEN_OTHERWISE: Final = str.maketrans(
    dict.fromkeys("([{<（【〔〈《", " (")
    | dict.fromkeys(")]}>）】〕〉》", ") ")
    | dict.fromkeys(";；、", ",")
    | {"&": " & ", "＆": " & ", "＂": '"'}
)
_PICTURES: Final = frozenset({"So", "Sk", "Cf", "Co", "Cn", "Cs", "Cc", "Me"})
_QUOTED: Final = re.compile(r"(?<!\S)[‘’´`]([^‘’´`\s]+)[’´`](?!\S)")
_ADDRESS: Final = re.compile(r"@|://|www\.", re.IGNORECASE)
_ORDINAL: Final = re.compile(r"\d{1,2}(?:st|nd|rd|th)[.,]?", re.IGNORECASE)
_ENCLOSED: Final = re.compile(r"[\"'(“«„]([^\"'()“”«»„]*)[\"')”»“]")


# Words of letters, each with a dot or a comma after it at most: nothing in them is left out.
_PLAIN: Final = re.compile(r"[A-Za-z]+\.?,?(?: [A-Za-z]+\.?,?)*")
_LATIN: Final = re.compile("[A-Za-z]")
_ASCII_PICTURES: Final = str.maketrans("", "", "^`\x7f" + "".join(map(chr, range(32))))


class Letters(Struct, frozen=True):
    """The part of a text that can be in a name. `left_out`: something visible was left out."""

    text: str
    left_out: bool


def name_letters(text: str) -> Letters:
    """The letters of a name, in words separated by one space.

    >>> name_letters("Ann 🎉 Lee")
    Letters(text='Ann Lee', left_out=True)
    >>> name_letters(" O’Neil, J.-P. ")
    Letters(text='O’Neil, J.-P.', left_out=False)
    """
    if _PLAIN.fullmatch(text) and not _ADDRESS.search(text):
        return Letters(text, False)
    words = _readable(text).split()
    kept = ["" if _ADDRESS.search(word) else _word(word) for word in words]
    letters = " ".join(filter(None, kept))
    enclosed = _ENCLOSED.fullmatch(letters)
    if enclosed is not None:
        letters = enclosed[1].strip()
    left_out = enclosed is not None or kept != words or _INVISIBLY_DIVIDED.search(text) is not None
    return Letters(letters, left_out)


def _readable(text: str) -> str:
    """The text without invisible characters, and with brackets and commas that the parser handles."""
    if not text.isascii():
        text = "".join(_visible(text, at) for at in range(len(text)))
    return _GLUED.sub(" ", _QUOTED.sub(r'"\1"', text.translate(_WRITTEN_OTHERWISE)))


def _visible(text: str, at: int) -> str:
    char = text[at]
    if char in _WORD_SPACES or char in _FILLERS:
        return " "
    if char in _JOINERS:
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        return char if before >= _FIRST_JOINED and is_letter(before) and is_letter(after) else ""
    return "" if category(char) == "Cf" or char in _NOT_SEEN else char


def is_letter(char: str) -> bool:
    """Whether a character is a letter, or a mark that combines with letters."""
    return char.isalpha() or (char > "\x7f" and category(char) in ("Mn", "Mc", "Nl"))


def _word(word: str) -> str:
    """The letters of a word, with a space where a symbol divided it; if it has none, only dividers."""
    if word.isalpha() or _ORDINAL.fullmatch(word):
        return word
    kept = "".join(_kept(word, at) for at in range(len(word)))
    words = [
        part if has_letter(part) else "".join(filter(_DIVIDING.__contains__, part)) for part in kept.split()
    ]
    return " ".join(filter(None, words))


def _kept(word: str, at: int) -> str:
    """A character of a word: kept, replaced by a space if it divides words, or left out (digits)."""
    char = word[at]
    before, after = word[at - 1 : at] if at else "", word[at + 1 : at + 2]
    if char.isalpha():
        return char
    if char in _DIVIDING:
        inside = char not in _COMMAS and is_letter(before or " ") and is_letter(after or " ")
        return f" {char} " if inside and not _HEBREW.fullmatch(before) else char
    if is_letter(char):
        joined = before and (is_letter(before) or before in _JOINERS)
        return char if joined or category(char) == "Nl" else ""
    if char in _JOINERS:
        return char
    if char in _APOSTROPHES:
        return char if is_letter(before or " ") or is_letter(after or " ") else " "
    if char in _DOTS:
        return char if before and is_letter(before) else " "
    if char in _BETWEEN_LETTERS or category(char) == "Pd":
        beside = bool(before and after) and (is_letter(before) or before in _DOTS) and is_letter(after)
        return char if beside else " "
    return "" if char.isnumeric() else " "


def company_name(text: str) -> str:
    """A company's name as written, with digits and punctuation, without emoji and invisible characters."""
    if text.isascii():
        return " ".join(text.translate(_ASCII_PICTURES).split())
    return " ".join(
        "".join(char for char in text if category(char) not in _PICTURES or char in "㈱㈲㍿").split()
    )


def has_letter(text: str) -> bool:
    """Whether a text has a letter that is not a mark or a modifier."""
    if text.isascii():
        return _LATIN.search(text) is not None
    return any((char.isalpha() and category(char) != "Lm") or category(char) == "Nl" for char in text)


def scripts(text: str) -> frozenset[str]:
    """The scripts of a text's letters, by their Unicode names; Chinese and Japanese are `CJK`."""
    if text.isascii():
        return _LATIN_ALONE if _LATIN.search(text) else frozenset()
    found = {_script(char) for char in text if char.isalpha() and category(char) != "Lm"}
    return (
        frozenset({"CJK"})
        if "CJK" in found and found <= {"CJK", "HIRAGANA", "KATAKANA"}
        else frozenset(found)
    )


_LATIN_ALONE: Final = frozenset({"LATIN"})


def _script(char: str) -> str:
    if char.isascii():
        return "LATIN"
    return name(normalize("NFKC", char)[0], "?").partition(" ")[0].partition("-")[0]


def usual_form(text: str) -> str:
    """The text in the form of the word lists: composed, normal width and font, without selectors.

    The number of words does not change.
    """
    if text.isascii():
        return text
    plain = _SELECTOR.sub("", text)
    return normalize("NFC", "".join(normalize("NFKC", one) if is_unusual(one) else one for one in plain))


def is_unusual(char: str) -> bool:
    """Whether a letter is a variant of one or more others: full-width, mathematical, `Ⅲ`."""
    form = decomposition(char)
    return form.startswith(("<wide>", "<narrow>", "<font>")) or (form != "" and category(char) == "Nl")


def as_written(part: str, usual: str, written: str) -> str:
    """A part of `usual_form(written)`, with its words as they are spelled in `written`."""
    words = dict(zip(_WORD.findall(usual), _WORD.findall(written), strict=False))
    return _WORD.sub(lambda word: words.get(word[0], word[0]), part)


_WORD: Final = re.compile(r"[^\s,，،]+")
