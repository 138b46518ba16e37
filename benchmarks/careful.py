"""Careful baselines: each mapping, and its diff, as an expert writes them by hand for production.

What they do: everything that `lean.py` does, and check the type, the emptiness and the nullness of each value
that they read, ranges, enumerations and formats of the contract, and that free values are JSON. What the
vendor cannot be told is refused by an exception that names the field. A diff maps both sides, lays after
over before, sends the smallest body, and lists the changes.

What they do not do: collect all problems of a record (the first one ends the call); give reasons, places or
notes; find unknown members or check what they do not read; check for half surrogate pairs; check a phone
number beyond its E.164 form; report rejected changes beside those that can be made.
"""

from __future__ import annotations

import math
import re
from datetime import datetime
from typing import Any, Final, NamedTuple
from urllib.parse import quote

import names
from lean import (
    AIFI_URL,
    ATTRIBUTES_URL,
    BEARER,
    CAPILLARY_HEADERS,
    CAPILLARY_QUERY,
    CAPILLARY_QUERY_TEXT,
    CAPILLARY_URL,
    CHANNEL_TYPES,
    FABRIC_HEADERS,
    FABRIC_URL,
    MICROBASE_URL,
    PHONE_TYPES,
    STATUS,
    Call,
    Record,
)


class _Missing:
    """The record does not mention the field."""


MISSING: Final = _Missing()


class Refused(Exception):
    """The vendor cannot be told what this field holds."""


_E164: Final = re.compile(r"\+[1-9][0-9]{7,14}").fullmatch
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+").fullmatch
_INTEGER: Final = re.compile(r"-?(0|[1-9][0-9]{0,17})").fullmatch
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*").fullmatch
ROLES: Final = frozenset({"customer", "employee", "tester", "untracked", "unknown"})
PROVIDERS: Final = frozenset({"NONE", "STRIPE", "PAYTER", "ADYEN", "FREEDOM_PAY", "GENERIC"})


def text(holder: Record, field: str) -> str | None:
    """A text that is not empty; None if it is not stated."""
    value = holder.get(field, MISSING)
    if value is MISSING:
        return None
    if value.__class__ is not str or not value:
        raise Refused(field)
    return value


def any_text(holder: Record, field: str) -> str | None:
    """A text, which may be empty."""
    value = holder.get(field, MISSING)
    if value is MISSING:
        return None
    if value.__class__ is not str:
        raise Refused(field)
    return value


def flag(holder: Record, field: str) -> bool | None:
    value = holder.get(field, MISSING)
    if value is MISSING:
        return None
    if value.__class__ is not bool:
        raise Refused(field)
    return value


def number(holder: Record, field: str) -> int | None:
    """A whole number."""
    value = holder.get(field, MISSING)
    if value is MISSING:
        return None
    if value.__class__ is not int:
        raise Refused(field)
    return value


def inner(holder: Record, field: str) -> Record | None:
    """An object; None if it is not stated."""
    value = holder.get(field, MISSING)
    if value is MISSING:
        return None
    if value.__class__ is not dict:
        raise Refused(field)
    return value


def items(holder: Record, field: str) -> list[Any] | None:
    """A list of objects; None if it is not stated."""
    value = holder.get(field, MISSING)
    if value is MISSING:
        return None
    if value.__class__ is not list:
        raise Refused(field)
    for item in value:
        if item.__class__ is not dict:
            raise Refused(field)
    return value


def one_of(holder: Record, field: str, table: dict[str, str]) -> str | None:
    """The vendor's word for a value."""
    value = holder.get(field, MISSING)
    if value is MISSING:
        return None
    found = table.get(value) if value.__class__ is str else None
    if found is None:
        raise Refused(field)
    return found


def moment(holder: Record, field: str) -> str | None:
    """A date-time to the second, in its own offset, which it must have."""
    value = text(holder, field)
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise Refused(field) from None
    if found.tzinfo is None or len(value) < 11:
        raise Refused(field)
    return found.isoformat(timespec="seconds")


