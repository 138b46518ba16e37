"""Records in: what becomes plain, what is refused, with path and type and never with a value."""

import copy
import datetime as dt
import enum
import math
from collections import OrderedDict, defaultdict, namedtuple
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, RootModel

from custmap.border import careful, intake
from custmap.border.careful import copy_carefully
from custmap.diagnostics.errors import RecordError
from custmap.schema.canonical import load_canonical
from custmap.schema.customer import Address, Customer, Name
from custmap.schema.unknown import drop_unknown
from custmap.values.equality import same
from custmap.values.types import ANY

CUSTOMER = load_canonical(None)


def take(*arguments: Any, **options: Any) -> dict[str, Any]:
    return intake.take(*arguments, **options).record


def problems(record: object, **options: Any) -> list[str]:
    with pytest.raises(RecordError) as caught:
        take(record, CUSTOMER, **options)
    return [f"{problem.code} {problem.path}: {problem.message}" for problem in caught.value.diagnostics]


def any_value(value: object) -> Any:
    """What a value becomes, as an attribute."""
    return take({"attributes": {"k": value}}, CUSTOMER)["attributes"]["k"]


class Text(str):
    """A text whose hooks all lie or fail."""

    def __eq__(self, other: object) -> bool:
        raise KeyError("s3cret")

    def __hash__(self) -> int:
        raise KeyError("s3cret")

    def __str__(self) -> str:
        raise KeyError("s3cret")

    def encode(self, *_: object) -> bytes:  # type: ignore[override]
        raise KeyError("s3cret")


class Key(Text):
    def __hash__(self) -> int:
        return 1

    def __eq__(self, other: object) -> bool:
        return self is other


class Whole(int):
    __eq__ = __hash__ = __int__ = __index__ = __str__ = Text.__hash__  # type: ignore[assignment]


class Real(float):
    __eq__ = __hash__ = __float__ = __sub__ = Text.__hash__  # type: ignore[assignment]


class Map(dict[Any, Any]):
    __iter__ = items = keys = copy = __len__ = Text.__hash__  # type: ignore[assignment]


class Sly(dict[str, Any]):
    """It copies itself, and is read, as another."""

    def copy(self) -> dict[str, Any]:
        return {"email": "sly"}

    items = __iter__ = copy  # type: ignore[assignment]


class Pair(tuple[Any, ...]):
    __iter__ = __len__ = Text.__hash__  # type: ignore[assignment]


class Items(list[Any]):
    __iter__ = copy = __len__ = Text.__hash__  # type: ignore[assignment]


class Liar:
    @property
    def __class__(self) -> type:  # type: ignore[override]
        raise KeyError("s3cret")

    def __getattr__(self, name: str) -> Any:
        raise KeyError("s3cret")


class Zone(dt.tzinfo):
    def utcoffset(self, when: dt.datetime | None) -> dt.timedelta:
        raise KeyError("s3cret")


class Colour(enum.Enum):
    RED = "red"
    MIX = ("a", 1)


class Shade(str, enum.Enum):  # noqa: UP042  # the older form is what callers have
    DARK = "dark"


class Level(enum.IntEnum):
    ONE = 1


Point = namedtuple("Point", "x y")
UTC = dt.UTC

BECOMES: list[tuple[object, Any]] = [
    *[(value, value) for value in (None, True, False, 0, -1, 10**25, 1.5, "", "ü", "\0\u202e\u2028", [], {})],
    ((1, "a"), [1, "a"]),
    (Point(1, 2), [1, 2]),
    (OrderedDict(a=1), {"a": 1}),
    (defaultdict(list, a=[1]), {"a": [1]}),
    (Text("a"), "a"),
    (Whole(3), 3),
    (Real(1.5), 1.5),
    (Map({"a": Items([1])}), {"a": [1]}),
    (Sly(a=1), {"a": 1}),
    (Pair((1, [2])), [1, [2]]),
    ({Key("a"): 1, Key("b"): 2}, {"a": 1, "b": 2}),
    (Colour.RED, "red"),
    (Colour.MIX, ["a", 1]),
    (Shade.DARK, "dark"),
    (Level.ONE, 1),
    (Decimal("10"), 10),
    (Decimal("1E+2"), 100),
    (Decimal("-0"), 0),
    (Decimal("1.10"), 1.1),
    (Decimal("0.1"), 0.1),
    (Decimal("1234567890123456789012345"), 1234567890123456789012345),
    (10**4300 - 1, 10**4300 - 1),
    (1 - 10**4300, 1 - 10**4300),
    (Decimal(10**4300 - 1), 10**4300 - 1),
    (dt.datetime(2022, 2, 11, 16, 36, 17, tzinfo=UTC), "2022-02-11T16:36:17+00:00"),
    (
        dt.datetime(2022, 2, 11, 16, 36, 17, 5, tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30))),
        "2022-02-11T16:36:17.000005+05:30",
    ),
    (dt.date(2022, 2, 11), "2022-02-11"),
    (UUID(int=3), "00000000-0000-0000-0000-000000000003"),
    (Name(given="A"), {"given": "A"}),
]


