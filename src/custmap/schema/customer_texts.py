"""What a plain text stands for in `Customer`: a whole name, the number of a phone."""

from __future__ import annotations

from typing import Final

TEXT_PARTS: Final = {"name": "formatted", "phone": "number"}
"""Fields of `Customer` that may be a text, and the part that the text stands for."""