def whole(holder: Record, field: str) -> int | None:
    """A whole number, from a number or from its text."""
    value = holder.get(field, MISSING)
    if value is MISSING:
        return None
    kind = value.__class__
    if kind is int or (kind is float and value.is_integer()) or (kind is str and _INTEGER(value)):
        return int(value)
    raise Refused(field)


def free(value: Any, depth: int = 64) -> Any:
    """A copy of any JSON value, keys in order."""
    kind = value.__class__
    if kind is str or value is None or kind is bool or kind is int:
        return value
    if kind is float:
        if not math.isfinite(value):
            raise Refused("a number that is not finite")
        return value
    if depth == 0:
        raise Refused("nested too deep")
    if kind is dict:
        made = {}
        try:
            for key in sorted(value):
                if key.__class__ is not str:
                    raise Refused("a key that is not text")
                made[key] = free(value[key], depth - 1)
        except TypeError:
            raise Refused("a key that is not text") from None
        return made
    if kind is list:
        return [free(item, depth - 1) for item in value]
    raise Refused("not JSON")


def entries(holder: Record, field: str) -> Record | None:
    """A copy of a map whose keys cannot be removed: no null, no empty text."""
    value = inner(holder, field)
    if value is None:
        return None
    made: Record = free(value)
    for item in made.values():
        if item is None or item == "":
            raise Refused(field)
    return made


def name_of(customer: Record) -> Record | None:
    """The name in parts."""
    value = customer.get("name", MISSING)
    if value is MISSING:
        return None
    if value.__class__ is str:
        return names.split(value)
    if value.__class__ is not dict:
        raise Refused("name")
    if "formatted" in value and not ("given" in value and "middle" in value and "family" in value):
        formatted = any_text(value, "formatted")
        return {**names.split(formatted), **value} if formatted else value
    return value


def number_of(phone: Record) -> str | None:
    """The phone's number in E.164 form."""
    value = text(phone, "number")
    if value is None or _E164(value):
        return value
    try:
        return names.e164(value)
    except Exception:
        raise Refused("phone.number") from None


def phone_of(customer: Record) -> Record | None:
    value = customer.get("phone", MISSING)
    if value is MISSING:
        return None
    if value.__class__ is str:
        return {"number": value}
    if value.__class__ is not dict:
        raise Refused("phone")
    return value


class Change(NamedTuple):
    """One change in the vendor's terms."""

    action: str
    target: str
    before: Any
    after: Any


class Plan(NamedTuple):
    """What changes, and the request that says so."""

    changes: tuple[Change, ...]
    call: Call | None


NO_PLAN: Final = Plan((), None)


def overlaid(before: Record, after: Record, objects: tuple[str, ...]) -> Record:
    """After, with what it does not mention as before had it; the members of `objects` one by one."""
    made = {**before, **after}
    for field in objects:
        old, new = before.get(field), after.get(field)
        if old.__class__ is dict and new.__class__ is dict:
            made[field] = {**old, **new}
    return made


def same(left: Any, right: Any) -> bool:
    """Equality of JSON values, in which true is not 1."""
    if left.__class__ is not right.__class__:
        return False
    if left.__class__ is dict:
        return left.keys() == right.keys() and all(same(value, right[key]) for key, value in left.items())
    if left.__class__ is list:
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)


def member(above: str, key: str) -> str:
    """The path of a map's entry."""
    if _NAME(key):
        return f"{above}.{key}"
    quoted = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'{above}."{quoted}"'


def _target(change: Change) -> str:
    return change.target


def fabric_customer_body(customer: Record) -> Record:
    body: Record = {}
    loyalty = inner(customer, "loyalty")
    if loyalty is not None:
        value = text(loyalty, "account_id")
        if value is not None:
            body["accountId"] = value
    value = text(customer, "company")
    if value is not None:
        body["company"] = value
    value = text(customer, "email")
    if value is not None:
        body["email"] = value
    name_sent: Record = {}
    name = name_of(customer)
    if name is not None:
        value = text(name, "given")
        if value is not None:
            name_sent["firstName"] = value
        value = text(name, "family")
        if value is not None:
            name_sent["lastName"] = value
        value = text(name, "middle")
        if value is not None:
            name_sent["middleName"] = value
    phone_sent: Record = {}
    phone = phone_of(customer)
    if phone is not None:
        value = number_of(phone)
        if value is not None:
            phone_sent["number"] = _dashed(value)
        value = one_of(phone, "type", PHONE_TYPES)
        if value is not None:
            phone_sent["type"] = value
    if body or name_sent or phone_sent:
        body["employeeId"] = "E-7"
        if name_sent:
            body["name"] = name_sent
        if phone_sent:
            body["phone"] = phone_sent
    return body


