"""`Customer`: the canonical record that every mapping reads.

Member names follow the standards, in snake_case: SCIM 2.0 (RFC 7643), OpenID Connect
Core § 5.1, vCard (RFC 6350), schema.org `Person` and `PostalAddress`. Every field may be absent or
null, which are different states: `model_fields_set` says which fields the record states.
Unknown members are ignored.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from custmap.values.docstrings import docstring

Text = str | None
Date = Annotated[str | None, Field(json_schema_extra={"format": "date"})]
DateTime = Annotated[str | None, Field(json_schema_extra={"format": "date-time"})]


class Part(BaseModel):
    """The base of all parts of a customer: nothing is required, unknown members are ignored."""

    # Strict, since JSON Schema does not convert "5" to 5. Inputs are hidden, since errors show no values.
    model_config = ConfigDict(
        extra="ignore", strict=True, hide_input_in_errors=True, use_attribute_docstrings=True
    )

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.__doc__ = docstring(cls) or None  # a description in the schema, under `python -OO` too


class Name(Part):
    """A person's name in parts, as in SCIM's `name` and vCard's `N`; `formatted` is the whole as one text."""

    formatted: Text = Field(None, examples=["Alex E Doe"])
    """The whole name for display; parts that are not stated are split from it (SCIM `formatted`)."""
    prefix: Text = Field(None, examples=["Dr."])
    """Title before the name (SCIM `honorificPrefix`)."""
    given: Text = Field(None, examples=["Alex"])
    """Given or first name (OIDC `given_name`)."""
    middle: Text = Field(None, examples=["E"])
    """Middle names (OIDC `middle_name`)."""
    family: Text = Field(None, examples=["Doe"])
    """Family or last name (OIDC `family_name`)."""
    suffix: Text = Field(None, examples=["Jr."])
    """Suffix after the name (SCIM `honorificSuffix`)."""


class Phone(Part):
    """A telephone number and its kind, as in SCIM's `phoneNumbers` and vCard's `TEL`."""

    number: Text = Field(None, examples=["+12065550142"])
    """The number, preferably in E.164 format with `+` and country code."""
    type: Literal["mobile", "home", "work"] | None = None
    """What kind of number it is (vCard `TYPE`)."""
    extension: Text = Field(None, examples=["12"])
    """The extension within a company (RFC 3966 `ext`)."""


class Address(Part):
    """A postal address, as in schema.org's `PostalAddress` and OIDC's `address`."""

    label: Text = Field(None, examples=["Work"])
    """The customer's name for this address."""
    name: Text = Field(None, examples=["Alex Doe"])
    """The recipient at this address."""
    line1: Text = Field(None, examples=["1650 Example Court"])
    """Street and number."""
    line2: Text = Field(None, examples=["Number 10"])
    """Flat, floor, building."""
    city: Text = Field(None, examples=["Bloomington"])
    """Town (schema.org `addressLocality`)."""
    region: Text = Field(None, examples=["Illinois"])
    """State or province (schema.org `addressRegion`)."""
    postal_code: Text = Field(None, examples=["61701"])
    """Postal code (schema.org `postalCode`)."""
    country: Text = Field(None, examples=["US"])
    """Country, preferably as ISO 3166-1 alpha-2."""
    company: Text = Field(None, examples=["Demo Inc"])
    """Company at this address."""
    phone: Text = Field(None, examples=["+12065550142"])
    """A number to call about deliveries, as one text."""
    instructions: Text = Field(None, examples=["Ring twice"])
    """Instructions for the courier."""


class Channel(Part):
    """A way to reach the customer."""

    type: Literal["mobile", "email", "wechat", "ios", "android", "line", "mobile_push"] | None = None
    """The kind of channel; also the key of a customer's channels."""
    value: Text = Field(None, examples=["alex@example.com"])
    """The address, number or device id."""
    primary: bool | None = None
    """The preferred one (SCIM `primary`)."""
    verified: bool | None = None
    """Has the customer proved that the channel is theirs (OIDC `email_verified`)?"""
    last_viewed_at: DateTime = Field(None, examples=["2022-02-11T16:36:17+05:30"])
    """When the customer last opened the app."""


