"""Names of the canonical customer's fields in other systems.

Most are column names of flat tables; the rest are the terms of OpenID Connect, schema.org, vCard and the big
shops and CRMs. Case and separators are ignored: `firstName`, `first_name` and `First Name` are one word. The
joined names of a path (`phone_number`) need no entry.
"""

from __future__ import annotations

from typing import Final

SYNONYMS: Final[dict[str, str]] = {
    "id": "customer_id customer_no customer_number client_id contact_id person_id user_id uuid guid",
    "identifiers": "external_id external_ids ids foreign_ids",
    "name": "full_name display_name customer_name contact_name person_name",
    "name.formatted": "full",
    "name.prefix": "title salutation honorific honorific_prefix name_title",
    "name.given": "first_name given_name given_names first forename christian_name fname",
    "name.middle": "middle_name middle_names middle_initial additional_name second_name",
    "name.family": "last_name family_name last surname lname",
    "name.suffix": "honorific_suffix generation",
    "email": "mail mail_address email_address primary_email contact_email",
    "phone.number": (
        "phone_no tel telephone telephone_number phone_mobile mobile mobile_phone mobile_number mobile_no "
        "cell cell_phone cell_number landline home_phone work_phone msisdn"
    ),
    "phone.type": "phone_kind",
    "phone.extension": "ext phone_ext",
    "company": "company_name organisation organization organisation_name organization_name org employer",
    "status": "state_of_account account_status customer_status active is_active enabled is_enabled",
    "blocked": "is_blocked banned is_banned locked is_locked",
    "role": "customer_type user_type user_role",
    "tags": "labels tag tag_list segments",
    "addresses": "address address_list postal_address postal_addresses",
    "addresses.label": "address_label address_type",
    "addresses.line1": ("street street_address street_1 street_name address_1 address_line_1 addr_1 line_1"),
    "addresses.line2": "street_2 address_2 address_line_2 addr_2 line_2 apartment",
    "addresses.city": "town locality address_locality municipality suburb",
    "addresses.region": "state province county state_code province_code address_region administrative_area",
    "addresses.postal_code": "zip zip_code postcode postal plz",
    "addresses.country": "country_code country_name country_iso",
    "addresses.instructions": "delivery_instructions delivery_notes",
    "channels": "contact_methods contact_points contacts",
    "channels.verified": "is_verified",
    "channels.primary": "is_primary preferred",
    "channels.last_viewed_at": "last_seen last_seen_at",
    "loyalty.account_id": "loyalty_id loyalty_number member_id member_number membership_id membership_number",
    "loyalty.member": "is_member",
    "loyalty.enrollments": "enrolments programs programmes memberships",
    "loyalty.enrollments.tier": "loyalty_tier tier_level",
    "loyalty.enrollments.points": "loyalty_points point_balance points_balance",
    "payment_card": "card credit_card payment_method",
    "payment_card.token": "card_token payment_token",
    "attributes": "custom_attributes attrs properties metadata extra extras traits",
    "custom_fields": "custom custom_data extended_fields user_fields",
    "consent": "consents opt_in opt_ins marketing_consent accepts_marketing newsletter permissions",
    "locale": "language lang language_code preferred_language",
    "timezone": "tz zoneinfo",
    "birth_date": "dob date_of_birth birthday bday born",
}
"""The words for each path, a list's items looked into. Where a schema lacks the path it is no answer."""
