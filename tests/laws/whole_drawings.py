"""All drawings of whole mappings, by name."""

from __future__ import annotations

from typing import Final

from whole_changes import CHANGES
from whole_items import ITEMS
from whole_law import ANY, Drawing
from whole_masks import MASKS
from whole_replaced import REPLACED

DRAWINGS: Final[dict[str, Drawing]] = {
    "any": ANY,
    "changes": CHANGES,
    "items": ITEMS,
    "masks": MASKS,
    "replaced": REPLACED,
}
