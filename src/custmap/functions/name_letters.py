"""`name_letters`: of a text only what can stand in a name, so that nothing else comes out as a name part.

A name is made of letters and of the marks, apostrophes, hyphens and dots *at* letters. Commas, brackets and
quotes stay too, because they tell where a name is divided. What a character is decides Unicode's category, in
every plane; so a new emoji needs no new version of ours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from unicodedata import category, decomposition, name, normalize

# Letters by category that are blank: the fillers of Hangul.
_FILLERS: Final = frozenset("\u115f\u1160\u3164\uffa0")
# Marks that nobody sees: they choose between an emoji and a text sign, and join for sorting alone.
_NOT_SEEN: Final = frozenset("\ufe0e\ufe0f\u034f")
HAN: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af々〆〇"
"""Chinese and Japanese characters, as ranges for a pattern."""
SELECTORS: Final = "".join(map(chr, (*range(0xFE00, 0xFE0E), *range(0xE0100, 0xE01F0))))
"""They stand behind a Chinese or Japanese character and choose a form of it."""
_JOINERS: Final = frozenset("\u200c\u200d")
# Before Hebrew no letter changes its form by a joiner.
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
# Where a quote stands for gershayim.
_HEBREW: Final = re.compile("[\u05d0-\u05ea]")
_DIVIDING: Final = frozenset(',，،"“”„«»「」『』｢｣()&')
# The parser knows round brackets, around whole words, and commas.
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


@dataclass(frozen=True, slots=True)
class Letters:
    """What of a text can stand in a name. `left_out`: something that can be seen is not in it."""

    text: str
    left_out: bool


def name_letters(text: str) -> Letters:
    """The letters of a name in words with one blank between them.

    >>> name_letters("Ann 🎉 Lee")
    Letters(text='Ann Lee', left_out=True)
    >>> name_letters(" O’Neil, J.-P. ")
    Letters(text='O’Neil, J.-P.', left_out=False)
    """
    words = _readable(text).split()
    kept = ["" if _ADDRESS.search(word) else _word(word) for word in words]
    letters = " ".join(filter(None, kept))
    enclosed = _ENCLOSED.fullmatch(letters)
    if enclosed is not None:
        letters = enclosed[1].strip()
    left_out = enclosed is not None or kept != words or _INVISIBLY_DIVIDED.search(text) is not None
    return Letters(letters, left_out)


def _readable(text: str) -> str:
    """Without what cannot be seen, and with the brackets and commas that the parser knows."""
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
    """Whether a character is a letter, or a mark that stands at letters."""
    return char.isalpha() or (char > "\x7f" and category(char) in ("Mn", "Mc", "Nl"))


def _word(word: str) -> str:
    """The letters of a word, with a blank where a sign divided it; without a letter, what divides names."""
    if word.isalpha() or _ORDINAL.fullmatch(word):
        return word
    kept = "".join(_kept(word, at) for at in range(len(word)))
    words = [
        part if has_letter(part) else "".join(filter(_DIVIDING.__contains__, part)) for part in kept.split()
    ]
    return " ".join(filter(None, words))


def _kept(word: str, at: int) -> str:
    """A character of a word, a blank for one that divides it, nothing for a digit."""
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
    """A company's name as it is written, digits and signs too, without pictures and what cannot be seen."""
    return " ".join(
        "".join(char for char in text if category(char) not in _PICTURES or char in "㈱㈲㍿").split()
    )


def has_letter(text: str) -> bool:
    """Whether a text has a letter that can stand alone: no mark, no modifier."""
    return any((char.isalpha() and category(char) != "Lm") or category(char) == "Nl" for char in text)


def scripts(text: str) -> frozenset[str]:
    """The scripts of a text's letters by their names in Unicode; Chinese and Japanese ones are `CJK`."""
    found = {_script(char) for char in text if char.isalpha() and category(char) != "Lm"}
    return (
        frozenset({"CJK"})
        if "CJK" in found and found <= {"CJK", "HIRAGANA", "KATAKANA"}
        else frozenset(found)
    )


def _script(char: str) -> str:
    if char.isascii():
        return "LATIN"
    return name(normalize("NFKC", char)[0], "?").partition(" ")[0].partition("-")[0]


def usual_form(text: str) -> str:
    """The text in the form that lists of words have: composed, of the usual width and font, no selectors.

    Words are as many as before.
    """
    if text.isascii():
        return text
    return normalize(
        "NFC",
        "".join(normalize("NFKC", one) if is_unusual(one) else one for one in text if one not in SELECTORS),
    )


def is_unusual(char: str) -> bool:
    """Whether a letter is one or several others in another form: full-width, of mathematics, `Ⅲ`."""
    form = decomposition(char)
    return form.startswith(("<wide>", "<narrow>", "<font>")) or (form != "" and category(char) == "Nl")


def as_written(part: str, usual: str, written: str) -> str:
    """A part of `usual_form(written)`, its words as `written` has them."""
    words = dict(zip(_WORD.findall(usual), _WORD.findall(written), strict=False))
    return _WORD.sub(lambda word: words.get(word[0], word[0]), part)


_WORD: Final = re.compile(r"[^\s,，،]+")
