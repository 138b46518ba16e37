"""The parameters an operation's security needs: `Authorization`, or the header or query of an API key.

A parameter is required if every alternative needs it; otherwise the caller chooses.
https://spec.openapis.org/oas/v3.1.1#security-requirement-object
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from custmap.contract.contract import Parameter
from custmap.contract.references import Located, References
from custmap.values.types import STRING

Wanted: TypeAlias = tuple[str, str, Parameter]


def authorization(root: Located, operation: Located, references: References) -> Iterator[Wanted]:
    """Place, name and parameter of each header or query that the security schemes use."""
    holder = operation if "security" in operation.map else root
    ways = [_way(holder.inner("security", position), root, references) for position in _positions(holder)]
    for place, name in dict.fromkeys(key for way in ways for key in way):
        required = all((place, name) in way for way in ways)
        yield place, name, Parameter(STRING, required)


def _positions(holder: Located) -> range:
    return range(len(holder.inner("security").list))


def _way(way: Located, root: Located, references: References) -> list[tuple[str, str]]:
    """The places that one alternative needs together."""
    schemes = (references.follow(root.inner("components", "securitySchemes", name)) for name in way.map)
    return [place for scheme in schemes if (place := _place(scheme)) is not None]


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
