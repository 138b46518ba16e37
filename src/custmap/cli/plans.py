"""A plan as text, as JSON, or as DeepDiff's report of the same changes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from custmap.cli.report import json_line
from custmap.diagnostics.frame import painted
from custmap.model.privacy import HIDDEN, shown_target
from custmap.records.identity import RequestIds, Who
from custmap.records.request_lines import RequestLines
from custmap.values.json_text import json_bytes

if TYPE_CHECKING:
    from custmap.plan.plan import Plan

_STYLES: Final = {"  + ": "32", "  ~ ": "33", "  - ": "31", "  ! ": "1;31"}


@dataclass(frozen=True, slots=True)
class PlanForm:
    """How plans are written.

    `form`     `text`, `json` or `deepdiff`.
    `secrets`  write the values of secret parameters.
    `values`   show personal values in texts and reports. JSON is data and always has them.
    `color`    for a terminal.
    """

    form: str
    secrets: bool
    values: bool
    color: bool

    @property
    def is_text(self) -> bool:
        return self.form == "text"

    def line(self, plan: Plan, who: Who, lines: RequestLines) -> bytes:
        """A plan of many, as a line or, in text, as a picture; `lines` write its requests."""
        if self.is_text:
            return self._picture(plan) + b"\n\n"
        if self.form == "deepdiff":
            return json_line(who.members | deep_difference(plan, self.values))
        told = json_bytes(who.members | plan.told(secrets=self.secrets))
        requests = (lines.line(request, who, place) for place, request in enumerate(plan.requests))
        return b'%b,"requests":[%b]}\n' % (told[:-1], b",".join(line[:-1] for line in requests))

    def packed_line(self, plan: Plan, who: Who, id: str, item: int) -> bytes:
        """A plan of which the request is in another line, with the place of its item there, from 0."""
        told = plan.to_dict(secrets=self.secrets) | {"requests": [{"id": id, "item": item}]}
        return json_line(who.members | told)

    def document(self, plan: Plan, who: Who, ids: RequestIds) -> bytes:
        """The only plan."""
        if self.is_text:
            return self._picture(plan) + b"\n"
        if self.form == "deepdiff":
            return json_text(deep_difference(plan, self.values))
        requests = [
            ids.marked(request, who, place, secrets=self.secrets)
            for place, request in enumerate(plan.requests)
        ]
        return json_text(who.members | plan.told(secrets=self.secrets) | {"requests": requests})

    def _picture(self, plan: Plan) -> bytes:
        text = plan.picture(show_values=self.values).rstrip("\n")
        if self.color:
            text = "\n".join(map(_in_color, text.split("\n")))
        return text.encode()


def json_text(told: dict[str, Any]) -> bytes:
    """A JSON document on several lines, as written into files."""
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
