"""The form of a mapping or source file: every wrong key and value, reported at its place.

The rest of the file can still be read and checked: the places of problems are returned with the findings, as
a tree (`Trouble`), so that the reader leaves out only these.

A file that fits the JSON Schema of its kind has no such problem. Only for others is the model asked
what is wrong (`form_problems`): importing it takes longer than everything else that loading does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, Final, Literal, TypeAlias

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.mapping.unknown_key import unknown_key
from custmap.schema.compiled import compile_schema
from custmap.schema.shipped import shipped_schema
from custmap.syntax.node import ListNode, MapNode, ScalarNode, plain

VERSION: Final = 1
_OPERATION: Final = ("openapi", "operation")
"""The keys of a contract that is an operation of an OpenAPI document."""

Kind: TypeAlias = Literal["mapping", "source"]
Trouble: TypeAlias = "dict[str, Trouble]"
"""The places of problems as a tree of keys and positions; a leaf is where something is wrong."""


def _mark(trouble: Trouble, place: Iterable[str | int]) -> None:
    for part in place:
        trouble = trouble.setdefault(str(part), {})


def check_form(node: MapNode) -> tuple[list[Diagnostic], Trouble]:
    """Every problem of form of a mapping file, and where they are."""
    trouble: Trouble = {}
    return [*_version(node), *_form("mapping", node, trouble), *_contracts(node, trouble)], trouble


def check_source_form(node: MapNode) -> tuple[list[Diagnostic], Trouble]:
    """Every problem of form of a source file, and where they are."""
    trouble: Trouble = {}
    return [*_version(node), *_form("source", node, trouble)], trouble


def _version(node: MapNode) -> Iterator[Diagnostic]:
    version = node.get("custmap")
    if version is not None and plain(version) is not VERSION:
        yield Diagnostic(
            "CM206", "this custmap reads language version 1", version.span, help="Write `custmap: 1`."
        )


def _form(kind: Kind, node: MapNode, trouble: Trouble) -> Iterator[Diagnostic]:
    """The problems of form; their places are added to `trouble`."""
    file = plain(node)
    if not _fits(file, kind):
        from custmap.mapping.form_problems import problems_of_form

        places, found = problems_of_form(kind, node, file)
        for place in places:
            _mark(trouble, place)
        yield from found


def _contracts(node: MapNode, trouble: Trouble) -> Iterator[Diagnostic]:
    """The problems of `contract`, which is a table of its own; their places are added to `trouble`."""
    if "contract" not in trouble and node.get("contract") is None and node.get("requests") is None:
        _mark(trouble, ["contract"])
        yield Diagnostic("CM202", "`contract` is missing", node.span, help="Add `contract: …`.")
    for place, call in calls(node):
        contract = call.get("contract")
        if isinstance(contract, MapNode) and contract.get("openapi") is not None:
            for problem in _contract_keys(contract):
                _mark(trouble, [*place, "contract"])
                yield problem


def calls(node: MapNode) -> Iterator[tuple[list[str | int], MapNode]]:
    """The tables that may have a contract: the file, entries of `requests`, and their calls."""
    yield [], node
    requests = node.get("requests")
    for at, entry in enumerate(requests.items if isinstance(requests, ListNode) else ()):
        if isinstance(entry, MapNode):
            yield ["requests", at], entry
            for key in ("set", "clear"):
                if isinstance(call := entry.get(key), MapNode):
                    yield ["requests", at, key], call


def _fits(file: Any, kind: Kind = "mapping") -> bool:
    """Does the file fit the JSON Schema? False too if it is not JSON: keys of `values` may be numbers."""
    try:
        return bool(_compiled(kind).is_valid(file))
    except ValueError:
        return False


@cache
def _compiled(kind: Kind) -> Any:
    schema = shipped_schema(kind)
    if schema is None:
        from custmap.mapping.keys import mapping_schema
        from custmap.mapping.source_keys import source_schema

        schema = mapping_schema() if kind == "mapping" else source_schema()
    return compile_schema(schema)


def _contract_keys(contract: MapNode) -> Iterator[Diagnostic]:
    for key, _ in contract:
        if key.value not in _OPERATION:
            yield unknown_key(key, _OPERATION)
    for name in _OPERATION:
        value = contract.get(name)
        if value is None:
            yield Diagnostic("CM202", f"`contract` needs `{name}`", contract.span)
        elif not (isinstance(value, ScalarNode) and isinstance(value.value, str)):
            yield Diagnostic("CM203", f"`{name}` must be text", value.span)
