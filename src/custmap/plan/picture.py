"""A plan as people read it: `+` added, `~` changed, `-` cleared, `!` rejected.

Personal values are dots unless they are asked for; what a secret parameter fills is no change and is
never here.
"""

from __future__ import annotations

from custmap.plan.plan import Change, Plan, Rejection
from custmap.schema.personal import is_personal
from custmap.values.json_text import dump_json

_HIDDEN = "••••"
_LONGEST = 60


def picture(plan: Plan, *, show_values: bool = False) -> str:
    """The picture; `show_values` shows personal values too."""
    head = plan.mapping
    if plan.request is not None:
        shown = plan.request.to_dict(secrets=False)["url"]
        head += f"  {plan.request.method} {_path_of(shown)}"
    if not plan:
        return "\n".join([head, "", "  nothing to do", *_notes(plan)])
    rows = [_change_row(change, plan, show_values) for change in plan.changes]
    rows += [_rejection_row(rejection) for rejection in plan.rejected]
    width = max(max(len(row[1]) for row in rows), 18)
    middle = max(len(row[2]) for row in rows)
    lines = [
        f"  {mark} {target:<{width}}  {text:<{middle}}  {source}".rstrip()
        for mark, target, text, source in rows
    ]
    return "\n".join([head, "", *lines, *_notes(plan), "", summary(plan)])


def _path_of(url: str) -> str:
    """The URL from its path on: whose host it is, the mapping says."""
    rest = url.partition("://")[2]
    return "/" + rest.partition("/")[2]


def _change_row(change: Change, plan: Plan, show_values: bool) -> tuple[str, str, str, str]:
    personal = plan.canonical.is_personal if plan.canonical else is_personal
    hidden = not show_values and personal(change.source)
    source = change.source or ""
    before = _value(change.before, hidden)
    if change.action == "clear":
        # What tells that a value is gone is the mapping's own, never a person's.
        after = _value(change.after, hidden=False)
        return "-", change.target, after if change.before is None else f"{before} → {after}", source
    after = _value(change.after, hidden)
    if change.target in plan.added:
        return "+", change.target, after, source
    return "~", change.target, _HIDDEN if hidden else f"{before} → {after}", source


def _rejection_row(rejection: Rejection) -> tuple[str, str, str, str]:
    return "!", rejection.target, f"{rejection.code} {rejection.message}", rejection.source or ""


def _value(value: object, hidden: bool) -> str:
    if hidden:
        return _HIDDEN
    text = dump_json(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _notes(plan: Plan) -> list[str]:
    return ["", *(f"  note: {note}" for note in plan.notes)] if plan.notes else []


def summary(plan: Plan) -> str:
    """`1 added, 2 changed, 1 cleared, 1 rejected`"""
    sets = [change for change in plan.changes if change.action == "set"]
    added = sum(change.target in plan.added for change in sets)
    counts = (
        (added, "added"),
        (len(sets) - added, "changed"),
        (len(plan.changes) - len(sets), "cleared"),
        (len(plan.rejected), "rejected"),
    )
    return ", ".join(f"{count} {word}" for count, word in counts if count) or "nothing to do"
