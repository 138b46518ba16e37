"""A small run over two snapshots, of which half of the customers lose their e-mail."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cli_runner import Cli, Ended

from small_mappings import write

RULES = """
params: {tenant: {}, token: {secret: true}}
headers: {X-Tenant: {param: tenant}, X-Token: {param: token}}
body: {mail: {from: email, clear: send_null}, firm: company}
"""
COUNT = 40


@dataclass(frozen=True)
class Night:
    """A run over two snapshots, in a folder of its own."""

    cli: Cli
    folder: Path

    def rows(self, name: str, rows: list[dict[str, Any]]) -> None:
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (self.folder / f"{name}.ndjson").write_text(text, "utf-8")

    def run(self, *more: str | Path, params: str = "tenant=t token=s3cret", key: str = "id") -> Ended:
        given = [part for one in params.split() for part in ("-p", one)]
        files = [self.folder / f"{name}.ndjson" for name in ("before", "after")]
        mapping = self.folder / "acme" / "case.yaml"
        return self.cli("diff", mapping, *files, "--key", key, "--format", "json", *given, *more)


@pytest.fixture
def night(cli: Cli, tmp_path: Path) -> Night:
    """Forty customers, of whom half lose their e-mail."""
    write(tmp_path, RULES)
    made = Night(cli, tmp_path)
    rows = [{"id": f"C-{at}", "email": f"v{at}@x.io", "company": "Acme"} for at in range(COUNT)]
    made.rows("before", rows)
    made.rows("after", [{**row, "email": None} if at % 2 else row for at, row in enumerate(rows)])
    return made


def digest(ended: Ended) -> str:
    found = re.search("--allow ([0-9a-f]{20})`", ended.err)
    assert found is not None, ended.err
    return found[1]


def ids(ended: Ended) -> list[str]:
    return [request["id"] for line in ended.out.splitlines() for request in json.loads(line)["requests"]]


@contextmanager
def pipe() -> Iterator[tuple[Path, int]]:
    """A name to write into a pipe, and the number to read what came out from."""
    read, made = os.pipe()
    try:
        yield Path(f"/dev/fd/{made}"), read
    finally:
        os.close(read)
        os.close(made)


def came_out(read: int) -> bytes:
    os.set_blocking(read, False)
    try:
        return os.read(read, 1 << 20)
    except BlockingIOError:
        return b""


def edited(name: str, old: str, new: str) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        path = folder / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    return edit


def unchanged(folder: Path) -> None:
    pass
