"""A mapping with several requests, over its first request as a mapping of its own."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Final

from harness import Table, call

import custmap
from records import FULL

HEAD: Final = "custmap: 1\nname: acme/{}\nclear: send_null\n"
CONTRACT: Final = "contract: {{method: {}, url: 'https://api.example.com/{}', fields: {{}}}}\n"
BODY: Final = """\
email: email
first: given_name(name)
last: family_name(name)
company: company
locale: locale
phone: phone_e164(phone)
born: birth_date
vip: loyalty.member
"""
SECOND: Final = """\
  - name: marks
    for_each: custom_fields
    set:
      contract: {method: PUT, url: 'https://api.example.com/{id}/{key}', fields: {}}
      path: {id: customer.id, key: key}
      body: {value: value}
    clear:
      contract: {method: DELETE, url: 'https://api.example.com/{id}/{key}'}
      path: {id: customer.id, key: key}
"""


def _indented(text: str, depth: int) -> str:
    return "".join(f"{' ' * depth}{line}\n" for line in text.splitlines())


def _load(folder: Path, name: str, text: str) -> custmap.Mapping:
    path = folder / f"{name}.yaml"
    path.write_text(HEAD.format(name) + text, encoding="utf-8")
    return custmap.load(path)


def run() -> None:
    folder = Path(tempfile.mkdtemp(prefix="custmap-several-")) / "acme"
    folder.mkdir()
    call_text = CONTRACT.format("PATCH", "{id}") + "path: {id: id}\nbody:\n" + _indented(BODY, 2)
    one = _load(folder, "one", call_text)
    first = _indented(call_text, 4).replace("    contract", "  - name: customer\n    contract", 1)
    two = _load(folder, "two", "requests:\n" + first + SECOND)
    before: dict[str, Any] = {**FULL, "id": "7", "custom_fields": {f"m{at}": at for at in range(5)}}
    company = {**before, "company": "Other"}
    marks = {**before, "custom_fields": {**before["custom_fields"], "m1": 9, "m2": None}}
    table = Table("Several requests, over the first alone")
    for what, after, more in (
        ("no change", before, 0),
        ("a change of the first", company, 0),
        ("changes of the second: one entry set, one cleared", marks, 2),
    ):
        ours, theirs = two.diff(before, after), one.diff(before, after)
        assert len(ours.requests) == len(theirs.requests) + more
        table.row(what, call(two.diff, before, after), call(one.diff, before, after))
    assert len(two.requests(before)) == 6
    table.row("apply, 5 entries", call(two.requests, before), call(one.requests, before))
