"""What differs between two types at one place, as far as a rule meets it.

Types are compared and not schemas: a reference, an `allOf` or another order says nothing new. `given` is the
type of what the rule sends, so members that it never sends are not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from custmap.diagnostics.codes import Severity
from custmap.expressions.suggestions import phrase
from custmap.values.equality import fingerprint
from custmap.values.json_text import dump_json
from custmap.values.paths import Index, Member, TargetPath
from custmap.values.types import ANY, KINDS, Type
from custmap.values.words import counted

_DEEPEST: Final = 6
_SHOWN: Final = 6
_INT: Final = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
_FORMS: Final = frozenset(_INT)


@dataclass(frozen=True, slots=True)
class Way:
    """Which way a value goes: a rule sends it, and reads it back; what `response` reads only comes.

    `known`  the vendor's values that the mapping knows, by fingerprint; None: it takes any.
    """

    sends: bool = True
    reads: bool = False
    known: frozenset[Any] | None = None

    def level(self, *, narrower: bool = False, wider: bool = False) -> Severity:
        """A warning where a value that was fine may not be any more; else it is worth knowing."""
        harms = (narrower and self.sends) or (wider and self.reads)
        return Severity.WARNING if harms else Severity.INFO


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference, in words. `inside` leads to it in the value, `word` is the keyword that says it."""

    code: str
    text: str
    level: Severity
    word: str | None = None
    inside: TargetPath = ()
    help: str | None = None


def differences(
    old: Type, new: Type, given: Type, way: Way, inside: TargetPath = (), *, deep: bool = True
) -> Iterator[Difference]:
    """What differs for the values of type `given`; `deep`: in members and items, too."""
    if old is new or len(inside) > _DEEPEST:
        return
    if _says(old) and not _says(new):
        level = way.level(wider=True)
        yield Difference("CM602", "the contract no longer says what this is", level, None, inside)
        return
    if _says(new) and not _says(old):
        text = f"the contract now says what this is: {_phrase(new)}"
        yield Difference("CM602", text, way.level(narrower=True), "type", inside)
        return
    was, now = _kinds(old), _kinds(new)
    if was != now:
        level = way.level(narrower=not was <= now, wider=not now <= was)
        text = f"the contract now has {_phrase(new)} here, before {_phrase(old)}"
        yield Difference("CM602", text, level, "type", inside)
    if was.isdisjoint(now):
        return
    yield from _null(old, new, way, inside)
    yield from _listed(old, new, way, inside)
    shared = was & now
    if "string" in shared:
        yield from _text(old, new, way, inside)
    if shared & {"integer", "number"}:
        yield from _number(old, new, way, inside)
    if "array" in shared:
        yield from _list(old, new, way, inside)
        if deep and (old.items is not None or new.items is not None):
            items = given.items or ANY
            yield from differences(old.items or ANY, new.items or ANY, items, way, (*inside, Index(0)))
    if "object" in shared and deep:
        yield from _object(old, new, given, way, inside)


def _says(type_: Type) -> bool:
    return type_.known or type_.enum is not None


def _phrase(type_: Type) -> str:
    return (phrase(type_.not_null()) or "null") if type_.kinds != KINDS else "any value"


def _kinds(type_: Type) -> frozenset[str]:
    kinds = type_.kinds - {"null"}
    return kinds - {"integer"} if "number" in kinds else kinds


def _null(old: Type, new: Type, way: Way, inside: TargetPath) -> Iterator[Difference]:
    if old.nullable == new.nullable or not (_kinds(old) and _kinds(new)):
        return
    if new.nullable:
        help = "If null clears it, write `clear: send_null`." if way.sends else None
        # A null that a rule reads back is "no value", as everywhere.
        level = Severity.INFO if way.sends else Severity.WARNING
        yield Difference("CM603", "null is now allowed", level, "nullable", inside, help)
    else:
        yield Difference("CM603", "null is no longer allowed", Severity.INFO, "type", inside)


