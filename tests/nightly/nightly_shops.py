"""What the vendors answer, as their pages say; what they hold is in `laws/stores`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from stores.aifi import AIFI
from stores.capillary import CAPILLARY
from stores.fabric import ATTRIBUTES
from stores.microbase import MICROBASE
from stores.store import State, Store

Answer = tuple[int, Any]


@dataclass(frozen=True)
class Shop:
    """A vendor: `who` is the customer of a request, from the parts of its path and its body.

    `token`    the header that has to have the secret, and what it has to say.
    `applied`  the answer to (customer, state, body); `refused` the one for a reason.
    """

    store: Store
    token: tuple[str, str]
    who: Callable[[list[str], Any], str]
    applied: Callable[[str, State, Any], Answer]
    refused: Callable[[str], Answer]
    failed: Answer
    unauthorized: Answer


def _microbase(who: str, state: State, body: Any) -> Answer:
    return 200, {"ok": True, "customer": {**state, "id": who, "addresses": []}}


def _aifi(who: str, state: State, body: Any) -> Answer:
    if int(who) % 2:
        return 200, None  # one of its documented answers is just "Empty"
    hidden = {"blocked", "card"}
    return 200, {"id": int(who), **{name: value for name, value in state.items() if name not in hidden}}


def _capillary(who: str, state: State, body: Any) -> Answer:
    warnings = [{"status": False, "code": 91005, "message": "Identifier is not updated"}]
    return 200, {"createdId": int(who), "warnings": warnings, "sideEffects": []}


def _fabric(who: str, state: State, body: Any) -> Answer:
    order = {
        "channelId": "12",
        "items": [{"itemId": 1}],
        "orderNumber": who,
        "shipInfo": [{"shipToId": "1"}],
        "statusCode": "PROCESSING",
        "version": 1,
        "attributes": state["attributes"],
    }
    return 200, order


def errored(answer: Answer, keys: list[str]) -> Answer:
    """Fabric's success that has not taken everything over."""
    errors = [
        {"amended": False, "errorMessage": "Invalid value", "fieldName": f"attributes.{k}"} for k in keys
    ]
    return answer[0], {**answer[1], "erroredFields": errors}


MICROBASE_REFUSALS: Final = {
    "invalid": {"error": "validation_error", "data": ["payload.firstName: should be string"]},
    "email": {"error": "customer_invalid_email", "data": {"email": "x"}},
    "twice": {"error": "duplicate_key", "data": "Email is unique"},
    "unknown": {"error": "customer_not_found", "data": {"id": "x"}},
}
_AIFI_REFUSAL: Final = {
    "message": "Invalid request body",
    "type": "E_INVALID_BODY",
    "errors": [{"error": '"email" must be a valid email', "rule": "string.email", "field": '"email"'}],
}
_FAILED: Final = {"type": "SERVER_ERROR", "message": "Internal error"}

SHOPS: Final = {
    "microbase": Shop(
        MICROBASE,
        ("Authorization", "Bearer s3cret"),
        lambda path, body: body["id"],
        _microbase,
        lambda why: (200, {"ok": False, **MICROBASE_REFUSALS[why]}),
        (500, {"ok": False, "error": {"message": "Internal error"}}),
        (401, {"ok": False, "error": "invalid_token"}),
    ),
    "aifi": Shop(
        AIFI,
        ("Authorization", "Bearer s3cret"),
        lambda path, body: path[-1],
        _aifi,
        lambda why: (400, _AIFI_REFUSAL),
        (500, None),
        (401, {"message": "Unauthorized", "type": "E_UNAUTHORIZED"}),
    ),
    "capillary": Shop(
        CAPILLARY,
        ("X-CAP-API-OAUTH-TOKEN", "s3cret"),
        lambda path, body: path[-1],
        _capillary,
        lambda why: (400, {"errors": [{"status": False, "code": 8015, "message": "Customer not found"}]}),
        (500, {"errors": [{"status": False, "code": 500, "message": "Internal error"}]}),
        (401, {"errors": [{"status": False, "code": 401, "message": "Invalid token"}]}),
    ),
    "fabric": Shop(
        ATTRIBUTES,
        ("Authorization", "Bearer s3cret"),
        lambda path, body: path[-3],
        _fabric,
        lambda why: (400, {"type": "CLIENT_ERROR", "message": "Bad request"}),
        (500, _FAILED),
        (401, {"type": "CLIENT_ERROR", "message": "Unauthorized"}),
    ),
}
