"""A mapping that passes cannot surprise.

Rules are drawn, each against a contract that may or may not fit it. Where the checker finds no error,
every customer that fits the schema is either mapped, to what a plain JSON Schema validator takes, or
rejected in a way that was announced: by a finding on that rule's line, or by the rule's own policies.
"""

from __future__ import annotations

import os
import sys
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import jsonschema
from check_projects import FUNCTIONS, built_anyway, written
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custmap.diagnostics.codes import Severity
from custmap.diagnostics.errors import RecordError
from custmap.loader import check_mapping
from custmap.mapper import Mapping
from custmap.values.json_text import dump_json

sys.path.append(str(Path(__file__).parent.parent / "laws"))
from customers import customers

LONG = os.environ.get("CUSTMAP_LAWS") == "long"

SOURCES: Final = (
    "email", "company", "id", "priority", "tags", "status", "role", "blocked", "phone", "phone.number",
    "name.given", "given_name(name)", "phone_e164(phone)", "attributes", "attributes.plan", "identifiers",
    "text_values(attributes)", "text(attributes.plan)", "channels", "channels[0].value", "tags[0]",
    "channels[*].value", "channels[].type", "tags[:2]", "tags[?@ == 'VIP']", "attributes.*",
    "{a: email, b: priority}", "[email, company]", "channels[].{t: type, v: value}", "length(company)",
    "length(tags)", "length(attributes.plan)", "truncate(company, `5`)", "upper(email)",
    "lower(attributes.a)",
    "coalesce(email, company)", "coalesce(priority, company)", "email || company",
    "if(blocked, email, company)",
    "if(blocked, 'yes', `1`)", "join(',', tags)", "unique(tags)", "to_number(company)", "to_string(priority)",
    "to_array(email)", "not_null(email, company)", "keys(attributes)", "values(attributes)",
    "type(attributes.plan)", "lookup(status, `{\"active\": 1, \"inactive\": \"x\"}`)", "reverse(tags)",
    "date_time(channels[0].last_viewed_at, 'iso')", "channels[0].last_viewed_at", "split(company, ' ')",
    "priority == `1`", "priority > `1`", "blocked && email", "!blocked", "`3`", "'x'", "`null`",
    "without_nulls([email, company])", "loyalty", "loyalty.member", "payment_card", "integer(company)",
    "boolean(company)", "text(priority)", "number(attributes.plan)", "concat(company, ' ', priority)",
    "max_by(channels, &value)", "sort(tags)", "contains(tags, 'VIP')", "starts_with(email, 'a')",
    "priority | @",
    "loyalty.enrollments[0].program_id", "loyalty.enrollments[*].tier", "merge(payment_card, `{\"a\": 1}`)",
    "avg(loyalty.enrollments[*].points)", "abs(priority)", "ceil(priority)", "replace(company, 'a', 'b')",
    "pad_left(company, `4`, ' ')", "entries(attributes)", "only_keys(attributes, `[\"plan\"]`)",
)  # fmt: skip
TYPES: Final[tuple[dict[str, Any], ...]] = (
    {"type": "string"}, {"type": "string", "maxLength": 5}, {"type": "string", "minLength": 2},
    {"type": "string", "pattern": "^[a-z]*$"}, {"type": "string", "format": "date-time"}, {"const": "x"},
    {"type": "string", "format": "email"}, {"enum": ["active", "inactive"]}, {"enum": ["x", 1, None]},
    {"enum": ["customer", "tester", "unknown", "employee", "untracked"]}, {"type": ["string", "null"]},
    {"type": "integer"}, {"type": "integer", "minimum": 0, "maximum": 10},
    {"type": "integer", "multipleOf": 2},
    {"type": "integer", "format": "int32"}, {"type": "number"}, {"type": "number", "exclusiveMinimum": 0},
    {"type": "boolean"}, {"type": ["string", "integer"]}, {"type": ["integer", "boolean"]}, {},
    {"type": "array"}, {"type": "array", "items": {"type": "string"}}, {"type": "null"},
    {"type": "array", "items": {"type": "string", "maxLength": 3}, "maxItems": 1},
    {"type": "array", "uniqueItems": True, "items": {"type": ["string", "null"]}},
    {"type": "array", "minItems": 1, "items": {"type": "object", "properties": {"t": {"type": "string"}}}},
    {"type": "object"}, {"type": "object", "additionalProperties": {"type": "string"}},
    {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}, "required": ["a"]},
    {"type": "object", "properties": {"a": {"type": ["string", "null"]}}, "additionalProperties": False},
    {"type": "object", "additionalProperties": {"type": ["string", "null"], "maxLength": 4}},
    {"type": "object", "properties": {"number": {"type": "string"}, "token": {"type": "string"}}},
    {"anyOf": [{"type": "string", "maxLength": 3}, {"type": "integer", "minimum": 5}]},
    {"anyOf": [{"type": "string"}, {"type": "null"}]},
)  # fmt: skip
PARTS: Final = st.fixed_dictionaries(
    {},
    optional={
        "default": st.sampled_from(("x", 1, [], "long enough", True)),
        "when": st.sampled_from(
            ("blocked", "status == 'active'", "length(company) <= `5`", "priority >= `0` && priority < `11`",
             "type(attributes.plan) == 'string'", "email != `null`", "tags")
        ),
        "values": st.sampled_from(
            ({"active": "x", "inactive": "active"}, {True: 1, False: "x"}, {"Ann": "Bo"})
        ),
        "unmapped": st.sampled_from(("reject", "pass", "skip", {"default": "x"})),
        "format": st.sampled_from(("{}", "<{}>")),
        "clear": st.sampled_from(("send_null", "send_empty", {"send": "x"}, "skip", "impossible")),
        "empty": st.sampled_from(("clear", "reject")),
        "merge": st.sampled_from(("whole", "entries", "set")),
    },
)  # fmt: skip
# Every customer may bring these: the mapping says so itself.
ALWAYS: Final = {"CM803"}
ANNOUNCED: Final = {
    "CM410": {"CM704"}, "CM412": {"CM705", "CM706"}, "CM404": {"CM705", "CM706"},
    "CM403": {"CM706", "CM707"},
    "CM402": {"CM706"}, "CM405": {"CM706"}, "CM406": {"CM706"}, "CM407": {"CM706"},
    "CM413": {"CM706", "CM704"},
}  # fmt: skip


