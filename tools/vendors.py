"""`python tools/vendors.py > docs/vendors/README.md` writes the page of all vendors from the mappings.

The page is checked in, so that it can be read without running anything; a test fails if it is out of date.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import custmap
from custmap.model.checked import Operation
from custmap.model.clear import (
    ByRequest,
    Clear,
    Masked,
    Named,
    Omit,
    Operated,
    Send,
    SendNull,
    Skip,
    Write,
)
from custmap.model.item_ways import Way as ItemWay
from custmap.model.nodes import EachSource, Leaf
from custmap.model.template import Template
from custmap.model.walkers import own_objects
from custmap.prove.remarks import assumed
from custmap.schema.customer import Customer
from custmap.testing.told import around
from custmap.values.paths import format_path

ROOT: Final = Path(__file__).parents[1]
TABLES: Final = (
    ("id", "name", "email", "phone", "company", "addresses", "birth_date", "locale", "timezone"),
    ("consent", "tags", "attributes", "custom_fields", "loyalty", "status", "blocked", "role"),
    ("priority", "channels", "payment_card"),
)
"""The fields of the customer, as many as fit into a table; `identifiers` only names the customer."""
FIELDS: Final = [field for fields in TABLES for field in fields]

HEAD: Final = """# Vendors

Which field of a [customer](../language.md#the-customer) reaches which vendor, and how each vendor is told
that a value is gone. This page is generated from the mappings by `python tools/vendors.py`; the page of each
vendor has the reasons, with its sources.

[Operations](#operations) · [what reaches whom](#what-reaches-whom) ·
[how a value is cleared](#how-a-value-is-cleared)
"""
REACH: Final = """
## What reaches whom

A cell says what the vendor is sent when the field is gone. An empty cell: the vendor has no place for the
field.

| cell | means |
|---|---|
| `null` `""` `[]` `{}` … | this value is sent |
| in `NAME` | the field's name is listed there; of a list whose items are told one by one, what is gone |
| an item | an item in the list says so |
| *no* | the field can be set and changed, and not cleared: the change is reported and not sent |
| *id* | the field names the customer, and does not change |
| several | parts of the field are cleared in different ways |
| … \\* | some of it rests on an assumption, which the [next section](#how-a-value-is-cleared) states |
"""
CLEARED: Final = """
## How a value is cleared

Each way with the fields that it counts for, and what it rests on. *Assumed*: the vendor's documentation is
silent, and the mapping states what it takes for granted. Otherwise the vendor's page here says where it is
documented, or why nothing is sent.

| vendor | fields | cleared by | rests on |
|---|---|---|---|
"""


class Way(NamedTuple):
    """How a field is cleared, and what that rests on: an assumption, or None."""

    field: str
    word: str
    assumed: str | None


@dataclass(frozen=True, slots=True)
class Vendor:
    """One mapping on the page. `page` is the file of the vendor's own page, `title` its heading."""

    mapping: custmap.Mapping
    page: str
    title: str

    @property
    def leaves(self) -> list[Leaf]:
        slots = [slot for operation in self.operations for slot in operation.table.slots]
        return [slot for slot in slots if isinstance(slot, Leaf)]

    @property
    def operations(self) -> list[Operation]:
        """Those whose rules say what of the customer goes to the vendor."""
        checked = self.mapping.checked
        return [step.managed.operation for step in checked.steps] or [checked.operation]

    @property
    def ways(self) -> list[Way]:
        """In the order of the customer's fields, without repeats."""
        told = [(one.target, one.text) for one in assumed(self.mapping.checked)]
        found = []
        for leaf in self.leaves:
            reason = next((text for target, text in told if around(target, leaf.target)), None)
            words = ["*id*"] if leaf.policy.identity else self._words(leaf)
            found += [Way(field, word, reason) for field in _fields(leaf) for word in words]
        return sorted(dict.fromkeys(found), key=lambda way: FIELDS.index(way.field))

    def _words(self, leaf: Leaf) -> list[str]:
        """How it is cleared: with objects around it, by itself and, of a list of items, by their members."""
        operation = next(one for one in self.operations if any(leaf is slot for slot in one.table.slots))
        around_it = [one for one in own_objects(operation.body) if around(one.target, leaf.target)]
        ways: list[Clear | ItemWay | None] = [one.clear for one in around_it if one.clear is not None]
        ways.append(leaf.policy.clear if leaf.ways is None else leaf.ways.gone)
        if isinstance(leaf.origin.source, EachSource) and leaf.kind.has_items:
            inside = leaf.origin.source.table.slots
            ways += [one.policy.clear for one in inside if isinstance(one, Leaf) and one.name != leaf.key]
        form = operation.contract.form is not None
        return list(dict.fromkeys(_word(clear, form) for clear in ways))


def vendors() -> Iterator[Vendor]:
    for path in sorted(ROOT.glob("mappings/*/*.yaml")):
        if path.name != "openapi.yaml":
            page = f"{path.parent.name}.md"
            title = (ROOT / "docs/vendors" / page).read_text("utf-8").partition("\n")[0].removeprefix("# ")
            yield Vendor(custmap.load(path), page, title)


def _fields(leaf: Leaf) -> list[str]:
    """The fields of the customer that a rule reads, but for the ids of other systems."""
    roots = dict.fromkeys(str(path[0]) for path in leaf.reads if path)
    return [field for field in roots if field != "identifiers"]


def _word(clear: Clear | ItemWay | None, form: bool) -> str:
    match clear:
        case SendNull():
            return "`null`"
        case Send(value=value):
            return f"`{json.dumps(_in_form(value) if form else value)}`"
        case Named():
            return f"in `{format_path(clear.place)}`"
        case Write(writes=writes):
            return ", ".join(f"`{format_path(place)}: {json.dumps(value)}`" for place, value in writes)
        case Masked():
            return "named, and left out"
        case Operated():
            return "by an action"
        case Template():
            return "an item"
        case Omit():
            return "left out"
        case ByRequest():
            return "a request"
        case Skip():
            return "*nothing, noted*"
    return "*no*"


def _in_form(value: Any) -> Any:
    """A form writes whatever is empty in one way."""
    return value or ""


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    head = list(head)
    for row in (head, ["---"] * len(head), *rows):
        yield f"| {' | '.join(row)} |\n".replace("| ---", "|---").replace("--- |", "---|")


def _operations(shown: list[Vendor]) -> Iterator[str]:
    yield "\n## Operations\n\n"
    rows = []
    for one in shown:
        operation, *more = one.mapping.checked.operations
        contract, bulk = operation.contract, operation.bulk
        others = f" and {len(more)} more" if more else ""
        many = "1" if bulk is None else f"up to {bulk.most:,}" if bulk.most else "any number"
        named = [leaf.source for leaf in one.leaves if leaf.policy.identity]
        rows.append(
            [
                f"[{one.title}]({one.page})",
                f"[`{one.mapping.name}`](../../mappings/{one.mapping.name}.yaml)",
                f"`{contract.method} {contract.path}`{others}",
                many,
                ", ".join(f"`{field}`" for field in dict.fromkeys(named)) or "a parameter",
            ]
        )
    yield from _table(("vendor", "mapping", "request", "customers a request", "named by"), rows)


def _reach(shown: list[Vendor]) -> Iterator[str]:
    yield REACH
    for fields in TABLES:
        told = {one.mapping.name: [_cell(one.ways, field) for field in fields] for one in shown}
        rows = {}  # two operations of one vendor that tell the same are one row
        for one in shown:
            cells = told[one.mapping.name]
            others = [told[other.mapping.name] for other in shown if other.page == one.page]
            alike = all(other == cells for other in others if any(other))
            name = "" if alike else f" {one.mapping.name.partition('/')[2]}"
            if any(cells):
                rows[f"[{one.title}{name}]({one.page})"] = cells
        yield "\n"
        head = ("vendor", *(f"`{field}`" for field in fields))
        yield from _table(head, ((label, *cells) for label, cells in rows.items()))


def _cell(ways: list[Way], field: str) -> str:
    ways = [way for way in ways if way.field == field]
    star = " \\*" if any(way.assumed for way in ways) else ""
    return " ".join(dict.fromkeys(way.word for way in ways)) + star


def _cleared(shown: list[Vendor]) -> Iterator[str]:
    yield CLEARED
    lines: dict[str, None] = {}
    for one in shown:
        grouped: dict[tuple[str, str | None], list[str]] = {}
        for way in one.ways:
            if way.word != "*id*":
                grouped.setdefault((way.word, way.assumed), []).append(f"`{way.field}`")
        for (word, reason), fields in grouped.items():
            rests = f"*assumed*: {reason}" if reason else f"[the page]({one.page})"
            row = (f"[{one.title}]({one.page})", ", ".join(dict.fromkeys(fields)), word, rests)
            lines[f"| {' | '.join(row)} |\n"] = None
    yield from lines


def page() -> str:
    shown = list(vendors())
    assert {*FIELDS, "identifiers"} == set(Customer.model_fields), "a field of the customer without a table"
    return "".join((HEAD, *_operations(shown), *_reach(shown), *_cleared(shown)))


if __name__ == "__main__":
    sys.stdout.write(page())