class Enrollment(Part):
    """Membership in one loyalty programme."""

    program_id: int | str | None = Field(None, examples=[469])
    """The programme's id, a number or a text."""
    tier: int | None = Field(None, examples=[1])
    """Position of the tier, 1 the lowest."""
    points: int | None = Field(None, examples=[100])
    """Points to credit."""
    tier_expires_at: DateTime = Field(None, examples=["2027-02-11T16:36:17+05:30"])
    """When the tier expires; a date-time with offset."""
    points_expire_at: DateTime = Field(None, examples=["2027-02-11T16:36:17+05:30"])
    """When the points expire; a date-time with offset."""


class Loyalty(Part):
    """The customer's loyalty account and programmes."""

    account_id: Text = Field(None, examples=["62272e917b12209e68751d94"])
    """The customer's loyalty account."""
    member: bool | None = None
    """Is the customer a member of the loyalty programme?"""
    enrollments: list[Enrollment] | None = None
    """One entry per programme, with `program_id` as key."""


class PaymentCard(Part):
    """A stored payment card: only a provider's token, never the card number."""

    provider: Text = Field(None, examples=["STRIPE"])
    """The payment provider that stores the card."""
    token: Text = Field(None, examples=["tok_example"])
    """The provider's token; secret."""
    default: bool | None = None
    """Is it the card to charge first?"""


class Customer(Part):
    """The canonical customer: what a mapping reads, whatever the vendor.

    A text `name` means `{formatted: …}`, a text `phone` means `{number: …}`. `identifiers`,
    `attributes` and `custom_fields` are maps with free keys: their keys are data. pydantic's
    ValidationError when a field has a wrong type.

    >>> sorted(Customer(email=None, name={"given": "Alex"}).model_fields_set)
    ['email', 'name']
    """

    id: Text = Field(None, examples=["C-1001"])
    """The customer's id in the caller's own system (SCIM `id`)."""
    identifiers: dict[str, Text] | None = Field(None, examples=[{"microbase": "HkhhuXESl", "aifi": "0"}])
    """Ids in other systems, by the system's name (SCIM `externalId`)."""
    name: Name | str | None = Field(None, examples=[{"given": "Alex", "family": "Doe"}])
    """The customer's name, in parts or as a text."""
    email: Text = Field(None, examples=["alex@example.com"], json_schema_extra={"format": "email"})
    """E-mail address (OIDC `email`)."""
    phone: Phone | str | None = Field(None, examples=[{"number": "+12065550142", "type": "mobile"}])
    """Telephone number, with its type or as a text (OIDC `phone_number`)."""
    company: Text = Field(None, examples=["Demo Inc"])
    """Company (vCard `ORG`)."""
    status: Literal["active", "inactive"] | None = None
    """Is the account in use (SCIM `active`)?"""
    blocked: bool | None = None
    """Is the customer blocked?"""
    role: Literal["customer", "employee", "tester", "untracked", "unknown"] | None = None
    """The person's role at the shop."""
    priority: int | None = Field(None, examples=[0])
    """Higher is served first; 0 is a regular customer."""
    tags: list[str] | None = Field(None, examples=[["VIP"]])
    """Labels; order and duplicates mean nothing to most vendors."""
    addresses: list[Address] | None = None
    """Postal addresses."""
    channels: list[Channel] | None = None
    """Ways to reach the customer, with `type` as key."""
    loyalty: Loyalty | None = None
    """Loyalty account and programmes."""
    payment_card: PaymentCard | None = None
    """The stored card; null: there is none."""
    attributes: dict[str, Any] | None = Field(None, examples=[{"loyaltyStatus": "N"}])
    """Custom attributes, any JSON."""
    custom_fields: dict[str, Any] | None = Field(None, examples=[{"favourite_store": "12"}])
    """Custom profile fields, any JSON."""
    consent: dict[str, bool | None] | None = Field(None, examples=[{"email": True, "sms": False}])
    """Marketing consent, by type of channel."""
    locale: Text = Field(None, examples=["en-GB"])
    """Language and country, as in BCP 47 (OIDC `locale`)."""
    timezone: Text = Field(None, examples=["Europe/Oslo"])
    """Time zone, as in the IANA database (OIDC `zoneinfo`)."""
    birth_date: Date = Field(None, examples=["1990-02-03"])
    """Date of birth (OIDC `birthdate`)."""