@st.composite
def rules(draw: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A contract's member, and a rule for it."""
    type_ = dict(draw(st.sampled_from(TYPES)))
    if draw(st.integers(0, 4)) == 0:
        type_["required"] = True
    rule = {"from": draw(st.sampled_from(SOURCES))}
    # One or two parts at most: with all of them nothing fits.
    parts = draw(PARTS)
    chosen = draw(st.lists(st.sampled_from(sorted(parts)), max_size=2)) if parts else []
    rule |= {key: parts[key] for key in chosen}
    if "values" in rule and "unmapped" in parts:
        rule["unmapped"] = parts["unmapped"]
    elif "values" not in rule:
        rule.pop("unmapped", None)
    return type_, rule


@lru_cache(maxsize=1)
def _folder() -> Path:
    return Path(tempfile.mkdtemp())


def _line(rule: dict[str, Any]) -> str:
    """A rule on one line; tables keep the types of their keys."""
    parts = []
    for key, value in rule.items():
        if key == "values":
            rows = ", ".join(f"{_key(left)}: {dump_json(right)}" for left, right in value.items())
            parts.append(f"values: {{{rows}}}")
        else:
            parts.append(f"{key}: {dump_json(value)}")
    return f"{{{', '.join(parts)}}}"


def _key(value: Any) -> str:
    return dump_json(value) if isinstance(value, bool) else str(value)


@settings(
    max_examples=2000 if LONG else 40,
    deadline=None,
    derandomize=not LONG,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(drawn=st.lists(rules(), min_size=4, max_size=8), people=st.lists(customers(), min_size=6, max_size=6))
def test_what_passes_does_not_surprise(
    drawn: list[tuple[dict[str, Any], dict[str, Any]]], people: list[dict[str, Any]]
) -> None:
    kept = [(type_, rule) for type_, rule in drawn if _passes(type_, rule)]
    if not kept:
        return
    fields = {f"m{number}": type_ for number, (type_, _) in enumerate(kept)}
    body = "\n".join(f"m{number}: {_line(rule)}" for number, (_, rule) in enumerate(kept))
    place = written(_folder(), fields, body)
    checked, found = check_mapping(place, FUNCTIONS)
    assert checked is not None, [str(one) for one in found]
    announced: dict[int, set[str]] = {}
    for one in found:
        assert one.span is not None
        announced.setdefault(one.span.line, set()).update(ANNOUNCED.get(one.code, ()))
    mapping = Mapping(checked)
    validator = jsonschema.Draft202012Validator(checked.operation.contract.body_schema or {})
    first = place.read_text("utf-8").count("\n") - len(kept) + 1
    for person in people:
        try:
            sent = mapping.apply(person).body
        except RecordError as error:
            for problem in error.diagnostics:
                assert problem.line is not None, problem
                rule = kept[problem.line - first][1]
                allowed = ALWAYS | announced.get(problem.line, set()) | _stated(rule)
                assert problem.code in allowed, (problem, rule, kept[problem.line - first][0], person)
            sent = None
        if sent is None:
            continue
        problems = list(validator.iter_errors(sent))
        assert not problems, (problems[0].message, sent, body, dump_json(fields))


def _passes(type_: dict[str, Any], rule: dict[str, Any]) -> bool:
    place = written(_folder(), {"m": type_}, f"m: {_line(rule)}")
    return not any(one.level is Severity.ERROR for one in check_mapping(place, FUNCTIONS)[1])


def _stated(rule: dict[str, Any]) -> set[str]:
    """What the rule itself announces."""
    found = {"CM807"} if rule.get("empty") == "reject" else set()
    if rule.get("unmapped") == "reject":
        found.add("CM705")
    return found


@settings(
    max_examples=2000 if LONG else 60,
    deadline=None,
    derandomize=not LONG,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(
    source=st.sampled_from(SOURCES),
    type_=st.sampled_from(TYPES),
    people=st.lists(customers(), min_size=4, max_size=4),
)
def test_never_is_never(source: str, type_: dict[str, Any], people: list[dict[str, Any]]) -> None:
    """Where the checker says that a value never fits, none that fits is ever sent."""
    place = written(_folder(), {"m": type_, "id": "string"}, f"m: {_line({'from': source})}\nid: id")
    errors = {one.code for one in check_mapping(place, FUNCTIONS)[1] if one.level is Severity.ERROR}
    if errors != {"CM401"}:
        return
    mapping = built_anyway(place)
    validator = jsonschema.Draft202012Validator(mapping.checked.operation.contract.body_schema or {})
    for person in people:
        body = mapping.apply({"id": "1", **person}, on_rejected="drop").body
        # A list or an object of nothing fits whatever its items are.
        assert "m" not in body or body["m"] in ([], {}) or not validator.is_valid(body), body
