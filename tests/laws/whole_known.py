"""Differences that are known, where the page can be read in two ways: they do not count.

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


def _full(value: Any) -> Any:
    """A value without its empty objects and lists; None for one that is empty."""
    if isinstance(value, dict):
        made = {key: _full(item) for key, item in value.items() if item is not None}
        made = {key: item for key, item in made.items() if item is not None}
        return None if made.keys() <= {"type"} else made  # an item that has nothing but its name
    if isinstance(value, list | tuple):
        return [item for item in map(_full, value) if item is not None] or None
    return value


def more_replaced(met: Met) -> bool:
    """Does compiled name more containers that are replaced whole, and is all else the same?"""
    if not met.what.startswith("notes"):
        return False
    more = set(met.ours) - set(met.theirs)
    return set(met.theirs) <= set(met.ours) and all(fact == Fact.REPLACED_WHOLE for fact, _ in more)


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
        "a list whose items cannot be told apart, and that makes what it made: here it is rejected",
        lambda met: (
            met.what == "rejected"
            and {code for code, _ in set(met.theirs) ^ set(met.ours)} == {"CM806"}
            and len(met.ours) < len(met.theirs)
        ),
    ),
    (
        "`omit` in a whole object inside another: here nothing stands, and nothing is sent",
        lambda met: met.is_body and _empty_in(met.ours) and "omit" in met.text,
    ),
    ("what stands of an object that may not change, and goes along", immutable_object),
    (
        "a member of an item that could not be cleared is left out; here it stays, if the item has more",
        lambda met: '"each"' in met.text and met.less(),
    ),
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
