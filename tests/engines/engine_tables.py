"""A source, a mapping without one, and drawn tables with bad rows, for tests of engines."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import signal
from pathlib import Path
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

import custmap
from custmap.cli.ending import ending_signals, run

SOURCE = """\
custmap: 1
source: crm/customers
columns:
  customer_id: integer
  first_name: string
  email: string
  phone: string
  tags: {type: array, items: string}
  joined: {type: string, format: date-time}
  score: number
  unread: string
key: customer_id
nulls: clear
customer:
  id: text(customer_id)
  identifiers.aifi: text(customer_id)
  name.given: {from: first_name, nulls: absent}
  email: {from: email, empty: clear}
  phone.number: phone_e164(phone, 'US')
  tags: {from: tags, nulls: absent}
  attributes.joined: {from: joined, nulls: absent}
  attributes.score: {from: score, nulls: absent}
"""
MAPPING = """\
custmap: 1
name: acme/update
contract:
  method: PATCH
  url: "https://api.acme.example/customers/{id}"
  headers: {X-Token: string}
  fields:
    mail: {type: [string, "null"], maxLength: 20}
    first: string
    phone: string
    joined: string
    score: {type: [number, "null"]}
    tags: {type: array, items: string}
params:
  token: {secret: true}
path:
  id: identifiers.aifi
headers:
  X-Token: {param: token}
body:
  mail: {from: email, clear: send_null}
  first: {from: name.given, clear: impossible}
  phone: {from: phone.number, clear: impossible}
  joined: {from: attributes.joined, clear: impossible}
  score: {from: attributes.score, clear: send_null}
  tags: {from: tags, merge: whole}
"""
SCHEMA = pa.schema(
    [
        ("customer_id", pa.int64()),
        ("first_name", pa.string()),
        ("email", pa.string()),
        ("phone", pa.string()),
        ("tags", pa.list_(pa.string())),
        ("joined", pa.timestamp("us", "UTC")),
        ("score", pa.float64()),
        ("unread", pa.string()),
        ("more", pa.map_(pa.string(), pa.int64())),
    ]
)
PARAMS = {"token": "s3cret"}
MOMENTS = st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2030, 1, 1), timezones=st.just(dt.UTC))
CELLS: dict[str, st.SearchStrategy[Any]] = {
    "first_name": st.sampled_from([None, "", "Ann", "Zoë", "a\u2028b"]),
    "email": st.sampled_from([None, "", "a@b.example", "b@b.example", "long.name.of@some.example"]),
    "phone": st.sampled_from(["206 555 0142", "206 555 0143", "nonsense"]),
    "tags": st.none() | st.lists(st.sampled_from("ab"), max_size=2),
    "joined": st.none() | MOMENTS,
    "score": st.sampled_from([None, 0.0, 1.5, 1e16, float("nan"), float("inf")]),
    "unread": st.sampled_from([None, "x", "y"]),
    "more": st.none(),
}


def rows_of(keys: st.SearchStrategy[list[int | None]]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Rows with these keys, some of them bad."""

    def with_cells(drawn: list[int | None]) -> st.SearchStrategy[list[dict[str, Any]]]:
        return st.tuples(
            *(st.fixed_dictionaries({"customer_id": st.just(one), **CELLS}) for one in drawn)
        ).map(list)

    return keys.flatmap(with_cells)


KEYS = st.lists(st.sampled_from([None, 1, 2, 3, 4, 5]), max_size=6)


def batch_of(rows: list[dict[str, Any]]) -> Any:
    return pa.RecordBatch.from_pylist(rows, schema=SCHEMA)


class Acme:
    """The files in a folder, loaded."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name, text in (("sources/crm/customers", SOURCE), ("mappings/acme/update", MAPPING)):
            path = folder / f"{name}.yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        self.source = custmap.source(folder / "sources/crm/customers.yaml")
        self.mapping = custmap.load(folder / "mappings/acme/update.yaml")


def custmap_lines(arguments: list[Any]) -> list[dict[str, Any]]:
    """What a command writes with `-o` and `--rejects`, as JSON; then that of rejects."""
    folder = Path(arguments[0])
    out, rejects = folder / "out.ndjson", folder / "rejects.ndjson"
    handlers = {number: signal.getsignal(number) for number in ending_signals()}
    with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
        run([str(one) for one in arguments[1:]] + ["-o", str(out), "--rejects", str(rejects)])
    for number, handler in handlers.items():
        signal.signal(number, handler)
    return [json.loads(line) for path in (out, rejects) for line in path.read_bytes().splitlines()]


def told(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of an engine as lines: what is null or empty left out, JSON read."""
    return [_line(row) for row in rows]


def _line(row: dict[str, Any]) -> dict[str, Any]:
    made = {name: value for name, value in row.items() if value is not None and value != []}
    for name in ("headers", "body"):
        if name in made:
            made[name] = json.loads(made[name])
    return made