def _dashed(value: str) -> str:
    if value.startswith("+1") and len(value) == 12:
        return f"{value[2:5]}-{value[5:8]}-{value[8:]}"
    raise Refused("phone.number")  # other countries' groups need the library, and are not in these records


def fabric_customer(customer: Record) -> Call:
    return _fabric_customer_call(fabric_customer_body(customer))


def _fabric_customer_call(body: Record) -> Call:
    return Call("POST", FABRIC_URL, {}, {}, FABRIC_HEADERS.copy(), body)


def fabric_customer_diff(before: Record, after: Record) -> Plan:
    old = fabric_customer_body(before)
    new = fabric_customer_body(overlaid(before, after, ("name", "phone", "loyalty")))
    if old == new:
        return NO_PLAN
    changes: list[Change] = []
    body: Record = {}
    for field, value in new.items():
        was = old.get(field)
        if field == "name" or field == "phone":
            if was != value:
                body[field] = value
                for part, now in value.items():
                    had = was.get(part) if was else None
                    if had != now:
                        changes.append(Change("set", f"{field}.{part}", had, now))
        elif field == "employeeId":
            body[field] = value
        elif was != value:
            body[field] = value
            changes.append(Change("set", field, was, value))
    changes.sort(key=_target)
    return Plan(tuple(changes), _fabric_customer_call(body))


def fabric_attributes_values(customer: Record) -> Record | None:
    """The attributes as texts; a null, which removes a key, stays one."""
    attributes = inner(customer, "attributes")
    if attributes is None:
        return None
    made: Record = {}
    try:
        for key in sorted(attributes):
            value = attributes[key]
            kind = value.__class__
            if key.__class__ is not str:
                raise Refused("attributes")
            if kind is str or value is None:
                made[key] = value
            elif kind is bool:
                made[key] = "true" if value else "false"
            elif kind is int:
                made[key] = str(value)
            elif kind is float and math.isfinite(value):
                made[key] = repr(value)
            else:
                raise Refused("attributes")
    except TypeError:
        raise Refused("attributes") from None
    return made


def fabric_attributes_body(customer: Record) -> Record:
    values = fabric_attributes_values(customer)
    if values is None:
        return {"attributes": {}}
    if None not in values.values():
        return {"attributes": values}
    gone = [key for key, value in values.items() if value is None]
    return {"attributes": {key: value for key, value in values.items() if value is not None}} | (
        {"keysToRemove": gone} if gone else {}
    )


def fabric_attributes(customer: Record) -> Call:
    return _fabric_attributes_call(fabric_attributes_body(customer))


def _fabric_attributes_call(body: Record) -> Call:
    return Call("POST", ATTRIBUTES_URL, {"orderId": "1"}, {}, FABRIC_HEADERS.copy(), body)


def fabric_attributes_diff(before: Record, after: Record) -> Plan:
    old = fabric_attributes_values(before)
    new = fabric_attributes_values(overlaid(before, after, ()))
    if old == new:
        return NO_PLAN
    had, has = old or {}, new or {}
    changes: list[Change] = []
    sent: Record = {}
    gone: list[str] = []
    for key in sorted(had.keys() | has.keys()):
        was, now = had.get(key), has.get(key)
        if was == now and old is not None:
            continue
        if now is None:
            gone.append(key)
            changes.append(Change("clear", member("attributes", key), was, None))
        else:
            sent[key] = now
            changes.append(Change("set", member("attributes", key), was, now))
    if not changes:
        return NO_PLAN
    changes.sort(key=_target)
    body: Record = {"attributes": sent}
    if gone:
        body["keysToRemove"] = gone
    return Plan(tuple(changes), _fabric_attributes_call(body))


