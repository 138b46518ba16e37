"""How a mapping is called: parameters, headers, secrets, states of a record, and wrong calls."""

from __future__ import annotations

import json
from collections.abc import Mapping as Params
from copy import deepcopy
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from custmap import Mapping, MappingError, RecordError, load
from small_mappings import made, tables

CASES = tables(Path(__file__).parent / "params.yaml")
ALL = [(suite["given"], case) for suite in CASES for case in suite["cases"]]


@pytest.mark.parametrize("rules, case", ALL, ids=[case["name"] for _, case in ALL])
def test_params(rules: str, case: dict[str, Any], tmp_path: Path) -> None:
    mapping = made(tmp_path, rules)
    customer = case.get("customer", {})
    if "error" in case:
        with pytest.raises(RecordError) as caught:
            mapping.apply(customer, case["params"])
        found = sorted((one.code, one.path) for one in caught.value.diagnostics)
        assert found == sorted(map(tuple, case["error"]))
        for value in case["params"].values():
            assert not isinstance(value, str) or len(value) < 4 or value not in str(caught.value)
        return
    request = mapping.apply(customer, case["params"])
    for part in ("url", "path", "query", "body"):
        if part in case:
            assert getattr(request, part) == case[part]
            assert json.dumps(getattr(request, part), sort_keys=True) == json.dumps(
                case[part], sort_keys=True
            )
    for name, value in case.get("headers", {}).items():
        assert request.headers.get(name) == value


RULES = """
params: {token: {}, order_id: {}}
headers: {X-A: {param: token}}
body:
  mail: {from: email, clear: send_null}
  id: {param: order_id}
  tags: {from: tags, merge: set, clear: send_null}
"""


@pytest.fixture(scope="module")
def mapping(tmp_path_factory: pytest.TempPathFactory) -> Mapping:
    return made(tmp_path_factory.mktemp("m"), RULES)


def test_wrong_calls(mapping: Mapping) -> None:
    for call, part in (
        (lambda: mapping.apply({}, {"tokn": "x"}), "Did you mean `token`?"),
        (lambda: mapping.diff({}, {}, {"order": "x"}), "order_id"),
        (lambda: mapping.apply({}, on_rejected="dorp"), "'drop'"),  # type: ignore[arg-type]
        (lambda: mapping.apply({}, nulls="keep"), "'absent'"),  # type: ignore[arg-type]
        (lambda: mapping.diff({}, {}, absent="kep"), "'keep'"),  # type: ignore[arg-type]
        (lambda: mapping.diff({}, {}, nulls="keep"), "'clear'"),  # type: ignore[arg-type]
        (lambda: mapping.diff({}, {}, vendor={}), "not both"),
        (lambda: mapping.explain("mial"), "Did you mean `mail`?"),
    ):
        with pytest.raises(ValueError) as caught:
            call()
        assert part in str(caught.value)
    for params in ([], "token", 5, [("token", "x")], {5: "x"}):
        said = (
            "the names of params must be text"
            if params == {5: "x"}
            else "params must be a dict of names and values"
        )
        with pytest.raises(TypeError, match=said):
            mapping.apply({}, params)  # type: ignore[arg-type]
    for unhashable in ([], {}):
        with pytest.raises((ValueError, TypeError)):
            mapping.apply({}, on_rejected=unhashable)  # type: ignore[arg-type]


def raising(*_: object) -> Any:
    raise KeyError("s3cret")


class HostileDict(dict[Any, Any]):
    __iter__ = __len__ = __getitem__ = keys = items = values = get = copy = raising  # type: ignore[assignment]


class HostileText(str):
    __eq__ = __str__ = __repr__ = raising  # type: ignore[assignment]
    __hash__ = str.__hash__


class HostileMapping(Params):
    __iter__ = __len__ = __getitem__ = raising


def test_no_method_of_a_foreign_class_is_called(mapping: Mapping) -> None:
    """Neither of a record's class nor of that of the parameters."""
    record = HostileDict({HostileText("email"): HostileText("a"), "name": HostileText("s3cret")})
    for params in (
        HostileDict(token=HostileText("t")),
        {HostileText("token"): "t"},
        {"token": HostileText("t")},
    ):
        for _ in range(2):
            assert mapping.apply(record, params).headers["X-A"] == "t"
            request = mapping.diff({"email": "b", "name": {"family": "x"}}, record, params).requests[0]
            assert request.body == {"mail": "a"}
    with pytest.raises(TypeError) as caught:
        mapping.apply({}, HostileMapping())
    assert caught.value.__context__ is None or caught.value.__suppress_context__
    assert mapping.apply({}, MappingProxyType({"token": "t"})).headers["X-A"] == "t"


