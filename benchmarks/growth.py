"""How the cost of `apply`, diff and loading grows: with rules, with the size of a record, with a list.

Each row is of ten times as much as the row before: at most ten times its cost is wished for.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import keyed
from harness import Work, call, measure, medians, microseconds
from lean import Record

import custmap
from records import FULL, PARAMS

ROUNDS = 15
SLOW_ROUNDS = 5


def mapping_of(rules: int, folder: Path) -> Path:
    """A mapping file with so many rules, of five kinds in turn."""
    kinds = (
        ("{type: string, maxLength: 200}", "email"),
        ("{type: string}", "given_name(name)"),
        ("{enum: [A, I]}", "{from: status, values: {active: A, inactive: I}}"),
        ("{type: string}", "{from: phone.number, when: phone.type == 'mobile'}"),
        ("{type: integer, minimum: 0}", "priority"),
    )
    fields, body = [], []
    for number in range(rules):
        type_, rule = kinds[number % len(kinds)]
        fields.append(f"    field{number}: {type_}")
        body.append(f"  field{number}: {rule}")
    name = f"grown-{rules}"
    lines = [
        "custmap: 1",
        f"name: {folder.name}/{name}",
        "contract:",
        "  method: POST",
        "  url: https://api.acme.example/customer",
        "  fields:",
        *fields,
        "clear: impossible",
        "body:",
        *body,
    ]
    path = folder / f"{name}.yaml"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def _large(kilobytes: int) -> Record:
    """A record of so many kilobytes, nearly all of them in a map that MicroBase does not read."""
    filler = {f"key{number}": "x" * 87 for number in range((kilobytes - 1) * 10)}
    return {**FULL, "custom_fields": filler} if filler else FULL


def _print(title: str, unit: str, rows: Iterable[tuple[str, int, Work]], rounds: int = ROUNDS) -> None:
    """Each row is of ten times as much as the one before."""
    print(f"\n{title}\n  {'':<30}{'time':>14}{unit:>20}{'for ten times':>16}")
    before = 0.0
    for what, count, work in rows:
        times, _ = medians(measure([work], rounds))
        told = f"{microseconds(times[0])} µs" if times[0] < 1e4 else f"{times[0] / 1000:,.1f} ms"
        grown = f"{times[0] / before:.1f} ×" if before else ""
        print(f"  {what:<30}{told:>14}{times[0] / count:>17.2f} µs{grown:>16}", flush=True)
        before = times[0]


def run() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "mappings" / "acme"
        folder.mkdir(parents=True)
        files = {rules: mapping_of(rules, folder) for rules in (1, 10, 100, 1000)}
        loaded = {rules: custmap.load(path) for rules, path in files.items()}
        _print(
            "Growth with rules: mapping.apply, checked, of the record of 1 KB",
            "a rule",
            ((f"{rules:,} rules", rules, call(mapping.apply, FULL)) for rules, mapping in loaded.items()),
        )
        _print(
            "Growth with rules: loading; asked for 1,000 are 0.5 s",
            "a rule",
            ((f"{rules:,} rules", rules, call(custmap.load, path)) for rules, path in files.items()),
            SLOW_ROUNDS,
        )
    microbase: Any = custmap.load("microbase/customer-update")
    capillary: Any = custmap.load("capillary/update-customer")
    for title, mapping, params in (
        ("not read (MicroBase)", microbase, PARAMS["microbase/customer-update"]),
        ("sent (Capillary, no enrollments)", capillary, PARAMS["capillary/update-customer"]),
    ):
        records = [(size, _without_enrollments(_large(size))) for size in (1, 10, 100, 1000)]
        _print(
            f"Growth with the record, where most of it is {title}",
            "a KB",
            ((f"{size:,} KB", size, call(mapping.apply, record, params)) for size, record in records),
        )
    addresses = custmap.load(keyed.MAPPING)
    lengths = [(count, keyed.customer(count)) for count in (10, 100, 1000, 10_000, 100_000)]
    _print(
        "Growth with a keyed list: mapping.apply, checked",
        "an item",
        ((f"{count:,} items", count, call(addresses.apply, record)) for count, record in lengths),
        SLOW_ROUNDS,
    )
    _print(
        "Growth with a keyed list: mapping.diff, one of ten items changed",
        "an item",
        (
            (f"{count:,} items", count, call(addresses.diff, record, keyed.changed(record, 10)))
            for count, record in lengths
        ),
        SLOW_ROUNDS,
    )


def _without_enrollments(record: Record) -> Record:
    return {**record, "loyalty": {"account_id": "62272e917b12209e68751d94", "member": True}}
