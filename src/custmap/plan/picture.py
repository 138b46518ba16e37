"""The text form of a plan: `+` added, `~` changed, `-` cleared, `!` rejected.

Personal values are dots unless they are asked for; secrets are never shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from custmap.diagnostics.plain import plain, plain_lines
from custmap.model.change import Change, Rejection
from custmap.model.note import Note
from custmap.model.privacy import HIDDEN, shown_target
from custmap.values.json_text import dump_json
from custmap.wire.request import Request

_LONGEST = 60


def picture(
    head: str,
    changes: Sequence[Change],
    rejected: Sequence[Rejection],
    notes: Sequence[Note],
    *,
    show_values: bool,
) -> str:
    """The picture under its heading; `show_values` shows personal values too."""
    under = ["", *(f"  note: {plain(note)}" for note in notes)] if notes else []
    if not changes and not rejected:
        return plain_lines("\n".join([head, "", "  nothing to do", *under]))
    rows = [_change_row(change, show_values) for change in changes]
    rows += [_rejection_row(rejection, show_values) for rejection in rejected]
    rows = [(mark, plain(target), plain(text), plain(source)) for mark, target, text, source in rows]
    width = max(max(len(row[1]) for row in rows), 18)
    middle = max(len(row[2]) for row in rows)
    lines = [
        f"  {mark} {target:<{width}}  {text:<{middle}}  {source}".rstrip()
        for mark, target, text, source in rows
    ]
    return plain_lines("\n".join([head, "", *lines, *under, "", _summary(changes, rejected)]))


def heading(mapping: str, requests: Sequence[Request], *, show_values: bool) -> str:
    """`fabric/update-customer  PUT /customers/42`: whom it is about, without secrets; several have lines."""
    called = [f"{one.method} {_path_of(one.shown_url(personal=show_values))}" for one in requests]
    names = [plain(one.name) for one in requests]
    if not any(names):
        return "  ".join([mapping, *called])
    width = max(map(len, names))
    lines = (f"  {name:<{width}}  {line}" for name, line in zip(names, called, strict=True))
    return "\n".join([mapping, *lines])


def _path_of(url: str) -> str:
    """The URL from its path on: whose host it is, the mapping says."""
    rest = url.partition("://")[2]
    return "/" + rest.partition("/")[2]


def _change_row(change: Change, show_values: bool) -> tuple[str, str, str, str]:
    source = change.source or ""
    target = shown_target(change.place, personal=show_values)
    hidden = change.privacy.personal and not show_values
    told = change.to_dict(secrets=False)
    before = _value(told["before"], hidden)
    if change.action == "clear":
        # What tells that a value is gone is the mapping's own, never a person's.
        after = _value(told["after"], hidden=False)
        return "-", target, after if change.before is None else f"{before} → {after}", source
    after = _value(told["after"], hidden)
    if change.is_new:
        return "+", target, after, source
    return "~", target, HIDDEN if hidden else f"{before} → {after}", source


def _rejection_row(rejection: Rejection, show_values: bool) -> tuple[str, str, str, str]:
    target = shown_target(rejection.place, personal=show_values)
    return "!", target, f"{rejection.code} {rejection.message}", rejection.source or ""


def _value(value: object, hidden: bool) -> str:
    if hidden:
        return HIDDEN
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
