"""§ 6: how a vendor is told that a value is gone; one branch a form."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from custmap.model.clear import (
    Clear,
    Impossible,
    KeyIn,
    Masked,
    NameIn,
    Omit,
    Send,
    SendEmpty,
    SendNull,
    Skip,
    Write,
)
from custmap.model.note import Fact
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.json_text import dump_json
from custmap.values.paths import format_path
from oracle import forms
from oracle.outcome import Change, Outcome, Sides, Told, is_value, shown


def cleared(clear: Clear, name: Any, target: str, held: Any, sides: Sides) -> Outcome:
    """The value at a target is gone. `name` is what a list of names calls it, `held` what before had."""
    target = sides.target(target)

    def said(after: Any = None, at: str = target, **elsewhere: Any) -> Told:
        change = () if sides.item else (Change("clear", at, shown(held), after),)
        return Told(changes=change, **elsewhere)

    if not sides.item and not forms.can_name(clear, name):
        return kept(held, Told(rejected=(("CM710", target),)))
    match clear:
        case SendNull():
            return Outcome(True, None, None, said())
        case Send(value=value):  # `send_empty` is one with the type's empty value
            return Outcome(True, deepcopy(value), deepcopy(value), said(deepcopy(value)))
        case Write(writes=writes):
            place, value = writes[0]
            return Outcome(True, told=said(value, format_path(place), writes=writes))
        case NameIn(place=place, name=as_name) if not sides.item:
            return Outcome(True, told=said(names=((place, as_name or name),)))
        case KeyIn(place=place, name=as_name, value=value) if not sides.item:
            return Outcome(True, told=said(marks=((place, text_of(as_name or name), value),)))
        case Masked() if not sides.item:
            return Outcome(True, told=said())
        case Omit() if sides.full:
            return Outcome(True, told=said(), omitted=True)
        case Skip():
            return kept(ABSENT if sides.item else held, Told(notes=((Fact.CLEAR_SKIPPED, target),)))
        case Impossible() | Omit() | NameIn() | KeyIn() | Masked():
            # A name does not say in which item, and leaving out where the rest is kept says nothing.
            return kept(ABSENT if sides.item else held, Told(rejected=(("CM803", target),)))
    raise AssertionError(clear)


def kept(held: Any, told: Told) -> Outcome:
    """It could not be said, so the vendor keeps what it holds."""
    return Outcome(False, stands=held if is_value(held) else ABSENT, told=told, kept=True)


def rejected(code: str, target: str, held: Any, sides: Sides) -> Outcome:
    return kept(held, Told(rejected=((code, sides.target(target)),)))


def null_at(clear: Clear) -> Any:
    """What a null is at its own place: with `send` the value that stands for it; ABSENT: nothing."""
    match clear:
        case SendNull():
            return None
        case Send(value=value):
            return deepcopy(value)
    return ABSENT


def null_container(clear: Clear, empty: Any) -> Any:
    """What a null map (`empty` is `{}`) or list (`[]`) is at its own place."""
    return empty if isinstance(clear, SendEmpty) else null_at(clear)


def as_held(clear: Clear, before: Any) -> Any:
    """A null of before as a target value: the value that `send` or `send_empty` put there."""
    return null_at(clear) if before is None and isinstance(clear, Send) else before


def is_told_already(clear: Clear, before: Any) -> bool:
    """Does the vendor hold the very value that says that there is none?"""
    return isinstance(clear, Send) and same(before, clear.value)


def text_of(name: Any) -> str:
    return name if isinstance(name, str) else dump_json(name)