def microbase_body(customer: Record) -> Record:
    body: Record = {}
    value: Any = text(customer, "email")
    if value is not None:
        body["email"] = value
    name = name_of(customer)
    family = None
    if name is not None:
        value = text(name, "given")
        if value is not None:
            body["firstName"] = value
        family = text(name, "family")
    known = inner(customer, "identifiers")
    value = None if known is None else text(known, "microbase")
    if value is None:
        raise Refused("identifiers.microbase")
    body["id"] = value
    if family is not None:
        body["lastName"] = family
    value = one_of(customer, "status", STATUS)
    if value is not None:
        body["status"] = value
    value = customer.get("tags", MISSING)
    if value is None:
        body["tags"] = []
    elif value is not MISSING:
        if value.__class__ is not list:
            raise Refused("tags")
        for tag in value:
            if tag.__class__ is not str:
                raise Refused("tags")
        body["tags"] = value.copy()
    return body


def microbase(customer: Record) -> Call:
    return _microbase_call(microbase_body(customer))


def _microbase_call(body: Record) -> Call:
    return Call("POST", MICROBASE_URL, {}, {}, BEARER.copy(), body)


def microbase_diff(before: Record, after: Record) -> Plan:
    laid = overlaid(before, after, ("name",))
    old, new = microbase_body(before), microbase_body(laid)
    if old == new:
        return NO_PLAN
    if old["id"] != new["id"]:
        raise Refused("identifiers.microbase")
    changes: list[Change] = []
    body: Record = {}
    for field, value in new.items():
        was = old.get(field)
        if field == "id":
            body["id"] = value
        elif was == value or (field == "tags" and was is not None and set(was) == set(value)):
            continue
        else:
            body[field] = value
            action = "clear" if field == "tags" and laid["tags"] is None else "set"
            changes.append(Change(action, field, was, value))
    return Plan(tuple(changes), _microbase_call(body)) if changes else NO_PLAN


def aifi_parts(customer: Record) -> tuple[Record, int]:  # noqa: C901  # in one piece, as it is written for speed
    """The body, and the id for the path."""
    body: Record = {}
    value: Any = flag(customer, "blocked")
    if value is not None:
        body["blocked"] = value
    if customer.get("payment_card", MISSING) is None:
        body["cardToken"] = None
    elif (card := inner(customer, "payment_card")) is not None:
        sent: Record = {}
        value = any_text(card, "token")
        if value is not None:
            sent["cardToken"] = value
        value = flag(card, "default")
        if value is not None:
            sent["defaultCard"] = value
        value = any_text(card, "provider")
        if value is not None:
            if value not in PROVIDERS:
                raise Refused("payment_card.provider")
            sent["provider"] = value
        if sent:
            body["card"] = sent
    value = any_text(customer, "email")
    if value is not None:
        if not _EMAIL(value):
            raise Refused("email")
        body["email"] = value
    value = any_text(customer, "id")
    if value is not None:
        body["externalId"] = value
    name = name_of(customer)
    if name is not None:
        value = any_text(name, "given")
        if value is not None:
            body["firstName"] = value
        value = any_text(name, "family")
        if value is not None:
            body["lastName"] = value
    value = customer.get("attributes", MISSING)
    if value is None:
        body["metadata"] = None
    elif value is not MISSING:
        if value.__class__ is not dict:
            raise Refused("attributes")
        body["metadata"] = free(value)
    phone = phone_of(customer)
    if phone is not None:
        value = number_of(phone)
        if value is not None:
            body["phone"] = value[1:]
    value = number(customer, "priority")
    if value is not None:
        if not -10 <= value <= 10:
            raise Refused("priority")
        body["priority"] = value
    value = any_text(customer, "role")
    if value is not None:
        if value not in ROLES:
            raise Refused("role")
        body["role"] = value
    ids = inner(customer, "identifiers")
    known = None if ids is None else whole(ids, "aifi")
    if known is None:
        raise Refused("identifiers.aifi")
    return body, known


