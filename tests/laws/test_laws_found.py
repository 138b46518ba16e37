"""What drawn mappings found, as the smallest example of each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from whole_law import Case, check
from whole_loading import load

from custmap.diagnostics.errors import RecordError
from oracle.request import Whole
from small_mappings import made, tables

HEAD = {
    "custmap": 1,
    "name": "acme/whole",
    "contract": {"method": "PATCH", "url": "https://api.example.com/customers"},
}


@pytest.mark.parametrize(
    "found", tables(Path(__file__).parent / "whole_found.yaml"), ids=lambda one: str(one["name"])
)
def test_compiled_is_interpreted(found: dict[str, Any]) -> None:
    options = {name: found[name] for name in ("vendor", "absent", "nulls") if name in found}
    case = Case(0, HEAD | found["mapping"], found.get("before"), found["after"], options, {})
    loaded = load(case.mapping)
    check(loaded, Whole(loaded.checked, {}), case)
    request = loaded.diff(case.before, case.after, **options).request
    assert (request and request.body) == found["body"]


NESTED = """
body:
  channels:
    each: channels
    merge: MERGE
    key: kind
    clear: skip
    fields:
      kind: type
      more: {each: "[@]", merge: keyed, key: at, fields: {at: value, main: primary}}
"""


def nested(folder: Path, merge: str) -> Any:
    """A list with a key in each item of a list."""
    rules = NESTED.replace("MERGE", merge)
    return made(folder, rules if merge == "keyed" else rules.replace("    key: kind\n", ""))


@pytest.mark.parametrize("merge", ["whole", "set", "keyed"])
def test_a_keyed_list_inside_an_item_is_sent_as_values(merge: str, tmp_path: Path) -> None:
    mapping = nested(tmp_path, merge)
    record = {"channels": [{"type": "email", "value": "a", "primary": True}]}
    body = {"channels": [{"kind": "email", "more": [{"at": "a", "main": True}]}]}
    assert mapping.apply(record).body == body
    assert mapping.diff({"channels": []}, record).request.body == body


@pytest.mark.parametrize("merge", ["whole", "set"])
def test_a_key_that_is_missing_there_rejects_the_list(merge: str, tmp_path: Path) -> None:
    mapping = nested(tmp_path, merge)
    with pytest.raises(RecordError) as raised:
        mapping.apply({"channels": [{"type": "email", "primary": True}]})
    assert [one.code for one in raised.value.diagnostics] == ["CM806"]


def test_what_stands_for_empty_is_not_shared(tmp_path: Path) -> None:
    rules = "body: {p: {merge: whole}, p.tags: {from: tags, clear: send_empty}, p.mail: email}"
    mapping = made(tmp_path, rules)
    for _ in range(2):
        plan = mapping.diff({"tags": None}, {"email": "x"})
        assert plan.request is not None and plan.request.body == {"p": {"mail": "x", "tags": []}}
        plan.request.body["p"]["tags"].append("spoiled")


def test_nothing_goes_along_of_an_object_that_is_cleared(tmp_path: Path) -> None:
    mapping = made(
        tmp_path,
        """
body:
  name: {clear: {key_in: gone, with: true}}
  name.first: {from: company, clear: send_null}
  name.always: {from: priority, send: always}
""",
    )
    plan = mapping.diff({"company": "a", "priority": 0}, {}, absent="clear")
    assert plan.request is not None and plan.request.body == {"gone": {"name": True}}
