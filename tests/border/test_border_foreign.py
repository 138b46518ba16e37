"""Values of numpy, pandas and Arrow: what each becomes, what is refused and how it is to be converted."""

from __future__ import annotations

import datetime as dt
import pickle
import subprocess
import sys
import zoneinfo
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from custmap.border.intake import take
from custmap.diagnostics.errors import RecordError
from custmap.schema.canonical import load_canonical
from custmap.values.equality import same

CUSTOMER = load_canonical(None)
Library = Any

NUMPY: list[tuple[str, Any]] = [
    ("np.int64(5)", 5),
    ("np.uint8(5)", 5),
    ("np.float32(1.5)", 1.5),
    ("np.float32(0.1)", 0.10000000149011612),
    ("np.float64(0.1)", 0.1),
    ("np.float16(2)", 2.0),
    ("np.bool_(True)", True),
    ("np.str_('ü')", "ü"),
    ("np.datetime64('2022-02-11')", "2022-02-11"),
    ("np.datetime64('NaT')", None),
    ("np.datetime64('NaT', 'ns')", None),
    ("np.array([1, 2])", [1, 2]),
    ("np.array([[1.5], [2]])", [[1.5], [2.0]]),
    ("np.array(['a', None], dtype=object)", ["a", None]),
    ("np.array([True])", [True]),
    ("np.array(['ü', 'a'])", ["ü", "a"]),
    ("np.array([1, 2], dtype='uint8')", [1, 2]),
    ("np.array([0.1], dtype='float32')", [0.10000000149011612]),
    ("np.array(['2022-02-11', 'NaT'], dtype='datetime64[D]')", ["2022-02-11", None]),
    ("np.zeros((2, 0))", [[], []]),
    ("np.array(7)", 7),
    ("np.array([])", []),
    ("[np.int64(1), {'a': np.bool_(False)}]", [1, {"a": False}]),
]
PANDAS: list[tuple[str, Any]] = [
    ("pd.NaT", None),
    ("pd.NA", None),
    ("pd.Timestamp('2022-02-11T16:36:17', tz='UTC')", "2022-02-11T16:36:17+00:00"),
    ("pd.Timestamp('2022-02-11T16:36:17.123456789+01:00')", "2022-02-11T16:36:17.123456789+01:00"),
    ("pd.Series([1, 2]).tolist()", [1, 2]),
    ("pd.DataFrame({'a': [1, None]}).astype('Int64').to_dict('records')", [{"a": 1}, {"a": None}]),
]
ARROW: list[tuple[str, Any]] = [
    ("pa.scalar(5)", 5),
    ("pa.scalar('a')", "a"),
    ("pa.scalar(True)", True),
    ("pa.scalar(None)", None),
    ("pa.scalar(None, pa.int8())", None),
    ("pa.scalar(0.5, pa.float32())", 0.5),
    ("pa.scalar(Decimal('1.10'))", 1.1),
    ("pa.scalar(dt.date(2022, 2, 11))", "2022-02-11"),
    ("pa.scalar(dt.datetime(2022, 2, 11, tzinfo=dt.UTC))", "2022-02-11T00:00:00+00:00"),
    ("pa.scalar('a').cast(pa.dictionary(pa.int8(), pa.string()))", "a"),
    ("pa.scalar([1, None])", [1, None]),
    ("pa.scalar([['a'], []])", [["a"], []]),
    ("pa.scalar([1], pa.large_list(pa.int8()))", [1]),
    ("pa.scalar([1, 2], pa.list_(pa.int8(), 2))", [1, 2]),
    ("pa.scalar({'a': 1, 'b': {'c': None}})", {"a": 1, "b": {"c": None}}),
    ("pa.scalar([('a', 1), ('b', None)], pa.map_(pa.string(), pa.int8()))", {"a": 1, "b": None}),
    ("pa.scalar([[('a', 1)]], pa.list_(pa.map_(pa.string(), pa.int8())))", [{"a": 1}]),
    ("pa.array([1, None])", [1, None]),
    ("pa.chunked_array([['a'], ['b']])", ["a", "b"]),
]  # fmt: skip
NOT_FINITE = "expected a finite number, got NaN or infinity"
REFUSED: list[tuple[str, str, str | None]] = [
    ("np.float64('nan')", NOT_FINITE, "frame.notna()"),
    ("np.float32('inf')", NOT_FINITE, "null"),
    ("np.longdouble(1)", "longdouble is not a JSON value", "Convert it to a number or a text"),
    ("np.complex64(1)", "complex64 is not a JSON value", "Convert it to a number or a text"),
    ("np.timedelta64(1, 'D')", "timedelta64 is not a JSON value", "Convert it to a number or a text"),
    ("np.bytes_(b's3cret')", "bytes_ is not a JSON value", "Convert it to a number or a text"),
    ("np.datetime64('2022-02-11T00:00')", "datetime without an offset", "time zone"),
    ("np.datetime64('2022-02-11T00:00:00', 'ns')", "datetime without an offset", "time zone"),
    ("np.datetime64('2022-02')", "datetime64 is not a JSON value", "Convert it to a number or a text"),
    ("np.array([b's3cret'])", "bytes_ is not a JSON value", "Convert it to a number or a text"),
    (
        "np.array([1], dtype='longdouble')",
        "longdouble is not a JSON value",
        "Convert it to a number or a text",
    ),
    ("np.array([1.5, np.nan])", NOT_FINITE, "null"),
    ("np.ma.masked_array([1], mask=[True])", "MaskedArray is not a JSON value", "`.tolist()`"),
    ("pd.Timestamp('2022-02-11')", "datetime without an offset", "time zone"),
    ("pd.Series(['s3cret'])", "Series is not a JSON value", "`.to_dict()` for a row"),
    ("pd.DataFrame({'a': ['s3cret']})", "DataFrame is not a JSON value", '`.to_dict("records")`'),
    ("pd.Index(['s3cret'])", "Index is not a JSON value", "`.tolist()`"),
    ("pd.array([1])", "IntegerArray is not a JSON value", "`.tolist()`"),
    ("pd.Timedelta(1)", "Timedelta is not a JSON value", None),
    ("pa.table({'a': ['s3cret']})", "Table is not a JSON value", "`.to_pylist()`"),
    ("pa.record_batch({'a': ['s3cret']})", "RecordBatch is not a JSON value", "`.to_pylist()`"),
    ("pa.scalar(float('nan'))", NOT_FINITE, "null"),
    ("pa.scalar(b's3cret')", "bytes is not a JSON value", "Decode it to text"),
    ("pa.scalar([(1, 2)], pa.map_(pa.int8(), pa.int8()))", "expected text as a key, got a number", None),
]