def aifi(customer: Record) -> Call:
    return _aifi_call(*aifi_parts(customer))


def _aifi_call(body: Record, known: int) -> Call:
    return Call("PATCH", f"{AIFI_URL}{known}", {"customerId": known}, {}, BEARER.copy(), body)


def aifi_diff(before: Record, after: Record) -> Plan:
    old, old_id = aifi_parts(before)
    new, known = aifi_parts(overlaid(before, after, ("name", "phone", "payment_card")))
    if old_id != known:
        raise Refused("identifiers.aifi")
    changes: list[Change] = []
    body: Record = {}
    for field, value in new.items():
        was = old.get(field, MISSING)
        if was is value or (was == value and (field != "metadata" or same(was, value))):
            continue
        body[field] = value
        if was is MISSING:
            was = None
        if field == "card":
            for part, now in value.items():
                had = was.get(part) if was else None
                if had != now:
                    changes.append(Change("set", f"card.{part}", had, now))
        elif field == "cardToken":
            changes.append(Change("clear", field, old.get("card"), None))
        else:
            changes.append(Change("set" if value is not None else "clear", field, was, value))
    if not changes:
        return NO_PLAN
    changes.sort(key=_target)
    return Plan(tuple(changes), _aifi_call(body, known))


def _channel(channel: Record) -> Record:
    sent: Record = {}
    kind = one_of(channel, "type", CHANNEL_TYPES)
    if kind == "mobilePush":
        seen = moment(channel, "last_viewed_at")
        if seen is not None:
            sent["meta"] = {"lastViewedDate": seen}
    choice = flag(channel, "primary")
    if choice is not None:
        sent["primary"] = choice
    if kind is not None:
        sent["type"] = kind
    if kind == "mobile":
        value = number_of({"number": channel["value"]}) if "value" in channel else None
        if value is not None:
            sent["value"] = value[1:]
    else:
        value = text(channel, "value")
        if value is not None:
            sent["value"] = value
    choice = flag(channel, "verified")
    if choice is not None:
        sent["verified"] = choice
    return sent


def _enrollment(enrollment: Record) -> Record:
    sent: Record = {}
    value: Any = number(enrollment, "points")
    if value is not None:
        sent["loyaltyPoints"] = value
    value = moment(enrollment, "points_expire_at")
    if value is not None:
        sent["pointsExpiryDate"] = value
    value = whole(enrollment, "program_id")
    if value is None:
        raise Refused("program_id")
    sent["programId"] = value
    value = moment(enrollment, "tier_expires_at")
    if value is not None:
        sent["tierExpiryDate"] = value
    value = number(enrollment, "tier")
    if value is not None:
        sent["tierNumber"] = value
    return sent


def capillary_parts(customer: Record) -> tuple[Record, str]:  # noqa: C901  # in one piece, as it is written for speed
    """The body, and the id for the path."""
    body: Record = {}
    value: Any = entries(customer, "attributes")
    if value:
        body["extendedFields"] = value
    loyalty = inner(customer, "loyalty")
    if loyalty is not None:
        value = flag(loyalty, "member")
        if value is not None:
            body["loyaltyInfo"] = {"loyaltyType": "loyalty" if value else "non_loyalty"}
        value = items(loyalty, "enrollments")
        if value is not None:
            made = [_enrollment(item) for item in value]
            if len({item["programId"] for item in made}) < len(made):
                raise Refused("loyalty.enrollments")
            body["loyaltyProgramEnrollments"] = made
    profile: Record = {}
    value = items(customer, "channels")
    if value is not None:
        profile["commChannels"] = [_channel(item) for item in value]
    else:
        found = []
        value = text(customer, "email")
        if value is not None:
            found.append({"type": "email", "value": value})
        phone = phone_of(customer)
        value = None if phone is None else number_of(phone)
        if value is not None:
            found.append({"type": "mobile", "value": value[1:]})
        if found:
            profile["commChannels"] = found
    value = entries(customer, "custom_fields")
    if value:
        profile["fields"] = value
    name = name_of(customer)
    if name is not None:
        value = text(name, "given")
        if value is not None:
            profile["firstName"] = value
        value = text(name, "family")
        if value is not None:
            profile["lastName"] = value
    if profile:
        body["profiles"] = [profile]
    ids = inner(customer, "identifiers")
    known = None if ids is None else text(ids, "capillary")
    if known is None:
        raise Refused("identifiers.capillary")
    return body, known