def _listed(old: Type, new: Type, way: Way, inside: TargetPath) -> Iterator[Difference]:
    if old.enum is None and new.enum is None:
        return
    was, now = _words(old), _words(new)
    if was is None and now is not None:
        text = f"the contract now lists the values: {_shown([*now.values()])}"
        yield Difference("CM604", text, way.level(narrower=True), "enum", inside)
    elif now is None:
        text = "the contract no longer lists the values"
        yield Difference("CM604", text, way.level(wider=True), "enum", inside)
    elif was is not None:
        gone = {key: value for key, value in was.items() if key not in now}
        come = {key: value for key, value in now.items() if key not in was}
        unknown = [value for key, value in come.items() if way.known is not None and key not in way.known]
        sent = bool(gone) and (way.known is None or not way.known.isdisjoint(gone))
        level = Severity.WARNING if unknown else way.level(narrower=sent)
        help = "Say what it means, in `values`, if a customer can have it." if unknown else None
        lost = f"no longer lists {_shown([*gone.values()])}" if gone else ""
        new_ = f"now lists {_shown([*come.values()])}{'' if gone else ', too'}" if come else ""
        if lost or new_:
            text = f"the contract {' and '.join(filter(None, (lost, new_)))}"
            yield Difference("CM604", text, level, "enum", inside, help)


def _words(type_: Type) -> dict[Any, Any] | None:
    """The values, other than null, by fingerprint; those of a boolean are known, too."""
    if type_.enum is None:
        return None
    return {fingerprint(value): value for value in type_.enum if value is not None}


def _shown(values: list[Any]) -> str:
    words = [f"`{value if isinstance(value, str) else dump_json(value)}`" for value in values]
    rest = f" and {len(words) - _SHOWN} more" if len(words) > _SHOWN else ""
    return ", ".join(words[:_SHOWN]) + rest


def _text(old: Type, new: Type, way: Way, inside: TargetPath) -> Iterator[Difference]:
    yield from _limit(old.min_length or None, new.min_length or None, "least", "character", way, inside)
    yield from _limit(old.max_length, new.max_length, "most", "character", way, inside)
    if old.pattern != new.pattern:
        text = "a pattern is no longer asked for" if new.pattern is None else "the pattern is another one"
        text = "a pattern is now asked for" if old.pattern is None else text
        level = way.level(narrower=new.pattern is not None)
        yield Difference("CM606", text, level, "pattern", inside)
    if _form(old) != _form(new):
        was, now = (f"`{one}`" if one else "none" for one in (_form(old), _form(new)))
        level = way.level(narrower=_form(new) is not None)
        text = f"the format is now {now}, before {was}"
        yield Difference("CM606", text, level, "format", inside)


def _form(type_: Type) -> str | None:
    """The format, where it says more than limits do."""
    return None if type_.format in _FORMS else type_.format


_WORDS: Final = {
    ("least", "character"): "minLength",
    ("most", "character"): "maxLength",
    ("least", "item"): "minItems",
    ("most", "item"): "maxItems",
    ("least", None): "minimum",
    ("most", None): "maximum",
    ("above", None): "exclusiveMinimum",
    ("below", None): "exclusiveMaximum",
}


def _limit(
    was: float | None, now: float | None, side: str, what: str | None, way: Way, inside: TargetPath
) -> Iterator[Difference]:
    """A limit of one side; `what` it counts, None: it is a limit of the number itself."""
    if was == now:
        return
    at = f"at {side}" if side in ("least", "most") else side
    lower = side in ("least", "above")
    narrower = now is not None and (was is None or (now > was if lower else now < was))
    said = "no longer limited" if now is None else f"now {at} {_number_of(now, what)}"
    before = "before without a limit"
    if was is not None:
        before = f"before {_number_of(was, what if now is None else None)}"
    word = _WORDS[(side, what)]
    yield Difference("CM605", f"{said}, {before}", way.level(narrower=narrower), word, inside)


