"""`custmap schema`: the JSON Schemas that editors and other tools use."""

from __future__ import annotations

from typing import Any, Final

import click

from custmap.cli.help import command as grouped
from custmap.diagnostics.plain import json_document


@grouped("schema")
@click.argument(
    "what", required=False, default="mapping", type=click.Choice(["mapping", "source", "customer", "fixture"])
)
def command(what: str) -> int:
    """Print the JSON Schema of mapping files, of source files, of the canonical customer, or of fixtures."""
    click.echo(json_document(_schema(what)))
    return 0


def _schema(what: str) -> dict[str, Any]:
    match what:
        case "customer":
            from custmap.schema.customer_schema import customer_schema

            return customer_schema()
        case "fixture":
            return fixture_schema()
        case "source":
            from custmap.mapping.source_keys import source_schema

            return source_schema()
        case _:
            from custmap.mapping.keys import mapping_schema

            return mapping_schema()


def fixture_schema() -> dict[str, Any]:
    """The schema of a fixture file, with the words that the fixture reader accepts."""
    from custmap.testing.expectation import MESSAGE_MEMBERS, OUTCOME_MEMBERS, REQUEST_MEMBERS
    from custmap.testing.fixture import OPTIONS
    from custmap.testing.marks import NAME, WITH_REASON

    lines = {"type": "array", "items": {"type": ["string", "object"]}}
    parts: dict[str, Any] = {name: {"type": ["string", "object"]} for name in REQUEST_MEMBERS}
    parts |= {
        "body": {},
        "after": {"type": "array", "items": {"type": "string"}},
        "content": {"type": ["string", "null"], "description": "The text that is sent."},
    }
    message = {
        "type": "object",
        "additionalProperties": False,
        "minProperties": 1,
        "properties": {name: {} for name in MESSAGE_MEMBERS},
    }
    outcome: dict[str, dict[str, Any]] = {
        name: {"type": [_TYPES[form] for form in forms]} for name, forms in OUTCOME_MEMBERS.items()
    }
    for name in ("errors", "warnings"):
        outcome[name] |= {"items": message, "description": "Of each message the named members are compared."}
    expect = {
        "request": {"type": ["object", "null"], "properties": parts, "additionalProperties": False},
        "requests": {
            "type": "array",
            "items": {"type": "object", "properties": parts, "additionalProperties": False},
            "description": "Of several requests: the members of each to compare, in order.",
        },
        "changes": {**lines, "description": "`action target`, or the target alone."},
        "rejected": {**lines, "description": "`target`, or `target: code`."},
        "customer": {
            "type": ["object", "null"],
            "description": "Of rows, reverse and settle: the members to compare, at any depth.",
        },
        "outcome": {
            "type": "object",
            "additionalProperties": False,
            "minProperties": 1,
            "properties": outcome,
            "description": "Of outcome: the members to compare.",
        },
        "error": {"type": "string", "pattern": "^CM[0-9]{3}$"},
    }
    record = {"description": "A customer record."}
    response: dict[str, Any] = {
        "additionalProperties": False,
        "required": ["status"],
        "properties": {
            "status": {"type": "integer", "minimum": 100, "maximum": 599},
            "body": {"description": "JSON values, or a text; left out: the answer has no body."},
        },
    }
    asked = {"type": "string", "description": "Of several requests: the name of the one that was answered."}
    maybe = {"type": ["object", "null"], **response, "description": "Null: no answer came."}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "custmap fixture",
        "type": "object",
        "additionalProperties": False,
        "required": ["expect"],
        "anyOf": [{"required": ["mapping"]}, {"required": ["source", "row"]}],
        "properties": {
            "mapping": {"type": "string", "description": "The mapping to test: `vendor/operation`."},
            "source": {"type": "string", "description": "The source whose rows the records are."},
            "row": {"type": "object", "description": "A row of the source: on its own, or for apply."},
            "summary": {"type": "string", "description": "The fact that the case proves."},
            "marks": {
                "type": "array",
                "uniqueItems": True,
                "items": {
                    "anyOf": [
                        {"type": "string", "pattern": f"^{NAME}$"},
                        *(
                            {
                                "type": "object",
                                "required": [name],
                                "additionalProperties": False,
                                "properties": {name: {"type": "string", "description": "Why."}},
                            }
                            for name in WITH_REASON
                        ),
                    ]
                },
                "description": "Marks of pytest; `skip` and `xfail` count for `custmap test` too.",
            },
            "params": {"type": "object"},
            "customer": {**record, "description": "On its own: a fixture of apply."},
            "before": {
                **record,
                "description": "With `after`: a fixture of diff. Null: the vendor holds nothing.",
            },
            "after": record,
            "vendor": {
                "type": ["object", "array"],
                "description": "With `after`, in place of `before`: what the vendor holds, in its own form.",
            },
            "document": {
                "type": ["object", "array"],
                "description": "The vendor's copy, in the form of the request's body: a fixture of reverse.",
            },
            "base": {
                "description": "With `document`: a customer; what the vendor does not hold is kept of it."
            },
            "response": {
                "type": "object",
                **response,
                "properties": {**response["properties"], "request": asked},
                "description": "The vendor's answer: a fixture of outcome.",
            },
            "settle": {
                "type": "object",
                "additionalProperties": False,
                "required": ["before", "after"],
                "oneOf": [{"required": ["response"]}, {"required": ["responses"]}],
                "properties": {
                    "before": {**record, "description": "Null: nothing was there."},
                    "after": record,
                    "response": maybe,
                    "responses": {
                        "type": "object",
                        "additionalProperties": maybe,
                        "description": "Of several requests: the answers by name, or by place in the plan.",
                    },
                },
                "description": "A diff and the answer to its request: what is kept for the next time.",
            },
            "options": {
                "type": "object",
                "additionalProperties": False,
                "properties": {name: {"enum": list(words)} for name, words in OPTIONS.items()},
            },
            "expect": {
                "type": "object",
                "additionalProperties": False,
                "minProperties": 1,
                "properties": expect,
            },
        },
        "oneOf": [
            {"required": ["customer"]},
            {"required": ["row"]},
            {"required": ["before", "after"]},
            {"required": ["vendor", "after"]},
            {"required": ["document"]},
            {"required": ["response"]},
            {"required": ["settle"]},
        ],
        "dependentRequired": {"base": ["document"], "row": ["source"]},
    }


_TYPES: Final = {"a boolean": "boolean", "a list": "array", "a map": "object", "null": "null"}
