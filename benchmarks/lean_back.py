"""The way back by hand, lean: each vendor's copy as a customer, for copies that are known to be good.

What they do, since it shows in the customer of a good copy: absent and null are told apart, also behind an
object that is null; tables of values; an object of the customer is there if one of its members is; the
customer shares no list or object with the copy, and maps have their keys in order.

What they do not do: check types, ranges or words (an unknown one is a KeyError); look for half surrogate
pairs, NaN or deep nesting; leave out and name what cannot be read; take a phone number in another form than
the vendor's own, or a moment that is none.
"""

from __future__ import annotations

from typing import Final

from lean import Record, arranged

_STATUS: Final = {"ACTIVE": "active", "INACTIVE": "inactive", None: None}
_TYPE: Final = {"MOBILE": "mobile", "HOME": "home", "BUSINESS": "work", None: None}
_MEMBER: Final = {"loyalty": True, "non_loyalty": False, None: None}


def fabric_customer(copy: Record) -> Record:
    customer: Record = {}
    if "company" in copy:
        customer["company"] = copy["company"]
    if "email" in copy:
        customer["email"] = copy["email"]
    if "accountId" in copy:
        customer["loyalty"] = {"account_id": copy["accountId"]}
    if "name" in copy:
        _name(copy["name"], customer)
    if "phone" in copy:
        _phone(copy["phone"], customer, dashed=True)
    return customer


def _name(copy: Record | None, customer: Record) -> None:
    if copy is None:
        customer["name"] = {"family": None, "given": None, "middle": None}
        return
    name: Record = {}
    if "lastName" in copy:
        name["family"] = copy["lastName"]
    if "firstName" in copy:
        name["given"] = copy["firstName"]
    if "middleName" in copy:
        name["middle"] = copy["middleName"]
    if name:
        customer["name"] = name


def _phone(copy: Record | None, customer: Record, *, dashed: bool) -> None:
    if copy is None:
        customer["phone"] = {"number": None, "type": None}
        return
    phone: Record = {}
    if "number" in copy:
        number = copy["number"]
        phone["number"] = "+1" + number.replace("-", "") if dashed and number is not None else number
    if "type" in copy:
        phone["type"] = _TYPE[copy["type"]]
    if phone:
        customer["phone"] = phone


def fabric_attributes(copy: Record) -> Record:
    customer: Record = {}
    if "attributes" in copy:
        customer["attributes"] = arranged(copy["attributes"])
    if "customer" not in copy:
        return customer
    held = copy["customer"]
    if "company" in held:
        customer["company"] = held["company"]
    if "email" in held:
        customer["email"] = held["email"]
    if "accountId" in held:
        customer["loyalty"] = {"account_id": held["accountId"]}
    if "name" in held:
        _name(held["name"], customer)
    if "phone" in held:
        _phone(held["phone"], customer, dashed=False)
    return customer


def microbase(copy: Record) -> Record:
    customer: Record = {}
    if "addresses" in copy:
        addresses = copy["addresses"]
        customer["addresses"] = None if addresses is None else [_address(one) for one in addresses]
    if "email" in copy:
        customer["email"] = copy["email"]
    if "id" in copy:
        customer["identifiers"] = {"microbase": copy["id"]}
    name: Record = {}
    if "lastName" in copy:
        name["family"] = copy["lastName"]
    if "firstName" in copy:
        name["given"] = copy["firstName"]
    if name:
        customer["name"] = name
    if "status" in copy:
        customer["status"] = _STATUS[copy["status"]]
    if "tags" in copy:
        tags = copy["tags"]
        customer["tags"] = None if tags is None else tags.copy()
    return customer


def _address(copy: Record) -> Record:
    address: Record = {}
    if "city" in copy:
        address["city"] = copy["city"]
    if "company" in copy:
        address["company"] = copy["company"]
    if "country" in copy:
        address["country"] = copy["country"]
    if "instructions" in copy:
        address["instructions"] = copy["instructions"]
    if "name" in copy:
        address["label"] = copy["name"]
    if "address_1" in copy:
        address["line1"] = copy["address_1"]
    if "address_2" in copy:
        address["line2"] = copy["address_2"]
    first, last = copy.get("firstName"), copy.get("lastName")
    if first or last:
        address["name"] = f"{first} {last}" if first and last else first or last
    if "phone" in copy:
        phone = copy["phone"]
        address["phone"] = None if phone is None else str(phone)
    if "postCode" in copy:
        address["postal_code"] = copy["postCode"]
    if "state" in copy:
        address["region"] = copy["state"]
    return address


def aifi(copy: Record) -> Record:
    customer: Record = {}
    if "metadata" in copy:
        customer["attributes"] = arranged(copy["metadata"])
    if "blocked" in copy:
        customer["blocked"] = copy["blocked"]
    if "email" in copy:
        customer["email"] = copy["email"]
    if "externalId" in copy:
        customer["id"] = copy["externalId"]
    if "id" in copy:
        customer["identifiers"] = {"aifi": str(copy["id"])}
    name: Record = {}
    if "lastName" in copy:
        name["family"] = copy["lastName"]
    if "firstName" in copy:
        name["given"] = copy["firstName"]
    if name:
        customer["name"] = name
    if "card" in copy:
        _card(copy["card"], customer)
    if "phone" in copy:
        number = copy["phone"]
        customer["phone"] = {"number": None if number is None else f"+{number}"}
    if "priority" in copy:
        customer["priority"] = copy["priority"]
    if "role" in copy:
        customer["role"] = copy["role"]
    return customer


def _card(copy: Record | None, customer: Record) -> None:
    if copy is None:
        customer["payment_card"] = {"default": None, "provider": None, "token": None}
        return
    card: Record = {}
    if "defaultCard" in copy:
        card["default"] = copy["defaultCard"]
    if "provider" in copy:
        card["provider"] = copy["provider"]
    if "cardToken" in copy:
        card["token"] = copy["cardToken"]
    if card:
        customer["payment_card"] = card


def capillary(copy: Record) -> Record:
    customer: Record = {}
    if "extendedFields" in copy:
        customer["attributes"] = arranged(copy["extendedFields"])
    profile = copy["profiles"][0] if copy.get("profiles") else {}
    if "fields" in profile:
        customer["custom_fields"] = arranged(profile["fields"])
    if "createdId" in copy:
        customer["identifiers"] = {"capillary": str(copy["createdId"])}
    loyalty: Record = {}
    if "loyaltyProgramEnrollments" in copy:
        loyalty["enrollments"] = [_enrollment(one) for one in copy["loyaltyProgramEnrollments"]]
    if "loyaltyInfo" in copy and "loyaltyType" in copy["loyaltyInfo"]:
        loyalty["member"] = _MEMBER[copy["loyaltyInfo"]["loyaltyType"]]
    if loyalty:
        customer["loyalty"] = loyalty
    name: Record = {}
    if "lastName" in profile:
        name["family"] = profile["lastName"]
    if "firstName" in profile:
        name["given"] = profile["firstName"]
    if name:
        customer["name"] = name
    return customer


def _enrollment(copy: Record) -> Record:
    enrollment: Record = {}
    if "loyaltyPoints" in copy:
        enrollment["points"] = copy["loyaltyPoints"]
    if "pointsExpiryDate" in copy:
        enrollment["points_expire_at"] = copy["pointsExpiryDate"]
    if "programId" in copy:
        enrollment["program_id"] = str(copy["programId"])
    if "tierNumber" in copy:
        enrollment["tier"] = copy["tierNumber"]
    if "tierExpiryDate" in copy:
        enrollment["tier_expires_at"] = copy["tierExpiryDate"]
    return enrollment
