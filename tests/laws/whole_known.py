"""Faults of the engine that are known: what is expected of a case that meets one is not checked.

Each has a condition as narrow as it can be; a fault that is mended is taken out of `KNOWN`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from custmap.model.note import Fact


def _text(case: Any) -> str:
    return json.dumps(case.mapping["body"])


def _only_empties(one: Any, compiled: Any, interpreted: Any) -> bool:
    """`{}` and `[]` that say nothing."""
    return bool(_without_empties(compiled) == _without_empties(interpreted))


def _without_empties(value: Any) -> Any:
    if isinstance(value, dict):
        made = {key: _without_empties(item) for key, item in value.items()}
        return {key: item for key, item in made.items() if item is not _EMPTY} or _EMPTY
    if isinstance(value, list | tuple):
        return [item for item in map(_without_empties, value) if item is not _EMPTY] or _EMPTY
    return value


_EMPTY: Final = "(empty)"


def _shown(changes: Any) -> Any:
    """Changes, where no value and an empty one are the same."""
    return [[None if _without_empties(part) is _EMPTY else part for part in change] for change in changes]


def _more(case: Any, compiled: Any, interpreted: Any) -> bool:
    """Does the compiled body have all of the interpreted one, and more?"""
    return _has(compiled, interpreted)


def _has(more: Any, less: Any) -> bool:
    if isinstance(more, dict) and isinstance(less, dict):
        return all(key in more and _has(more[key], item) for key, item in less.items())
    if isinstance(more, list) and isinstance(less, list):
        return len(more) >= len(less) and all(map(_has, more, less))
    return bool(more == less)


def _notes_of(*facts: Fact) -> Callable[[Any, Any, Any], bool]:
    def only(case: Any, compiled: Any, interpreted: Any) -> bool:
        moved = set(compiled) ^ set(interpreted)
        return all(fact in facts for fact, _ in moved)

    return only


def _named_objects(case: Any) -> bool:
    return any(
        isinstance(rule, dict) and rule.get("from") in _NAMED and "fields" not in rule
        for rule in case.mapping["body"].values()
    )


_NAMED: Final = ("name", "phone", "payment_card", "addresses[1]", "{a: email, b: company}")

KNOWN: Final[tuple[tuple[str, Callable[[Any, str, Any, Any], bool]], ...]] = (
    (
        "an empty map, or list with a key, stands as `{}` or `[]` in what is sent whole, and apply leaves it out",
        lambda case, what, ours, theirs: what.endswith("body") and _only_empties(case, ours, theirs),
    ),
    (
        "the same in the `before` of a change",
        lambda case, what, ours, theirs: what == "changes" and _shown(ours) == _shown(theirs),
    ),
    (
        "apply notes `repeatable: false` only for single values",
        lambda case, what, ours, theirs: (
            what == "notes of apply"
            and _notes_of(Fact.NOT_REPEATABLE, Fact.PARTLY_STATED)(case, ours, theirs)
        ),
    ),
    (
        "a null in an object without a table, where before did not mention the member, is taken for no change",
        lambda case, what, ours, theirs: _named_objects(case),
    ),
    (
        "`vendor`: what the document lacks counts as null, so it is told the value that stands for null",
        lambda case, what, ours, theirs: "vendor" in case.options,
    ),
    (
        "`send: always` says a value again that is gone, silent or rejected",
        lambda case, what, ours, theirs: (
            what.endswith("body") and "always" in _text(case) and _more(case, ours, theirs)
        ),
    ),
    (
        "`transitions` forbid a clear",
        lambda case, what, ours, theirs: "transitions" in _text(case) and "CM804" in repr(ours),
    ),
    (
        "an immutable object loses the rejections and notes of its members",
        lambda case, what, ours, theirs: (
            what in ("rejected", "notes", "errors") and "immutable" in _text(case)
        ),
    ),
    (
        "an immutable object that was rejected stands as after has it",
        lambda case, what, ours, theirs: what.endswith("body") and "immutable" in _text(case),
    ),
    (
        "`[]` or `{}` is sent for a member with `omit` that did not change",
        lambda case, what, ours, theirs: what.endswith("body") and "omit" in _text(case),
    ),
    (
        "an identity inside a container is not sent where after says null",
        lambda case, what, ours, theirs: what.endswith("body") and '"identity"' in _text(case),
    ),
    (
        "`send: always` of a container is lost where names are listed in it, of a map where an entry is rejected",
        lambda case, what, ours, theirs: what.endswith("body") and "always" in _text(case),
    ),
    (
        "no note where what cannot be computed before is gone",
        lambda case, what, ours, theirs: (
            what == "notes" and _notes_of(Fact.UNKNOWN_BEFORE)(case, ours, theirs)
        ),
    ),
)
"""(reason, condition on the case, the part that differs, what is compiled and what is interpreted)."""


def is_known(case: Any, what: str, compiled: Any, interpreted: Any) -> bool:
    return any(meets(case, what, compiled, interpreted) for _, meets in KNOWN)
