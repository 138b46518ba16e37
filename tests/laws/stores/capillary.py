"""Capillary: channels are replaced, fields merged, enrollments only added, and their points credited."""

from __future__ import annotations

from typing import Any

from stores.store import State, Store, hold, hold_members, hold_text, of_body

_CHANNELS = {"mobile", "email", "wechat", "ios", "android", "line", "mobilePush"}


def take(state: State, body: dict[str, Any]) -> None:
    hold_members(body, {"profiles", "loyaltyInfo", "extendedFields", "loyaltyProgramEnrollments"})
    for profile in body.get("profiles", []):
        _profile(state["profiles"]["0"], profile)
    hold(len(body.get("profiles", [])) <= 1, "one profile")
    if "loyaltyInfo" in body:
        _loyalty(state["loyaltyInfo"], body["loyaltyInfo"])
    _entries(state["extendedFields"], body.get("extendedFields", {}))
    for item in body.get("loyaltyProgramEnrollments", []):
        _enroll(state["loyaltyProgramEnrollments"], item)


def _profile(state: State, profile: dict[str, Any]) -> None:
    hold_members(profile, {"firstName", "lastName", "fields", "commChannels"})
    for part in ("firstName", "lastName"):
        if part in profile:
            hold_text(profile[part], part)
            hold(profile[part] != "", "what an empty text does is not documented")
            state[part] = profile[part]
    _entries(state["fields"], profile.get("fields", {}))
    if "commChannels" in profile:
        channels = profile["commChannels"]
        hold(isinstance(channels, list), "commChannels is a list")
        for channel in channels:
            hold_members(channel, {"type", "value", "primary", "verified", "meta"})
            hold(channel.get("type") is None or channel["type"] in _CHANNELS, "type of a channel")
            hold("type" not in channel or channel["type"] is not None, "no null type")
        state["commChannels"] = channels


def _entries(state: State, entries: dict[str, Any]) -> None:
    for key, value in entries.items():
        hold(value is not None and value != "", "nulls and empty texts are not documented")
        state[key] = value


def _loyalty(state: State, told: dict[str, Any]) -> None:
    hold_members(told, {"loyaltyType"})
    kind = told.get("loyaltyType")
    hold(kind in (None, "loyalty", "non_loyalty"), "loyaltyType")
    hold(not (state.get("loyaltyType") == "loyalty" and kind == "non_loyalty"), "error 1046")
    if kind is not None:
        state["loyaltyType"] = kind


def _enroll(state: State, item: dict[str, Any]) -> None:
    hold_members(item, {"programId", "tierNumber", "loyaltyPoints", "tierExpiryDate", "pointsExpiryDate"})
    hold(isinstance(item.get("programId"), int), "programId")
    key = str(item["programId"])
    held = state.get(key, {}).get("loyaltyPoints", 0)
    state[key] = {**item}
    if "loyaltyPoints" in item:
        state[key]["loyaltyPoints"] = held + item["loyaltyPoints"]


CAPILLARY = Store(
    "capillary/update-customer",
    {
        "profiles": {"0": {"fields": {}}},
        "loyaltyInfo": {},
        "extendedFields": {},
        "loyaltyProgramEnrollments": {},
    },
    of_body(take),
    {"host": "capillary.example.com", "source": "INSTORE", "token": "t"},
    ("name", "custom_fields", "channels", "email", "phone", "loyalty", "attributes"),
    {"capillary": "98662653"},
    again=frozenset({"loyaltyProgramEnrollments"}),
)
