"""Drawn mappings as text, and loaded."""

from __future__ import annotations

import atexit
import json
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from whole_records import TOPS

import custmap
from custmap.diagnostics.errors import MappingError

Rules = dict[str, Any]
_FOLDER = Path(tempfile.mkdtemp(prefix="custmap-whole-")) / "acme"
atexit.register(shutil.rmtree, _FOLDER.parent, ignore_errors=True)


def load(mapping: Rules) -> Any:
    """The mapping, loaded; None if it has findings that stop loading."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    path = _FOLDER / "whole.yaml"
    path.write_text(as_yaml(mapping), encoding="utf-8")
    try:
        return custmap.load(path)
    except MappingError:
        return None


def fields_of(mapping: Rules) -> tuple[str, ...]:
    """The canonical fields that a mapping names."""
    rules = json.dumps([mapping.get(part) for part in ("path", "query", "headers", "body")])
    return tuple(field for field in TOPS if re.search(rf"\b{field}\b", rules))


def as_yaml(value: Any) -> str:
    """JSON is YAML; but keys that are booleans stay booleans."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {as_yaml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_yaml, value)) + "]"
    return json.dumps(value)
