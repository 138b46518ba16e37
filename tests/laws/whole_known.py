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
        left = iter(more)
        return all(any(_has(item, wanted) for item in left) for wanted in less)
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


def _any_order(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _any_order(item) for key, item in value.items()}
    return sorted(map(_any_order, value), key=repr) if isinstance(value, list) else value


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


def only_before(met: Met) -> bool:
    """Do changes differ only in what an object that is cleared had before?"""
    if met.what != "changes" or not own_clear(met):
        return False
    ours, theirs = ([(at, action, after) for at, action, _, after in side] for side in (met.ours, met.theirs))
    return bool(ours == theirs)


def own_clear_stands(met: Met) -> bool:
    return own_clear(met) and met.is_body and ("None" in repr(met.theirs) or met.more() or met.less())


KNOWN: Final[tuple[tuple[str, Callable[[Met], bool]], ...]] = (
    ("what says nothing stands as `{}` or `[]`, or `omit` leaves it so", only_empties),
    ("the same, and what goes along with it", lambda met: met.more() and _empty_in(met.ours)),
    ("`vendor`: what the document lacks counts as null", lambda met: "vendor" in met.case.options),
    ("`transitions` forbid a clear", lambda met: "transitions" in met.text and "CM804" in repr(met.ours)),
    ("a null in an object without a table, of which before said nothing, is no change", null_in_named),
    (
        "apply notes `repeatable: false` only for single values, and diff no object that only goes along",
        notes_of(Fact.NOT_REPEATABLE, Fact.PARTLY_STATED, Fact.REPLACED_WHOLE),
    ),
    ("no note where what cannot be computed before is gone", notes_of(Fact.UNKNOWN_BEFORE)),
    ("a parameter or constant that is an item is not sent", lambda met: met.is_body and rider_item(met)),
    (
        "a `whole` object that is sent for the names in it is sent without the rest",
        lambda met: (".unset" in met.text or "_gone" in met.text) and met.less(),
    ),
    ("a list whose items cannot be told apart stands", unclear_items),
    ("apply takes a nested identity for something to say", lambda met: identity(met) and met.more()),
    ("a nested identity that after says is null is lost", lambda met: identity(met) and met.less()),
    (
        "`send: always` says what is gone or was rejected, or is lost beside names",
        lambda met: "always" in met.text and met.is_body,
    ),
    (
        "in apply a parameter of the body does not ride where only a query or a header speaks",
        lambda met: {"query", "headers"} & met.case.mapping.keys() and met.is_body and met.less(),
    ),
    (
        "an object that is rejected for a required member leaves its names and lacks",
        lambda met: "required" in json.dumps(met.case.mapping) and met.what in ("apply: body", "errors"),
    ),
    ("an immutable object forgets its members' rejections, and what was there", immutable_object),
    (
        "a member of an item that could not be cleared is left out of the item",
        lambda met: '"each"' in met.text and met.less(),
    ),
    (
        "what the contract requires is said and cleared at once, or asked of an object that is not sent",
        lambda met: "raises" in met.what and "required" in json.dumps(met.case.mapping),
    ),
    (
        "a failure in an object whose `when` was not true before is no rejection",
        lambda met: met.what == "rejected" and "when" in met.text and set(met.ours) < set(met.theirs),
    ),
    (
        "a null map with `send_empty` stands as a text",
        lambda met: met.is_body and "send_empty" in met.text and "''" in repr(met.ours),
    ),
    (
        "an object's own clear beside a `default`, or a `when` that is not true, in it",
        lambda met: own_clear(met) and ("when" in met.text or "default" in met.text),
    ),
    (
        "what stood for null before is left out of a whole container where after is rejected",
        lambda met: met.is_body and _without_nothing(met.ours) == _without_nothing(met.theirs),
    ),
    (
        "the order of a list with a key, where an item that is gone stays",
        lambda met: met.is_body and _any_order(met.ours) == _any_order(met.theirs),
    ),
    ("the same faults, in what a change of an object shows as before", only_before),
    ("an object's own clear does not stand", own_clear_stands),
    (
        "a `set` made by `each` is not checked against what the contract requires of its items",
        lambda met: (
            '"set"' in met.text and "CM706" in repr(met.theirs) and "required" in json.dumps(met.case.mapping)
        ),
    ),
)
"""(reason, condition)"""


def reason(case: Any, what: str, compiled: Any, interpreted: Any) -> str:
    """Why the difference is known; empty if it is not."""
    met = Met(case, what, compiled, interpreted)
    return next((text for text, meets in KNOWN if meets(met)), "")
