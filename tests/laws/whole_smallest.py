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
            less = _disagreement(case)
            if less is not None and less.what == found.what:
                found, moved = less, True
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
        for less in _less(case.mapping[part]) if part in case.mapping else ():
            mapping = {key: value for key, value in case.mapping.items() if key != part}
            yield replace(case, mapping=mapping if less is _NOTHING else {**mapping, part: less})
    if case.before is not None:
        yield from (replace(case, before=less) for less in _less(case.before) if less is not _NOTHING)
    yield from (replace(case, after=less) for less in _less(case.after) if less is not _NOTHING)
    yield from (replace(case, options=less) for less in _less(case.options) if less is not _NOTHING)


_NOTHING = object()


def _less(value: Any) -> Iterator[Any]:
    yield _NOTHING
    if isinstance(value, dict):
        yield from ({name: one for name, one in value.items() if name != key} for key in value)
        for key in value:
            for less in _less(value[key]):
                if less is not _NOTHING:
                    yield {**value, key: less}
            if key == "from" and value[key] != "email":
                yield {**value, key: "email"}
            if key in ("from", "first") and len(value) == 1:
                yield "email"
    elif isinstance(value, list):
        for position, item in enumerate(value):
            for less in _less(item):
                yield [*value[:position], *([] if less is _NOTHING else [less]), *value[position + 1 :]]
