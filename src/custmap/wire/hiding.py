"""What is hidden in a request that is shown: secrets, and what its mapping does not fill.

Both depend on the mapping, not on the record: all requests of a mapping share one `Secrets`, so hiding costs
nothing until a request is shown. The caller may have changed the request by then, and moved a secret to where
no rule puts one. So what stands at a place that the mapping does not know is hidden, its name too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeAlias

from custmap.model.checked import Checked, Operation
from custmap.model.nodes import ItemsNode, Leaf, ObjectNode, TargetNode
from custmap.model.privacy import EVERY_ITEM, HIDDEN, Secret, Step, changed_at
from custmap.model.walkers import clears, eaches, leaves, options, tables
from custmap.values.paths import Index, Select
from custmap.wire.binding import fixed_headers
from custmap.wire.url import UrlTemplate

UNKNOWN: Final = "{{unknown}}"
"""Stands for what the mapping does not fill."""

Place: TypeAlias = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Secrets:
    """What is hidden in the requests of a mapping, which share it.

    `places`    the secret places.
    `personal`  the query parameters whose values may be personal; a request has them, its picture does not.
    `known`     the request's parts, and the containers of secrets in them, with the names that the mapping
                fills there.
    """

    places: tuple[Secret, ...]
    url: UrlTemplate
    personal: tuple[str, ...] = ()
    known: tuple[tuple[Place, frozenset[str]], ...] = ()

    def hide(self, whole: dict[str, Any], *, personal: bool = True) -> dict[str, Any]:
        """A copy of a request's members with every secret place replaced; the rest is shared.

        `personal=False`: values of the query that may be personal are hidden in the URL.
        """
        shown = dict(whole)
        for place, names in self.known:
            shown = changed_at(shown, place, partial(_known, names), UNKNOWN)
        in_url: dict[tuple[str, str], str] = {}
        in_query = {} if personal else dict.fromkeys(self.personal, HIDDEN)
        for secret in self.places:
            kind, name = str(secret.place[0]), str(secret.place[1])
            if kind in ("path", "server"):
                in_url[kind, name] = secret.shown
            elif kind == "query":
                in_query[name] = secret.shown
            shown = secret.hidden_in(shown)
        path, query = whole["path"], whole["query"]
        if any(UNKNOWN in (shown[part] or ()) for part in ("path", "query")):
            shown["url"] = "{{url}}"
        elif self.places or in_query:
            shown["url"] = self.url.shown(str(whole["url"]), path or {}, query or {}, in_url, in_query)
        return shown


def _known(names: frozenset[str], value: Any) -> Any:
    """An object with the members that are known; the names of others may be secrets, too."""
    if not isinstance(value, dict):
        return UNKNOWN
    if names.issuperset(value):
        return value
    return {**{name: item for name, item in value.items() if name in names}, UNKNOWN: UNKNOWN}


def secrets_of(checked: Checked, operation: Operation, url: UrlTemplate) -> Secrets | None:
    """What is hidden in the requests of an operation; None if nothing is."""
    places = [secret.below(part) for part, root in operation.parts.items() for secret in root.privacy.secrets]
    places += [
        Secret(("body", *place), shown)
        for leaf in leaves(operation.table.root)
        if (shown := leaf.privacy.secret_name(leaf.key)) is not None
        for place in leaf.policy.clear.places
    ]
    secret = {param.name for param in checked.params if param.secret}
    filled = [name for name in operation.variables if name in secret]
    places += [Secret(("server", name), "{{" + name + "}}") for name in filled]
    personal = tuple(
        member.name
        for member in operation.query.members
        if any(leaf.privacy.personal for leaf in leaves(member))
    )
    if not places:
        return Secrets((), url, personal) if personal else None
    return Secrets(tuple(places), url, personal, tuple(_known_names(operation, url)))


def _known_names(operation: Operation, url: UrlTemplate) -> Iterator[tuple[Place, frozenset[str]]]:
    """The names that the mapping fills: in each part, and in each container there that has a secret in it."""
    others: dict[Place, set[str]] = {
        ("headers",): set(fixed_headers(operation)),
        ("path",): set(url.variables),
    }
    for table in tables(operation):
        for way in (("body", *place) for clear in clears(table.root) for place in clear.places):
            for depth in range(1, len(way)):
                others.setdefault(way[:depth], set()).add(way[depth])
    for part, root in operation.parts.items():
        for at, names in _containers(root, (part,)):
            yield at, frozenset(names | others.get(at, set()))


def _containers(node: TargetNode, at: Place) -> Iterator[tuple[Place, set[str]]]:
    """The containers of a node that have a secret in them, and the names of their members."""
    match node:
        case ObjectNode(members=members) if len(at) == 1 or node.privacy.secrets:
            yield at, {member.name for member in members} | _key_of(at)
            for member in members:
                yield from _containers(member, (*at, member.name))
        case ItemsNode(items=items):
            for segment, item in items:
                step = segment.position if isinstance(segment, Index) else segment
                yield from _containers(item, (*at, step))
        case Leaf(origin=origin, privacy=privacy) if privacy.secrets:
            found = list(eaches(origin))
            if found and len(found) == len(list(options(origin))):
                held = [dict(_containers(each.table.root, (*at, EVERY_ITEM))) for each in found]
                for place in dict.fromkeys(place for one in held for place in one):
                    yield place, set[str]().union(*(one.get(place, ()) for one in held))


def _key_of(at: Place) -> set[str]:
    """The member by which a rule names the item; it is filled in by itself."""
    return {at[-1].key} if isinstance(at[-1], Select) else set()