def capillary(customer: Record) -> Call:
    return _capillary_call(*capillary_parts(customer))


def _capillary_call(body: Record, known: str) -> Call:
    return Call(
        "PUT",
        f"{CAPILLARY_URL}{quote(known, safe='')}{CAPILLARY_QUERY_TEXT}",
        {"customerId": known},
        CAPILLARY_QUERY.copy(),
        CAPILLARY_HEADERS.copy(),
        body,
    )


def _merged(target: str, old: Record, new: Record, changes: list[Change]) -> Record:
    """The entries that are new or other; one that is gone cannot be told."""
    sent: Record = {}
    for key, now in new.items():
        was = old.get(key)
        if not same(was, now):
            sent[key] = now
            changes.append(Change("set", member(target, key), was, now))
    if not old.keys() <= new.keys():
        raise Refused(target)
    return sent


def capillary_diff(before: Record, after: Record) -> Plan:
    old, old_id = capillary_parts(before)
    new, known = capillary_parts(overlaid(before, after, ("name", "phone", "loyalty")))
    if old_id != known:
        raise Refused("identifiers.capillary")
    changes: list[Change] = []
    body: Record = {}
    sent = _merged("extendedFields", old.get("extendedFields", {}), new.get("extendedFields", {}), changes)
    if sent:
        body["extendedFields"] = sent
    was, now = old.get("loyaltyInfo"), new.get("loyaltyInfo")
    if was != now:
        if now is None or (was is not None and now["loyaltyType"] == "non_loyalty"):
            raise Refused("loyalty.member")
        body["loyaltyInfo"] = now
        had = was["loyaltyType"] if was else None
        changes.append(Change("set", "loyaltyInfo.loyaltyType", had, now["loyaltyType"]))
    fresh = _new_enrollments(
        old.get("loyaltyProgramEnrollments", []), new.get("loyaltyProgramEnrollments", []), changes
    )
    if fresh:
        body["loyaltyProgramEnrollments"] = fresh
    profile = _profile(old.get("profiles", [{}])[0], new.get("profiles", [{}])[0], changes)
    if profile:
        body["profiles"] = [profile]
    if not changes:
        return NO_PLAN
    changes.sort(key=_target)
    return Plan(tuple(changes), _capillary_call(body, known))


def _new_enrollments(old: list[Record], new: list[Record], changes: list[Change]) -> list[Record]:
    """The enrollments in programmes that are new; one that changed or ended cannot be told."""
    had = {item["programId"]: item for item in old}
    fresh = []
    for item in new:
        known = had.pop(item["programId"], None)
        if known is None:
            fresh.append(item)
            target = f"loyaltyProgramEnrollments[programId={item['programId']}]"
            changes.append(Change("set", target, None, item))
        elif known != item:
            raise Refused("loyalty.enrollments")
    if had:
        raise Refused("loyalty.enrollments")
    return fresh


def _profile(old: Record, new: Record, changes: list[Change]) -> Record:
    sent: Record = {}
    was, now = old.get("commChannels"), new.get("commChannels")
    if was != now:
        if now is None:
            raise Refused("channels")
        sent["commChannels"] = now
        changes.append(Change("set", "profiles[0].commChannels", was, now))
    fields = _merged("profiles[0].fields", old.get("fields", {}), new.get("fields", {}), changes)
    if fields:
        sent["fields"] = fields
    for part in ("firstName", "lastName"):
        was, now = old.get(part), new.get(part)
        if was != now:
            if now is None:
                raise Refused("name")
            sent[part] = now
            changes.append(Change("set", f"profiles[0].{part}", was, now))
    return sent