def value_of(text: str) -> Any:
    names: dict[str, Any] = {"Decimal": Decimal, "dt": dt}
    for name, module in (("np", "numpy"), ("pd", "pandas"), ("pa", "pyarrow")):
        if f"{name}." in text:
            names[name] = pytest.importorskip(module)
    return eval(text, names)


@pytest.mark.parametrize(("text", "plain"), [*NUMPY, *PANDAS, *ARROW])
def test_what_it_means(text: str, plain: Any) -> None:
    found = take({"attributes": {"k": value_of(text)}}, CUSTOMER).record["attributes"]["k"]
    assert same(found, plain) and pickle.dumps(found) == pickle.dumps(plain)  # Python's own classes


@pytest.mark.parametrize(("text", "message", "help"), REFUSED)
def test_what_is_refused(text: str, message: str, help: str | None) -> None:
    with pytest.raises(RecordError) as caught:
        take({"attributes": {"k": value_of(text)}}, CUSTOMER)
    (problem,) = caught.value.diagnostics
    assert (problem.code, problem.message) == ("CM702", message)
    assert problem.help is None if help is None else problem.help and help in problem.help


def test_whole_records() -> None:
    pa = pytest.importorskip("pyarrow")
    row = pa.scalar({"email": "a@b.example", "tags": ["x"], "priority": 3})
    assert take(row, CUSTOMER).record == {"email": "a@b.example", "tags": ["x"], "priority": 3}
    with pytest.raises(RecordError) as caught:
        take(pa.table({"email": ["s3cret"]}), CUSTOMER)
    assert caught.value.diagnostics[0].help == "Pass each row as a record: `.to_pylist()`"


def test_a_large_array_is_a_large_list() -> None:
    np = pytest.importorskip("numpy")
    for items in (np.zeros(2_000_000), np.broadcast_to(np.int8(1), (1 << 40,))):
        with pytest.raises(RecordError) as caught:
            take({"attributes": {"k": items}}, CUSTOMER)
        assert caught.value.diagnostics[0].message == "more than 1,000,000 values in one record"


