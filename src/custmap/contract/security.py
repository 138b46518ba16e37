"""The parameters an operation's security needs: `Authorization`, or the header or query of an API key.

A parameter is required if every alternative needs it; otherwise the caller chooses.
https://spec.openapis.org/oas/v3.1.1#security-requirement-object
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias

from custmap.contract.contract import Parameter
from custmap.contract.references import Located, References
from custmap.values.types import STRING

Wanted: TypeAlias = tuple[str, str, Parameter]


class Scheme(NamedTuple):
    """A security scheme as an operation asks for it."""

    name: str
    at: Located
    scopes: Any


def authorization(root: Located, operation: Located, references: References) -> Iterator[Wanted]:
    """Place, name and parameter of each header or query that the security schemes use."""
    listed = schemes(root, operation, references)
    ways = [[asked for one in way if (asked := place_of(one.at)) is not None] for way in listed]
    for place, name in dict.fromkeys(key for way in ways for key in way):
        required = all((place, name) in way for way in ways)
        yield place, name, Parameter(STRING, required)


def schemes(root: Located, operation: Located, references: References) -> list[list[Scheme]]:
    """The alternatives for an operation, each with the schemes that it needs together."""
    holder = operation if "security" in operation.map else root
    known, listed = root.inner("components", "securitySchemes"), holder.inner("security")
    return [
        [
            Scheme(str(name), references.follow(known.inner(name)), scopes)
            for name, scopes in listed.inner(position).map.items()
        ]
        for position in range(len(listed.list))
    ]


def place_of(scheme: Located) -> tuple[str, str] | None:
    """Part of the request, and name there, of what a scheme asks for; None: something else, such as TLS."""
    match scheme.inner("type").text:
        case "http" | "oauth2" | "openIdConnect":
            return "headers", "Authorization"
        case "apiKey":
            place = {"header": "headers", "query": "query"}.get(scheme.inner("in").text or "")
            name = scheme.inner("name").text
            return (place, name) if place and name else None
        case _:
            return None
