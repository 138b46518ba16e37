"""The names of the mappings that are shipped."""

from __future__ import annotations

from pathlib import Path
from typing import Final

MAPPINGS: Final = Path(__file__).parents[1] / "mappings"
SHIPPED: Final = sorted(
    f"{path.parent.name}/{path.stem}" for path in MAPPINGS.glob("*/*.yaml") if path.name != "openapi.yaml"
)
