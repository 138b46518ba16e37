"""A disagreement with as little of the mapping and of the records as shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from whole_law import Case, Differs, check
from whole_loading import load

from oracle.request import Whole


def smallest(differs: Differs) -> Differs:
    """The same disagreement with as little mapping and record as shows it."""
    found, moved = differs, True
    while moved:
        moved, at = False, 0
        while (case := next(islice(_smaller(found.case), at, None), None)) is not None:
            again = _disagreement(case)
            if again is not None and again.what == found.what:
                found, moved = again, True
            else:
                at += 1
    return found


def _disagreement(case: Case) -> Differs | None:
    loaded = load(case.mapping)
    if loaded is None:
        return None
    try:
        check(loaded, Whole(loaded.checked, case.params), case)
    except Differs as differs:
        return differs
    except Exception:  # a smaller case that is no case
        return None
    return None


def _smaller(case: Case) -> Iterator[Case]:
    """The case with one thing left out: a rule, a key of a rule, a leaf of a record, an option."""
    for part in ("body", "clear", "empty", "query", "headers", "contract", "params"):
        for one in less(case.mapping[part]) if part in case.mapping else ():
            mapping = {key: value for key, value in case.mapping.items() if key != part}
            yield replace(case, mapping=mapping if one is NOTHING else {**mapping, part: one})
    if case.before is not None:
        yield from (replace(case, before=one) for one in less(case.before) if one is not NOTHING)
    yield from (replace(case, after=one) for one in less(case.after) if one is not NOTHING)
    yield from (replace(case, options=one) for one in less(case.options) if one is not NOTHING)


NOTHING = object()


def less(value: Any) -> Iterator[Any]:
    """The value without one thing in it, at any depth; NOTHING: without itself."""
    yield NOTHING
    if isinstance(value, dict):
        yield from ({name: one for name, one in value.items() if name != key} for key in value)
        for key in value:
            for inner in less(value[key]):
                if inner is not NOTHING:
                    yield {**value, key: inner}
            if key == "from" and value[key] != "email":
                yield {**value, key: "email"}
            if key in ("from", "first") and len(value) == 1:
                yield "email"
    elif isinstance(value, list):
        for position, item in enumerate(value):
            for inner in less(item):
                yield [*value[:position], *([] if inner is NOTHING else [inner]), *value[position + 1 :]]
