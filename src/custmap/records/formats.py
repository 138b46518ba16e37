"""What an input is: told by its first bytes, and by its name only where those leave it open.

PAR1, DUCK, 1f8b, 28b52ffd    Parquet, DuckDB, gzip, zstd
[                             a JSON array
{                             one JSON object, or NDJSON: see `records/inputs.py`
a line that is JSON           the same
anything else                 CSV, if it looks like a table; NDJSON, if a line is an object
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import dropwhile
from pathlib import Path
from typing import Final, Literal, TypeAlias

from custmap.records.input_error import InputError
from custmap.records.unpacking import Compression

Kind: TypeAlias = Literal["ndjson", "json", "array", "csv", "parquet", "duckdb"]

BOM: Final = b"\xef\xbb\xbf"
SAMPLE: Final = 1 << 16
"""So many bytes of a text are looked at, where its first line alone says nothing."""

_NAMED: Final[dict[str, Kind]] = {".ndjson": "ndjson", ".jsonl": "ndjson", ".csv": "csv", ".tsv": "csv"}
_PACKED_NAMES: Final = (".gz", ".zst", ".zstd")
_TITLES: Final[dict[Kind, str]] = {
    "ndjson": "NDJSON",
    "json": "a JSON document",
    "array": "a JSON array",
    "csv": "CSV",
    "parquet": "Parquet",
    "duckdb": "a DuckDB table",
}
_ADVICE: Final = "Write one JSON object a line (NDJSON), a JSON array, CSV with a header line, or Parquet."
_OTHERS: Final[tuple[tuple[bytes, str], ...]] = (
    (b"\xff\xfe", "This is UTF-16: save it as UTF-8."),
    (b"\xfe\xff", "This is UTF-16: save it as UTF-8."),
    (b"PK\x03\x04", "This is a zip archive: unpack it, or save a workbook as CSV."),
    (b"BZh", "This is compressed by bzip2: use gzip or zstd."),
    (b"\xfd7zXZ", "This is compressed by xz: use gzip or zstd."),
    (b"\x04\x22\x4d\x18", "This is compressed by lz4: use gzip or zstd."),
    (b"ARROW1", "This is an Arrow file: write it as Parquet."),
    (b"Obj\x01", "This is Avro: write it as Parquet."),
    (b"ORC", "This is ORC: write it as Parquet."),
    (b"SQLite format 3", "This is a SQLite database: export the table as CSV or Parquet."),
)
_DELIMITERS: Final = ",;\t"


@dataclass(frozen=True, slots=True)
class Format:
    """What an input is.

    `compression`  how it is compressed, None: not at all.
    `delimiter`    of CSV: what stands between two cells.
    """

    kind: Kind
    compression: Compression | None = None
    delimiter: str = ""

    @property
    def is_table(self) -> bool:
        """Are its records rows of a table?"""
        return self.kind in ("csv", "parquet", "duckdb")

    @property
    def is_lines(self) -> bool:
        """Is it NDJSON that can be read as it is?"""
        return self.kind == "ndjson" and self.compression is None

    @property
    def title(self) -> str:
        """The format in messages."""
        return _TITLES[self.kind]

    @property
    def unit(self) -> str:
        """What `number` of a record's place counts."""
        return "row" if self.kind in ("parquet", "duckdb") else "line"


def named_kind(path: Path) -> Kind | None:
    """What the name of a file says: `x.csv` and `x.csv.gz` are CSV."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in _PACKED_NAMES:
        suffixes.pop()
    return _NAMED.get(suffixes[-1]) if suffixes else None


def binary_kind(head: bytes) -> Kind | None:
    """The binary format that data are in which begin so."""
    if head.startswith(b"PAR1"):
        return "parquet"
    return "duckdb" if head[8:12] == b"DUCK" else None


def unknown_format(name: str, head: bytes) -> InputError:
    """The error for data in no known format, which begin so."""
    advice = next((advice for magic, advice in _OTHERS if head.startswith(magic)), None)
    if advice is None and b"\0" in head:
        advice = "Is it UTF-16, or a binary file? Save it as UTF-8."
    return InputError(f"{name}: this is not JSON, NDJSON, CSV, Parquet or a DuckDB file", advice or _ADVICE)


def delimiter_of(sample: bytes, *, whole: bool, named: bool) -> str | None:
    """What stands between the cells of a CSV file; None if this is not the beginning of one.

    It is one if the first line has a delimiter and names all columns, perhaps without the first, and if one
    of the next rows has as many cells, or there are none. A file whose name says CSV (`named`) needs none of
    that. `whole`: the sample is the whole file.

    >>> delimiter_of(b'id;"a,b"\\n1;2\\n', whole=True, named=False)
    ';'
    """
    text = StringIO(sample.removeprefix(BOM).decode(errors="replace"))  # whose lines end with `\n` only
    lines = list(dropwhile(str.isspace, text))
    if not whole:
        lines = lines[:-1]  # the last one may be cut
    if not lines or "\0" in lines[0]:
        return None
    header = "".join(lines[0].split('"')[::2])  # what is outside quotes
    delimiter = max(_DELIMITERS, key=header.count)
    if named:
        return delimiter
    if delimiter not in header:
        return None
    rows = _cells(lines, delimiter)
    names = next(rows, [])
    sizes = {len(cells) for cells in rows}
    looks_so = all(names[1:]) and (len(names) in sizes or (whole and not sizes))
    return delimiter if looks_so else None


def _cells(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    """The cells of the rows that are well-formed, and not blank."""
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            continue
        if cells:
            yield cells


def check_names(columns: Sequence[str], name: str) -> None:
    """InputError if columns of a table have the same name, or it has none; `name` is the input's."""
    if not columns:
        raise InputError(f"{name}: the table has no columns")
    column, count = Counter(columns).most_common(1)[0]
    if count > 1:
        message = f"{name}: {count} columns have the name `{column}`"
        raise InputError(message, "Give each column a name of its own.")