def _number_of(value: float, what: str | None) -> str:
    return counted(int(value), what) if what else str(value)


def _number(old: Type, new: Type, way: Way, inside: TargetPath) -> Iterator[Difference]:
    was, now = _bounds(old), _bounds(new)
    for side, before, after in zip(("least", "most", "above", "below"), was, now, strict=True):
        yield from _limit(before, after, side, None, way, inside)
    if old.multiple_of != new.multiple_of:
        level = way.level(narrower=new.multiple_of is not None)
        text = "the number may be any" if new.multiple_of is None else f"now a multiple of {new.multiple_of}"
        yield Difference("CM605", text, level, "multipleOf", inside)


def _bounds(type_: Type) -> tuple[float | None, float | None, float | None, float | None]:
    """The least and most value, and those that it is above and below; of whole numbers only the first two."""
    low, high = _INT.get(type_.format or "", (None, None))
    lows = [one for one in (low, type_.minimum) if one is not None]
    highs = [one for one in (high, type_.maximum) if one is not None]
    above, below = type_.exclusive_minimum, type_.exclusive_maximum
    if type_.only("integer"):
        lows += [int(above // 1) + 1] if above is not None else []
        highs += [-int(-below // 1) - 1] if below is not None else []
        above = below = None
    return max(lows, default=None), min(highs, default=None), above, below


def _list(old: Type, new: Type, way: Way, inside: TargetPath) -> Iterator[Difference]:
    yield from _limit(old.min_items or None, new.min_items or None, "least", "item", way, inside)
    yield from _limit(old.max_items, new.max_items, "most", "item", way, inside)
    if old.unique_items != new.unique_items:
        text = "no item may come twice now" if new.unique_items else "an item may now come twice"
        yield Difference("CM605", text, way.level(narrower=new.unique_items), "uniqueItems", inside)


def _object(old: Type, new: Type, given: Type, way: Way, inside: TargetPath) -> Iterator[Difference]:
    free = given.free or not given.known or (given.extra is not None and bool(given.extra.kinds))
    names = sorted({*given.members, *((*old.members, *new.members) if free else ())})
    for name in names:
        held = given.member(name)
        at = (*inside, Member(name))
        was, now = old.member(name), new.member(name)
        if was is None or not was.kinds:
            continue  # what is new there, no rule sends yet
        if now is None or not now.kinds:
            text = f"the contract no longer has `{name}`"
            yield Difference("CM513", text, way.level(narrower=True), "properties", at)
            continue
        yield from differences(was, now, held or ANY, way, at)
        if (name in old.required) != (name in new.required):
            yield required(name in new.required, way, at)
    if free:
        yield from _free(old, new, given, way, inside)


def _free(old: Type, new: Type, given: Type, way: Way, inside: TargetPath) -> Iterator[Difference]:
    """The members that the contract does not name."""
    was, now = old.extra, new.extra
    closed, opened = now is not None and not now.kinds, was is not None and not was.kinds
    if closed and not opened:
        text = "members that the contract does not name are no longer allowed"
        yield Difference("CM602", text, way.level(narrower=True), "additionalProperties", inside)
    elif opened and not closed:
        text = "members that the contract does not name are now allowed"
        yield Difference("CM602", text, way.level(wider=True), "additionalProperties", inside)
    elif was is not None or now is not None:
        held = given.extra if given.extra is not None else ANY
        entry = (*inside, Member("*"))
        yield from differences(was or ANY, now or ANY, held, way, entry)
    if old.names != new.names:
        limited = new.names is not None
        text = "the names of members are limited otherwise" if limited else "any name is allowed now"
        yield Difference("CM606", text, way.level(narrower=limited), "propertyNames", inside)


def required(now: bool, way: Way, inside: TargetPath = ()) -> Difference:
    """It became required, or no longer is."""
    text = "the contract now requires this" if now else "the contract no longer requires this"
    return Difference("CM607", text, way.level(narrower=now), "required", inside)
