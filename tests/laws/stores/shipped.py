"""The stores of all shipped mappings."""

from __future__ import annotations

from typing import Final

from stores.aifi import AIFI
from stores.capillary import CAPILLARY
from stores.fabric import ATTRIBUTES, MERGING, REPLACING
from stores.microbase import MICROBASE
from stores.store import Store

SHIPPED: Final[dict[str, Store]] = {
    "fabric-attributes": ATTRIBUTES,
    "fabric-merging": MERGING,
    "fabric-replacing": REPLACING,
    "microbase": MICROBASE,
    "capillary": CAPILLARY,
    "aifi": AIFI,
}
