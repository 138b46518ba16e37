"""How two snapshots are joined: by what they are, and by what is read of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from custmap.cli.report import Report
from custmap.cli.rows import columns_of, plain_of, require_kind
from custmap.cli.streams import open_records
from custmap.records.inputs import format_of
from custmap.records.keys import Key
from custmap.records.locations import Location
from custmap.records.snapshots import SnapshotJoin
from custmap.records.spooled_join import SpooledJoin
from custmap.records.table_join import TableJoin

if TYPE_CHECKING:
    from custmap.plan.maker import Maker
    from custmap.tables.source import Source
    from custmap.tables.through import Through

Join: TypeAlias = "SnapshotJoin | TableJoin | SpooledJoin"


def join_of(
    places: Sequence[Location],
    key: Key,
    engine: Maker,
    source: Source | None,
    report: Report,
    *,
    settled: bool,
    every: bool,
    also: Collection[str] | None = (),
) -> Join:
    """The join of before and after; `settled`: before holds customers, whatever the source.

    `also`: members that are read beside those of the mapping; None: all.

    Two tables are compared by DuckDB, NDJSON line by line; all else becomes NDJSON first.
    """
    schema = engine.checked.canonical
    formats = [format_of(place) for place in places]
    for format in formats:
        require_kind(format, schema, source)
    through = None if source is None else source.through(engine)
    tables = all(one.kind in ("parquet", "duckdb") and one.compression is None for one in formats)
    if tables and not settled and len(key.names) == 1:
        columns = _columns(engine, through)
        check = partial(_check, through, report)
        given = list(zip(places, formats, strict=True))
        return TableJoin(given, key.names[0], columns, check, every=every, also=also)
    known = None if source is not None else schema
    if all(one.is_lines for one in formats):
        return SnapshotJoin(places[0].path, places[1].path, key, schema=known, every=every)
    of_csv = columns_of(schema, source)
    inputs = [
        place.path if one.is_lines else partial(open_records, place, schema=known, columns=of_csv)
        for place, one in zip(places, formats, strict=True)
    ]
    return SpooledJoin(inputs, key, schema=known, plain=plain_of(engine, source, key, also), every=every)


def _columns(engine: Maker, through: Through | None) -> list[str]:
    """The columns that are read."""
    if through is not None:
        return sorted(through.reader.columns)
    if () in engine.reads:
        return list(engine.checked.canonical.type.members)
    return sorted({str(path[0]) for path in engine.reads})


def _check(through: Through | None, report: Report, names: Sequence[str]) -> None:
    """MappingError (CM716) for a table without a column of the source; others are noted."""
    if through is not None and (notes := through.reader.require_columns(names)):
        report.note(notes)
