"""Schemas compiled by jsonschema-rs: fast checks, whose patterns cannot run for long."""

from __future__ import annotations

from typing import Any, Final

LONGEST: Final = 10_000
"""Characters of a text that a pattern with steps is held against; a longer one does not match."""
_STEPS: Final = 10_000
"""How often such a pattern may turn back in a text; then the text does not match."""
_DATA: Final = frozenset({"enum", "const", "default", "examples"})


def compile_schema(schema: dict[str, Any], *, formats: bool = False) -> Any:
    """A compiled check of draft 2020-12; ValueError if the schema is invalid. Nothing is ever fetched.

    Patterns are matched in linear time. If one of them looks around or back, and so cannot be, the steps of
    all are counted.
    """
    import jsonschema_rs  # imported when used: 10 ms

    def compiled(patterns: Any, schema: Any) -> Any:
        return jsonschema_rs.Draft202012Validator(
            schema, retriever=_not_fetched, validate_formats=formats, pattern_options=patterns
        )

    try:
        return compiled(jsonschema_rs.RegexOptions(), schema)
    except ValueError:
        compiled(jsonschema_rs.FancyRegexOptions(), schema)  # if it is wrong, the error has its place
        return compiled(jsonschema_rs.FancyRegexOptions(backtrack_limit=_STEPS), _short(schema))


def _short(schema: Any) -> Any:
    """The schema in which patterns are held against short texts only."""
    if isinstance(schema, list):
        return [_short(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: value if key in _DATA else _short(value) for key, value in schema.items()}
    if isinstance(made.get("pattern"), str):
        matches = {"if": {"maxLength": LONGEST}, "then": {"pattern": made.pop("pattern")}, "else": False}
        made["allOf"] = [*made.get("allOf", ()), matches]
    return made


def _not_fetched(uri: str) -> Any:
    raise ValueError("custmap does not fetch schemas")
