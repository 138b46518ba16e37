"""What schedules of nights are about: a mapping, shipped or drawn, and how its vendor words its answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

from stores.shipped import SHIPPED
from whole_law import PARAMS, Drawing, _params_fit
from whole_loading import fields_of, load
from whole_records import Customer

import custmap
from custmap.model.clear import Named, Send
from custmap.model.nodes import Leaf, ObjectNode
from custmap.model.walkers import leaves, own_objects
from custmap.testing.discover import fixture_files
from custmap.testing.fixture import Apply, Diff, read_fixture
from custmap.values.paths import Index

Answer = tuple[int, Any]
"""A status and a body."""
_FIXTURES: Final = Path(__file__).parents[2] / "fixtures"
_PAGE: Final = "<html><body>Bad gateway</body></html>"


@dataclass(frozen=True)
class Voice:
    """How a vendor answers.

    `taken`, `refused`, `odd`  a success, a refusal, and an answer from which nobody knows what became of it.
    `named`     a success in which fields are refused, by their names; None where the vendor has none.
    `nameless`  one in which something is refused, it does not say what.
    """

    taken: Answer
    refused: Answer
    odd: Answer
    named: Callable[[list[str]], Answer] | None = None
    nameless: Answer | None = None


def _aifi(names: list[str]) -> Answer:
    return 200, {"id": 42, "errors": [{"error": "bad", "rule": "any", "field": f'"{one}"'} for one in names]}


def _errored(names: list[str]) -> Answer:
    return 200, {"attributes": {}, "erroredFields": [{"errorMessage": "bad", "fieldName": n} for n in names]}


def _microbase(names: list[str]) -> Answer:
    return 200, {"ok": True, "data": [f"payload.{one}: is bad" for one in names]}


def _plain(names: list[str]) -> Answer:
    return 200, {"errors": [{"field": name, "code": "bad"} for name in names]}


PLAIN: Final = Voice(
    taken=(200, {}),
    refused=(400, {"errors": [{"field": "known", "code": "bad"}]}),
    odd=(408, None),
    named=_plain,
    nameless=(200, {"errors": [{"code": "bad"}]}),
)
"""The answers of drawn mappings, as their `response` reads them."""
_FABRIC_REFUSED: Final = (400, {"type": "CLIENT_ERROR", "message": "bad", "errors": []})
_CAPILLARY_ERRORS: Final = [{"status": False, "code": 1046, "message": "bad"}]
VOICES: Final[dict[str, Voice]] = {
    "aifi/update-customer": Voice(
        taken=(200, {"id": 42}),
        refused=(400, {"message": "bad", "errors": [{"error": "bad", "rule": "any", "field": '"email"'}]}),
        odd=(200, _PAGE),
        named=_aifi,
        nameless=(200, {"id": 42, "errors": [{"error": "bad", "rule": "any"}]}),
    ),
    "capillary/update-customer": Voice(
        taken=(200, {"createdId": 98662653, "warnings": []}),
        refused=(400, {"errors": _CAPILLARY_ERRORS}),
        odd=(200, _PAGE),
        nameless=(200, {"createdId": 98662653, "errors": _CAPILLARY_ERRORS}),
    ),
    "fabric/update-attributes": Voice(
        taken=(200, {"attributes": {}, "erroredFields": []}),
        refused=_FABRIC_REFUSED,
        odd=(200, _PAGE),
        named=_errored,
        nameless=(200, {"attributes": {}, "erroredFields": [{"errorMessage": "bad"}]}),
    ),
    "fabric/update-customer": Voice(
        taken=(200, {"successCount": 1, "failedCount": 0, "failedOrderIds": []}),
        refused=_FABRIC_REFUSED,
        odd=(200, _PAGE),
        nameless=(200, {"successCount": 1, "failedCount": 1, "failedOrderIds": ["7"]}),
    ),
    "microbase/customer-update": Voice(
        taken=(200, {"ok": True, "customer": {}}),
        refused=(200, {"ok": False, "error": "validation_error", "data": ["payload.email: is bad"]}),
        odd=(200, _PAGE),
        named=_microbase,
    ),
}


@dataclass(frozen=True)
class Trial:
    """A mapping with its vendor: what a schedule is about.

    `rules`      the mapping as it was drawn; None for a shipped one.
    `fields`     the customer's fields that it reads, `ids` those that name her.
    `customers`  of its fixtures.
    """

    name: str
    loaded: Any
    rules: dict[str, Any] | None
    params: dict[str, Any]
    fields: tuple[str, ...]
    voice: Voice
    ids: dict[str, str] = field(default_factory=dict)
    customers: tuple[Customer, ...] = ()

    @property
    def drawn(self) -> bool:
        return self.rules is not None

    def identified(self, record: Customer) -> Customer:
        """The record with what names the customer, where that is not drawn."""
        return {**record, "identifiers": dict(self.ids)} if self.ids else record


def drawn_trial(rng: Random, drawing: Drawing) -> Trial:
    while True:
        trial = trial_of(with_response(drawing.mapping(rng)), rng)
        if trial is not None:
            return trial


def with_response(rules: dict[str, Any]) -> dict[str, Any]:
    return {**rules, "response": {"errors": {"each": "body.errors", "field": "field", "code": "code"}}}


def trial_of(rules: dict[str, Any], rng: Random) -> Trial | None:
    """None for a mapping that does not load, or whose vendor is not told apart from others.

    Items that are values, `q[0]`, have no state of their own in the declared store. A list made of one
    object has an item that no canonical path names.
    """
    body = rules.get("body", {})
    if any(target.startswith("q[") for target in body) or '"each": "[payment_card]"' in json.dumps(body):
        return None
    loaded = load(rules)
    if loaded is None or not _params_fit(loaded):
        return None
    body = loaded.checked.operation.body
    if any(map(_has_one_name, leaves(body))) or any(map(_goes_by_nothing, own_objects(body))):
        return None
    params = rng.choice(PARAMS) if "params" in rules else {}
    return Trial("", loaded, rules, params, fields_of(rules), PLAIN)


def _has_one_name(leaf: Leaf) -> bool:
    """Have all entries of a map one name (`as`), so that the vendor cannot tell which of them is gone?"""
    clear = leaf.policy.clear
    return leaf.kind.is_map and isinstance(clear, Named) and clear.name is not None


def _goes_by_nothing(node: ObjectNode) -> bool:
    """Is an item by its position cleared by `{}`, as it stands before a later one that says something?"""
    at_position = bool(node.path) and isinstance(node.path[-1], Index)
    return at_position and isinstance(node.clear, Send) and node.clear.value == {}


def retold(trial: Trial, rules: dict[str, Any]) -> Trial | None:
    """The trial with other rules and the same parameters; None where they do not load."""
    other = trial_of(rules, Random(0))
    if other is None:
        return None
    params = {name: value for name, value in trial.params.items() if name in other.loaded.params}
    return replace(other, params=params)


def shipped_trial(rng: Random) -> Trial:
    name = rng.choice([name for name, store in SHIPPED.items() if store.mapping in VOICES])
    store = SHIPPED[name]
    loaded, customers = _shipped(store.mapping)
    return Trial(
        name,
        loaded,
        None,
        dict(store.params),
        tuple(store.reads),
        VOICES[loaded.name],
        dict(store.ids),
        customers,
    )


@cache
def _shipped(mapping: str) -> tuple[Any, tuple[Customer, ...]]:
    loaded = custmap.load(mapping)
    found: list[Customer] = []
    for path in fixture_files(_FIXTURES / loaded.name):
        call = read_fixture(path).call
        match call:
            case Apply(customer=customer):
                found.append(customer)
            case Diff(before=before, after=after):
                found += [before, after]
    fitting = [one for one in found if isinstance(one, dict) and _fits(loaded, one, store_params(mapping))]
    return loaded, tuple(fitting)


def store_params(mapping: str) -> dict[str, Any]:
    return dict(next(store.params for store in SHIPPED.values() if store.mapping == mapping))


def _fits(loaded: Any, customer: Customer, params: dict[str, Any]) -> bool:
    try:
        loaded.diff(None, deepcopy(customer), params)
    except custmap.RecordError:
        return False
    return True
