"""Media types of a request's body: which of them custmap writes, and how."""

from __future__ import annotations

import re
from typing import Final

JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
WRITABLE: Final = f"`{JSON}`, `…+json` or `{FORM}`"
"""The media types that can be written, for messages."""

# RFC 9110 § 8.3.1. Of the parameters only the character set is read.
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(?:[ \t]*;[\t\x20-\x7e]*)?")
_CHARSET = re.compile(r";[ \t]*charset[ \t]*=[ \t]*\"?([^\s;\"]*)", re.IGNORECASE)


def is_json(media_type: str) -> bool:
    """Is it JSON's media type, or one that is written as JSON (RFC 6839 § 3.1)?"""
    kind = _kind(media_type)
    return kind == JSON or kind.endswith("+json")


def is_form(media_type: str) -> bool:
    """Is it the media type of HTML forms (WHATWG URL § 5)?"""
    return _kind(media_type) == FORM


def can_write(media_type: str) -> bool:
    """Can a body be written in it? JSON is always UTF-8 (RFC 8259 § 8.1), and forms are written so."""
    if _MEDIA_TYPE.fullmatch(media_type) is None:
        return False
    charset = _CHARSET.search(media_type)
    return is_json(media_type) or (is_form(media_type) and (charset is None or charset[1].lower() == "utf-8"))


def _kind(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()
