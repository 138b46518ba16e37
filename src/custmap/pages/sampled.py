"""A customer that nobody wrote, for the example of a mapping without fixtures: the schema's own examples."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any, Final

from custmap.expressions.inference import SourcePath
from custmap.model.checked import Checked
from custmap.model.walkers import placed
from custmap.values.types import Type

_WORDS: Final = {"email": "alex@example.com", "date": "1990-02-03", "date-time": "2027-02-11T16:36:17Z"}
_PHONE: Final = "+12065550142"
_ID: Final = "42"


def sampled_customer(checked: Checked, is_told: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """A customer with a value for what the mapping reads, as far as `is_told` says that it can be sent."""
    made: dict[str, Any] = {}
    schema = checked.canonical.json_schema
    paths = sorted(_paths(checked), key=lambda one: not one[1])  # what names the customer comes first
    for path, is_identity in paths:
        tried = deepcopy(made)
        _put(tried, path, _example(path, checked.canonical.type, schema))
        if is_identity or is_told(tried):
            made = tried
    return made


def sampled_changes(checked: Checked, customer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The same customer with one text changed, for each text that does not name the customer."""
    for path, is_identity in _paths(checked):
        changed = deepcopy(customer)
        if not is_identity and _change(changed, path):
            yield changed


def _paths(checked: Checked) -> Iterator[tuple[SourcePath, bool]]:
    """The source paths of members of the record that rules read, and whether they name the customer."""
    for call in (*(step.managed for step in checked.steps), *checked.calls):
        for one in placed(call.operation):
            if one.item or call.canonical.entry is not None:
                continue
            for path in one.leaf.reads:
                if path and all(isinstance(part, str) and part != "*" for part in path):
                    yield path, one.leaf.policy.identity


def _example(path: SourcePath, type_: Type, schema: dict[str, Any]) -> Any:
    for part in path:
        member = type_.member(str(part))
        if member is None:
            break
        type_ = member
    top = schema.get("properties", {}).get(path[0], {})
    found: Any = next(iter(top.get("examples") or ()), None)
    for part in path[1:]:
        found = found.get(part) if isinstance(found, dict) else None
    if found is not None:
        return deepcopy(found)
    return _ID if path[0] == "identifiers" else _of_type(type_, str(path[-1]))


def _of_type(type_: Type, name: str) -> Any:
    if type_.enum:
        return next((value for value in type_.enum if value is not None), None)
    if "string" in type_.kinds:
        return _WORDS.get(type_.format or "", _PHONE if name in ("number", "phone") else f"a {name}")
    if type_.kinds & {"integer", "number"}:
        return 1
    if "boolean" in type_.kinds:
        return True
    if "array" in type_.kinds:
        return []
    return {}


def _put(record: dict[str, Any], path: SourcePath, value: Any) -> None:
    inner = record
    for part in path[:-1]:
        inner = inner.setdefault(str(part), {})
        if not isinstance(inner, dict):
            return
    inner.setdefault(str(path[-1]), value)


def _change(record: dict[str, Any], path: SourcePath) -> bool:
    """Give a plain text another value; False where the path does not lead to one."""
    inner: Any = record
    for part in path[:-1]:
        inner = inner.get(str(part)) if isinstance(inner, dict) else None
    last = str(path[-1])
    if not isinstance(inner, dict) or not isinstance(inner.get(last), str):
        return False
    text = inner[last]
    inner[last] = text.replace("alex", "sam") if "alex" in text else f"{text} 2"
    return True
