"""A list of changes, an item, over the same change as a member of a document."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Final

from harness import Table, call

import custmap

COUNT: Final = 20
PATCH: Final = (
    'changes: {into: ops, set: {op: replace, path: "{path}", value: "{value}"}, '
    'clear: {op: remove, path: "{path}"}, paths: pointer}'
)
MEMBERS: Final = "".join(f"  m{at}: {{from: custom_fields.m{at}}}\n" for at in range(COUNT))
ENTRIES: Final = "  m: {from: custom_fields, merge: entries}\n"


def _load(folder: Path, name: str, head: str, body: str) -> custmap.Mapping:
    url = "https://api.example.com"
    text = f"custmap: 1\nname: acme/{name}\ncontract: {{method: PATCH, url: '{url}', fields: {{}}}}\n"
    path = folder / f"{name}.yaml"
    path.write_text(f"{text}{head}\nbody:\n{body}", encoding="utf-8")
    return custmap.load(path)


def _record(word: str) -> dict[str, Any]:
    return {"custom_fields": {f"m{at}": f"{word}{at}" for at in range(COUNT)}}


def run() -> None:
    folder = Path(tempfile.mkdtemp(prefix="custmap-changes-")) / "acme"
    folder.mkdir()
    table = Table("A list of changes, an item, over the same change as a member", 1.5)
    for what, body in (("members", MEMBERS), ("entries of a map", ENTRIES)):
        name = what.partition(" ")[0]
        document = _load(folder, f"{name}-document", "clear: send_null", body)
        changes = _load(folder, f"{name}-changes", PATCH, body)
        for does, after in (("set", _record("w")), ("cleared", {"custom_fields": {}})):
            before = _record("v")
            ours, theirs = changes.diff(before, after), document.diff(before, after)
            assert ours.request is not None and len(ours.request.body["ops"]) == COUNT == len(theirs.changes)
            row = call(changes.diff, before, after), call(document.diff, before, after)
            table.row(f"{COUNT} {what}, {does}", *row, per=COUNT)
