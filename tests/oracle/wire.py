"""Values that cannot be written in a path or a header (CM710), from § 12 and RFC 9110 § 5.5."""

from __future__ import annotations

from typing import Any

from oracle.clears import text_of


def part_text(part: str, values: dict[str, Any]) -> tuple[str, str] | None:
    """The first value that the part cannot take, as code and target."""
    for name, value in values.items():
        text = text_of(value)
        if part == "path" and text in ("", ".", ".."):
            return "CM710", f"path.{name}"
        if part == "headers" and not _fits_header(text):
            return "CM710", f"headers.{name}"
    return None


def _fits_header(text: str) -> bool:
    control = any((ord(one) < 32 and one != "\t") or ord(one) == 127 for one in text)
    return not control and all(ord(one) < 256 for one in text)
