"""Small mappings for tests: a table of rules as text, written where `load` finds it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from custmap import Mapping, load

HEAD = "custmap: 1\nname: acme/case\n"
CONTRACT = "contract: {method: PATCH, url: 'https://x.io/c'}\n"


def write(folder: Path, rules: str, others: dict[str, str] | None = None) -> Path:
    """`acme/case.yaml` below a folder: the head, a contract unless the rules bring one, and the rules.

    `others` are files beside it: name to text.
    """
    home = folder / "acme"
    home.mkdir(exist_ok=True)
    for name, text in (others or {}).items():
        (home / name).write_text(text, encoding="utf-8")
    path = home / "case.yaml"
    contract = "" if "contract:" in rules else CONTRACT
    path.write_text(HEAD + contract + rules, encoding="utf-8")
    return path


def made(folder: Path, rules: str, others: dict[str, str] | None = None) -> Mapping:
    """The mapping of a table of rules."""
    return load(write(folder, rules, others))


def tables(path: Path) -> Any:
    """A file of cases. The reader in C is ten times as fast, and refuses some characters."""
    text = path.read_text(encoding="utf-8")
    with suppress(yaml.YAMLError, AttributeError):
        return yaml.load(text, Loader=yaml.CSafeLoader)
    return yaml.safe_load(text)
