"""Parameters bound: what is remembered from call to call, what is told when, and that nothing is shared."""

from __future__ import annotations

import copy
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from custmap import Mapping, RecordError
from custmap.wire.binding import Binder, Bound
from custmap.wire.url import UrlTemplate
from small_mappings import made

RULES = """
contract:
  method: POST
  url: https://x.io/c
  fields: {n: integer, any: {}, deep: {}, mail: string}
  query: {many: array, flag: {}}
  headers: {X-Many: array}
params: {n: {}, any: {}, flag: {}, many: {default: [1, 2]}, deep: {default: {a: [1]}}, id: {}}
query: {many: {param: many}, flag: {param: flag}}
headers: {X-Many: {param: many}}
body:
  n: {param: n}
  any: {param: any}
  deep: {param: deep}
  fixed: {value: [1, {a: 2}]}
  mail: email
"""


@pytest.fixture(scope="module")
def mapping(tmp_path_factory: pytest.TempPathFactory) -> Mapping:
    return made(Path(tmp_path_factory.mktemp("m")), RULES)


@pytest.fixture
def binder(mapping: Mapping) -> Binder[Bound]:
    return mapping.engine.binder  # type: ignore[no-any-return]


class Name(str):
    """A text of the caller's own class."""


@pytest.mark.parametrize(
    "params", [{}, {"n": 1}, {"n": 1, "any": None}, {"any": "x", "flag": True}, {"any": 1.5}]
)
def test_the_same_parameters_are_bound_once(binder: Binder, params: dict[str, Any]) -> None:
    first = binder.bind(params)
    assert binder.bind(copy.copy(params)) is first
    params["any"] = "another"
    assert binder.bind(params) is not first


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"n": True},
        {"n": 1.0},
        {"n": 2},
        {"any": 1},
        {"n": 1, "any": 1},
        None,
        MappingProxyType({"n": 1}),
    ],
)
def test_other_parameters_are_bound_anew(binder: Binder, other: Any) -> None:
    params = {"n": 1}
    first = binder.bind(params)
    try:
        assert binder.bind(other) is not first
    except RecordError:  # `True` and `1.0` are not what the contract wants, and are not taken for `1`
        assert other in ({"n": True}, {"n": 1.0})


@pytest.mark.parametrize(
    "params",
    [{"any": [1]}, {"any": {"a": 1}}, {"any": Name("x")}, {Name("n"): 1}, MappingProxyType({"n": 1})],
)
def test_what_the_caller_could_change_is_not_remembered(binder: Binder, params: Any) -> None:
    assert binder.bind(params) is not binder.bind(params)


def test_a_flag_is_no_number(mapping: Mapping) -> None:
    urls = [mapping.apply({}, {"flag": flag}).url.partition("flag=")[2] for flag in (1, True, 1.0, "1", 1)]
    assert urls == ["1&many=1&many=2", "true&many=1&many=2", *["1&many=1&many=2"] * 3]


def spoil(value: Any) -> None:
    for item in list(value.values()) if isinstance(value, dict) else list(value):
        if isinstance(item, dict | list):
            spoil(item)
    value.update(spoilt=1) if isinstance(value, dict) else value.append("spoilt")


@pytest.mark.parametrize("params", [{}, {"n": 1}, {"any": [1]}, {"many": [3]}, {"deep": {"b": [2]}}])
def test_what_a_request_holds_is_its_own(mapping: Mapping, params: dict[str, Any]) -> None:
    given = copy.deepcopy(params)
    calls = (
        lambda: mapping.apply({"email": "a"}, params),
        lambda: mapping.diff({"email": "b"}, {"email": "a"}, params).requests[0],
    )
    for call in calls:
        first = copy.deepcopy(call())
        for _ in range(2):
            request = call()
            assert request == first
            for part in (request.path, request.query, request.headers, request.body):
                spoil(part)
    assert params == given


@pytest.mark.parametrize("default", ["[1]", "{a: 1}"])
def test_one_part_that_could_be_changed_is_enough(tmp_path: Path, default: str) -> None:
    mapping = made(
        tmp_path,
        "contract: {method: POST, url: 'https://x.io/c', fields: {p: {}, a: string}, query: {q: {}}}\n"
        f"params: {{p: {{default: {default}}}}}\n"
        "query: {q: {param: p}}\nbody: {p: {param: p}, a: email}\n",
    )
    first = copy.deepcopy(mapping.apply({"email": "a"}, {}))
    for _ in range(2):
        request = mapping.apply({"email": "a"}, {})
        assert request == first
        spoil(request.query), spoil(request.body)


