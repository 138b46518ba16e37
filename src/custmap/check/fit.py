"""Does what a rule can give fit what the contract accepts? Yields every possible misfit, with its code.

`never` means that no value can fit, so the mapping is wrong for every customer. Otherwise some customers may
be rejected. At the top level null is ignored, since `clear` handles it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from msgspec import Struct

from custmap.expressions.suggestions import phrase
from custmap.resolve.findings import meant
from custmap.schema.misfit import CHECKED_FORMATS, misfit
from custmap.values.decimals import below, is_multiple, shown
from custmap.values.types import ANY, KINDS, Type
from custmap.values.words import counted

_DEEPEST: Final = 6
_INT: Final = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}


@dataclass(frozen=True, slots=True)
class Misfit:
    """One way in which a value may not fit; `inside` says where in the value."""

    code: str
    message: str
    help: str | None = None
    never: bool = False
    inside: str = ""


class Ask(Struct, frozen=True):
    """What is known besides types. `forms`: its formats are reliable; `closed`: members are listed."""

    forms: bool = False
    closed: bool = True
    constants: tuple[object, ...] = ()


def misfits(given: Type, wanted: Type, ask: Ask, inside: str = "", depth: int = 0) -> Iterator[Misfit]:
    """All the ways in which a value of type `given` may be no value of type `wanted`."""
    if depth > _DEEPEST:
        return
    if depth and given.nullable and wanted.known and not wanted.nullable:
        yield Misfit(
            "CM402", f"{_what(inside)} may be null, and the contract does not allow null there", inside=inside
        )
    given = _without_blank(given.not_null())
    if not given.kinds or not _says(wanted):
        return
    if given.enum is not None:
        yield from _enumerated(given, wanted, ask, inside)
        return
    if kinds := _kinds(given, wanted, inside):
        yield kinds
    if kinds is not None and (kinds.never or given.or_null().kinds == KINDS):
        return  # if the value may be anything, that one finding is enough
    if wanted.enum is not None and given.kinds - {"boolean"}:
        yield _open(wanted, inside)
        return
    shared = given.kinds & _taken(wanted)
    if "string" in shared:
        yield from _text(given, wanted, ask, inside)
    if given.kinds & {"integer", "number"} and wanted.kinds & {"integer", "number"}:
        yield from _number(given, wanted, inside)
    if "array" in shared:
        yield from _list(given, wanted, ask, inside, depth)
    if "object" in shared:
        yield from _object(given, wanted, ask, inside, depth)


def _without_blank(given: Type) -> Type:
    """What a conversion gives, without the empty text that it passes through.

    `empty` decides about "", and CM410 already reports that the function does not accept every text.
    """
    if given.max_length != 0 or not given.kinds - {"string"}:
        return given
    return replace(given, kinds=given.kinds - {"string"}, max_length=None)


def _says(type_: Type) -> bool:
    return type_.known or type_.enum is not None


def _what(inside: str) -> str:
    return f"`{inside}`" if inside else "this"


def _taken(wanted: Type) -> frozenset[str]:
    return wanted.kinds | {"integer"} if "number" in wanted.kinds else wanted.kinds


def _kinds(given: Type, wanted: Type, inside: str) -> Misfit | None:
    taken = _taken(wanted)
    wrong = given.kinds - taken
    if not wrong:
        return None
    never = not given.kinds & taken and not ("number" in given.kinds and "integer" in taken)
    says = phrase(wanted.not_null()) if wanted.kinds - {"null"} else "nothing"
    if never:
        message = f"{_what(inside)} is {phrase(given)}, the contract allows {says}"
        return Misfit("CM401", message, _conversion(wanted), True, inside)
    if given.or_null().kinds == KINDS:
        message = f"{_what(inside)} may be of any type, the contract allows {says}"
    else:
        message = f"{_what(inside)} may be {phrase(replace(given, kinds=wrong))}, the contract allows {says}"
    return Misfit("CM413", message, _conversion(wanted), False, inside)


def _conversion(wanted: Type) -> str | None:
    for kind, function in (
        ("string", "text"),
        ("integer", "integer"),
        ("number", "number"),
        ("boolean", "boolean"),
    ):
        if wanted.only(kind):
            return f"Convert it, as in `{function}(…)`, or read another field."
    return None


def _enumerated(given: Type, wanted: Type, ask: Ask, inside: str) -> Iterator[Misfit]:
    """An enumerated type: each value fits or does not."""
    values = [value for value in given.enum or () if value is not None]
    reasons = {index: reason for index, value in enumerate(values) if (reason := misfit(wanted, value))}
    if not reasons:
        return
    lost = [values[index] for index in reasons]
    if wanted.enum is not None and all(isinstance(value, str) for value in lost):
        shown = ", ".join(f"`{value}`" for value in lost)
        stated = all(value in ask.constants for value in lost)
        help = meant(str(lost[0]), [str(value) for value in wanted.enum if value is not None])
        if stated:
            yield Misfit("CM411", f"the contract does not list {shown}", help, True, inside)
        else:
            message = f"{_what(inside)} may be {shown}, which the contract does not list"
            yield Misfit("CM404", message, "Translate them: `values: {canonical: vendor}`.", True, inside)
        return
    never = len(reasons) == len(values)
    first = next(iter(reasons.values()))
    code = "CM401" if never else _limit(lost[0], wanted)
    yield Misfit(code, f"{_what(inside)} {first}", _conversion(wanted), never, inside)


def _limit(value: object, wanted: Type) -> str:
    """The code for the limit that a value of the right kind violates."""
    if isinstance(value, str) and "string" in wanted.kinds:
        if wanted.max_length is not None and len(value) > wanted.max_length:
            return "CM405"
        return "CM406" if wanted.min_length is not None and len(value) < wanted.min_length else "CM407"
    numeric = value.__class__ in (int, float) and wanted.kinds & {"integer", "number"}
    return "CM406" if numeric else "CM413"


def _open(wanted: Type, inside: str) -> Misfit:
    return Misfit(
        "CM412",
        f"{_what(inside)} may have a value that the contract does not list",
        "Translate it with `values`, and say with `unmapped` what to do with other values.",
        inside=inside,
    )


def _text(given: Type, wanted: Type, ask: Ask, inside: str) -> Iterator[Misfit]:
    high, low = wanted.max_length, wanted.min_length or 0
    if high is not None and (given.max_length is None or given.max_length > high):
        if (given.min_length or 0) > high:
            message = f"{_what(inside)} is always longer than {counted(high, 'character')}"
            yield Misfit("CM405", message, None, True, inside)
        else:
            message = f"{_what(inside)} may have more than {counted(high, 'character')}"
            yield Misfit("CM405", message, f"Shorten it: truncate(…, `{high}`).", inside=inside)
    if (given.min_length or 0) < low:
        message = f"{_what(inside)} may have fewer than {counted(low, 'character')}"
        yield Misfit("CM406", message, inside=inside)
    if wanted.pattern is not None and given.pattern != wanted.pattern:
        yield Misfit("CM407", f"{_what(inside)} may not match the contract's pattern", inside=inside)
    if wanted.format in CHECKED_FORMATS and not (ask.forms and given.format == wanted.format):
        yield Misfit("CM407", f"{_what(inside)} may not have the format `{wanted.format}`", inside=inside)


def _number(given: Type, wanted: Type, inside: str) -> Iterator[Misfit]:
    low, high = _bounds(replace(wanted, exclusive_minimum=None, exclusive_maximum=None))
    least, most = _bounds(given)
    parts = []
    if low is not None and (least is None or below(least, low)):
        parts.append(f"below {shown(low)}")
    if high is not None and (most is None or below(high, most)):
        parts.append(f"above {shown(high)}")
    if parts:
        yield Misfit("CM406", f"{_what(inside)} may be {' or '.join(parts)}", inside=inside)
    for limit, word in (("exclusive_minimum", "above"), ("exclusive_maximum", "below")):
        bound, own = getattr(wanted, limit), getattr(given, limit)
        if bound is not None and not _strictly(given, limit, bound, own):
            yield Misfit("CM406", f"{_what(inside)} may not be {word} {shown(bound)}", inside=inside)
    if wanted.multiple_of is not None and not _in_steps(given, wanted.multiple_of):
        message = f"{_what(inside)} may not be a multiple of {shown(wanted.multiple_of)}"
        yield Misfit("CM406", message, inside=inside)


def _in_steps(given: Type, step: float) -> bool:
    steps = [given.multiple_of, 1 if given.only("integer") else None]
    return any(own is not None and is_multiple(own, step) for own in steps)


def _strictly(given: Type, limit: str, bound: float, own: float | None) -> bool:
    if limit == "exclusive_minimum":
        return (own is not None and not below(own, bound)) or (
            given.minimum is not None and below(bound, given.minimum)
        )
    return (own is not None and not below(bound, own)) or (
        given.maximum is not None and below(given.maximum, bound)
    )


def _bounds(type_: Type) -> tuple[float | None, float | None]:
    """Lowest and highest value, including the limits of 32 and 64 bit formats."""
    low, high = _INT.get(type_.format or "", (None, None))
    lows = [each for each in (low, type_.minimum, type_.exclusive_minimum) if each is not None]
    highs = [each for each in (high, type_.maximum, type_.exclusive_maximum) if each is not None]
    return (max(lows) if lows else None), (min(highs) if highs else None)


def _list(given: Type, wanted: Type, ask: Ask, inside: str, depth: int) -> Iterator[Misfit]:
    if wanted.max_items is not None and (given.max_items is None or given.max_items > wanted.max_items):
        message = f"{_what(inside)} may have more than {counted(wanted.max_items, 'item')}"
        yield Misfit("CM405", message, inside=inside)
    if wanted.min_items is not None and (given.min_items or 0) < wanted.min_items:
        message = f"{_what(inside)} may have fewer than {counted(wanted.min_items, 'item')}"
        yield Misfit("CM406", message, inside=inside)
    if wanted.unique_items and not given.unique_items:
        message = f"{_what(inside)} may have the same item twice, and the contract does not allow duplicates"
        yield Misfit("CM406", message, "Remove duplicates with `unique(…)`.", inside=inside)
    if wanted.items is not None:
        yield from misfits(given.items or ANY, wanted.items, ask, _join(inside, "items"), depth + 1)


def _object(given: Type, wanted: Type, ask: Ask, inside: str, depth: int) -> Iterator[Misfit]:
    for name in sorted(wanted.asked - given.required):
        member = given.member(name)
        surely = member is not None and not member.kinds
        message = f"{_what(inside)} {'lacks' if surely else 'may lack'} `{name}`, which the contract requires"
        yield Misfit("CM401" if surely else "CM403", message, None, surely, inside)
    for name in given.members:
        held = given.member(name)
        if held is None or not held.kinds:
            continue
        there = wanted.member(name)
        if (there is None and ask.closed and wanted.members) or (there is not None and not there.kinds):
            message = f"the contract has no `{name}` in {_what(inside) if inside else 'it'}"
            yield Misfit("CM303", message, meant(name, wanted.members), True, _join(inside, name))
        elif there is not None and there.read_only:
            message = f"`{_join(inside, name)}` is read-only in the contract: the vendor sets it"
            yield Misfit(
                "CM310", message, "List the members to send under `fields`.", True, _join(inside, name)
            )
        elif there is not None:
            yield from misfits(held.present(), there, ask, _join(inside, name), depth + 1)
    yield from _free(given, wanted, ask, inside, depth)


def _free(given: Type, wanted: Type, ask: Ask, inside: str, depth: int) -> Iterator[Misfit]:
    """The entries of a map, whose keys are not known in advance."""
    values = given.extra if given.extra is not None else ANY
    if not values.kinds:
        return
    for name in wanted.members:
        if name not in given.members and (there := wanted.member(name)) is not None and not there.read_only:
            yield from misfits(values, there, ask, _join(inside, name), depth + 1)
    if wanted.extra is None:
        return
    if not wanted.extra.kinds:
        message = f"{_what(inside)} may have members that the contract does not allow"
        yield Misfit("CM413", message, None, False, inside)
    else:
        yield from misfits(values, wanted.extra, ask, _join(inside, "*"), depth + 1)


def _join(inside: str, name: str) -> str:
    if name == "items":
        return f"{inside}[*]"
    return f"{inside}.{name}" if inside else name
