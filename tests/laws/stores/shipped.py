"""The stores of all shipped mappings."""

from __future__ import annotations

from typing import Final

from stores.activecampaign import ACTIVECAMPAIGN
from stores.aifi import AIFI
from stores.braze import BRAZE, BRAZE_TAGS
from stores.capillary import CAPILLARY
from stores.commercetools import COMMERCETOOLS
from stores.customerio import CUSTOMERIO
from stores.fabric import ATTRIBUTES, MERGING, REPLACING
from stores.google import GOOGLE
from stores.hubspot import CONTACT, CONTACTS
from stores.intercom import INTERCOM
from stores.iterable import ITERABLE
from stores.klaviyo import PROFILE
from stores.mailchimp import MAILCHIMP
from stores.microbase import MICROBASE
from stores.okta import OKTA, REPLACED
from stores.salesforce import SALESFORCE, SALESFORCE_COLLECTION
from stores.sendgrid import SENDGRID
from stores.shopify import SHOPIFY
from stores.square import SQUARE
from stores.store import Store
from stores.stripe import STRIPE
from stores.zendesk import ZENDESK

SHIPPED: Final[dict[str, Store]] = {
    "fabric-attributes": ATTRIBUTES,
    "fabric-merging": MERGING,
    "fabric-replacing": REPLACING,
    "microbase": MICROBASE,
    "capillary": CAPILLARY,
    "aifi": AIFI,
    "google": GOOGLE,
    "hubspot": CONTACT,
    "hubspot-batch": CONTACTS,
    "klaviyo": PROFILE,
    "intercom": INTERCOM,
    "okta": OKTA,
    "okta-replacing": REPLACED,
    "sendgrid": SENDGRID,
    "zendesk": ZENDESK,
    "iterable": ITERABLE,
    "activecampaign": ACTIVECAMPAIGN,
    "customerio": CUSTOMERIO,
    "square": SQUARE,
    "stripe": STRIPE,
    "braze": BRAZE,
    "braze-tags": BRAZE_TAGS,
    "salesforce": SALESFORCE,
    "salesforce-collection": SALESFORCE_COLLECTION,
    "shopify": SHOPIFY,
    "mailchimp": MAILCHIMP,
    "commercetools": COMMERCETOOLS,
}
