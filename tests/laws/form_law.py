"""A form is read back as the body: by Python's own parser of pairs, and a parser of brackets written here.

A form has texts only, and its reader knows what it expects: so each value is compared with the text, or the
texts, at its place. `lists` and `objects` are the words of `FormStyle`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from custmap.contract.form_body import Form, FormStyle

_NAME = re.compile(r"([^\[\]]*)((?:\[[^\[\]]*\])*)")
_ENCODED = re.compile(r"[A-Za-z0-9_.~+%&=\[\],-]*")


class Misread(AssertionError):
    """What a form says is not what the body has."""


@dataclass(slots=True)
class Place:
    """What was read at a place: its texts in order, and the places in it by key."""

    texts: list[str] = field(default_factory=list)
    inside: dict[str, Place] = field(default_factory=dict)


def read(content: str) -> Place:
    """The pairs of a form as a tree; Misread for a text that is no form."""
    if not _ENCODED.fullmatch(content):
        raise Misread("a letter that is not encoded")
    if re.search(r"%(?![0-9A-F]{2})", content):
        raise Misread("half of an encoded letter")
    root = Place()
    pairs = parse_qsl(content, keep_blank_values=True, strict_parsing=True) if content else []
    for name, text in pairs:
        found = _NAME.fullmatch(name)
        if found is None:
            raise Misread(f"brackets that do not match in {name!r}")
        place = root
        for key in (found[1], *re.findall(r"\[([^\[\]]*)\]", found[2])):
            place = place.inside.setdefault(key, Place())
        place.texts.append(text)
    return root


def check_form(form: Form, body: dict[str, Any], content: str) -> None:
    """Misread if the content is not the body."""
    root = read(content)
    for name, value in body.items():
        style = form.style(name)
        flat = style.objects == "flat" and isinstance(value, dict) and value
        _check(value, root if flat else root.inside.pop(name, Place()), style, inside=False)
    if root.inside or root.texts:
        raise Misread(f"more than the body has: {list(root.inside)}")


def _check(value: Any, place: Place, style: FormStyle, *, inside: bool) -> None:
    if style.json:
        _require(json.loads(_one(place)) == value, value, place)
    elif value in ("", [], {}):
        _require(place.texts == [""] and not place.inside, value, place)
    elif isinstance(value, dict):
        _check_object(value, place, style, "brackets" if inside else style.objects)
    elif isinstance(value, list):
        _check_list(value, place, style)
    else:
        _require(_is_text_of(value, _one(place)), value, place)


def _check_object(value: dict[str, Any], place: Place, style: FormStyle, way: str) -> None:
    if way in (",", " ", "|"):
        parts = _one(place).split(way)
        _require(parts[::2] == list(value) and len(parts) == 2 * len(value), value, place)
        for item, text in zip(value.values(), parts[1::2], strict=True):
            _require(_is_text_of(item, text), value, place)
        return
    _require(not place.texts, value, place)
    if way != "flat":
        _require(list(place.inside) == list(value), value, place)
    for key, item in value.items():
        found = place.inside.get(key)
        if found is None:
            raise Misread("a member is missing")
        _check(item, found, style, inside=True)
    for key in value:
        del place.inside[key]


def _check_list(value: list[Any], place: Place, style: FormStyle) -> None:
    containers = any(isinstance(item, list | dict) for item in value)
    if style.lists in (",", " ", "|"):
        texts = _one(place).split(style.lists)
    elif style.lists == "repeat" and not containers:
        texts = place.texts
        _require(not place.inside, value, place)
    else:
        _require(
            not place.texts and list(place.inside) == [str(at) for at in range(len(value))], value, place
        )
        for item, found in zip(value, place.inside.values(), strict=True):
            _check(item, found, style, inside=True)
        return
    _require(len(texts) == len(value), value, place)
    for item, text in zip(value, texts, strict=True):
        _require(_is_text_of(item, text), value, place)


def _one(place: Place) -> str:
    _require(len(place.texts) == 1 and not place.inside, None, place)
    return place.texts[0]


def _is_text_of(value: Any, text: str) -> bool:
    """Is it the text, or what JSON writes for the boolean or the number?"""
    if isinstance(value, str) or value in ([], {}):
        return text == (value or "")
    try:
        known = json.loads(text)
    except ValueError:
        return False
    return bool(known == value) and isinstance(known, bool) is isinstance(value, bool)


def _require(holds: bool, value: Any, place: Place) -> None:
    if not holds:
        raise Misread(f"{value!r} is read as {place}")
