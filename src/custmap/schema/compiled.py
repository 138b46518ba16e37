"""Schemas compiled by jsonschema-rs: fast checks, whose patterns cannot run for long."""

from __future__ import annotations

from typing import Any, Final

from custmap.schema.pattern_cost import longest_text

_LONGEST: Final = 10_000
"""Characters of a text that a pattern with steps is held against; a longer one does not match."""
_STEPS: Final = 10_000
"""How often such a pattern may turn back in a text; then the text does not match."""
_DATA: Final = frozenset({"enum", "const", "default", "examples"})


def compile_schema(schema: dict[str, Any], *, formats: bool = False) -> Any:
    """A compiled check of draft 2020-12; ValueError if the schema is invalid. Nothing is ever fetched.

    Patterns are matched in time that grows with the text, large ones only with texts that are short enough.
    If one of them looks around or back, the steps of all are counted.
    """
    import jsonschema_rs  # imported when used: 10 ms

    def compiled(patterns: Any, schema: Any) -> Any:
        return jsonschema_rs.Draft202012Validator(
            schema, retriever=_not_fetched, validate_formats=formats, pattern_options=patterns
        )

    try:
        return compiled(jsonschema_rs.RegexOptions(), _short(schema, None))
    except ValueError:
        compiled(jsonschema_rs.FancyRegexOptions(), schema)  # if it is wrong, the error has its place
        return compiled(jsonschema_rs.FancyRegexOptions(backtrack_limit=_STEPS), _short(schema, _LONGEST))


def too_long(pattern: str, length: int) -> bool:
    """May a text of this length be one that the pattern is not held against?"""
    longest = longest_text(pattern)
    return length > (_LONGEST if longest is None else min(longest, _LONGEST))


def _short(schema: Any, most: int | None) -> Any:
    """The schema in which patterns are held against short texts only, none longer than `most`."""
    if isinstance(schema, list):
        return [_short(item, most) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: value if key in _DATA else _short(value, most) for key, value in schema.items()}
    if isinstance(pattern := made.get("pattern"), str):
        known = [one for one in (most, longest_text(pattern)) if one is not None]
        if known:
            matches = {"if": {"maxLength": min(known)}, "then": {"pattern": pattern}, "else": False}
            del made["pattern"]
            made["allOf"] = [*made.get("allOf", ()), matches]
    return made


def _not_fetched(uri: str) -> Any:
    raise ValueError("custmap does not fetch schemas")
