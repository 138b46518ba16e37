"""The shipped JSON Schemas, which are generated from pydantic models.

Importing pydantic and building a model takes longer than to load a mapping and apply it; reading what was
generated takes a millisecond. A test compares each file with its model.
"""

from __future__ import annotations

from typing import Any

import msgspec

from custmap.values.shipped import shipped_folder


def shipped_schema(name: str) -> dict[str, Any] | None:
    """What `custmap schema NAME` prints, as a new dict; None if the file cannot be reached."""
    folder = shipped_folder("schemas")
    if folder is None:
        return None
    return msgspec.json.decode((folder / f"{name}.schema.json").read_bytes(), type=dict[str, Any])