@pytest.mark.parametrize(("value", "plain"), BECOMES, ids=lambda value: type(value).__name__)
def test_what_it_becomes(value: object, plain: Any) -> None:
    found = any_value(value)
    assert same(found, plain) and is_plain(found)


def is_plain(value: Any) -> bool:
    if type(value) is dict:
        return all(type(key) is str and is_plain(item) for key, item in value.items())
    if type(value) is list:
        return all(map(is_plain, value))
    return value is None or type(value) in (str, int, float, bool)


REFUSED: list[tuple[object, str]] = [
    (math.nan, "expected a finite number, got NaN or infinity"),
    (math.inf, "expected a finite number, got NaN or infinity"),
    (Real(math.nan), "expected a finite number, got NaN or infinity"),
    (Decimal("NaN"), "expected a finite number, got NaN or infinity"),
    (Decimal("sNaN"), "expected a finite number, got NaN or infinity"),
    (Decimal("-Infinity"), "expected a finite number, got NaN or infinity"),
    (Decimal("0.12345678901234567890"), "a number with more digits than a JSON number can keep"),
    (Decimal("1E-999999"), "a number with more digits than a JSON number can keep"),
    (Decimal("1E+999999"), "integer with more than 4300 digits"),
    (10**4300, "integer with more than 4300 digits"),
    (-(10**4300), "integer with more than 4300 digits"),
    (Decimal("1E+4300"), "integer with more than 4300 digits"),
    ("\ud800", "text with half of a surrogate pair, which is not valid Unicode"),
    (b"s3cret", "bytes is not a JSON value"),
    (bytearray(b"s3cret"), "bytearray is not a JSON value"),
    ({"s3cret"}, "set is not a JSON value"),
    (frozenset(), "frozenset is not a JSON value"),
    (1j, "complex is not a JSON value"),
    (object(), "object is not a JSON value"),
    (Path("s3cret"), f"{type(Path()).__name__} is not a JSON value"),
    (len, "builtin_function_or_method is not a JSON value"),
    (Liar(), "Liar is not a JSON value"),
    (type("s3 cret", (), {})(), "an object is not a JSON value"),
    (type("Größe", (), {})(), "an object is not a JSON value"),
    (type("N" * 64, (), {})(), f"{'N' * 64} is not a JSON value"),
    (type("N" * 65, (), {})(), "an object is not a JSON value"),
    (type("BaseModel", (), {})(), "BaseModel is not a JSON value"),
    (type("Model", (), {"__module__": "pydantic.main"})(), "Model is not a JSON value"),
    (dt.datetime(2022, 2, 11), "datetime without an offset"),
    (dt.datetime(2022, 2, 11, tzinfo=Zone()), "datetime with a time zone of an unknown class"),
    (dt.time(3), "time is not a JSON value"),
    (dt.timedelta(3), "timedelta is not a JSON value"),
]


