"""Functions for names: `{formatted, prefix, given, middle, family, suffix}`, or the whole name as a text.

Parts that the record states are used as stated; only others are split from `formatted`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, partial
from typing import Annotated, Any, Final
from unicodedata import normalize

from custmap.expressions.function import FunctionError
from custmap.expressions.helpers import kind_of
from custmap.functions.calling import same_text
from custmap.functions.declare import function as _function
from custmap.functions.name_parts import HAN, PARTS, SELECTORS, SplitName
from custmap.values.absent import ABSENT, Absent
from custmap.values.types import STRING, Type

function = partial(_function, topic="names")

NAME: Final = Type(
    kinds=frozenset({"object", "string"}),
    members=dict.fromkeys(("formatted", *PARTS), STRING.or_null()),
)
Name = Annotated[dict[str, Any] | str, NAME]
Part = str | Absent | None
_Word = tuple[str, str]
"""The part into which a word was split, and the word."""
_PARTS: Final = frozenset(PARTS)

# Han, hiragana, hangul. Not katakana, which is for foreign names with the given name first.
_EAST_ASIAN: Final = re.compile(rf"[{HAN}{SELECTORS}\u3041-\u309f\uac00-\ud7a3]+")


@cache
def _splitter() -> Callable[[str], SplitName]:
    """Imported when the first text is split; see `name_parts`."""
    from custmap.functions.splitting import split_name

    return split_name


def part_of(name: Name, part: str) -> Part:
    if isinstance(name, str):
        return _or_absent(getattr(_splitter()(name), part))
    if part in name:
        return _stated(name, part)
    formatted = _stated(name, "formatted")
    if not isinstance(formatted, str):
        return None if formatted is None and _PARTS.isdisjoint(name) else ABSENT
    if _PARTS.isdisjoint(name):
        return _or_absent(getattr(_splitter()(formatted), part))
    stated: dict[str, Part] = {one: _stated(name, one) for one in PARTS if one in name}
    split = _splitter()(formatted)
    if any(stated.values()):
        return _or_absent(_rest(formatted, split, stated).get(part))
    return _or_absent(getattr(split, part))


def _stated(name: dict[str, Any], part: str) -> Part:
    value = name.get(part, ABSENT)
    if value is None or value is ABSENT or type(value) is str:
        return value
    raise FunctionError(f"`{part}` must be text; this is {kind_of(value)}")


def _or_absent(part: str | None) -> str | Absent:
    return ABSENT if part is None else part


def _rest(formatted: str, split: SplitName, stated: dict[str, Part]) -> dict[str, str]:
    """The parts that are not stated, from those words of the split that are in no stated part.

    A stated part whose words do not occur replaces the part that was split ("Bob" for "Robert").
    """
    words = _words_of(formatted, split)
    for part, value in stated.items():
        words = _without(words, part, value or "")
    around = {part: getattr(split, part) for part in ("prefix", "suffix") if part not in stated}
    left = {part for part, _ in words}
    rest: dict[str, str] = {part: value for part, value in around.items() if part in left}
    return rest | _shared_out([one for one in words if one[0] not in around], stated)


def _words_of(formatted: str, split: SplitName) -> list[_Word]:
    """The words of all parts, in the order of the text."""
    words = [(part, word) for part in PARTS for word in _words(getattr(split, part) or "")]
    order = {word: at for at, word in reversed(list(enumerate(_words(formatted))))}
    return sorted(words, key=lambda one: order.get(one[1], -1))


def _words(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _without(words: list[_Word], part: str, value: str) -> list[_Word]:
    """The words without those of a stated part; if they are not consecutive, without those split for it."""
    wanted = [_folded(word) for word in _words(value)]
    here = [_folded(word) for _, word in words]
    places = [at for at in range(len(here) - len(wanted) + 1) if here[at : at + len(wanted)] == wanted]
    if not wanted or not places:
        return [one for one in words if one[0] != part]
    at = places[-1 if part in ("family", "suffix") else 0]
    return words[:at] + words[at + len(wanted) :]


def _folded(word: str) -> str:
    return normalize("NFC", word).casefold()


def _shared_out(words: list[_Word], stated: dict[str, Part]) -> dict[str, str]:
    """Distribute the remaining words among those of given, middle and family that are not stated."""
    open_parts = [part for part in ("family", "given", "middle") if part not in stated]
    shared: dict[str, str] = {}
    for part in open_parts:
        nearest = words[-1:] if part == "family" else words[:1]
        own = [one for one in words if one[0] == part] or nearest
        if part == open_parts[-1]:
            own = words
        words = [one for one in words if one not in own]
        if own:
            shared[part] = " ".join(word for _, word in own)
    return shared


def doubt(name: object) -> str | None:
    """What is a guess in a name (object or text) whose parts are split; a phrase without any value.

    None if nothing is a guess: both given and family name are stated, or the split is clear.
    """
    formatted = name
    if isinstance(name, dict):
        if "given" in name and "family" in name:
            return None
        formatted = name.get("formatted")
    return _splitter()(formatted).ambiguous if isinstance(formatted, str) else None


@function(
    inverse=same_text,
    part="given",
    stated=True,
    doubt=doubt,
    lossy="name parts",
    examples=[
        ({"formatted": "Ann Lee"}, "Ann"),
        ({"formatted": "Ann Lee", "given": "Annie"}, "Annie"),
        ({"formatted": "Lee, Ann"}, "Ann"),
        ({"family": "Lee"}, ABSENT),
        ({"given": None, "formatted": "Ann Lee"}, None),
        ({"formatted": None}, None),
        ("Ann Lee", "Ann"),
    ],
)
def given_name(name: Name) -> Part:
    """The given (first) name: stated, or split from `formatted`."""
    return part_of(name, "given")


@function(
    inverse=same_text,
    part="middle",
    stated=True,
    doubt=doubt,
    lossy="name parts",
    examples=[({"formatted": "Ann B. Lee"}, "B."), ({"formatted": "Ann Lee"}, ABSENT)],
)
def middle_name(name: Name) -> Part:
    """The middle names, between given and family name: stated, or split from `formatted`."""
    return part_of(name, "middle")


@function(
    inverse=same_text,
    part="family",
    stated=True,
    doubt=doubt,
    lossy="name parts",
    examples=[
        ({"formatted": "Ludwig von der Heide"}, "von der Heide"),
        ({"formatted": "Gabriel Sol Mar", "family": "Sol Mar"}, "Sol Mar"),
        ({"formatted": "Cher"}, ABSENT),
    ],
)
def family_name(name: Name) -> Part:
    """The family (last) name with its particles: stated, or split from `formatted`."""
    return part_of(name, "family")


@function(
    inverse=same_text,
    part="prefix",
    stated=True,
    doubt=doubt,
    lossy="name parts",
    examples=[({"formatted": "Dr. Ann Lee"}, "Dr.")],
)
def name_prefix(name: Name) -> Part:
    """Titles before the name: stated, or split from `formatted`."""
    return part_of(name, "prefix")


@function(
    inverse=same_text,
    part="suffix",
    stated=True,
    doubt=doubt,
    lossy="name parts",
    examples=[({"formatted": "Bo Lee Jr."}, "Jr.")],
)
def name_suffix(name: Name) -> Part:
    """The suffix after the name, such as `Jr.`, `III` or `PhD`: stated, or split from `formatted`."""
    return part_of(name, "suffix")


@function(
    inverse=same_text,
    part="formatted",
    stated=True,
    lossy="name parts",
    examples=[
        ({"formatted": "Ann B. Lee"}, "Ann B. Lee"),
        ({"given": "Ann", "family": "Lee", "suffix": "Jr."}, "Ann Lee Jr."),
        ({"given": None}, None),
        ({}, ABSENT),
    ],
)
def full_name(name: Name) -> Part:
    """The whole name: `formatted` if stated, else the stated parts in order."""
    if isinstance(name, str):
        return name
    given, family = name.get("given"), name.get("family")
    if len(name) == 2 and type(given) is str and type(family) is str and (given + family).isascii():
        return " ".join(filter(None, (given.strip(), family.strip())))  # as nearly all are
    if "formatted" in name:
        return _stated(name, "formatted")
    stated = {part: _stated(name, part) for part in PARTS if part in name}
    if not stated:
        return ABSENT
    texts = {part: text.strip() for part, text in stated.items() if isinstance(text, str)}
    return _joined({part: text for part, text in texts.items() if text}) if texts else None


def _joined(parts: dict[str, str]) -> str:
    """In order, with spaces; Chinese, Japanese and Korean: family name first, without spaces."""
    if parts.keys() == {"given", "family"} and all(map(_EAST_ASIAN.fullmatch, parts.values())):
        return parts["family"] + parts["given"]
    return " ".join(parts.values())
