"""What of a rule's values may be shown: derived from the rule, and obeyed by changes and targets."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import msgspec
import pytest

from custmap.cli.plans import PlanForm, deep_difference
from custmap.diagnostics.errors import MappingError
from custmap.diagnostics.span import Span
from custmap.model.change import Change, Rejection, problems_of
from custmap.model.nodes import Leaf
from custmap.model.note import Note
from custmap.model.privacy import (
    HIDDEN,
    ItemTarget,
    KeyText,
    Privacy,
    Secret,
    inside,
    item_target,
    shown_target,
)
from custmap.model.walkers import children, eaches
from custmap.plan.plan import Plan
from custmap.records.identity import RequestIds, Who
from custmap.records.request_lines import RequestLines
from custmap.values.paths import Select
from small_mappings import made, tables

CASES = tables(Path(__file__).with_name("privacy.yaml"))
SPAN = Span("m.yaml", 3, 1, 3, 2)
SECRET = Privacy(personal=False, secrets=(Secret((None, "key"), "{{token}}"),))


def _step(step: Any) -> Any:
    return f"{step.key}={step.value}" if isinstance(step, Select) else step


@pytest.mark.parametrize("case", CASES, ids=[json.dumps(case["rule"]) for case in CASES])
def test_derived(case: dict[str, Any], tmp_path: Path) -> None:
    head = "params: {token: {secret: true}, open: {}}\nheaders: {x: {param: token}, y: {param: open}}\n"
    rules = f"{head}body: {{a: {json.dumps(case['rule'])}}}"
    if case.get("wrong"):
        with pytest.raises(MappingError):
            made(tmp_path, rules)
        return
    (node,) = made(tmp_path, rules).checked.operation.table.root.members
    for name in case.get("of", ()):
        root = next(eaches(node.origin)).table.root if isinstance(node, Leaf) else node
        node = next(one for one in children(root) if one.name == name)
    assert isinstance(node, Leaf)
    found = node.privacy
    secrets = [[[_step(step) for step in one.place], one.shown] for one in found.secrets]
    assert (found.personal, secrets, found.open_keys) == (
        case.get("personal", True),
        case.get("secrets", []),
        case.get("open_keys", False),
    )


def test_another_schema_is_all_personal(tmp_path: Path) -> None:
    schema = {"own.json": '{"type": "object", "properties": {"status": {"type": "string"}}}'}
    mapping = made(tmp_path, "source: own.json\nbody: {a: status}", schema)
    (leaf,) = mapping.checked.operation.table.root.members
    assert isinstance(leaf, Leaf) and leaf.privacy.personal


def test_targets() -> None:
    hidden = item_target("channels", "value", "a@b.c", Privacy())
    assert hidden == 'channels[value="a@b.c"]' or hidden == "channels[value=a@b.c]"
    assert shown_target(hidden) == f"channels[value={HIDDEN}]"
    assert type(shown_target(hidden, personal=True)) is str and shown_target(hidden, personal=True) == str(
        hidden
    )
    below = inside(hidden, "x.y")
    assert below == f"{hidden}.x.y" and shown_target(below) == f"channels[value={HIDDEN}].x.y"
    deeper = inside(below, item_target("l", "id", 7, Privacy(open_keys=True)))
    assert deeper == f"{below}.l[id=7]" and shown_target(deeper) == f"channels[value={HIDDEN}].x.y.l[id=7]"
    assert inside("", hidden) is hidden and inside(hidden, "") is hidden and inside("a", "b") == "a.b"
    assert type(inside("a", "b")) is str
    assert inside("a", hidden) == f"a.{hidden}" and shown_target(inside("a", hidden)).endswith(f"{HIDDEN}]")
    assert pickle.loads(pickle.dumps(deeper)).parts == deeper.parts
    secret = ItemTarget(("l[k=", KeyText("zq", True, "{{token}}"), "]"))
    assert (shown_target(secret), shown_target(secret, personal=True)) == ("l[k={{token}}]",) * 2
    assert shown_target(secret, personal=True, secrets=True) == "l[k=zq]"
    assert shown_target(secret, secrets=True) == f"l[k={HIDDEN}]"
    assert shown_target("plain[id=1]") == "plain[id=1]"


def test_changes_and_rejections() -> None:
    target = item_target("places", "key", "zq", SECRET)
    change = Change("set", target, "addresses", None, {"key": "zq", "n": 1}, SPAN, 0, SECRET)
    shown = {
        "action": "set",
        "target": "places[key={{token}}]",
        "source": "addresses",
        "before": None,
        "after": {"key": "{{token}}", "n": 1},
        "line": 3,
        "request": 0,
    }
    assert change.to_dict(secrets=False) == shown and "zq" not in repr(change) and change.is_new
    whole = {**shown, "target": "places[key=zq]", "after": {"key": "zq", "n": 1}}
    assert change.to_dict() == whole and type(change.to_dict()["target"]) is str
    listed = Change("set", "places", None, [{"key": "zq"}, {"n": 2}], [{"key": "zr"}], SPAN, 0, SECRET)
    assert listed.to_dict(secrets=False)["before"] == [{"key": "{{token}}"}, {"n": 2}] and not listed.is_new
    rejection = Rejection("CM803", target, None, SPAN, "cannot be cleared")
    told = {"code": "CM803", "target": "places[key={{token}}]", "source": None, "line": 3}
    assert rejection.to_dict(secrets=False) == {**told, "message": "cannot be cleared"}
    assert rejection.to_dict()["target"] == "places[key=zq]" and "zq" not in repr(rejection)
    assert change.target == rejection.target == "places[key=zq]"
    gone = change._replace(action="clear", before=change.after, after=None)
    assert gone.to_dict(secrets=False)["before"] == {"key": "{{token}}", "n": 1}
    personal = Rejection("CM803", item_target("c", "v", "a", Privacy()), None, SPAN, "no")
    assert personal.to_dict(secrets=False)["target"] == "c[v=a]"  # data
    note = Note(target, "is so")
    assert (note, note.target) == ("places[key={{token}}]: is so", target)
    again = pickle.loads(pickle.dumps(note))
    assert (again, again.target) == (note, note.target)


def test_null_is_no_secret() -> None:
    whole = Privacy(secrets=(Secret((), "{{token}}"),))
    hidden = [whole.without_secrets(value, item=False) for value in (None, 0, "a")]
    assert hidden == [None, "{{token}}", "{{token}}"]
    assert whole.secret_name() == "{{token}}" and SECRET.secret_name() is None
    assert SECRET.secret_name("key") == "{{token}}" and SECRET.secret_name("other") is None


@pytest.mark.parametrize("held", ["zq", {"key": "zq"}, 5])
def test_what_has_another_form_than_the_rule_makes_is_hidden_as_a_whole(held: Any) -> None:
    """Where the secret is in it is not known."""
    assert SECRET.without_secrets(held, item=False) == "{{token}}"
    deeper = Privacy(secrets=(Secret((None, "in", 0), "{{token}}"),))
    found = deeper.without_secrets([{"in": held}, held if held == 5 else [held], {"n": held}], item=False)
    assert found == [{"in": "{{token}}"}, "{{token}}", {"n": held}]


def test_the_text_of_a_plan() -> None:
    target = item_target("c", "v", "a@b.c", Privacy())
    changes = (
        Change("set", target, "channels", 1, 2, SPAN),
        Change("clear", target, "channels", 1, None, SPAN),
    )
    plan = Plan("m", changes, (Rejection("CM803", target, None, SPAN, "no"),), (), ())
    assert "a@b.c" not in str(plan) and str(plan).count(f"c[v={HIDDEN}]") == 3
    assert plan.picture(show_values=True).count("c[v=a@b.c]") == 3
    nothing = Plan("m", (), (), (), ())
    assert shown_plan(nothing, "text", many=False, values=False) == b"m\n\n  nothing to do\n"


def shown_plan(plan: Plan, form: str, *, many: bool, values: bool, color: bool = False) -> bytes:
    """A plan as the command line writes it, alone or as one of many."""
    how = PlanForm(form, secrets=False, values=values, color=color)
    ids = RequestIds("run")
    if many:
        return how.line(plan, Who(0), RequestLines(ids, secrets=False))
    return how.document(plan, Who(0), ids)


def test_the_colors_of_a_plan() -> None:
    """A row has the color of its mark: green, yellow, red, or bold red for what is rejected."""
    open_ = Privacy(personal=False)
    changes = (
        Change("set", "a", "a", None, 1, SPAN, 0, open_),
        Change("set", "b", "b", 1, 2, SPAN, 0, open_),
        Change("clear", "c", "c", 1, None, SPAN, 0, open_),
    )
    plan = Plan("m", changes, (Rejection("CM803", "d", None, SPAN, "no"),), (Note("e", "is so"),), ())

    def text(color: bool) -> list[str]:
        shown = shown_plan(plan, "text", many=False, values=False, color=color)
        return shown.decode().split("\n")

    plain = text(False)
    styles = {"+": "32", "~": "33", "-": "31", "!": "1;31"}
    marks = [line.split()[0] if line.split() else "" for line in plain]
    assert [mark for mark in marks if mark in styles] == list(styles)
    assert text(True) == [
        f"\x1b[{styles[mark]}m{line}\x1b[0m" if mark in styles else line
        for mark, line in zip(marks, plain, strict=True)
    ]


def test_a_plan_as_json_is_readable_and_json() -> None:
    def told(value: Any) -> bytes:
        plan = Plan("m", (Change("set", "a", "a", None, value, SPAN),), (), (), ())
        return shown_plan(plan, "json", many=False, values=False, color=False)

    shown = told("Zoë")
    assert b'{\n  "index": 0,\n  "mapping": "m",\n  "changes": [\n    {\n      "action": "set",\n' in shown
    assert '"after": "Zoë"'.encode() in shown and json.loads(shown)["changes"][0]["after"] == "Zoë"
    with pytest.raises(ValueError, match="JSON"):
        told(float("nan"))


def test_rejections_as_problems() -> None:
    """Each with where it is, in the record, the request and the mapping; of many, the rest is counted."""
    target = item_target("c", "v", "a@b.c", Privacy())
    (one,) = problems_of([Rejection("CM803", target, "channels", SPAN, "no")])
    told = (one.code, one.message, one.path, one.target, one.span)
    assert told == ("CM803", "no", "channels", f"c[v={HIDDEN}]", SPAN)
    many = [Rejection("CM803", f"t{number}", "s", SPAN, "no") for number in range(25)]
    *first, rest = problems_of(many)
    assert [one.target for one in first] == [f"t{number}" for number in range(20)]
    assert (rest.code, rest.message) == ("CM803", "and 5 more")


def test_deep_difference() -> None:
    target = item_target("c", "v", "a@b.c", Privacy())

    def told(change: Change, *, values: bool = False) -> Any:
        return deep_difference(Plan("m", (change,), (), (), ()), values)

    personal = Change("set", target, "channels", {"v": 1}, {"v": 2}, SPAN)
    shown = json.dumps(told(personal), ensure_ascii=False)
    assert "a@b.c" not in shown and HIDDEN in shown and "1" not in shown
    assert told(personal, values=True) == {
        "values_changed": {f"root['{target}']['v']": {"new_value": 2, "old_value": 1}}
    } or "a@b.c" in json.dumps(told(personal, values=True))
    open_ = Change("set", "s", "status", "active", "inactive", SPAN, 0, Privacy(personal=False))
    assert told(open_) == {"values_changed": {"root['s']": {"new_value": "inactive", "old_value": "active"}}}
    gone = open_._replace(action="clear", after=None)
    assert told(gone) == {"dictionary_item_removed": {"root['s']": "active"}}
    new = open_._replace(before=None)
    assert told(new) == {"dictionary_item_added": {"root['s']": "inactive"}}
    secret = Change("set", "t", None, "zq1", "zq2", SPAN, 0, Privacy(False, (Secret((), "{{token}}"),)))
    assert "zq" not in json.dumps(told(secret, values=True)) and "values_changed" in told(secret, values=True)


def test_public_targets_are_texts_that_others_write(tmp_path: Path) -> None:
    """A class of our own would be refused by msgspec, and so make each plan of items a careful one."""
    rule = "{each: channels, key: v, merge: keyed, clear: {name_in: gone}, fields: {v: value}}"
    mapping = made(
        tmp_path, f"body: {{l: {rule}, m: {rule.replace('name_in: gone', 'key_in: off, with: 1')}}}"
    )
    before, after = ({"channels": [{"type": "email", "value": value}]} for value in ("a", "b"))
    plan = mapping.diff(before, after)
    told = [*plan.changes, *plan.rejected, *plan.notes]
    assert len(told) == 4 and {type(one.target) for one in told} == {str}
    assert msgspec.json.decode(msgspec.json.encode([one.target for one in plan.changes]))
    engine = mapping.engine
    assert engine.compare(before, after, engine.binder.bind(None), "keep", True) == plan
