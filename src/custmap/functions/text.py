"""Functions for texts; all count characters as Unicode code points, as JSON Schema does."""

from __future__ import annotations

import unicodedata
from functools import partial
from typing import Final

from custmap.expressions.budget import spend
from custmap.expressions.function import FunctionError
from custmap.functions import certainty
from custmap.functions.calling import same_text
from custmap.functions.conversion import text as text_of
from custmap.functions.declare import function as _function
from custmap.functions.refining import each, filled_up, not_longer, shortened
from custmap.values.types import STRING

function = partial(_function, topic="text")

# Receivers of requests have limits of their own; a longer text is a mistake.
_LONGEST: Final = 1_000_000
_JOINER: Final = "\u200d"


@function(
    inverse=same_text,
    lossy="case",
    refine=each(str.lower, STRING),
    examples=[("Alex@Example.COM", "alex@example.com")],
)
def lower(text: str) -> str:
    """The text in lower case."""
    return text.lower()


@function(inverse=same_text, lossy="case", refine=each(str.upper, STRING), examples=[("vip", "VIP")])
def upper(text: str) -> str:
    """The text in upper case."""
    return text.upper()


@function(
    inverse=same_text, lossy="Unicode form", examples=[("Zoe\u0308", "Zo\u00eb"), ("Zo\u00eb", "Zo\u00eb")]
)
def nfc(text: str) -> str:
    """The text with each letter and its accents as one character where Unicode has one (form NFC).

    Two texts that look the same may consist of different characters; vendors count and compare characters.
    """
    return unicodedata.normalize("NFC", text)


@function(
    inverse=same_text, lossy="spaces around", refine=not_longer, examples=[("  a b \n", "a b"), (" ", "")]
)
def trim(text: str) -> str:
    """The text without white space at its start and end."""
    return text.strip()


@function(
    can_fail=True,
    surely=certainty.counted,
    refine=shortened,
    examples=[("abcdef", 3, "abc"), ("ab", 3, "ab"), ("cafe\u0301", 4, "caf"), ("a", -1, FunctionError)],
)
def truncate(text: str, length: int) -> str:
    """At most `length` characters; a letter is not separated from its accent, and an emoji is not split.

    If the first such unit alone is longer than `length`, it is cut.
    """
    if length < 0:
        raise FunctionError("a length must be 0 or more", "length")
    if len(text) <= length:
        return text
    end = length
    while end > 0 and _continues(text, end):
        end -= 1
    return text[: end or length]


def _continues(text: str, at: int) -> bool:
    """Does the character at `at` belong to the same visible unit as the one before it?"""
    here, before = text[at], text[at - 1]
    if unicodedata.category(here) in ("Mn", "Me", "Mc") or here == _JOINER or before == _JOINER:
        return True
    if "\U0001f3fb" <= here <= "\U0001f3ff":  # skin tones
        return True
    if not _regional(here):
        return False
    run = 0
    while run < at and _regional(text[at - 1 - run]):
        run += 1
    return run % 2 == 1  # flags are pairs of regional letters


def _regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


@function(
    can_fail=True,
    surely=certainty.no_longer,
    grows=True,
    examples=[("a-b-c", "-", "", "abc"), ("a.b", ".", ",", "a,b"), ("a", "", "x", FunctionError)],
)
def replace(text: str, old: str, new: str) -> str:
    """The text with every `old` replaced by `new`."""
    if not old:
        raise FunctionError("an empty text cannot be replaced", "old")
    spend(len(text) + text.count(old) * (len(new) - len(old)))
    return text.replace(old, new)


def _unsplit(parts: list[str], separator: str) -> str:
    if not isinstance(parts, list) or not all(isinstance(one, str) for one in parts):
        raise FunctionError("expected a list of texts")
    if any(separator in one for one in parts):
        raise FunctionError("an item contains the separator")
    return separator.join(parts)


@function(
    inverse=_unsplit,
    can_fail=True,
    surely=certainty.separated,
    examples=[("a,b,,c", ",", ["a", "b", "", "c"]), ("a", ",", ["a"]), ("a", "", FunctionError)],
)
def split(text: str, separator: str) -> list[str]:
    """The parts between the separators, empty ones included."""
    if not separator:
        raise FunctionError("the separator must not be empty", "separator")
    return text.split(separator)


@function(
    can_fail=True,
    surely=certainty.all_plain,
    grows=True,
    examples=[("Ann", " ", "Lee", "Ann Lee"), ("C-", 42, "C-42"), ("a", [], FunctionError)],
)
def concat(*parts: str | float | bool) -> str:
    """The texts one after the other; a number or boolean as `text` writes it."""
    texts = list(map(text_of, parts))
    spend(sum(map(len, texts)))
    return "".join(texts)


@function(examples=[("(206) 555-0142", "2065550142"), ("none", ""), ("٣x3", "3")])
def digits(text: str) -> str:
    """The digits 0–9 of the text, without anything else."""
    return "".join(one for one in text if "0" <= one <= "9")


@function(
    can_fail=True,
    surely=certainty.padded,
    grows=True,
    refine=filled_up,
    examples=[("42", 6, "0", "000042"), ("1234567", 6, "0", "1234567"), ("42", 6, "ab", FunctionError)],
)
def pad_left(text: str, length: int, sign: str) -> str:
    """The text, padded on the left with `sign` to `length` characters."""
    if len(sign) != 1:
        raise FunctionError("the sign must be one character", "sign")
    if length > _LONGEST:
        raise FunctionError("the result is too long", "length")
    spend(length)
    return text.rjust(length, sign)


@function(examples=[("C-1001", "C-", "1001"), ("1001", "C-", "1001")])
def without_prefix(text: str, prefix: str) -> str:
    """The text without `prefix` if it begins with it."""
    return text.removeprefix(prefix)
