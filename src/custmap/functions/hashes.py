"""Hashes of texts: what vendors match customers by without reading the text.

A hash is of bytes, so letters that look the same may give two: `sha256(nfc(lower(trim(email))))` says
which spelling is meant.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import partial
from typing import Annotated

from custmap.functions.declare import function as _function
from custmap.values.types import STRING, Type

function = partial(_function, topic="hashes")


def _hexadecimal(digits: int) -> Type:
    return replace(STRING, pattern=f"^[0-9a-f]{{{digits}}}$", min_length=digits, max_length=digits)


@function(
    examples=[
        ("ann@example.com", "71d4f55f72fa128dfb468a1a3901507c804b74316488744d769d7f4b16696476"),
        ("é", "4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c"),
    ]
)
def sha256(text: str) -> Annotated[str, _hexadecimal(64)]:
    """The SHA-256 hash of the text in UTF-8: 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


@function(examples=[("ann@example.com", "257c57037d384ae37ea27a07e8a01665")])
def md5(text: str) -> Annotated[str, _hexadecimal(32)]:
    """The MD5 hash of the text in UTF-8: 32 hexadecimal digits.

    MD5 is not secure. Use it only if the vendor requires it.
    """
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
