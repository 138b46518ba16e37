"""Strategies of hypothesis: customers, near pairs of them, and rows of a source.

They are those of `custmap prove`: a drawn customer is a few edits of the smallest one, so that hypothesis
shrinks to few and plain values, and the second of a pair is the first with at most three more edits: two
independent customers differ everywhere and test little. Each fits its schema.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from custmap.records.extras import import_extra

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from custmap.mapper import Mapping
    from custmap.model.checked import Checked
    from custmap.prove.places import Place
    from custmap.prove.scene import Case
    from custmap.tables.source import Source

Record = dict[str, Any]


def customers(mapping: Mapping | None = None) -> SearchStrategy[Record]:
    """Customers as dicts, fresh ones each time.

    `mapping`  draw what its rules read, in its own schema where it has one, around a customer who is named;
               default: all fields of `custmap.Customer`.

    ExtraMissing (an ImportError) without hypothesis.

        @given(customers(custmap.load("acme/update-customer")))
        def test_our_function(customer): ...
    """
    return _cases(mapping).map(lambda case: case.before)


def customer_pairs(mapping: Mapping | None = None) -> SearchStrategy[tuple[Record, Record]]:
    """A customer before and after: near to one another, since the usual change is a small one.

    One of four times after states only what changed. Else as `customers`.

        @given(customer_pairs(mapping))
        def test_nothing_is_said_twice(pair):
            before, after = pair
            ...
    """
    return _cases(mapping).map(lambda case: (case.before, case.after))


def rows(source: Source) -> SearchStrategy[Record]:
    """Rows of a source's table as dicts: each has all columns that the file names, many of them NULL.

    They fit the columns; a rule may reject one all the same, such as a text that is no phone number.

    ExtraMissing (an ImportError) without hypothesis.

        @given(rows(custmap.source("crm/customers")))
        def test_every_row_is_a_customer(row): ...
    """
    _require_hypothesis()
    from custmap.prove.draw import near_cases
    from custmap.prove.places import places_of

    checked, canonical = source.checked.checked, source.checked.rows
    empty = dict.fromkeys(source.columns)
    drawn = near_cases(places_of(checked), empty).map(lambda case: {**empty, **case.before})
    return drawn.filter(lambda row: not canonical.check(row)[0])


def _require_hypothesis() -> None:
    import_extra("hypothesis", "drawing customers", "prove")


def _cases(mapping: Mapping | None) -> SearchStrategy[Case]:
    _require_hypothesis()
    from custmap.border.intake import take
    from custmap.diagnostics.errors import RecordError
    from custmap.prove.draw import near_cases
    from custmap.schema.canonical import load_canonical

    if mapping is None:
        from custmap.prove.places import places_in

        canonical = load_canonical(None)
        places, start = places_in(canonical.type), {}
    else:
        canonical = mapping.checked.canonical
        places, start = _places(mapping), _start(mapping)

    def fits(case: Case) -> bool:
        try:
            take(case.before, canonical)
            take(case.after, canonical)
        except RecordError:
            return False
        return True

    return near_cases(places, start).filter(fits)


def _managed(mapping: Mapping) -> list[Checked]:
    """The mappings whose rules read the customer itself."""
    checked = mapping.checked
    return [step.managed for step in checked.steps] or [checked]


def _places(mapping: Mapping) -> tuple[Place, ...]:
    from custmap.prove.places import places_of

    found = {place.way: place for checked in _managed(mapping) for place in places_of(checked)}
    return tuple(found[way] for way in sorted(found, key=str))


def _start(mapping: Mapping) -> Record:
    """The smallest customer who is named."""
    from custmap.prove.places import Edit, edited, skeleton
    from custmap.prove.prove import start_of
    from custmap.prove.sample_params import sample_params
    from custmap.prove.scene import Scene

    checked = mapping.checked
    if not checked.steps:
        return start_of(Scene(mapping, sample_params(checked)))
    from custmap.model.walkers import identities

    found = skeleton(checked.canonical.type)
    for call in checked.calls:
        for root in call.operation.parts.values():
            for leaf in identities(root):
                for read in leaf.reads:
                    way = read[1:] if call.canonical.entry is not None and read[:1] == ("customer",) else read
                    found = edited(found, [Edit(way, "1")])
    return found