def test_unknown_members(mapping: Mapping) -> None:
    flat = {"email": "a", "first_name": "A", "zip": "1"}
    said = "unknown members are ignored: first_name (did you mean `name.given`?)"
    for request in (mapping.apply(flat), *mapping.requests(flat)):
        assert [str(note) for note in request.notes] == [
            f"{said}, zip (did you mean `addresses[*].postal_code`?)"
        ]
    plans = [mapping.diff(None, flat), mapping.diff(flat, flat), mapping.diff(flat, {"first_name": "B"})]
    assert [[note.startswith(said) for note in plan.notes] for plan in plans] == [[True]] * 3
    assert mapping.diff({"shoe": 1}, {"first_name": 2}).notes == (f"{said}, shoe",)
    assert mapping.apply({"email": "a", "attributes": {"first_name": "A"}}).notes == ()
    assert mapping.apply(flat, check=False).notes == ()
    for calls in (
        lambda: mapping.apply(flat, strict=True),
        lambda: mapping.apply(flat, strict=True, check=False),
        lambda: mapping.requests(flat, strict=True),
        lambda: mapping.diff(None, flat, strict=True),
        lambda: mapping.diff(flat, {}, strict=True),
    ):
        with pytest.raises(RecordError) as caught:
            calls()
        found = [(one.code, one.path, one.help) for one in caught.value.diagnostics]
        assert found[0] == ("CM712", "first_name", "Did you mean `name.given`?") and len(found) == 2
    (result,) = mapping.apply_many([flat], strict=True)
    (plan,) = mapping.diff_many([(flat, flat)], strict=True)
    assert not result.ok and not plan.ok


WHOLE = """
contract:
  method: POST
  url: https://x.test
  fields: {card: object, text: string, cities: array, first: object}
body:
  card: {from: payment_card, merge: whole}
  text: json(payment_card)
  cities: addresses[].*
  first: {from: 'addresses[0]', merge: whole}
"""


def test_an_object_that_is_read_whole_leaves_out_unknown_members(tmp_path: Path) -> None:
    mapping = made(tmp_path, WHOLE)
    record = {
        "payment_card": {"provider": "p", "zz": 1},
        "addresses": [{"city": "A", "zz": {"a": 1}}, {"zz": 2}],
        "zz": [{"zz": 1}],
    }
    known = {"payment_card": {"provider": "p"}, "addresses": [{"city": "A"}, {}]}
    kept = deepcopy(record)
    request = mapping.apply(record)
    assert (
        request.body
        == mapping.apply(known).body
        == {
            "card": {"provider": "p"},
            "text": '{"provider":"p"}',
            "cities": [["A"], []],
            "first": {"city": "A"},
        }
    )
    assert request.notes == ("unknown members are ignored: addresses[0].zz, payment_card.zz, zz",)
    assert not mapping.diff(known, record).changes and not mapping.diff(record, known).changes
    assert record == kept


def test_an_error_says_what_was_unknown_too(tmp_path: Path) -> None:
    mapping = made(tmp_path, "body: {mail: {from: email, clear: impossible}}")
    for call in (
        lambda: mapping.apply({"email": None, "mail": "a"}),
        lambda: mapping.apply({"email": 5, "mail": "a"}),
        lambda: mapping.diff({"email": 5, "mail": "a"}, {}),
    ):
        with pytest.raises(RecordError) as caught:
            call()
        assert caught.value.__notes__ == ["unknown members are ignored: mail (did you mean `email`?)"]


@pytest.mark.parametrize("record", [None, 5, "x", [], [{}], True, b"{}", ..., {"email": ...}], ids=repr)
@pytest.mark.parametrize("check", [True, False])
def test_records_that_are_none(mapping: Mapping, record: Any, check: bool) -> None:
    with pytest.raises(RecordError):
        mapping.apply(record, check=check)
    with pytest.raises(RecordError):
        mapping.diff({}, record, check=check)


def test_what_is_not_read_need_not_be_looked_at(mapping: Mapping) -> None:
    record = {"email": "a", 1: 2, "shoe": ...}
    with pytest.raises(RecordError):
        mapping.apply(record)
    assert mapping.apply(record, check=False) == mapping.apply({"email": "a"})


