"""Snapshots of any format, in any order: what is handed over is what a plain join of all rows finds."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custmap.records.formats import Format
from custmap.records.input_error import InputError
from custmap.records.inputs import Many
from custmap.records.keys import Key
from custmap.records.locations import Location
from custmap.records.ndjson import read_records
from custmap.records.sides import SIDES
from custmap.records.snapshots import OneSided, Pair, Rejected, SnapshotJoin
from custmap.records.spooled_join import SpooledJoin
from custmap.records.table_join import TableJoin

duckdb = pytest.importorskip("duckdb")

EXAMPLES = 40 if os.environ.get("CUSTMAP_LAWS") == "long" else 12

COLUMNS = ["id", "email", "score", "tags", "home"]
SCHEMA = pa.schema(
    [
        ("id", pa.int64()),
        ("email", pa.string()),
        ("score", pa.float64()),
        ("tags", pa.list_(pa.string())),
        ("home", pa.struct([("city", pa.string())])),
        ("unread", pa.int64()),
    ]
)
_ROW = st.fixed_dictionaries(
    {
        "id": st.none() | st.integers(0, 6),
        "email": st.none() | st.sampled_from(["", "a", "b\u2028", "'", '"']),
        "score": st.none() | st.sampled_from([0.0, 1.5, 1e16]),
        "tags": st.none() | st.lists(st.sampled_from(["a", "b"]), max_size=2),
        "home": st.none() | st.fixed_dictionaries({"city": st.none() | st.just("x")}),
        "unread": st.integers(0, 1),
    }
)
Row = dict[str, Any]
Found = tuple[list[tuple[str, Row, Row]], Counter[Any], Counter[Any], int]


def expected(before: list[Row], after: list[Row], columns: list[str]) -> Found:
    """Changed pairs in the order of after, rejected rows, rows of one side, and how many pairs are equal."""
    sides = [
        [(None if row["id"] is None else str(row["id"]), row) for row in rows] for rows in (before, after)
    ]
    counts = [Counter(key for key, _ in rows) for rows in sides]
    twice = {key for count in counts for key, number in count.items() if number > 1}
    rejected: Counter[Any] = Counter()
    alone: Counter[Any] = Counter()
    held = [{key: row for key, row in rows if key is not None and key not in twice} for rows in sides]
    for name, rows in zip(SIDES, sides, strict=True):
        rejected.update((name, key) for key, _ in rows if key is None or key in twice)
    for number, name in enumerate(SIDES):
        alone.update((name, key) for key in held[number] if key not in held[1 - number])
    pairs = [(key, held[0][key], row) for key, row in held[1].items() if key in held[0]]
    changed = [one for one in pairs if any(one[1][name] != one[2][name] for name in columns)]
    return changed, rejected, alone, len(pairs) - len(changed)


def found(join: Any) -> Found:
    pairs, rejected, alone = [], Counter[Any](), Counter[Any]()
    with join:
        for item in join:
            match item:
                case Pair(before, after, key):
                    pairs.append((key, before.value, after.value))
                case Rejected(side, _, _, _, key):
                    rejected[side, key] += 1
                case OneSided(side, _, key):
                    alone[side, key] += 1
        assert len(list(join.equal())) <= join.unchanged
        join.tally.check()
    return pairs, rejected, alone, join.unchanged


def lines(rows: list[Row]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def of_lines(folder: Path, before: list[Row], after: list[Row]) -> Any:
    for name, rows in zip(SIDES, (before, after), strict=True):
        (folder / name).write_bytes(lines(rows))
    return SnapshotJoin(folder / "before", folder / "after", Key("id"))


def of_spooled(folder: Path, before: list[Row], after: list[Row]) -> Any:
    def opened(rows: list[Row]) -> AbstractContextManager[Many]:
        import io

        return nullcontext(Many(read_records(io.BytesIO(lines(rows))), Format("ndjson")))

    return SpooledJoin([partial(opened, before), partial(opened, after)], Key("id"))


def of_parquet(folder: Path, before: list[Row], after: list[Row]) -> Any:
    for name, rows in zip(SIDES, (before, after), strict=True):
        pyarrow.parquet.write_table(pa.Table.from_pylist(rows, SCHEMA), folder / name, row_group_size=2)
    places = [(Location(folder / name), Format("parquet")) for name in SIDES]
    return TableJoin(places, "id", COLUMNS, lambda _: None)


def of_duckdb(folder: Path, before: list[Row], after: list[Row]) -> Any:
    path = folder / "warehouse.duckdb"
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as database:
        for name, rows in zip(SIDES, (before, after), strict=True):
            made = pa.Table.from_pylist(rows, SCHEMA)  # noqa: F841  # duckdb finds it by its name
            database.execute(f"CREATE TABLE {name} AS FROM made")
    places = [
        (Location(path, "before"), Format("duckdb")),
        (Location(path, "SELECT * FROM after -- all"), Format("duckdb")),
    ]
    return TableJoin(places, "id", COLUMNS, lambda _: None)


JOINS: list[tuple[Callable[..., Any], list[str]]] = [
    (of_lines, [*COLUMNS, "unread"]),
    (of_spooled, [*COLUMNS, "unread"]),
    (of_parquet, COLUMNS),
    (of_duckdb, COLUMNS),
]


@pytest.mark.parametrize(("make", "columns"), JOINS)
@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(_ROW, max_size=8), st.lists(_ROW, max_size=8), st.randoms(use_true_random=False))
def test_what_is_handed_over(
    tmp_path_factory: pytest.TempPathFactory,
    make: Callable[..., Any],
    columns: list[str],
    before: list[Row],
    more: list[Row],
    random: Any,
) -> None:
    after = [row | {"email": "new"} if random.random() < 0.3 else dict(row) for row in before] + more
    random.shuffle(after)
    pairs, rejected, alone, unchanged = found(make(tmp_path_factory.mktemp("j"), before, after))
    wanted = expected(before, after, columns)
    assert (rejected, alone, unchanged) == wanted[1:]
    names = columns if make in (of_parquet, of_duckdb) else list(SCHEMA.names)
    for told, (key, then, now) in zip(pairs, wanted[0], strict=True):
        assert told == (key, *({name: row[name] for name in names} for row in (then, now)))


@pytest.mark.parametrize(("then", "now"), [(pa.int64(), pa.string()), (pa.float64(), pa.int32())])
def test_keys_are_compared_as_texts_and_other_types_are_never_equal(
    tmp_path: Path, then: Any, now: Any
) -> None:
    for name, kind in zip(SIDES, (then, now), strict=True):
        pyarrow.parquet.write_table(
            pa.table({"id": pa.array([7, 8], pa.int64()).cast(kind), "email": ["a", "b"]}), tmp_path / name
        )
    places = [(Location(tmp_path / name), Format("parquet")) for name in SIDES]
    pairs, rejected, alone, unchanged = found(TableJoin(places, "id", ["email"], lambda _: None))
    assert [key for key, _, _ in pairs] == ["7", "8"]
    assert (rejected, alone, unchanged) == (Counter(), Counter(), 0)


@pytest.mark.parametrize("name", ["place", "custmap_key", "file_row_number"])
def test_a_column_with_a_name_that_the_join_needs(tmp_path: Path, name: str) -> None:
    table = pa.table({"id": [1], name: [1]})
    for side in SIDES:
        pyarrow.parquet.write_table(table, tmp_path / side)
    with (
        pytest.raises(InputError, match=f"a column has the name `{name}`"),
        TableJoin(
            [(Location(tmp_path / side), Format("parquet")) for side in SIDES], "id", [], lambda _: None
        ),
    ):
        pass


def test_what_is_no_number_is_no_key(tmp_path: Path) -> None:
    for side in SIDES:
        keys = pa.array([1.0, float("nan"), float("inf")], pa.float64())
        pyarrow.parquet.write_table(pa.table({"id": keys, "email": [side] * 3}), tmp_path / side)
    places = [(Location(tmp_path / side), Format("parquet")) for side in SIDES]
    pairs, rejected, *_ = found(TableJoin(places, "id", ["email"], lambda _: None))
    assert [key for key, _, _ in pairs] == ["1"]
    assert rejected == Counter({("before", None): 2, ("after", None): 2})


def test_a_pair_with_a_bad_line_rejects_it_alone(tmp_path: Path) -> None:
    (tmp_path / "before").write_bytes(b'{"id":1,"a":1,"a":2}\n{"id":2,"a":1,"a":2}\n')
    (tmp_path / "after").write_bytes(b'{"id":1,"a":1}\n{"id":2,"a":1,"a":2}\n')
    pairs, rejected, alone, unchanged = found(
        SnapshotJoin(tmp_path / "before", tmp_path / "after", Key("id"))
    )
    assert (pairs, unchanged) == ([], 1)
    assert rejected == Counter({("before", None): 1}) and alone == Counter({("after", "1"): 1})


def test_a_column_with_the_name_of_a_letter_is_not_taken_for_the_key(tmp_path: Path) -> None:
    for name, letters in (("before", ["x", "y"]), ("after", ["y", "x"])):
        table = pa.table({"id": [1, 2], "k": letters})
        pa.parquet.write_table(table, tmp_path / f"{name}.parquet")
    tables = [(Location(tmp_path / f"{name}.parquet"), Format("parquet")) for name in SIDES]
    pairs, *_ = found(TableJoin(tables, "id", ["id", "k"], lambda names: None))
    assert pairs == [
        ("1", {"id": 1, "k": "x"}, {"id": 1, "k": "y"}),
        ("2", {"id": 2, "k": "y"}, {"id": 2, "k": "x"}),
    ]
