"""A plan as people read it: `+` added, `~` changed, `-` cleared, `!` rejected.

Personal values are dots unless they are asked for; what a secret parameter fills is no change and is
never here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from custmap.model.note import Note
from custmap.plan.change import Change, Rejection
from custmap.values.json_text import dump_json
from custmap.wire.request import Request

_HIDDEN = "••••"
_LONGEST = 60
Personal = Callable[[str | None], bool]


def picture(
    head: str,
    changes: Sequence[Change],
    rejected: Sequence[Rejection],
    notes: Sequence[Note],
    personal: Personal,
    *,
    show_values: bool,
) -> str:
    """The picture under its heading; `show_values` shows those of `personal` sources too."""
    under = ["", *(f"  note: {note}" for note in notes)] if notes else []
    if not changes and not rejected:
        return "\n".join([head, "", "  nothing to do", *under])
    rows = [_change_row(change, hidden=not show_values and personal(change.source)) for change in changes]
    rows += [_rejection_row(rejection) for rejection in rejected]
    width = max(max(len(row[1]) for row in rows), 18)
    middle = max(len(row[2]) for row in rows)
    lines = [
        f"  {mark} {target:<{width}}  {text:<{middle}}  {source}".rstrip()
        for mark, target, text, source in rows
    ]
    return "\n".join([head, "", *lines, *under, "", _summary(changes, rejected)])


def heading(mapping: str, requests: Sequence[Request]) -> str:
    """`fabric/update-customer  PUT /customers/42`; secrets are hidden."""
    called = [f"{one.method} {_path_of(one.to_dict(secrets=False)['url'])}" for one in requests]
    return "  ".join([mapping, *called])


def _path_of(url: str) -> str:
    """The URL from its path on: whose host it is, the mapping says."""
    rest = url.partition("://")[2]
    return "/" + rest.partition("/")[2]


def _change_row(change: Change, *, hidden: bool) -> tuple[str, str, str, str]:
    source = change.source or ""
    before = _value(change.before, hidden)
    if change.action == "clear":
        # What tells that a value is gone is the mapping's own, never a person's.
        after = _value(change.after, hidden=False)
        return "-", change.target, after if change.before is None else f"{before} → {after}", source
    after = _value(change.after, hidden)
    if change.is_new:
        return "+", change.target, after, source
    return "~", change.target, _HIDDEN if hidden else f"{before} → {after}", source


def _rejection_row(rejection: Rejection) -> tuple[str, str, str, str]:
    return "!", rejection.target, f"{rejection.code} {rejection.message}", rejection.source or ""


def _value(value: object, hidden: bool) -> str:
    if hidden:
        return _HIDDEN
    text = dump_json(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _summary(changes: Sequence[Change], rejected: Sequence[Rejection]) -> str:
    """`1 added, 2 changed, 1 cleared, 1 rejected`"""
    added = sum(change.is_new for change in changes)
    cleared = sum(change.action == "clear" for change in changes)
    counts = (
        (added, "added"),
        (len(changes) - added - cleared, "changed"),
        (cleared, "cleared"),
        (len(rejected), "rejected"),
    )
    return ", ".join(f"{count} {word}" for count, word in counts if count)
