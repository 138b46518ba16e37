"""A plan as text, as JSON, or as DeepDiff's report of the same changes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from custmap.cli.report import json_line
from custmap.diagnostics.frame import painted
from custmap.model.privacy import HIDDEN, shown_target

if TYPE_CHECKING:
    from custmap.plan.plan import Plan

_STYLES: Final = {"  + ": "32", "  ~ ": "33", "  - ": "31", "  ! ": "1;31"}


def shown_plan(plan: Plan, form: str, *, many: bool, secrets: bool, values: bool, color: bool) -> bytes:
    """The bytes to write. In a batch, an empty plan has no text form.

    `values`: show personal values in texts and reports. JSON is data and always has them.
    """
    if form == "text":
        if many and not plan:
            return b""
        text = plan.picture(show_values=values).rstrip("\n")
        if color:
            text = "\n".join(map(_in_color, text.split("\n")))
        return text.encode() + (b"\n\n" if many else b"\n")
    told = plan.to_dict(secrets=secrets) if form == "json" else deep_difference(plan, values)
    if many:
        return json_line(told)
    return json.dumps(told, ensure_ascii=False, allow_nan=False, indent=2).encode() + b"\n"


def _in_color(line: str) -> str:
    """A row in the color of its mark; other lines have none."""
    style = _STYLES.get(line[:4])
    return line if style is None else painted(line, style, True)


def deep_difference(plan: Plan, values: bool) -> dict[str, Any]:
    """The changes, target by target, as DeepDiff words them (verbose level 2)."""
    from deepdiff import DeepDiff

    report: dict[str, Any] = {}
    for one in plan.changes:
        seen = one.to_dict(secrets=False)
        target = shown_target(one.place, personal=values)
        before = {} if one.before is None else {target: seen["before"]}
        after = {target: seen["after"]} if one.action == "set" else {}
        # What is in a hidden value is hidden too, since names in it may be made of values.
        hide = (one.privacy.personal and not values) or before == after
        if hide:
            before, after = dict.fromkeys(before, False), dict.fromkeys(after, True)
        # One at a time, since DeepDiff's paths cannot be parsed for every name.
        told = json.loads(DeepDiff(before, after, verbose_level=2).to_json())
        for kind, places in told.items():
            told_so = {place: _hidden(what) if hide else what for place, what in places.items()}
            report.setdefault(kind, {}).update(told_so)
    return report


def _hidden(what: Any) -> Any:
    """DeepDiff's entry without values."""
    return dict.fromkeys(what, HIDDEN) if isinstance(what, dict) else HIDDEN