def test_an_array_that_holds_itself() -> None:
    np = pytest.importorskip("numpy")
    array = np.empty(1, dtype=object)
    array[0] = [array]
    with pytest.raises(RecordError) as caught:
        take({"attributes": {"k": array}}, CUSTOMER)
    (problem,) = caught.value.diagnostics
    assert (problem.path, problem.message) == ("attributes.*[0][0]", "contains itself")


def raising(*_: object) -> Any:
    raise KeyError("s3cret")


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("numpy", "int64"),
        ("numpy", "ndarray"),
        ("numpy.no.such.module", "int64"),
        ("pandas", "NaTType"),
        ("pandas", "Timestamp"),
        ("pyarrow.lib", "Int64Scalar"),
        (5, "int64"),
    ],
)
def test_who_pretends_is_not_asked(module: Any, name: str) -> None:
    asked: list[str] = []
    hooks = {"__getattribute__": lambda self, name: asked.append(name), "__iter__": raising}
    value = type(name, (), {"__module__": module, **hooks})()
    with pytest.raises(RecordError) as caught:
        take({"attributes": {"k": value}}, CUSTOMER)
    assert asked == [] and caught.value.diagnostics[0].message == f"{name} is not a JSON value"


SUBCLASSES: list[tuple[str, Callable[[Library], type], Callable[[type], Any]]] = [
    ("numpy", lambda np: np.float64, lambda kind: kind(1.5)),
    ("numpy", lambda np: np.ndarray, lambda kind: kind((1,))),
    ("pandas", lambda pd: pd.Series, lambda kind: kind([1])),
]


@pytest.mark.parametrize(("module", "base", "make"), SUBCLASSES)
def test_methods_of_a_subclass_are_not_called(module: str, base: Any, make: Any) -> None:
    library = pytest.importorskip(module)
    value = make(type("Own", (base(library),), {"item": raising, "__iter__": raising, "tolist": raising}))
    try:
        assert take({"attributes": {"k": value}}, CUSTOMER).record["attributes"]["k"] == 1.5
    except RecordError as error:
        assert error.diagnostics[0].message == "Own is not a JSON value" and error.diagnostics[0].help


def test_nothing_is_imported() -> None:
    """A record without such values loads none of the libraries."""
    code = (
        "import custmap, sys\n"
        "mapping = custmap.load('microbase/customer-update')\n"
        "mapping.diff({}, {'attributes': {'k': ('a',)}})\n"
        "print([name for name in ('numpy', 'pandas', 'pyarrow') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"


class Silly(dt.tzinfo):
    def utcoffset(self, when: dt.datetime | None) -> dt.timedelta:
        raise SystemExit("s3cret")


class Subclass(zoneinfo.ZoneInfo):
    def utcoffset(self, when: dt.datetime | None) -> dt.timedelta:
        raise KeyboardInterrupt("s3cret")


ZONES: list[tuple[dt.tzinfo, str | None]] = [
    (dt.UTC, "+00:00"),
    (dt.timezone(dt.timedelta(hours=-3)), "-03:00"),
    (zoneinfo.ZoneInfo("Europe/Oslo"), "+01:00"),
    (Silly(), None),
    (Subclass("Europe/Oslo"), None),
]


@pytest.mark.parametrize(("zone", "offset"), ZONES, ids=lambda one: type(one).__name__)
def test_only_libraries_of_time_zones_are_asked(zone: dt.tzinfo, offset: str | None) -> None:
    """What else an offset's method raises could not be told from a `SystemExit` that is meant."""
    record = {"attributes": {"k": dt.datetime(2022, 2, 11, tzinfo=zone)}}
    if offset is None:
        with pytest.raises(RecordError, match="datetime with a time zone of an unknown class"):
            take(record, CUSTOMER)
    else:
        assert take(record, CUSTOMER).record["attributes"] == {"k": f"2022-02-11T00:00:00{offset}"}


def test_time_zones_of_dateutil() -> None:
    tz = pytest.importorskip("dateutil.tz")
    # As pytz makes a class for each zone: it has no code of its own.
    only_data = type("UTC", (tz.tzrange,), {"zone": "UTC", "steps": (dt.timedelta(0),)})
    for zone in (tz.tzutc(), tz.tzoffset(None, 0), tz.gettz("Africa/Abidjan"), only_data("UTC", 0)):
        record = {"attributes": {"k": dt.datetime(2022, 2, 11, tzinfo=zone)}}
        assert take(record, CUSTOMER).record["attributes"] == {"k": "2022-02-11T00:00:00+00:00"}
