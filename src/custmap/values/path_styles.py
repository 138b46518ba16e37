"""Target paths as other notations write them: JSON Pointer (RFC 6901) and SCIM (RFC 7644 § 3.5.2)."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Final

from custmap.values.paths import Index, Member, Select, TargetPath, format_path

DOTTED: Final = "dotted"
STYLES: Final = (DOTTED, "pointer", "scim")
_ATTRIBUTE: Final = re.compile(r"[A-Za-z$][A-Za-z0-9_$-]*")


def path_text(path: TargetPath, style: str) -> str | None:
    """The path in a style; None if it cannot be written so.

    >>> path = (Member("emails"), Select("type", "work"), Member("value"))
    >>> path_text(path, "dotted"), path_text(path, "pointer"), path_text(path, "scim")
    ('emails[type=work].value', None, 'emails[type eq "work"].value')
    >>> path_text((Member("a/b"), Index(0)), "pointer")
    '/a~1b/0'
    >>> path_text((Member("urn:x:User"), Member("org")), "scim")
    'urn:x:User:org'
    """
    if style == "pointer":
        return _pointer(path)
    return _scim(path) if style == "scim" else format_path(path)


def below_text(around: str | None, name: str, style: str) -> str | None:
    """The path of a member of what `around` is the path of; None if it cannot be written so.

    >>> below_text("/a", "b/c", "pointer"), below_text("a", "b c", "dotted"), below_text("a", "b c", "scim")
    ('/a/b~1c', 'a."b c"', None)
    """
    if around is None:
        return None
    if style == "pointer":
        if "~" in name or "/" in name:
            name = name.replace("~", "~0").replace("/", "~1")
        return f"{around}/{name}"
    if style == "scim":
        return f"{around}.{name}" if _ATTRIBUTE.fullmatch(name) else None
    plain = name.isidentifier() and name.isascii()
    return f"{around}.{name}" if plain else f"{around}.{format_path((Member(name),))}"


@lru_cache(maxsize=4096)
def known_text(path: TargetPath, style: str) -> str | None:
    """The path of a rule, which is part of the mapping."""
    return path_text(path, style)


def _pointer(path: TargetPath) -> str | None:
    text = ""
    for segment in path:
        match segment:
            case Member(name):
                text += "/" + name.replace("~", "~0").replace("/", "~1")
            case Index(position):
                text += f"/{position}"
            case _:
                return None
    return text


def _scim(path: TargetPath) -> str | None:
    text = ""
    for segment in path:
        match segment:
            case Member(name) if not text and name.startswith("urn:"):
                text = f"{name}:"
            case Member(name) if _ATTRIBUTE.fullmatch(name):
                text += name if not text or text.endswith(":") else f".{name}"
            case Select(key, value) if _ATTRIBUTE.fullmatch(key):
                text += f"[{key} eq {json.dumps(value, ensure_ascii=False)}]"
            case _:
                return None
    return text.removesuffix(":") if len(path) == 1 else text
