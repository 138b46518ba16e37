"""What the stores share: a refusal, and what they are told from outside.

Each store is written from its vendor's page, apart from the planner. A state is plain JSON; lists whose
items the vendor tells apart are held as a map from the item's key, so that states compare by value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

State = dict[str, Any]


class Refused(AssertionError):
    """The vendor does not take this request: what custmap sends must never come here."""


@dataclass(frozen=True)
class Call:
    """A request as it reaches a vendor.

    `path`   the parts of the URL's path, decoded: `("v2", "customers", "SQ1")`. `query` its parameters.
    """

    body: Any
    method: str = ""
    path: tuple[str, ...] = ()
    query: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, request: Any) -> Call:
        """What a vendor sees of a request: its URL is taken apart again."""
        url = urlsplit(request.url)
        path = tuple(map(unquote, url.path.removeprefix("/").split("/")))
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        return cls(request.body, request.method, path, query)


Take = Callable[[State, Call], None]
"""Changes the state as the vendor does; Refused for what it does not take."""


def of_body(take: Callable[[State, Any], None]) -> Take:
    """For a vendor with one call, whose body says all."""
    return lambda state, call: take(state, call.body)


@dataclass(frozen=True)
class Store:
    """A vendor as its customers see it.

    `empty`   what it holds before anything was said.
    `receive` (state, call) → the new state; Refused for what the vendor does not take.
    `params`  what a caller of the mapping gives, `ids` the identifiers that name the customer.
    `reads`   the canonical fields that the mapping reads.
    `said`    fields that every record has: they name the customer, or the vendor needs something to be said.
    `whole`   containers that may be sent with members that did not change.
    `exempt`  parts of a body that are sent for other reasons than a change: required members.
    `along`   names of members that go along with what is said: riders, `send: always`, keys of items.
    `selected` lists of items that a plan names by a member: the list's place and the member.
    `units`   lists whose items are sent whole: no part of an item can be left out.
    `again`   parts of the state that a second sending changes: what is not repeatable.
    `replaces` what a request does not have is gone: it is told all of a customer each time.
    `mask`    the query parameter that names what a request sets or clears, "" where there is none.
    """

    mapping: str
    empty: State
    take: Take
    params: Mapping[str, Any]
    reads: tuple[str, ...]
    ids: Mapping[str, str] = field(default_factory=dict)
    said: Mapping[str, Any] = field(default_factory=dict)
    whole: frozenset[str] = frozenset()
    exempt: frozenset[tuple[str, ...]] = frozenset()
    along: frozenset[str] = frozenset()
    selected: Mapping[str, str] = field(default_factory=dict)
    units: frozenset[str] = frozenset()
    again: frozenset[str] = frozenset()
    replaces: bool = False
    mask: str = ""

    @property
    def named(self) -> dict[str, Any]:
        """What every record has: who the customer is, and what is always said."""
        ids = {"identifiers": dict(self.ids)} if self.ids else {}
        return {**ids, **self.said}

    def receive(self, state: State, *calls: Call) -> State:
        """The state after some calls; the given one is not changed."""
        after = deepcopy(state)
        for call in calls:
            self.take(after, deepcopy(call))
        return after


def hold(told: bool, why: str) -> None:
    if not told:
        raise Refused(why)


def hold_members(body: Mapping[str, Any], known: set[str]) -> None:
    hold(set(body) <= known, f"members that the vendor does not know: {sorted(set(body) - known)}")


def hold_text(value: object, name: str) -> None:
    hold(isinstance(value, str), f"{name} is a text")
