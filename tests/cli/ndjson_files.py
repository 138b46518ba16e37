"""NDJSON files in a folder, for tests of commands over several of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli_runner import Cli


@dataclass
class NdjsonFiles:
    folder: Path
    cli: Cli

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.ndjson"

    def write(self, name: str, lines: Iterable[Any]) -> Path:
        self.path(name).write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
        return self.path(name)

    def lines(self, name: str) -> list[Any]:
        return [json.loads(line) for line in self.path(name).read_bytes().splitlines()]
