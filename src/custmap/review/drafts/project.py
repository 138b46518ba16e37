"""`Draft`: the files that `custmap init` writes, and where a project has them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from custmap.mapping.find import above
from custmap.mapping.form import Kind
from custmap.schema.shipped import shipped_schema
from custmap.values.json_text import dump_json

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]*/[a-z0-9][a-z0-9_-]*")
_LONGEST: Final = 100
SCHEMA_LINE: Final = "# yaml-language-server: $schema=../../schemas/{}.schema.json"
"""Editors complete and check a file with this line; the path is from `mappings/acme/`."""


class DraftError(Exception):
    """Nothing can be drafted; the text says why, `advice` what to do."""

    def __init__(self, message: str, advice: str | None = None) -> None:
        super().__init__(message)
        self.advice = advice


@dataclass(frozen=True, slots=True)
class Draft:
    """Files by their paths. `made` describes each for the user; `commands` are what to run next.

    `shared` are files that may be there already, and then stay as they are; `notes` are what the user should
    know of the draft.
    """

    files: Mapping[Path, bytes]
    made: Mapping[Path, str]
    commands: tuple[str, ...]
    shared: Mapping[Path, bytes]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Project:
    """A project's folder, and the name of what is drafted: `vendor/operation`."""

    root: Path
    vendor: str
    operation: str

    @property
    def name(self) -> str:
        return f"{self.vendor}/{self.operation}"

    @property
    def mapping(self) -> Path:
        return self.root / "mappings" / self.vendor / f"{self.operation}.yaml"

    @property
    def source(self) -> Path:
        return self.root / "sources" / self.vendor / f"{self.operation}.yaml"

    @property
    def fixtures(self) -> Path:
        return self.root / "fixtures" / self.vendor / self.operation

    def schema(self, kind: Kind) -> Mapping[Path, bytes]:
        """The JSON Schema that the schema line names."""
        schema = shipped_schema(kind)
        if schema is None:
            return {}
        text = dump_json(schema, indent=2) + "\n"
        return {self.root / "schemas" / f"{kind}.schema.json": text.encode()}


def project(name: str, here: Path, kind: Kind) -> Project:
    """The nearest folder above `here` with mappings or sources, else `here`; DraftError for a wrong name."""
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        said = "VENDOR/OPERATION" if kind == "mapping" else "SYSTEM/TABLE"
        example = "acme/update-customer" if kind == "mapping" else "crm/customers"
        raise DraftError(
            f"`{name}` is not a name such as `{example}`",
            f"Write {said}, each in lower-case letters, digits, `-` and `_`.",
        )
    kinds: tuple[Kind, ...] = (kind, "source" if kind == "mapping" else "mapping")
    found = next((folder.parent for one in kinds for folder in above(here, one)), here)
    vendor, _, operation = name.partition("/")
    return Project(found, vendor, operation)
