"""What a plain text stands for in `Customer`: a whole name, the number of a phone."""

from __future__ import annotations

from typing import Final

TEXT_PARTS: Final = {"name": "formatted", "phone": "number"}
"""Fields of `Customer` that may be a text, and the part that the text stands for."""
TEXT_STATES: Final = {
    "name": ("formatted", "prefix", "given", "middle", "family", "suffix"),
    "phone": ("number", "extension"),
}
"""The parts about which such a text says all that there is: what it does not have is not there."""