def test_a_url_of_parameters_alone_is_written_once(mapping: Mapping, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[object] = []
    bound = UrlTemplate.bound
    monkeypatch.setattr(UrlTemplate, "bound", lambda *given: written.append(given) or bound(*given))
    urls = {mapping.apply({"email": mail}, {"flag": "once"}).url for mail in "abc"}
    assert urls == {"https://x.io/c?flag=once&many=1&many=2"} and len(written) == 1


def test_a_body_is_in_order(mapping: Mapping) -> None:
    body = mapping.apply({"email": "a"}, {"n": 1, "any": 2}).body
    assert list(body) == ["any", "deep", "fixed", "mail", "n"]


def test_missing_is_told_when_something_is_sent_and_wrong_at_once(tmp_path: Path) -> None:
    mapping = made(
        tmp_path,
        "contract: {method: POST, url: 'https://{host}/c/{id}', fields: {n: integer}}\n"
        "params: {id: {}, host: {}, n: {}}\npath: {id: {param: id}}\nbody: {n: {param: n}, mail: email}\n",
    )
    assert not mapping.diff({"email": "a"}, {"email": "a"})
    with pytest.raises(RecordError) as caught:
        mapping.diff({"email": "a"}, {"email": "b"})
    assert sorted((one.code, one.path, one.target) for one in caught.value.diagnostics) == [
        ("CM708", "params.host", "server.host"),
        ("CM708", "params.id", "path.id"),
    ]
    assert {one.help for one in caught.value.diagnostics} == {
        f"Give `{name}`: params={{'{name}': …}}, or -p {name}=… on the command line."
        for name in ("host", "id")
    }
    for wrong, place in (({"n": "x"}, "params.n"), ({"host": 5}, "params.host")):
        with pytest.raises(RecordError) as caught:
            mapping.diff({"email": "a"}, {"email": "a"}, wrong)
        assert [(one.code, one.path) for one in caught.value.diagnostics] == [("CM709", place)]


SERVERS = """
openapi: 3.1.0
info: {title: x, version: "1"}
servers:
  - url: https://{region}.x.io/{base}
    variables: {region: {default: eu, enum: [eu, us]}, base: {default: v1}}
paths: {/c: {post: {operationId: update, responses: {"200": {description: ok}}}}}
"""


@pytest.mark.parametrize(
    ("params", "url"),
    [
        ({}, "https://eu.x.io/v1/c"),
        ({"region": "us"}, "https://us.x.io/v1/c"),
        ({"region": "us", "base": "v 2"}, "https://us.x.io/v%202/c"),
        ({"region": "asia"}, ("CM709", "params.region", "server.region")),
        ({"region": ["eu"]}, ("CM709", "params.region", "server.region")),
        ({"base": ".."}, ("CM710", "server.base", "server.base")),
    ],
)
def test_a_servers_variables(tmp_path: Path, params: dict[str, Any], url: Any) -> None:
    rules = "contract: {openapi: api.yaml, operation: update}\nparams: {region: {}, base: {}}\nbody: {}\n"
    mapping = made(tmp_path, rules, {"api.yaml": SERVERS})
    if isinstance(url, str):
        assert mapping.apply({}, params).url == url
        return
    with pytest.raises(RecordError) as caught:
        mapping.apply({}, params)
    assert [(one.code, one.path, one.target) for one in caught.value.diagnostics] == [url]


def test_a_value_that_the_table_lacks(tmp_path: Path) -> None:
    mapping = made(
        tmp_path,
        "contract: {method: POST, url: 'https://x.io/c', fields: {a: string}}\n"
        "params: {p: {}}\nbody: {a: {param: p, values: {x: X}}}\n",
    )
    with pytest.raises(RecordError) as caught:
        mapping.apply({}, {"p": "y"})
    assert [(one.code, one.path, one.message) for one in caught.value.diagnostics] == [
        ("CM709", "params.p", "has no row in `values`")
    ]


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        ("string", ["a"], "expected text, got a list"),
        ("string", {"a": 1}, "expected text, got an object"),
        ("integer", 1.5, "expected a whole number, got a number"),
        ("boolean", "yes", "expected true or false, got text"),
        ("array", "a", "expected a list, got text"),
        ("integer", "true", "expected a whole number, got text"),
        ("integer", "1.5", "expected a whole number, got text"),
        ("boolean", "7", "expected true or false, got text"),
        ("number", "false", "expected a number, got text"),
    ],
)
def test_why_a_value_does_not_fit(tmp_path: Path, kind: str, value: Any, reason: str) -> None:
    mapping = made(
        tmp_path,
        f"contract: {{method: POST, url: 'https://x.io/c', fields: {{a: {kind}}}}}\n"
        "params: {p: {}}\nbody: {a: {param: p}}\n",
    )
    with pytest.raises(RecordError) as caught:
        mapping.apply({}, {"p": value})
    (one,) = caught.value.diagnostics
    assert (one.code, one.path, one.target, one.message) == ("CM709", "params.p", "a", reason)
