"""Faults of the engine that are known: where a case meets one, the difference does not count.

A condition is as narrow as a difference can tell; a fault that is mended is taken out of `KNOWN`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from custmap.model.note import Fact

NAMED: Final = ("name", "phone", "payment_card", "addresses[1]", "loyalty", "addresses[0]")
HASH: Final = "{a: email, b: company}"


@dataclass(frozen=True)
class Met:
    """A difference: the case, the part that differs, what is compiled and what is interpreted."""

    case: Any
    what: str
    ours: Any
    theirs: Any

    @property
    def is_body(self) -> bool:
        return self.what.endswith("body") or self.what == "diff(None, x) is apply(x)"

    @property
    def text(self) -> str:
        return json.dumps(self.case.mapping["body"])

    def rules(self) -> Iterator[dict[str, Any]]:
        yield from (rule for rule in self.case.mapping["body"].values() if isinstance(rule, dict))

    def more(self) -> bool:
        """Does the compiled body have all of the interpreted one, and more?"""
        return self.is_body and _has(self.ours, self.theirs)

    def less(self) -> bool:
        return (self.is_body or self.what == "changes") and _has(self.theirs, self.ours)


def _has(more: Any, less: Any) -> bool:
    if isinstance(more, dict) and isinstance(less, dict):
        return all(key in more and _has(more[key], item) for key, item in less.items())
    if isinstance(more, list) and isinstance(less, list):
        return len(more) >= len(less) and all(map(_has, more, less))
    return bool(more == less)


def only_empties(met: Met) -> bool:
    """Is all that differs `{}` and `[]`, which say nothing?"""
    ours, theirs = met.ours, met.theirs
    if met.what == "changes":
        ours, theirs = ([[str(part) for part in map(_full, one)] for one in side] for side in (ours, theirs))
        return bool(ours == theirs)
    return met.is_body and bool(_full(ours) == _full(theirs))


def _full(value: Any) -> Any:
    """A value without its empty objects and lists; None for one that is empty."""
    if isinstance(value, dict):
        made = {key: _full(item) for key, item in value.items() if item is not None}
        made = {key: item for key, item in made.items() if item is not None}
        return None if made.keys() <= {"type"} else made  # an item that has nothing but its name
    if isinstance(value, list | tuple):
        return [item for item in map(_full, value) if item is not None] or None
    return value


def notes_of(*facts: Fact) -> Callable[[Met], bool]:
    """Do only notes of these facts differ?"""

    def only(met: Met) -> bool:
        if not met.what.startswith("notes"):
            return False
        return all(fact in facts for fact, _ in set(met.ours) ^ set(met.theirs))

    return only


def _codes(found: Any) -> set[str]:
    return {str(code) for code, _ in found} if isinstance(found, tuple | list) else set()


def more_replaced(met: Met) -> bool:
    """Does compiled name more containers that are replaced whole, and is all else the same?"""
    if not met.what.startswith("notes"):
        return False
    more = set(met.ours) - set(met.theirs)
    return set(met.theirs) <= set(met.ours) and all(fact == Fact.REPLACED_WHOLE for fact, _ in more)


def null_in_named(met: Met) -> bool:
    """Has an object without a table a null of which before said nothing?"""
    if not any(rule.get("from") in (*NAMED, HASH) and "fields" not in rule for rule in met.rules()):
        return False
    after = met.case.after
    objects = [after.get(name) for name in ("name", "phone", "payment_card", "loyalty")]
    objects += after.get("addresses") or []
    blank = (None, "") if "empty" in json.dumps(met.case.mapping) else (None,)
    return any(after.get(name, 0) in blank for name in ("email", "company")) or any(
        value in blank for one in objects if isinstance(one, dict) for value in one.values()
    )


def immutable_object(met: Met) -> bool:
    return any(
        rule.get("immutable") and ("fields" in rule or not {"from", "first"} & rule.keys())
        for rule in met.rules()
    )


def _without_nothing(value: Any) -> Any:
    """A body without what may stand for null."""
    if isinstance(value, dict):
        return {key: _without_nothing(item) for key, item in value.items() if item not in (None, "", "-")}
    return list(map(_without_nothing, value)) if isinstance(value, list) else value


def _empty_in(value: Any) -> bool:
    return "{}" in repr(value) or "[]" in repr(value)


def identity(met: Met) -> bool:
    return any("identity" in rule for rule in met.rules())


def rider_item(met: Met) -> bool:
    body = met.case.mapping["body"].items()
    return any(
        target.endswith("]") and {"param", "value"} & rule.keys() for target, rule in body if rule != "email"
    )


def unclear_items(met: Met) -> bool:
    return '"key"' in met.text and (met.more() or (met.what == "changes" and _has(met.ours, met.theirs)))


def own_clear(met: Met) -> bool:
    return any(
        "clear" in rule and ("fields" in rule or not {"from", "first", "each"} & rule.keys())
        for rule in (*met.rules(), *(one for rule in met.rules() for one in _inner(rule)))
    )


def _inner(rule: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in rule.get("fields", {}).values() if isinstance(one, dict)]


KNOWN: Final[tuple[tuple[str, Callable[[Met], bool]], ...]] = (
    ("a whole container that goes along is named; here only one that changed is", more_replaced),
    (
        "a list whose items cannot be told apart: whether what it reads changed, or what it makes",
        lambda met: met.what == "rejected" and "CM806" in repr((met.ours, met.theirs)),
    ),
    (
        "`omit` in a whole object inside another: here nothing stands, and nothing is sent",
        lambda met: met.is_body and _empty_in(met.ours) and "omit" in met.text,
    ),
    ("what stands of an object that may not change, and goes along", immutable_object),
    (
        "what is missing is named before what was rejected, and both of an object are",
        lambda met: (
            met.what in ("errors", "raises") and ("CM707" in repr(met.ours) or "CM708" in repr(met.ours))
        ),
    ),
    (
        "`vendor`: an empty object that stands for nothing, beside one of nulls",
        lambda met: "vendor" in met.case.options and "always" in met.text,
    ),
    (
        "an object with a clear of its own that is skipped, and what is always said in it",
        lambda met: own_clear(met) and "always" in met.text,
    ),
)
"""(reason, condition)"""


def reason(case: Any, what: str, compiled: Any, interpreted: Any) -> str:
    """Why the difference is known; empty if it is not."""
    met = Met(case, what, compiled, interpreted)
    return next((text for text, meets in KNOWN if meets(met)), "")
