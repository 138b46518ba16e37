"""What a contract or schema says of a place, in a few words and in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from custmap.contract.contract import Contract, type_at
from custmap.expressions.function import FunctionSpec
from custmap.expressions.helpers import KIND_WORDS
from custmap.lsp.schema_walk import schemas_at
from custmap.values.json_text import dump_json
from custmap.values.paths import Member, TargetPath
from custmap.values.types import KINDS, Type

_SHOWN: Final = 12


def brief(type_: Type, *, required: bool = False) -> str:
    """One line: `text · required · or null · opted_in, subscribed`."""
    parts = [_kinds(type_)]
    parts += ["required"] if required else []
    parts += ["or null"] if type_.nullable and type_.known else []
    if type_.enum is not None:
        parts.append(_listed(type_.enum))
    return " · ".join(parts)


def limits(type_: Type) -> list[str]:
    """What a value has to be beside its kind, each in a few words."""
    found: list[str] = []
    if type_.enum is not None:
        found.append(f"one of {_listed(type_.enum)}")
    if type_.format:
        found.append(f"format `{type_.format}`")
    if type_.pattern:
        found.append(f"pattern `{type_.pattern}`")
    for word, low, high in (
        ("characters", type_.min_length, type_.max_length),
        ("items", type_.min_items, type_.max_items),
    ):
        found += [_between(low, high, word)] if low is not None or high is not None else []
    bounds = (
        ("at least", type_.minimum), ("at most", type_.maximum), ("more than", type_.exclusive_minimum),
        ("less than", type_.exclusive_maximum), ("a multiple of", type_.multiple_of),
    )  # fmt: skip
    found += [f"{word} {limit:g}" for word, limit in bounds if limit is not None]
    found += ["no item twice"] if type_.unique_items else []
    found += ["read-only: the vendor sets it"] if type_.read_only else []
    return found


def sentences(type_: Type, *, required: bool | None = None, description: str = "") -> list[str]:
    """The facts of a place as lines of Markdown."""
    facts = [_kinds(type_)]
    if required is not None:
        facts.append("required" if required else "optional")
    if type_.known:
        facts.append("may be null" if type_.nullable else "not null")
    return [", ".join([*facts, *limits(type_)]), *([description] if description else [])]


def required_at(body: Type | None, path: TargetPath) -> bool:
    """Does the object around a place require it?"""
    around = None if body is None else type_at(body, path[:-1])
    last = path[-1] if path else None
    return around is not None and isinstance(last, Member) and last.name in around.required


def described(schema: Any, path: Sequence[str | int]) -> str:
    """The description that a JSON Schema has at a place: names of members, any number for an item."""
    return next((str(one["description"]) for one in schemas_at(schema, path) if one.get("description")), "")


def in_schema(path: TargetPath) -> list[str | int]:
    """The steps of a target path in a schema."""
    return [segment.name if isinstance(segment, Member) else 0 for segment in path]


def of_contract(contract: Contract) -> str:
    """`PATCH https://{host}/v1/customers/{id}`"""
    return f"{contract.method} {contract.url}"


def signature(spec: FunctionSpec) -> str:
    """`phone_e164(phone, region?)`"""
    names = [one.name + ("?" if one.optional else "") for one in spec.arguments]
    more = ", …" if spec.variadic else ""
    return f"{spec.name}({', '.join(names)}{more})"


def of_function(spec: FunctionSpec) -> str:
    """A function as Markdown, with its first example."""
    from custmap.functions.reference import expression

    lines = [f"`{signature(spec)}` gives {_kinds(spec.result)}", "", spec.summary]
    example = next((one for one in spec.examples if not one.fails), None)
    if example is not None:
        lines += ["", f"``{expression(spec, example)}`` gives `{_shown(example.gives)}`"]
    return "\n".join(lines)


def _shown(value: Any) -> str:
    try:
        return dump_json(value)
    except (TypeError, ValueError):
        return "nothing"


def _kinds(type_: Type) -> str:
    if type_.kinds == KINDS:
        return "any value"
    words = [KIND_WORDS[word] for word in KIND_WORDS if word in type_.kinds and word != "null"]
    if "number" in type_.kinds and "integer" in words:
        words.remove("integer")
    return " or ".join(words) or "null"


def _listed(values: Sequence[Any]) -> str:
    shown = [value if isinstance(value, str) else dump_json(value) for value in values if value is not None]
    return ", ".join(shown[:_SHOWN]) + (" …" if len(shown) > _SHOWN else "")


def _between(low: int | None, high: int | None, word: str) -> str:
    if low is None:
        return f"at most {high} {word}"
    return f"at least {low} {word}" if high is None else f"{low} to {high} {word}"
