"""The 6 × 6 table: absent, null, "", [], {} and a value, before and after, for each merge and clear.

`python tests/laws/make_table.py` writes `table.yaml` anew; what changes in it is read line by line
against the language, for the file is the expectation of `test_laws_table.py`.

A cell says what is sent, `-` for nothing; `!` with the code stands before what is rejected, `~` where
the plan notes that something was not said.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import custmap

STATES: dict[str, Any] = {"absent": ..., "null": None, '""': "", "[]": [], "{}": {}, "value": "v"}
CLEARS: dict[str, Any] = {
    "send_null": "send_null",
    "send_empty": "send_empty",
    "send": {"send": "-"},
    "write": {"write": {"deleted": True}},
    "name_in": {"name_in": "unset"},
    "key_in": {"key_in": "gone", "with": True},
    "omit": "omit",
    "impossible": "impossible",
    "skip": "skip",
}
MERGES: dict[str, tuple[dict[str, Any], str]] = {
    "a named field": ({"x": {"from": "x"}}, "x"),
    "one key of a map": ({"x": {"from": "m.k"}}, "m.k"),
    "a key under entries": ({"m": {"from": "m", "merge": "entries"}}, "m.k"),
    "a map under whole": ({"m": {"from": "m", "merge": "whole"}}, "m"),
    "a list under whole": ({"l": {"from": "l", "merge": "whole"}}, "l"),
    "a list under set": ({"l": {"from": "l", "merge": "set"}}, "l"),
    "a member of fields": ({"o.x": {"from": "o.x"}, "o.y": "o.y"}, "o.x"),
    "a member of whole": ({"o": {"merge": "whole"}, "o.x": {"from": "o.x"}, "o.y": "o.y"}, "o.x"),
}
SOURCE = {
    "title": "Record",
    "type": "object",
    "properties": {
        "x": {},
        "m": {"type": ["object", "null"], "additionalProperties": True},
        "l": {"type": ["array", "null"]},
        "o": {"type": ["object", "null"], "properties": {"x": {}, "y": {"type": "string"}}},
    },
}
FILE = Path(__file__).with_name("table.yaml")


def load(rules: dict[str, Any], clear: Any, folder: Path) -> Any:
    """The mapping of a corner of the table; None where the clear means nothing there."""
    body = {target: rule if isinstance(rule, str) else dict(rule) for target, rule in rules.items()}
    cleared = next(rule for rule in body.values() if isinstance(rule, dict) and "from" in rule)
    cleared["clear"] = clear
    mapping = {
        "custmap": 1,
        "name": f"{folder.name}/table",
        "summary": "A corner of the table",
        "source": "record.json",
        "contract": {"method": "PATCH", "url": "https://api.example.com/x", "fields": {"known": "string"}},
        "body": body,
    }
    (folder / "record.json").write_text(json.dumps(SOURCE), encoding="utf-8")
    (folder / "table.yaml").write_text(json.dumps(mapping), encoding="utf-8")
    try:
        return custmap.load(folder / "table.yaml")
    except custmap.MappingError:
        return None


def record(path: str, state: Any) -> dict[str, Any]:
    """A record in which the place is in this state; its map or object is mentioned."""
    head, _, member = path.partition(".")
    if not member:
        return {} if state is ... else {head: state}
    beside = {"y": "y"} if head == "o" else {"other": 1}
    return {head: beside if state is ... else {**beside, member: state}}


def cell(mapping: Any, path: str, before: Any, after: Any) -> str:
    plan = mapping.diff(record(path, before), record(path, after), check=False)
    told = [f"!{rejection.code}" for rejection in plan.rejected]
    told += ["~" for note in plan.notes if "accepts" in note]
    sent = "-" if plan.request is None else json.dumps(plan.request.body, separators=(",", ":"))
    return " ".join((*told, sent))


def rows() -> Iterator[tuple[str, str, str, list[str]]]:
    """(merge, clear, state before, a cell for each state after)"""
    with tempfile.TemporaryDirectory() as folder:
        for merge, (rules, path) in MERGES.items():
            for name, clear in CLEARS.items():
                mapping = load(rules, clear, Path(folder))
                if mapping is None:
                    continue
                for state, before in STATES.items():
                    cells = [cell(mapping, path, before, after) for after in STATES.values()]
                    yield merge, name, state, cells


def table() -> str:
    lines = ["# after:" + "".join(f"  {state}" for state in STATES)]
    last = ("", "")
    for merge, clear, state, cells in rows():
        if merge != last[0]:
            lines.append(f"{merge}:")
        if (merge, clear) != last:
            lines.append(f"  {clear}:")
        last = (merge, clear)
        shown = ", ".join("'" + one.replace("'", "''") + "'" for one in cells)
        lines.append(f"    {json.dumps(state)}: [{shown}]")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    FILE.write_text(table(), encoding="utf-8")
    sys.stdout.write(f"{FILE.name}: {len(table().splitlines())} lines\n")
