"""The canonical schema: the built-in customer, a project's own, and the check of a record."""

import pickle
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from pydantic import ValidationError

from custmap.diagnostics.errors import MappingError
from custmap.schema.canonical import load_canonical
from custmap.schema.customer import Customer
from custmap.schema.personal import is_personal

CASES = yaml.safe_load(Path(__file__).with_name("records.yaml").read_text())
CUSTOMER = load_canonical(None)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_check(case: dict[str, Any]) -> None:
    problems, _ = CUSTOMER.check(case["record"])
    assert {problem.code for problem in problems} <= {"CM701"}
    assert sorted(f"{problem.path}: {problem.message}" for problem in problems) == case.get("problems", [])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_model_agrees_with_the_schema(case: dict[str, Any]) -> None:
    if "problems" in case:
        with pytest.raises(ValidationError):
            Customer.model_validate(case["record"])
    else:
        known = {name for name in case["record"] if name in Customer.model_fields}
        assert Customer.model_validate(case["record"]).model_fields_set == known


def test_the_schema_is_one_and_says_no_defaults() -> None:
    schema = CUSTOMER.json_schema
    jsonschema.Draft202012Validator.check_schema(schema)
    assert "default" not in str(schema).replace("'default': {", "") and "required" not in schema
    assert schema["properties"]["email"]["type"] == ["string", "null"]
    assert schema["properties"]["status"]["enum"] == ["active", "inactive", None]
    assert all("description" in field for field in schema["properties"].values())


def test_absent_and_null_differ() -> None:
    assert Customer(email=None).model_fields_set == {"email"}
    assert Customer().model_fields_set == set()


def test_the_models_errors_show_no_value() -> None:
    with pytest.raises(ValidationError) as caught:
        Customer.model_validate({"priority": "s3cret"})
    assert "s3cret" not in str(caught.value)


def test_free_maps_are_four() -> None:
    members = CUSTOMER.type.members
    assert [name for name in members if members[name].free] == [
        "identifiers", "attributes", "custom_fields", "consent",
    ]  # fmt: skip
    assert all(members[name].nullable for name in members)


def test_pickles() -> None:
    assert pickle.loads(pickle.dumps(CUSTOMER)) is CUSTOMER


def test_what_is_personal() -> None:
    shown = ["status", "blocked", "role", "priority", "locale", "timezone", "loyalty.member", "phone.type"]
    hidden = ["email", "id", "attributes.status", "identifiers.role", "phone", "loyalty", "channels", "x"]
    assert not any(is_personal(path.split(".")) for path in shown)
    assert not is_personal(["channels", 0, "type"]) and not is_personal(["channels", "*", "type"])
    assert all(is_personal(path.split(".")) for path in hidden) and is_personal([])


OWN = """
$defs:
  Mail: {type: string, maxLength: 5}
type: object
required: [mail]
properties:
  mail: {$ref: "#/$defs/Mail"}
  age: {type: integer, minimum: 18}
  kinds: {type: array, minItems: 1, uniqueItems: true, items: {enum: [a, b]}}
  more: {type: object, additionalProperties: {type: string, pattern: "^x"}}
additionalProperties: false
"""


def test_a_project_s_own_schema(tmp_path: Path) -> None:
    path = tmp_path / "person.schema.yaml"
    path.write_text(OWN)
    own = load_canonical(path)
    assert (own.name, own.is_customer, own.is_personal(["status"])) == ("person", False, True)
    assert own.check({"mail": "a", "age": 18, "kinds": ["a"], "more": {"y": "x"}}) == ([], None)
    record = {"age": 3, "kinds": ["b", "b", "s3cret"], "more": {"k3y": "s3cret"}, "s3cret": 1}
    again = pickle.loads(pickle.dumps(own))
    for canonical in (own, again):
        problems, unknown = canonical.check(record)
        assert "s3cret" not in str(problems) and "k3y" not in str(problems) and unknown is None
        assert sorted(f"{p.path}: {p.message}" for p in problems) == [
            ": has members that the schema does not allow",
            "age: expected a number ≥ 18",
            "kinds: has the same item twice, and the schema does not allow duplicates",
            "kinds[2]: expected one of the listed values, got text that is not one of them",
            "mail: required, but missing",
            "more.*: the text does not match the schema's pattern",
        ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[]", "CM214 1:1"),
        ("{type: strin}", "CM214 1:8"),
        ("type: string", "CM214 1:1"),
        ("properties:\n  a: {$ref: '#/$defs/B'}", "CM214 2:13"),
        ("properties:\n  a: {$ref: other.json}", "CM214 2:13"),
        ("properties:\n  a: {$ref: 'https://example.com/x'}", "CM214 2:13"),
        ("a: [", "CM102 1:5"),
    ],
)
def test_schemas_that_cannot_be_used(tmp_path: Path, text: str, expected: str) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(text)
    with pytest.raises(MappingError) as caught:
        load_canonical(path, "own.yaml")
    (problem,) = caught.value.diagnostics
    assert problem.span is not None
    assert f"{problem.code} {problem.span.line}:{problem.span.column}" == expected