def test_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mappings").mkdir()
    made(tmp_path / "mappings", RULES)
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert load("acme/case").name == "acme/case"
    assert load("aifi/update-customer").name == "aifi/update-customer"
    for name, help in (
        ("acme/cas", "Did you mean `acme/case`?"),
        ("../acme/case", "case"),
        ("\0", "acme/case"),
    ):
        with pytest.raises(MappingError) as caught:
            load(name)
        (found,) = caught.value.diagnostics
        assert found.code == "CM204" and help in str(found.help)
    with pytest.raises(MappingError) as caught:
        load("nowhere/x.yaml")
    assert [one.code for one in caught.value.diagnostics] == ["CM111"]


def test_vendors_copy(tmp_path: Path) -> None:
    """A diff against what the vendor holds, in its own form."""
    mapping = made(
        tmp_path,
        "body:\n  name.first: {from: name.given, clear: send_null}\n  mail: lower(email)\n"
        "  map: {from: attributes, merge: entries, clear: {name_in: gone}}\n",
    )
    held = {"name": {"first": "A"}, "mail": "a@x.io", "map": {"k": 1, "j": 2}, "other": True}
    after = {"name": {"given": None}, "email": "A@X.io", "attributes": {"k": 1}}
    plan = mapping.diff(None, after, vendor=held)
    assert plan.request is not None
    assert plan.request.body == {"name": {"first": None}, "gone": ["j"]}
    assert [f"{change.action} {change.target}" for change in plan.changes] == [
        "clear map.j",
        "clear name.first",
    ]
    same = mapping.diff(None, {"name": {"given": "A"}, "email": "A@x.io"}, vendor=held)
    assert not same and same.request is None


SECRET = """
contract: {method: PUT, url: "https://{host}/c/{key}"}
params: {token: {secret: true}, host: {}}
path: {key: {param: token}}
query: {q: {param: token}}
headers: {Authorization: {param: token, format: "Bearer {}"}}
body:
  plain: email
  deep.token: {param: token}
  list[1].t: {param: token}
  list[1].c: company
  list[0].c: id
  ch[type=x].t: {param: token}
  items: {each: addresses, fields: {city: city, t: {param: token}}}
  one: {first: [company, {param: token}]}
"""


def test_secrets_are_shown_nowhere(tmp_path: Path) -> None:
    mapping = made(tmp_path, SECRET)
    hidden = "s3cr3t/value+ü"
    customer = {"email": "e", "company": "C", "addresses": [{"city": "C"}, {"city": "D"}]}
    params = {"token": hidden, "host": "x.io"}
    applied = mapping.apply(customer, params)
    planned = mapping.diff({"email": "f"}, customer, params)
    assert planned.request is not None
    for request in (applied, planned.request):
        open_, closed = request.to_curl(secrets=True), (
            repr(request), request.to_curl(), request.to_http(), request.to_json(secrets=False), str(planned),
        )  # fmt: skip
        assert "s3cr3t" in open_ and "s3cr3t" in request.to_json()
        for text in closed:
            assert "s3cr3t" not in text
        assert request.to_dict(secrets=False)["headers"]["Authorization"] == "Bearer {{token}}"
        assert request.to_dict(secrets=False)["url"] == "https://x.io/c/{{token}}?q={{token}}"
        # Who says nothing keeps its position, so a place in the mapping is the place in the request.
        assert request.to_dict(secrets=False)["body"]["list"] == [{}, {"c": "C", "t": "{{token}}"}]


def test_a_secret_in_the_servers_url_is_shown_nowhere(tmp_path: Path) -> None:
    mapping = made(
        tmp_path,
        "contract: {method: PUT, url: 'https://{host}/{zone}/c'}\n"
        "params: {host: {secret: true}, zone: {secret: true}}\nbody: {a: email}\n",
    )
    request = mapping.apply({"email": "e"}, {"host": "s3cr3t.io", "zone": "s3cr3t"})
    assert request.url == "https://s3cr3t.io/s3cr3t/c"
    assert request.to_dict(secrets=False)["url"] == "https://{{host}}/{{zone}}/c"
    assert "s3cr3t" not in repr(request) + request.to_curl() + request.to_http()


def test_a_secret_is_in_no_error(tmp_path: Path) -> None:
    mapping = made(tmp_path, SECRET)
    for params in ({"token": "s3cr3t\n", "host": "x.io"}, {"token": "s3cr3t", "host": "s3cr3t/@x"},
                   {"token": ["s3cr3t"], "host": "x.io"}, {"token": ".", "host": "x.io"}):  # fmt: skip
        with pytest.raises(RecordError) as caught:
            mapping.apply({"email": "e"}, params)
        assert "s3cr3t" not in str(caught.value) + repr(caught.value.diagnostics)