@pytest.mark.parametrize(("value", "message"), REFUSED, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("check", [True, False])
def test_what_is_refused(value: object, message: str, check: bool) -> None:
    assert problems({"attributes": {"k3y": value}}, check=check) == [f"CM702 attributes.*: {message}"]


HELP: list[tuple[object, str | None]] = [
    (b"", "Decode it to text"),
    (bytearray(), "Decode it to text"),
    (set(), "Pass a list"),
    (frozenset(), "Pass a list"),
    (1j, "Pass a number"),
    (object(), None),
    (math.nan, "Pass null, or leave it out"),
    (Decimal("NaN"), "Pass null, or leave it out"),
    (Decimal("0.12345678901234567890"), "Pass it as text"),
    (dt.datetime(2022, 2, 11), "Add a time zone"),
    (10**4300, None),
]


@pytest.mark.parametrize(("value", "help"), HELP, ids=lambda value: type(value).__name__)
def test_how_it_is_mended(value: object, help: str | None) -> None:
    with pytest.raises(RecordError) as caught:
        any_value(value)
    (problem,) = caught.value.diagnostics
    assert problem.help is None if help is None else str(problem.help).startswith(help)


def test_keys_are_texts() -> None:
    expected = [
        "CM702 attributes: expected text as a key, got a number",
        "CM702 attributes: expected text as a key, got null",
        "CM702 attributes: expected text as a key, got true or false",
        "CM702 attributes: expected text as a key, got a list",
        "CM702 attributes: expected text as a key, got bytes",
    ]
    keys = {1: "a", None: "b", "c": 1, False: 1, (): 1, b"s3cret": 1}
    assert problems({"attributes": keys}) == expected
    assert problems({"attributes": {Key("a"): 1, "a": 2}}) == [
        "CM702 attributes: two keys have the same text"
    ]
    (problem,) = problems({"attributes": {"\udc00": 1}})
    assert problem.startswith("CM702 attributes: text with half of a surrogate pair")


def test_all_problems_at_once_with_their_paths() -> None:
    record = {
        "name": {"given": b""},
        "addresses": [{}, {"city": {1}}],
        "attributes": {"k3y": [math.nan]},
        "zip": 1j,
    }
    assert problems(record) == [
        "CM702 name.given: bytes is not a JSON value",
        "CM702 addresses[1].city: set is not a JSON value",
        "CM702 attributes.*[0]: expected a finite number, got NaN or infinity",
        "CM702 zip: complex is not a JSON value",
    ]


@pytest.mark.parametrize(
    ("record", "kind"),
    [(None, "null"), (5, "a number"), ("a", "text"), ((1,), "a list"), (True, "true or false")],
)
def test_a_record_is_an_object(record: object, kind: str) -> None:
    for call in (
        lambda: intake.take(record, CUSTOMER, check=False),
        lambda: intake.take_parsed(record if kind != "a list" else [1], CUSTOMER, check=False),
        lambda: copy_carefully(record, ANY),
    ):
        with pytest.raises(RecordError) as caught:
            call()
        (problem,) = caught.value.diagnostics
        assert (problem.code, problem.path, problem.help) == ("CM701", "", "A record is one object")
        assert problem.message == f"expected an object, got {kind}"


def nested(depth: int, wrap: Callable[[Any], Any]) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = wrap(value)
    return value


@pytest.mark.parametrize("wrap", [lambda inner: [inner], lambda inner: {"a": inner}, lambda inner: (inner,)])
def test_depth(wrap: Callable[[Any], Any]) -> None:
    take({"attributes": {"k": nested(62, wrap)}}, CUSTOMER)
    (problem,) = problems({"attributes": {"k": nested(63, wrap)}})
    assert problem.startswith("CM703 attributes.*") and problem.endswith("nested more than 64 levels deep")
    assert problems({"attributes": {"k": nested(50_000, wrap)}})[0].startswith("CM703")


def test_a_million_problems_are_counted() -> None:
    found = problems({"tags": [b"s3cret"] * 5000})
    assert len(found) == 21 and found[-1] == "CM702 : and 4,980 more"


def test_a_records_own_methods_are_not_called() -> None:
    assert take(Sly(email="a"), CUSTOMER) == {"email": "a"}


def test_cycles() -> None:
    loop: dict[str, Any] = {}
    loop["attributes"] = {"k": [loop]}
    assert problems(loop) == ["CM702 attributes.*[0]: contains itself"]
    pair: tuple[list[Any]] = ([],)
    pair[0].append(pair)
    assert problems({"attributes": {"k": pair}}) == ["CM702 attributes.*[0][0]: contains itself"]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    """As many values as a record may hold, for once."""
    for module in (intake, careful):
        monkeypatch.setattr(module, "MAX_VALUES", 100)
    return 100


@pytest.mark.parametrize(
    "wrap", [list, tuple, lambda items: dict.fromkeys(map(str, items)), lambda items: [[*items]]]
)
def test_the_largest_record(few: int, wrap: Callable[[Any], Any]) -> None:
    room = few - 3 if wrap(range(1)) == [[0]] else few - 2
    for value, full in ((wrap(range(room)), False), (wrap(range(room + 1)), True)):
        for record in ({"attributes": {"k": value}}, {"attributes": OrderedDict(k=value)}):
            if full:
                assert problems(record) == ["CM702 : more than 100 values in one record"]
            else:
                take(record, CUSTOMER)


def test_shared_parts_cannot_make_a_small_record_endless(few: int) -> None:
    bomb: Any = "x"
    for _ in range(40):
        bomb = [bomb] * 10
    for record in ({"attributes": {"k": bomb}}, {"attributes": {"k": (bomb,)}}):
        assert problems(record) == ["CM702 : more than 100 values in one record"]


def test_shared_parts_are_copied_apart() -> None:
    shared = {"a": [1]}
    plain = take({"attributes": {"x": shared, "y": shared}}, CUSTOMER)["attributes"]
    assert plain == {"x": shared, "y": shared}
    assert plain["x"] is not plain["y"] is not shared and plain["x"]["a"] is not shared["a"]


def test_inputs_are_never_changed() -> None:
    record = {"name": "Alex", "phone": "1", "email": None, "tags": ["a"], "attributes": {"a": {"b": [None]}}}
    before = copy.deepcopy(record)
    plain = take(record, CUSTOMER, nulls="absent")
    plain["attributes"]["a"]["b"].append(1)
    plain["tags"].append(1)
    assert record == before


def test_text_names_and_phones() -> None:
    assert take({"name": "Alex Doe", "phone": ""}, CUSTOMER) == {
        "name": {"formatted": "Alex Doe"},
        "phone": {"number": ""},
    }
    assert take({"name": Text("Alex")}, CUSTOMER) == {"name": {"formatted": "Alex"}}
    assert take({"name": None, "addresses": [{"name": "A", "phone": "1"}]}, CUSTOMER) == {
        "name": None,
        "addresses": [{"name": "A", "phone": "1"}],
    }


def test_text_names_of_another_schema_stay(tmp_path: Path) -> None:
    path = tmp_path / "own.json"
    path.write_text('{"type": "object", "properties": {"name": {"type": ["string", "null"]}, "any": {}}}')
    own = load_canonical(path)
    assert take({"name": "Alex"}, own) == {"name": "Alex"}
    assert take({"name": None, "any": None, "other": None}, own, nulls="absent") == {}
    everything = {"name": None, "any": {"x": None}, "other": None}
    assert take(everything, own, nulls="absent", check=False) == {"any": {"x": None}, "other": None}
    with pytest.raises(RecordError) as caught:
        take({"name": b"", "any": {"k3y": b""}}, own)
    assert [problem.path for problem in caught.value.diagnostics] == ["name", "any.*"]


NULLS = {
    "email": None,
    "name": {"given": None, "family": "Doe"},
    "tags": [],
    "addresses": [{"city": None}, {"city": "x", "line1": None}],
    "loyalty": {"member": None, "enrollments": [{"tier": None, "points": 0}]},
    "identifiers": {"a": None},
    "attributes": {"a": None, "b": {"email": None}, "c": [None]},
    "custom_fields": None,
}


def test_nulls_absent_drops_those_of_named_fields_at_every_depth() -> None:
    assert take(NULLS, CUSTOMER, nulls="absent") == {
        "name": {"family": "Doe"},
        "tags": [],
        "addresses": [{}, {"city": "x"}],
        "loyalty": {"enrollments": [{"points": 0}]},
        "identifiers": {"a": None},
        "attributes": {"a": None, "b": {"email": None}, "c": [None]},
    }
    assert take(NULLS, CUSTOMER) == NULLS


def test_models_say_what_was_set() -> None:
    customer = Customer(name=Name(given="A", middle=None), email=None, addresses=[Address(city="x")])
    customer.company = None
    assert take(customer, CUSTOMER) == {
        "name": {"given": "A", "middle": None},
        "email": None,
        "company": None,
        "addresses": [{"city": "x"}],
    }
    assert take(Customer(), CUSTOMER) == {}


def test_models_of_others() -> None:
    class Person(BaseModel):
        model_config = ConfigDict(extra="allow", populate_by_name=True)
        mail: str = Field(alias="email")
        status: Colour | str = "active"

    class Everyone(RootModel[list[Person]]):
        pass

    person = Person(mail="a@example.com", tags=["x"])  # type: ignore[call-arg]  # the alias, and an extra
    assert take(person, CUSTOMER) == {"email": "a@example.com", "tags": ["x"]}
    assert any_value(Everyone([person])) == [{"email": "a@example.com", "tags": ["x"]}]
    broken = Customer.model_construct(attributes={"a": b"s3cret"}, zzz=1)
    assert problems(broken) == ["CM702 attributes.*: bytes is not a JSON value"]


def test_check_false_skips_the_schema_alone() -> None:
    assert take({"priority": "x", "name": 5}, CUSTOMER, check=False) == {"priority": "x", "name": 5}
    assert problems({"priority": "x"}) == ["CM701 priority: expected a whole number or null, got text"]


def test_take_parsed_copies_nothing() -> None:
    record = {"name": "Alex", "email": None, "attributes": {"a": 1}}
    plain = intake.take_parsed(record, CUSTOMER, nulls="absent").record
    assert plain is record and plain == {"name": {"formatted": "Alex"}, "attributes": {"a": 1}}
    with pytest.raises(RecordError) as caught:
        intake.take_parsed([1], CUSTOMER)
    assert caught.value.diagnostics[0].message == "expected an object, got a list"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.binary(max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(
    record=st.dictionaries(st.sampled_from([*Customer.model_fields, "zip"]), JSON, max_size=4),
    check=st.booleans(),
)
def test_plain_copy_or_record_error(record: dict[str, Any], check: bool) -> None:
    try:
        plain = take(record, CUSTOMER, check=check)
    except RecordError:
        return
    assert is_plain(plain)
    for field, part in (("name", "formatted"), ("phone", "number")):
        if isinstance(record.get(field), str):
            record[field] = {part: record[field]}
    if check:
        drop_unknown(record, CUSTOMER.type)
        assert CUSTOMER.unknown_members(plain) is None
    assert same(plain, record)
