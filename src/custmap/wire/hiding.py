"""What is hidden in a request that is shown: secrets, and what its mapping does not fill.

Both depend on the mapping, not on the record: all requests of a mapping share one `Secrets`, so hiding costs
nothing until a request is shown. The caller may have changed the request by then, and moved a secret to where
no rule puts one. So what stands at a place that the mapping does not know is hidden, its name too.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from functools import partial
from typing import Any, Final, TypeAlias
from urllib.parse import quote_plus

from msgspec import Struct

from custmap.model.checked import Checked, Operation
from custmap.model.nodes import ItemsNode, Leaf, ObjectNode, TargetNode
from custmap.model.privacy import EVERY_ITEM, HIDDEN, Secret, Step, changed_at, is_meant, steps
from custmap.model.walkers import clears, eaches, leaves, tables
from custmap.values.paths import Index, Select
from custmap.wire.binding import fixed_headers
from custmap.wire.url import UrlTemplate

UNKNOWN: Final = "{{unknown}}"
"""Stands for what the mapping does not fill."""

_NOTHING: Final[tuple[Any, ...]] = (None, {})
"""Items with nothing in them: they fill the positions before one that a rule names."""

Place: TypeAlias = tuple[Step, ...]

_STANDS_FOR = re.compile(r"\{\{[^{}]*\}\}")


class Secrets(Struct, frozen=True):
    """What is hidden in the requests of a mapping, which share it.

    `places`    the secret places.
    `personal`  parameters of path and query whose values may be personal, and do not say whom it is about; a
                request has them, its picture does not.
    `known`     the request's parts, and the containers of secrets in them, with the names of members and the
                positions and keys of items that the mapping fills there.
    """

    places: tuple[Secret, ...]
    url: UrlTemplate
    personal: tuple[tuple[str, str], ...] = ()
    known: tuple[tuple[Place, frozenset[Step]], ...] = ()

    def readable(self, text: str) -> str:
        """An encoded text in which secrets are hidden, with what stands for them in plain letters."""
        names = {found for secret in self.places for found in _STANDS_FOR.findall(secret.shown)}
        for name in sorted(names | {UNKNOWN}):
            text = text.replace(quote_plus(name), name)
        return text

    def hide(self, whole: dict[str, Any], *, personal: bool) -> dict[str, Any]:
        """A copy of a request's members with every secret place replaced; the rest is shared.

        `personal=False`: values of path and query that may be personal are hidden in the URL.
        """
        shown = dict(whole)
        for place, filled in self.known:
            shown = changed_at(shown, place, partial(_known, filled), UNKNOWN)
        hidden = () if personal else self.personal
        in_url: dict[tuple[str, str], str] = {one: HIDDEN for one in hidden if one[0] == "path"}
        in_query = {name: HIDDEN for part, name in hidden if part == "query"}
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
        elif self.places or hidden:
            shown["url"] = self.url.shown(str(whole["url"]), path or {}, query or {}, in_url, in_query)
        return shown


def _known(steps: frozenset[Step], value: Any) -> Any:
    """An object with the members, or a list with the items, that are known; another name may be a secret."""
    if isinstance(value, list):
        return [
            item if item in _NOTHING or any(is_meant(step, position, item) for step in steps) else UNKNOWN
            for position, item in enumerate(value)
        ]
    if not isinstance(value, dict):
        return UNKNOWN
    if steps.issuperset(value):
        return value
    return {**{name: item for name, item in value.items() if name in steps}, UNKNOWN: UNKNOWN}


def secrets_of(checked: Checked, operation: Operation, url: UrlTemplate) -> Secrets | None:
    """What is hidden in the requests of an operation; None if nothing is."""
    places = [secret.below(*at) for at, root in operation.roots for secret in root.privacy.secrets]
    places += [
        Secret((*operation.body_at, *steps(place)), shown)
        for leaf in leaves(operation.body)
        if (shown := leaf.privacy.secret_name(leaf.key)) is not None
        for place in leaf.policy.clear.places
    ]
    secret = {param.name for param in checked.params if param.secret}
    filled = [name for name in operation.variables if name in secret]
    places += [Secret(("server", name), "{{" + name + "}}") for name in filled]
    personal = tuple(
        (part, member.name)
        for part in ("path", "query")
        for member in operation.flat[part].members
        if any(leaf.privacy.personal and not _names(leaf, part) for leaf in leaves(member))
    )
    if not places:
        return Secrets((), url, personal) if personal else None
    return Secrets(tuple(places), url, personal, tuple(_known_steps(operation, places)))


def _names(leaf: Leaf, part: str) -> bool:
    """Does it say in the path whom the request is about?"""
    return part == "path" and leaf.policy.identity


def _known_steps(operation: Operation, secrets: Iterable[Secret]) -> Iterator[tuple[Place, frozenset[Step]]]:
    """What the mapping fills: in each part, and in each container there that has a secret in it."""
    holding = {secret.place[:depth] for secret in secrets for depth in range(2, len(secret.place))}
    holding |= {at for at, _ in operation.roots}
    others: dict[Place, set[Step]] = {("headers",): set(fixed_headers(operation))}
    ways = [operation.body_at]
    for table in tables(operation):
        ways += [
            (*operation.body_at, *steps(place)) for clear in clears(table.root) for place in clear.places
        ]
    ways += _lists(operation)
    for way in ways:
        for depth in range(1, len(way)):
            others.setdefault(way[:depth], set()).add(way[depth])
    for base, root in operation.roots:
        if operation.changes is not None and base == operation.body_at and not operation.changes.into:
            continue  # the body is the list of what changes
        for at, filled in _containers(root, base, holding):
            yield at, frozenset(filled | others.get(at, set()))


def _lists(operation: Operation) -> Iterator[Place]:
    """The lists, and the parameter, that say what a request changes; no secret is in them."""
    if operation.changes is not None:
        yield (*operation.body_at, *operation.changes.into)
    if operation.mask is not None and operation.mask.query is not None:
        yield ("query", operation.mask.query)
    elif operation.mask is not None:
        yield (*operation.body_at, *steps(operation.mask.place))
    for table in tables(operation):
        for leaf in leaves(table.root):
            if leaf.ways is not None:
                yield from ((*operation.body_at, *steps(one.place)) for one in leaf.ways.places)


def _containers(node: TargetNode, at: Place, holding: Container[Place]) -> Iterator[tuple[Place, set[Step]]]:
    """The containers of a node that have a secret in them, with the steps to what is in them."""
    if at not in holding:
        return
    match node:
        case ObjectNode(members=members):
            yield at, _key_of(at).union(member.name for member in members)
            for member in members:
                yield from _containers(member, (*at, member.name), holding)
        case ItemsNode(items=items):
            steps = [
                (segment.position if isinstance(segment, Index) else segment, item) for segment, item in items
            ]
            yield at, {step for step, _ in steps}
            for step, item in steps:
                yield from _containers(item, (*at, step), holding)
        case Leaf(origin=origin):
            # Of items that another option takes as they are, no name is known: what they have more is hidden.
            held = [dict(_containers(each.table.root, (*at, EVERY_ITEM), holding)) for each in eaches(origin)]
            for place in dict.fromkeys(place for one in held for place in one):
                yield place, set[Step]().union(*(one.get(place, ()) for one in held))


def _key_of(at: Place) -> set[Step]:
    """The member by which a rule names the item; it is filled in by itself."""
    return {at[-1].key} if isinstance(at[-1], Select) else set()
