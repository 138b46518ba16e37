"""The shipped contracts: each loads, says what the vendor's page says, and takes the page's own examples."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest

from custmap.contract.contract import Contract, ServerVariable
from custmap.contract.openapi import load_openapi
from custmap.values.paths import parse_path

MAPPINGS = Path(__file__).parents[2] / "mappings"
OPERATIONS = {
    "fabric/update-customer": ("fabric", "updateCustomer"),
    "fabric/update-attributes": ("fabric", "updateOrderAttributesByOrderId"),
    "microbase/customer-update": ("microbase", "customerUpdate"),
    "capillary/update-customer": ("capillary", "updateCustomer"),
    "aifi/update-customer": ("aifi", "updateCustomer"),
}
URLS = {
    "fabric/update-customer": "POST https://api.fabric.inc/v3/orders/actions/update-customer",
    "fabric/update-attributes": "POST https://api.fabric.inc/v3/orders/{orderId}/actions/update-attributes",
    "microbase/customer-update": "POST {scheme}://{host}/services/customer/v1/customer.update",
    "capillary/update-customer": "PUT https://{host}/v2/customers/{customerId}",
    "aifi/update-customer": "PATCH https://{host}/api/admin/v2/customers/{customerId}",
}

BODIES: list[tuple[str, Any, bool]] = [
    (
        "fabric/update-customer",
        {
            "accountId": "62272e917b12209e68751d94",
            "company": "Demo Inc",
            "email": "test@example.com",
            "employeeId": "62272e917b12209e68751d94",
            "name": {"firstName": "Alex", "lastName": "Doe", "middleName": "E"},
            "phone": {"number": "123-456-7890", "type": "MOBILE"},
            "userId": "62272e917b12209e68751d94",
        },
        True,
    ),
    ("fabric/update-customer", {}, True),
    ("fabric/update-customer", {"phone": {"type": "WORK"}}, False),
    ("fabric/update-customer", {"email": None}, False),
    ("fabric/update-attributes", {"attributes": {"fraudCheckStatus": "UPDATED", "loyaltyStatus": "N"}}, True),
    ("fabric/update-attributes", {"attributes": {}, "keysToRemove": ["giftWrap"]}, True),
    ("fabric/update-attributes", {"keysToRemove": ["giftWrap"]}, False),
    ("fabric/update-attributes", {"attributes": {"isDonation": False}}, False),
    (
        "microbase/customer-update",
        {
            "id": "HkhhuXESl",
            "email": "alex@example.com",
            "firstName": "Alex",
            "lastName": "Doe",
            "tags": ["VIP"],
            "status": "ACTIVE",
        },
        True,
    ),
    ("microbase/customer-update", {"firstName": "Alex"}, False),
    ("microbase/customer-update", {"id": "a", "firstName": None}, False),
    ("microbase/customer-update", {"id": "a", "tags": None}, False),
    ("microbase/customer-update", {"id": "a", "status": "active"}, False),
    (
        "capillary/update-customer",
        {
            "profiles": [
                {
                    "firstName": "Alex",
                    "lastName": "Doe",
                    "fields": {"size": "M"},
                    "commChannels": [
                        {"type": "mobile", "value": "919999000001", "primary": True, "verified": True},
                        {
                            "type": "mobilePush",
                            "value": "x",
                            "meta": {"lastViewedDate": "2022-02-11T16:36:17+05:30"},
                        },
                    ],
                }
            ],
            "loyaltyInfo": {"loyaltyType": "loyalty"},
            "extendedFields": {"gender": "x", "children": 2},
            "loyaltyProgramEnrollments": [
                {
                    "programId": 469,
                    "tierNumber": 1,
                    "loyaltyPoints": 100,
                    "tierExpiryDate": "2027-02-11T16:36:17+05:30",
                }
            ],
        },
        True,
    ),
    ("capillary/update-customer", {"loyaltyInfo": {"loyaltyType": "LOYALTY"}}, False),
    ("capillary/update-customer", {"profiles": [{"commChannels": [{"type": "mobile_push"}]}]}, False),
    ("capillary/update-customer", {"loyaltyProgramEnrollments": [{"loyaltyPoints": 1.5}]}, False),
    ("capillary/update-customer", {"profiles": [{"commChannels": [{"verified": "true"}]}]}, False),
    ("aifi/update-customer", {}, True),
    (
        "aifi/update-customer",
        {"cardToken": None, "metadata": None, "priority": -10, "role": "untracked"},
        True,
    ),
    (
        "aifi/update-customer",
        {"metadata": {"a": [None]}, "card": {"provider": "STRIPE", "defaultCard": True}},
        True,
    ),
    ("aifi/update-customer", {"priority": 11}, False),
    ("aifi/update-customer", {"password": "1234567"}, False),
    ("aifi/update-customer", {"role": "admin"}, False),
    ("aifi/update-customer", {"email": None}, False),
    ("aifi/update-customer", {"card": {"cardToken": None}}, False),
]

ANSWERS: list[tuple[str, str, Any]] = [
    (
        "fabric/update-customer",
        "200",
        {
            "failedCount": 2,
            "failedOrderIds": ["123k4h123k", "123k4h124k"],
            "successCount": 18,
            "totalRecordCount": 10,
        },
    ),
    (
        "fabric/update-customer",
        "400",
        {"type": "CLIENT_ERROR", "message": "Bad", "errors": [{"type": "x", "message": "y", "errors": []}]},
    ),
    (
        "fabric/update-attributes",
        "200",
        {
            "channelId": "12",
            "items": [{"itemId": 1234}],
            "orderNumber": "309019176",
            "shipInfo": [{}],
            "statusCode": "ORDER_CREATED",
            "version": 2,
            "invoiceTotal": None,
            "customer": {"accountId": "x", "name": {"firstName": "Alex"}},
            "erroredFields": [
                {"amended": False, "errorMessage": "Bad", "fieldName": "shipInfo.shipToAddress.email"}
            ],
        },
    ),
    (
        "microbase/customer-update",
        "200",
        {
            "ok": True,
            "customer": {"id": "a", "tags": ["VIP"], "addresses": [{"name": "Work", "phone": 2173203531}]},
        },
    ),
    (
        "microbase/customer-update",
        "200",
        {"ok": False, "error": "validation_error", "data": ["payload.firstName: should be string"]},
    ),
    ("microbase/customer-update", "500", {"ok": False, "error": {"message": "Down"}}),
    (
        "capillary/update-customer",
        "200",
        {"createdId": 98662653, "warnings": [{"status": False, "code": 91005}]},
    ),
    (
        "aifi/update-customer",
        "200",
        {
            "id": 0,
            "externalId": "a",
            "role": "customer",
            "metadata": {"a": "b"},
            "priority": 0,
            "email": "a@example.com",
        },
    ),
    (
        "aifi/update-customer",
        "400",
        {
            "type": "E_INVALID_BODY",
            "errors": [{"error": '"email" is required', "rule": "any.required", "field": '"email"'}],
        },
    ),
]


@pytest.fixture(scope="module")
def contracts() -> dict[str, Contract]:
    return {
        name: load_openapi(MAPPINGS / vendor / "openapi.yaml", operation)
        for name, (vendor, operation) in OPERATIONS.items()
    }


@pytest.mark.parametrize("name", OPERATIONS)
def test_where_it_goes(contracts: dict[str, Contract], name: str) -> None:
    contract = contracts[name]
    assert f"{contract.method} {contract.url}" == URLS[name]
    assert contract.media_type == contract.accept == "application/json"
    assert contract.body_required and contract.closed and contract.opens == ()


@pytest.mark.parametrize(("name", "body", "fits"), BODIES)
def test_bodies(contracts: dict[str, Contract], name: str, body: Any, fits: bool) -> None:
    schema = contracts[name].body_schema
    assert schema is not None
    assert jsonschema.Draft202012Validator(schema).is_valid(body) is fits


@pytest.mark.parametrize(("name", "status", "body"), ANSWERS)
def test_answers(contracts: dict[str, Contract], name: str, status: str, body: Any) -> None:
    (answer,) = [one for one in contracts[name].responses if one.status == status]
    assert answer.schema is not None
    jsonschema.Draft202012Validator(answer.schema).validate(body)


def test_parameters(contracts: dict[str, Contract]) -> None:
    said = {
        name: {
            f"{place}.{key}": (sorted(one.type.kinds)[0], one.required, one.type.enum)
            for place, found in contract.parameters.items()
            for key, one in found.items()
        }
        for name, contract in contracts.items()
    }
    text, optional = ("string", True, None), ("string", False, None)
    fabric = {
        "headers.Authorization": text,
        "headers.x-fabric-tenant-id": text,
        "headers.x-fabric-channel-id": ("string", True, ("12", "13")),
        "headers.x-fabric-request-id": optional,
    }
    sources = "FACEBOOK WEB_ENGAGE WECHAT INSTORE MARTJACK TMALL TAOBAO JD ECOMMERCE WEBSITE LINE MOBILE_APP"
    assert said == {
        "fabric/update-customer": fabric,
        "fabric/update-attributes": {"path.orderId": text, **fabric},
        "microbase/customer-update": {"headers.Authorization": text},
        "capillary/update-customer": {
            "path.customerId": text,
            "query.source": ("string", True, tuple(sources.split())),
            "query.accountId": optional,
            "query.use_async": ("boolean", False, None),
            "headers.X-CAP-API-OAUTH-TOKEN": optional,
            "headers.Authorization": optional,
        },
        "aifi/update-customer": {"path.customerId": ("integer", True, None), "headers.Authorization": text},
    }


def test_server_variables(contracts: dict[str, Contract]) -> None:
    host = ServerVariable()
    assert contracts["fabric/update-customer"].variables == {}
    assert contracts["aifi/update-customer"].variables == {"host": host}
    assert contracts["capillary/update-customer"].variables == {"host": host}
    scheme = ServerVariable("https", ("https", "http"))
    assert contracts["microbase/customer-update"].variables == {"scheme": scheme, "host": host}


def test_what_may_be_null(contracts: dict[str, Contract]) -> None:
    """Null is a way to clear at AiFi alone, and there for two members."""
    nullable = {
        f"{name}:{member}"
        for name, contract in contracts.items()
        if contract.body
        for member, type_ in contract.body.members.items()
        if type_.nullable
    }
    assert nullable == {"aifi/update-customer:metadata", "aifi/update-customer:cardToken"}


def test_limits(contracts: dict[str, Contract]) -> None:
    aifi = contracts["aifi/update-customer"]
    priority, password = aifi.at(parse_path("priority")), aifi.at(parse_path("password"))
    assert priority and (priority.minimum, priority.maximum) == (-10, 10)
    assert password and (password.min_length, password.max_length) == (8, 255)
    seen = contracts["capillary/update-customer"].at(
        parse_path("profiles[0].commChannels[type=mobile].meta.lastViewedDate")
    )
    assert seen and seen.format == "date-time"
