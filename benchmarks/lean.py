"""Lean baselines: each mapping as an expert writes it by hand for speed, for records known to be good.

What they do, since it shows in the output of a good record: absent and null are told apart where the vendor
can be told a null (`tags`, `attributes`, `payment_card`), tables of values, `keysToRemove`, maps in the order
of their keys, riders, members in order; the output shares no container with the input. Parameters are fixed,
so URLs and headers are constants, copied into each request since its owner may change them.

What they do not do: check types, ranges, formats or enumerations; refuse an empty text, or a null that the
vendor cannot be told (it counts as absent); look for unknown members, half surrogate pairs, NaN or deep
nesting; percent-encode ids; split names (`names.py` does); doubt that a phone number is in E.164 form;
collect problems, notes, or places in a file.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

Record = dict[str, Any]


class Call:
    """A request, as a small connector has it."""

    __slots__ = ("body", "headers", "method", "path", "query", "url")

    def __init__(
        self, method: str, url: str, path: Record, query: Record, headers: dict[str, str], body: Record
    ) -> None:
        self.method = method
        self.url = url
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body


def headers(**more: str) -> dict[str, str]:
    """The headers of all five vendors, and `more`, with `_` for `-`."""
    named = {name.replace("_", "-"): value for name, value in more.items()}
    return {"Accept": "application/json", "Content-Type": "application/json", **named}


def dashed(number: str) -> str:
    """`206-555-0142` from E.164 with code 1."""
    return f"{number[2:5]}-{number[5:8]}-{number[8:]}"


def moment(text: str) -> str:
    """A date-time to the second, in its own offset."""
    return datetime.fromisoformat(text).isoformat(timespec="seconds")


def arranged(value: Any) -> Any:
    """A copy with keys in order, at every depth."""
    if value.__class__ is dict:
        made = dict(sorted(value.items()))
        for key, item in made.items():
            if item.__class__ is dict or item.__class__ is list:
                made[key] = arranged(item)
        return made
    if value.__class__ is list:
        return [arranged(item) for item in value]
    return value


FABRIC_URL: Final = "https://api.fabric.inc/v3/orders/actions/update-customer"
FABRIC_HEADERS: Final = headers(Authorization="Bearer t", x_fabric_tenant_id="demo", x_fabric_channel_id="12")
PHONE_TYPES: Final = {"mobile": "MOBILE", "home": "HOME", "work": "BUSINESS"}


def fabric_customer_body(customer: Record) -> Record:
    body: Record = {}
    loyalty = customer.get("loyalty")
    if loyalty is not None:
        value = loyalty.get("account_id")
        if value is not None:
            body["accountId"] = value
    value = customer.get("company")
    if value is not None:
        body["company"] = value
    value = customer.get("email")
    if value is not None:
        body["email"] = value
    name_sent: Record = {}
    name = customer.get("name")
    if name is not None:
        value = name.get("given")
        if value is not None:
            name_sent["firstName"] = value
        value = name.get("family")
        if value is not None:
            name_sent["lastName"] = value
        value = name.get("middle")
        if value is not None:
            name_sent["middleName"] = value
    phone_sent: Record = {}
    phone = customer.get("phone")
    if phone is not None:
        value = phone.get("number")
        if value is not None:
            phone_sent["number"] = dashed(value)
        value = phone.get("type")
        if value is not None:
            phone_sent["type"] = PHONE_TYPES[value]
    if body or name_sent or phone_sent:
        body["employeeId"] = "E-7"
        if name_sent:
            body["name"] = name_sent
        if phone_sent:
            body["phone"] = phone_sent
    return body


def fabric_customer(customer: Record) -> Call:
    return Call("POST", FABRIC_URL, {}, {}, FABRIC_HEADERS.copy(), fabric_customer_body(customer))


ATTRIBUTES_URL: Final = "https://api.fabric.inc/v3/orders/1/actions/update-attributes"


def fabric_attributes_body(customer: Record) -> Record:
    attributes = customer.get("attributes")
    if attributes is None:
        return {"attributes": {}}
    sent: Record = {}
    gone: list[str] = []
    for key in sorted(attributes):
        value = attributes[key]
        kind = value.__class__
        if kind is str:
            sent[key] = value
        elif value is None:
            gone.append(key)
        elif kind is bool:
            sent[key] = "true" if value else "false"
        else:
            sent[key] = repr(value)
    if gone:
        return {"attributes": sent, "keysToRemove": gone}
    return {"attributes": sent}


def fabric_attributes(customer: Record) -> Call:
    return Call(
        "POST",
        ATTRIBUTES_URL,
        {"orderId": "1"},
        {},
        FABRIC_HEADERS.copy(),
        fabric_attributes_body(customer),
    )


MICROBASE_URL: Final = "https://h/services/customer/v1/customer.update"
BEARER: Final = headers(Authorization="Bearer t")
STATUS: Final = {"active": "ACTIVE", "inactive": "INACTIVE"}


def microbase_body(customer: Record) -> Record:
    body: Record = {}
    value = customer.get("email")
    if value is not None:
        body["email"] = value
    family = None
    name = customer.get("name")
    if name is not None:
        value = name.get("given")
        if value is not None:
            body["firstName"] = value
        family = name.get("family")
    body["id"] = customer["identifiers"]["microbase"]
    if family is not None:
        body["lastName"] = family
    value = customer.get("status")
    if value is not None:
        body["status"] = STATUS[value]
    if "tags" in customer:
        value = customer["tags"]
        body["tags"] = [] if value is None else value.copy()
    return body


def microbase(customer: Record) -> Call:
    return Call("POST", MICROBASE_URL, {}, {}, BEARER.copy(), microbase_body(customer))


AIFI_URL: Final = "https://h/api/admin/v2/customers/"


def aifi_parts(customer: Record) -> tuple[Record, int]:  # noqa: C901  # in one piece, as it is written for speed
    """The body, and the id for the path."""
    body: Record = {}
    value = customer.get("blocked")
    if value is not None:
        body["blocked"] = value
    if "payment_card" in customer:
        card = customer["payment_card"]
        if card is None:
            body["cardToken"] = None
        else:
            sent: Record = {}
            value = card.get("token")
            if value is not None:
                sent["cardToken"] = value
            value = card.get("default")
            if value is not None:
                sent["defaultCard"] = value
            value = card.get("provider")
            if value is not None:
                sent["provider"] = value
            if sent:
                body["card"] = sent
    value = customer.get("email")
    if value is not None:
        body["email"] = value
    value = customer.get("id")
    if value is not None:
        body["externalId"] = value
    name = customer.get("name")
    if name is not None:
        value = name.get("given")
        if value is not None:
            body["firstName"] = value
        value = name.get("family")
        if value is not None:
            body["lastName"] = value
    if "attributes" in customer:
        body["metadata"] = arranged(customer["attributes"])
    phone = customer.get("phone")
    if phone is not None:
        value = phone.get("number")
        if value is not None:
            body["phone"] = value[1:]
    value = customer.get("priority")
    if value is not None:
        body["priority"] = value
    value = customer.get("role")
    if value is not None:
        body["role"] = value
    return body, int(customer["identifiers"]["aifi"])


def aifi(customer: Record) -> Call:
    body, known = aifi_parts(customer)
    return Call("PATCH", f"{AIFI_URL}{known}", {"customerId": known}, {}, BEARER.copy(), body)


CAPILLARY_URL: Final = "https://h/v2/customers/"
CAPILLARY_QUERY_TEXT: Final = "?accountId=12&source=INSTORE"
CAPILLARY_QUERY: Final = {"accountId": "12", "source": "INSTORE"}
CAPILLARY_HEADERS: Final = headers(X_CAP_API_OAUTH_TOKEN="t")
CHANNEL_TYPES: Final = {
    name: name for name in ("mobile", "email", "wechat", "ios", "android", "line")
} | {"mobile_push": "mobilePush"}  # fmt: skip


def _channel(channel: Record) -> Record:
    sent: Record = {}
    kind = channel["type"]
    if kind == "mobile_push":
        value = channel.get("last_viewed_at")
        if value is not None:
            sent["meta"] = {"lastViewedDate": moment(value)}
    value = channel.get("primary")
    if value is not None:
        sent["primary"] = value
    sent["type"] = CHANNEL_TYPES[kind]
    value = channel.get("value")
    if value is not None:
        sent["value"] = value[1:] if kind == "mobile" else value
    value = channel.get("verified")
    if value is not None:
        sent["verified"] = value
    return sent


def _enrollment(enrollment: Record) -> Record:
    sent: Record = {}
    value = enrollment.get("points")
    if value is not None:
        sent["loyaltyPoints"] = value
    value = enrollment.get("points_expire_at")
    if value is not None:
        sent["pointsExpiryDate"] = moment(value)
    sent["programId"] = int(enrollment["program_id"])
    value = enrollment.get("tier_expires_at")
    if value is not None:
        sent["tierExpiryDate"] = moment(value)
    value = enrollment.get("tier")
    if value is not None:
        sent["tierNumber"] = value
    return sent


def capillary_parts(customer: Record) -> tuple[Record, str]:
    """The body, and the id for the path."""
    body: Record = {}
    value = customer.get("attributes")
    if value:
        body["extendedFields"] = arranged(value)
    loyalty = customer.get("loyalty")
    if loyalty is not None:
        value = loyalty.get("member")
        if value is not None:
            body["loyaltyInfo"] = {"loyaltyType": "loyalty" if value else "non_loyalty"}
        value = loyalty.get("enrollments")
        if value is not None:
            body["loyaltyProgramEnrollments"] = [_enrollment(item) for item in value]
    profile: Record = {}
    value = customer.get("channels")
    if value is not None:
        profile["commChannels"] = [_channel(item) for item in value]
    else:
        found = []
        value = customer.get("email")
        if value is not None:
            found.append({"type": "email", "value": value})
        value = customer.get("phone")
        if value is not None:
            found.append({"type": "mobile", "value": value["number"][1:]})
        if found:
            profile["commChannels"] = found
    value = customer.get("custom_fields")
    if value:
        profile["fields"] = arranged(value)
    name = customer.get("name")
    if name is not None:
        value = name.get("given")
        if value is not None:
            profile["firstName"] = value
        value = name.get("family")
        if value is not None:
            profile["lastName"] = value
    if profile:
        body["profiles"] = [profile]
    return body, customer["identifiers"]["capillary"]


def capillary(customer: Record) -> Call:
    body, known = capillary_parts(customer)
    return Call(
        "PUT",
        f"{CAPILLARY_URL}{known}{CAPILLARY_QUERY_TEXT}",
        {"customerId": known},
        CAPILLARY_QUERY.copy(),
        CAPILLARY_HEADERS.copy(),
        body,
    )
