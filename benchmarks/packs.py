"""Requests with many customers: 100,000 records in packs, over the same records applied one by one.

One by one each record is a request with a list of one; both look at every record in the same way.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections import deque
from typing import Any, Final

import custmap
from records import FULL, with_changes

CUSTOMERS: Final = 100_000
MAPPINGS: Final = (("hubspot/update-contacts", "hubspot"), ("sendgrid/upsert-contacts", "sendgrid"))
ROUNDS: Final = 5


def run() -> None:
    print(f"\napply_many of {CUSTOMERS:,} customers: bulk=True over one by one, of the processor's time")
    for name, vendor in MAPPINGS:
        mapping = custmap.load(name)
        records = [
            with_changes(
                FULL,
                [
                    ("id", f"C-{number}"),
                    (f"identifiers.{vendor}", str(number)),
                    ("email", f"ann.{number}@example.com"),
                ],
            )
            for number in range(CUSTOMERS)
        ]
        first = next(mapping.apply_many(records[:3], {"token": "t"}, bulk=True)).request
        assert first is not None and len(first.records) == 3
        ratios = []
        for _ in range(ROUNDS):
            alone, packed = (_time(mapping, records, bulk=bulk) for bulk in (False, True))
            ratios.append(packed / alone)
        print(f"  {name:<44}{statistics.median(ratios):6.2f} ×   asked ≤ 1.2", flush=True)


def _time(mapping: custmap.Mapping, records: list[Any], *, bulk: bool) -> float:
    gc.collect()
    started = time.process_time()
    deque(mapping.apply_many(records, {"token": "t"}, bulk=bulk), maxlen=0)
    return time.process_time() - started
