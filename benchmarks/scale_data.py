"""The files of `scale.py`: `python scale_data.py FOLDER ROWS`, in a process of its own.

The rows of a customer table as Parquet, and of as many customers NDJSON, once before and once after changes.
Every hundredth or fifth row has another e-mail, and every third of these another plan; a line has a tag more.
Each row has its own e-mail and phone number, half of them in E.164 form; names are stated in parts.

A process's peak memory counts that of the one that started it, so `scale.py` itself holds nothing.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final

import duckdb

from records import FULL, with_changes

SOURCE: Final = """\
custmap: 1
source: crm/customers
summary: The warehouse's customer table
columns:
  customer_id: integer
  first_name:  string
  last_name:   string
  email:       string
  phone:       string
  country:     string
  tags:        {type: array, items: string}
  plan:        string
key: customer_id
nulls: clear
customer:
  id:               text(customer_id)
  identifiers.aifi: text(customer_id)
  name.given:       first_name
  name.family:      last_name
  email:            {from: email, empty: clear}
  phone.number:     phone_e164(phone, country)
  tags:             {from: tags, nulls: absent}
  attributes.plan:  plan
"""
_GIVEN: Final = ["Ann", "Ola", "Kari", "Jonas", "Nora", "Emil", "Ingrid", "Lars", "Maja", "Per", "Sofie"]
_FAMILY: Final = ["Li", "Hansen", "Johansen", "Olsen", "Larsen", "Andersen", "Berg", "Dahl", "Moen", "Strand"]
_ROWS: Final = """
SELECT i AS customer_id,
  {given}[1 + i % len({given})] AS first_name,
  {family}[1 + (i // 7) % len({family})] AS last_name,
  CASE WHEN {changed} THEN 'new.' ELSE 'ann.' END || i || '@example.com' AS email,
  CASE WHEN i % 2 = 0 THEN '+47' || n ELSE n[1:3] || ' ' || n[4:5] || ' ' || n[6:8] END AS phone,
  'NO' AS country,
  CASE WHEN i % 10 = 0 THEN NULL ELSE ['VIP', 'newsletter'] END AS tags,
  CASE WHEN {changed} AND i % 3 = 0 THEN 'gold' WHEN i % 3 = 0 THEN 'silver' ELSE 'basic' END AS plan
FROM (SELECT i, CAST(40000000 + (i * 7919) % 10000000 AS VARCHAR) AS n FROM range({rows}) t(i))
"""


def make(folder: Path, rows: int, *, lines: bool) -> None:
    """`before`, `after1` and `after20.parquet`; with `lines` also `before.ndjson` and `after.ndjson`."""
    source = folder / "sources" / "crm" / "customers.yaml"
    source.parent.mkdir(parents=True)
    source.write_text(SOURCE, "utf-8")
    with duckdb.connect() as database:
        for name, changed in (
            ("before", "false"),
            ("after1", "i % 100 = 3"),
            ("after20", "i % 5 = 3"),
        ):
            query = _ROWS.format(given=_GIVEN, family=_FAMILY, changed=changed, rows=rows)
            database.execute(f"COPY ({query}) TO '{folder / name}.parquet' (FORMAT parquet)")
    if lines:
        _lines(folder / "before.ndjson", rows, every=0)
        _lines(folder / "after.ndjson", rows, every=100)


def _lines(path: Path, rows: int, *, every: int) -> None:
    same = _template("ann.@@@example.com", ["VIP", "newsletter", "beta"])
    other = _template("new.@@@example.com", ["VIP", "newsletter", "beta", "moved"])
    with path.open("w", encoding="utf-8") as out:
        for number in range(rows):
            line = other if every and number % every == 3 else same
            out.write(line.replace("@@", str(number)))


def _template(email: str, tags: list[str]) -> str:
    changes = [("id", "C-@@"), ("identifiers.microbase", "M@@"), ("email", email), ("tags", tags)]
    return json.dumps(with_changes(FULL, changes)) + "\n"


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]), lines=sys.argv[3:] == ["lines"])
