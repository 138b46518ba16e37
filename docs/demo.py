"""One customer to every vendor, then a change to her: what is sent, and what a vendor cannot be told.

    make demo

All of it is invented. Nothing is sent anywhere.
"""

from __future__ import annotations

import copy
import json
import os
import sys
import textwrap
from typing import Any

import custmap

BEFORE: dict[str, Any] = {
    "id": "C-1001",
    "identifiers": {
        "activecampaign": "113",
        "aifi": "42",
        "capillary": "98662653",
        "commercetools": "c-1",
        "customerio": "cio_03000001",
        "google": "c4582",
        "hubspot": "51",
        "intercom": "63a07ddf05a32042dffac965",
        "klaviyo": "01HZX",
        "mailchimp": "9d741ebcc22a4e34af475463c4f5cd25",
        "microbase": "HkhhuXESl",
        "okta": "00u1",
        "salesforce": "003xx000004TmiQAAS",
        "shopify": "gid://shopify/Customer/1018520244",
        "square": "8DDA5NZVBZFGAX0V3HPF81HHE0",
        "stripe": "cus_1",
        "zendesk": "35436",
    },
    "name": {"given": "Alda", "family": "Marlow"},
    "email": "alda.marlow@example.com",
    "phone": {"number": "+1 206-555-0142", "type": "mobile"},
    "company": "Demo Inc",
    "status": "active",
    "role": "customer",
    "priority": 0,
    "tags": ["VIP", "newsletter"],
    "loyalty": {"account_id": "L-77", "member": True},
    "payment_card": {"provider": "STRIPE", "token": "tok_demo", "default": True},
    "attributes": {"plan": "gold", "giftWrap": True, "coupon": "SPRING"},
    "custom_fields": {"language": "en"},
}

PARAMS: dict[str, dict[str, Any]] = {
    "activecampaign/update-contact": {"host": "acme.api-us1.example"},
    "aifi/update-customer": {"host": "store.example.com"},
    "braze/change-tags": {"host": "rest.iad-01.braze.example"},
    "braze/track-users": {"host": "rest.iad-01.braze.example"},
    "capillary/update-customer": {"host": "api.example.com", "source": "INSTORE"},
    "commercetools/update-customer": {"projectKey": "acme", "version": 4},
    "customerio/identify": {},
    "fabric/update-attributes": {"order_id": "A-17", "tenant_id": "demo"},
    "fabric/update-customer": {"tenant_id": "demo"},
    "google/update-contact": {"etag": "%EgUBAgMF"},
    "hubspot/update-contact": {},
    "hubspot/update-contacts": {},
    "intercom/update-contact": {},
    "iterable/update-user": {},
    "klaviyo/update-profile": {},
    "mailchimp/update-member": {"host": "us6.api.mailchimp.example", "list_id": "abc123"},
    "microbase/customer-update": {"host": "shop.example.com"},
    "okta/replace-user": {"host": "acme.okta.example"},
    "okta/update-user": {"host": "acme.okta.example"},
    "salesforce/update-contact": {"host": "acme.my.salesforce.example"},
    "salesforce/update-contacts": {"host": "acme.my.salesforce.example"},
    "sendgrid/upsert-contacts": {},
    "shopify/update-customer": {"host": "acme.myshopify.example"},
    "square/update-customer": {},
    "stripe/update-customer": {},
    "zendesk/update-user": {"host": "acme.zendesk.example"},
}


def params(mapping: custmap.Mapping) -> dict[str, Any]:
    """What a caller gives beside the customer; each vendor has its own word for a token."""
    return PARAMS[mapping.name] | {
        name: "never-shown" for name in ("token", "key", "credentials") if name in mapping.params
    }


def later() -> dict[str, Any]:
    """She marries, upgrades, drops her coupon, her card and her tags, and wants her e-mail forgotten."""
    after = copy.deepcopy(BEFORE)
    after["name"]["family"] = "Marlow-Bray"
    after["email"] = None
    after["payment_card"] = None
    after["tags"] = []
    after["attributes"] = {"plan": "platinum", "giftWrap": True}
    return after


def head(text: str) -> None:
    print(f"\n{text}\n{'─' * len(text)}")


def show_request(request: custmap.Request) -> None:
    shown = request.to_dict(secrets=False)
    print(f"\n{request.mapping}  {shown['method']} {shown['url']}\n")
    width = max(map(len, shown["body"]))
    for member, value in shown["body"].items():
        text = json.dumps(value, ensure_ascii=False)
        print(textwrap.fill(f"  {member:<{width}}  {text}", 118, subsequent_indent=" " * (width + 5)))


def main() -> None:
    after = later()
    mappings = [custmap.load(name) for name in PARAMS]

    vendors = {name.partition("/")[0] for name in PARAMS}
    # The records are complete, and a vendor who replaces the whole record has to know that.
    head(f"A new customer, to {len(vendors)} vendors: {len(PARAMS)} operations")
    for mapping in mappings:
        for request in mapping.requests(BEFORE, params(mapping), absent="clear"):
            show_request(request)

    head("She marries, upgrades, drops coupon, card and tags, and wants her e-mail forgotten")
    for mapping in mappings:
        plan = mapping.diff(BEFORE, after, params(mapping), absent="clear")
        print(f"\n{plan.picture(show_values=True)}")

    print("\n+ added   ~ changed   - cleared   ! this vendor cannot be told: reported, never sent wrongly")


if __name__ == "__main__":
    try:
        main()
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has seen enough; nothing is left to flush at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
