"""What an operation's security wants in the request: `Authorization`, or the header or query of an API key.

A parameter is required when every way to get in has it; where a way without it exists, the caller chooses.
https://spec.openapis.org/oas/v3.1.1#security-requirement-object
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from custmap.diagnostics.span import Span
from custmap.schema.contract import Parameter
from custmap.schema.references import Located, References
from custmap.values.types import STRING

Wanted: TypeAlias = tuple[str, str, Parameter, Span]


def authorization(root: Located, operation: Located, references: References) -> Iterator[Wanted]:
    """Place, name, parameter and where it is declared, for each header or query that security speaks of."""
    holder = operation if "security" in operation.map else root
    ways = [_way(holder.inner("security", position), root, references) for position in _positions(holder)]
    found = {key: span for way in ways for key, span in way.items()}
    for (place, name), span in found.items():
        required = all((place, name) in way for way in ways)
        yield place, name, Parameter(STRING, required), span


def _positions(holder: Located) -> range:
    return range(len(holder.inner("security").list))


def _way(way: Located, root: Located, references: References) -> dict[tuple[str, str], Span]:
    """The places that one way to get in needs together."""
    needed: dict[tuple[str, str], Span] = {}
    for name in way.map:
        scheme = references.follow(root.inner("components", "securitySchemes", name))
        if (place := _place(scheme)) is not None:
            needed[place] = scheme.span
    return needed


def _place(scheme: Located) -> tuple[str, str] | None:
    match scheme.inner("type").text:
        case "http" | "oauth2" | "openIdConnect":
            return "headers", "Authorization"
        case "apiKey":
            place = {"header": "headers", "query": "query"}.get(scheme.inner("in").text or "")
            name = scheme.inner("name").text
            return (place, name) if place and name else None
        case _:
            return None
