"""What custmap is compared with in `scale.py`, as programs: `python scale_plain.py WHAT ARGUMENTS…`.

Each writes one object: `count`, what it handled, and perhaps `seconds`, of its loop alone. A join is DuckDB's
own, with its own settings; it makes no plan, writes nothing, counts no clears, and trusts keys to be there
once. `pairs` and `rows` are custmap without a command around it: nothing is written.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

PARAMS: Final = {"host": "h", "token": "t"}
MAPPING: Final = "aifi/update-customer"
_COLUMNS: Final = ("customer_id", "first_name", "last_name", "email", "phone", "country", "plan")
"""Those that the mapping reads through the source."""
_OF_THE_FILE: Final = (*_COLUMNS, "tags")
"""Those that the source names: a row has them all."""
_MEMBERS: Final = {
    "id": "VARCHAR",
    "identifiers": "STRUCT(microbase VARCHAR)",
    "email": "VARCHAR",
    "name": 'STRUCT("full" VARCHAR, given VARCHAR, family VARCHAR)',
    "status": "VARCHAR",
    "tags": "VARCHAR[]",
}


def parquet(before: str, after: str) -> dict[str, Any]:
    """The changed rows, with the columns of both sides."""
    return _joined(f"read_parquet('{before}')", f"read_parquet('{after}')", _COLUMNS)


def lines(before: str, after: str) -> dict[str, Any]:
    def read(path: str) -> str:
        return f"read_json('{path}', format = 'newline_delimited', columns = {_MEMBERS!r})"

    return _joined(read(before), read(after), tuple(_MEMBERS))


def _joined(before: str, after: str, columns: tuple[str, ...]) -> dict[str, Any]:
    import duckdb

    key, *rest = columns
    chosen = ", ".join(f"{side}.{name}" for side in "ba" for name in columns)
    differ = " OR ".join(f"a.{name} IS DISTINCT FROM b.{name}" for name in rest)
    with duckdb.connect() as database:
        rows = database.execute(
            f"SELECT {chosen} FROM {after} a JOIN {before} b ON a.{key} = b.{key} WHERE {differ}"
        ).fetchall()
    return {"count": len(rows)}


def pairs(before: str, after: str, source: str, most: str) -> dict[str, Any]:
    """`mapping.diff` of so many changed pairs of rows, which are read before."""
    import custmap

    mapping, rows = custmap.load(MAPPING), custmap.source(source)
    changed = _changed(before, after, int(most))
    start = time.perf_counter()
    for then, now in changed:
        mapping.diff(then, now, PARAMS, source=rows)
    return {"count": len(changed), "seconds": time.perf_counter() - start}


def _changed(before: str, after: str, most: int) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    found = []
    for then, now in zip(_rows(before), _rows(after), strict=True):
        if then != now:
            found.append((then, now))
            if len(found) == most:
                break
    return found


def rows(file: str, source: str) -> dict[str, Any]:
    """The rows through the source and the generated function of the mapping; the last body is shown."""
    import custmap

    mapping = custmap.load(MAPPING)
    engine = mapping.engine
    quick, write = custmap.source(source).through(engine).quick, engine.code.apply
    own = engine.binder.bind(PARAMS).own()
    count, body = 0, None
    for row in _rows(file):
        body = write(quick(row).customer, own)[0]
        count += 1
    return {"count": count, "body": body}


def _rows(file: str) -> Iterator[dict[str, Any]]:
    from pyarrow import parquet as files

    for batch in files.ParquetFile(file).iter_batches(columns=list(_OF_THE_FILE)):
        yield from batch.to_pylist()


_PROGRAMS: Final[dict[str, Callable[..., dict[str, Any]]]] = {
    "parquet": parquet,
    "lines": lines,
    "pairs": pairs,
    "rows": rows,
}

if __name__ == "__main__":
    print(json.dumps(_PROGRAMS[sys.argv[1]](*sys.argv[2:])))
