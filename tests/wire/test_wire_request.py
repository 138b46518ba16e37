"""The request: what stands in a URL or a header, what is refused, and that secrets are not shown."""

from __future__ import annotations

import copy
import json
import pickle
import shlex
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from custmap.contract.style import Style
from custmap.model.privacy import EVERY_ITEM, Secret
from custmap.values.paths import Select
from custmap.wire.hiding import Secrets
from custmap.wire.parameters import PlaceError, header_text
from custmap.wire.request import Request
from custmap.wire.url import UrlTemplate


def build_url(server: str, variables: Any, template: str, path: Any, query: Any) -> str:
    return UrlTemplate(server, template).fill(variables, path, query)


BUILT = [
    ("https://x.io", {}, "/c", {}, {}, "https://x.io/c"),
    ("https://x.io/", {}, "c", {}, {}, "https://x.io/c"),
    ("https://x.io/a/", {}, "", {}, {}, "https://x.io/a"),
    ("", {}, "", {}, {"a": 1}, "?a=1"),
    ("https://{host}/api", {"host": "a.io:8080"}, "/c/{id}", {"id": 42}, {}, "https://a.io:8080/api/c/42"),
    ("https://{a}.x.io/{v}", {"a": "eu", "v": "v/2"}, "/c", {}, {}, "https://eu.x.io/v%2F2/c"),
    ("{host}/{v}", {"host": "x.io", "v": "v/2"}, "/c", {}, {}, "x.io/v%2F2/c"),
    ("/{v}", {"v": "v/2"}, "/c", {}, {}, "/v%2F2/c"),
    (
        "{scheme}://{host}/{v}",
        {"scheme": "https", "host": "a:1", "v": "b:c"},
        "/c",
        {},
        {},
        "https://a:1/b%3Ac/c",
    ),
    ("https://{h}", {"h": "a-b_c~1.x.io:80"}, "/c", {}, {}, "https://a-b_c~1.x.io:80/c"),
    ("", {}, "/{a}/}", {"a": "1"}, {}, "/1/}"),
    ("", {}, "/{a}-{b}/x", {"a": "1", "b": "ü"}, {}, "/1-%C3%BC/x"),
    ("", {}, "/c", {}, {"all": True, "none": False, "n": 1.5}, "/c?all=true&none=false&n=1.5"),
    ("", {}, "/c", {}, {"id": ["a", "b&c"], "e": "", "l": []}, "/c?id=a&id=b%26c&e="),
    ("", {}, "/{id}", {"id": "a/../b"}, {}, "/a%2F..%2Fb"),
    ("", {}, "/{id}", {"id": "%2e%2e"}, {}, "/%252e%252e"),
    ("", {}, "/{id}", {"id": "..."}, {}, "/..."),
    ("", {}, "/{id}", {"id": "a?b#c\\d e+f"}, {}, "/a%3Fb%23c%5Cd%20e%2Bf"),
]


@pytest.mark.parametrize(("server", "variables", "template", "path", "query", "url"), BUILT)
def test_built(server: str, variables: Any, template: str, path: Any, query: Any, url: str) -> None:
    assert build_url(server, variables, template, path, query) == url


PATH_REFUSED = [
    "", ".", "..", None, [], [""], {}, [["a"]], [None], float("nan"), float("inf"), "\ud800", object(),
]  # fmt: skip
HOST_REFUSED = [
    "", "a/b", "u@a", "a#b", "a?b", "a\\b", "a b", "a\nb", "a\n", "a\0", "a:80:80", "a:", ":80", "a:x", None,
    "..", "bücher.de", "[::1]", "a%2fb", "a\u2028b", ["a"],
]  # fmt: skip
QUERY_REFUSED = [None, {"a": {}}, [[1]], [None], float("nan"), "\udfff"]
HEADER_REFUSED = [
    "a\r\nb: c", "a\nb", "a\rb", "\0", "日本", "a\u2028", "\x1b[31m", "a\x7f", None, [], {}, ["a,b"], [[1]],
    {"a": None}, "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("value", PATH_REFUSED)
def test_path_refused(value: Any) -> None:
    with pytest.raises(PlaceError) as found:
        build_url("", {}, "/{id}", {"id": value}, {})
    assert (found.value.code, found.value.place) == ("CM710", "path.id")


@pytest.mark.parametrize("value", HOST_REFUSED)
def test_host_refused(value: Any) -> None:
    with pytest.raises(PlaceError) as found:
        build_url("https://{host}/x", {"host": value}, "/c", {}, {})
    assert (found.value.code, found.value.place) == ("CM710", "server.host")
    if value is not None:
        with pytest.raises(PlaceError):
            UrlTemplate("https://{host}/x", "/c").check({"host": value})
    assert value is None or value == "" or repr(value) not in str(found.value)


def test_a_style_holds_for_the_plainest_value() -> None:
    url = UrlTemplate("", "/{a}/{b}", in_path={"a": Style("label")})
    assert url.fill({}, {"a": "x", "b": "x"}, {}) == "/.x/x"


def test_a_host_is_one_without_a_scheme_too() -> None:
    with pytest.raises(PlaceError):
        build_url("{host}/x", {"host": "u@a"}, "/c", {}, {})


@pytest.mark.parametrize(
    ("variables", "place"),
    [
        ({}, None),
        ({"host": "x.io", "zone": "eu", "id": ".."}, None),
        ({"host": "x/io"}, "server.host"),
        ({"host": "x.io", "zone": ".."}, "server.zone"),
        ({"zone": [["a"]]}, "server.zone"),
        ({"zone": ""}, "server.zone"),
    ],
)
def test_variables_are_checked_before_there_is_a_request(
    variables: dict[str, Any], place: str | None
) -> None:
    url = UrlTemplate("https://{host}/{zone}", "/c/{id}")
    if place is None:
        url.check(variables)
        return
    with pytest.raises(PlaceError) as found:
        url.check(variables)
    assert (found.value.code, found.value.place) == ("CM710", place)


@pytest.mark.parametrize("value", QUERY_REFUSED)
def test_query_refused(value: Any) -> None:
    with pytest.raises(PlaceError) as found:
        build_url("", {}, "/c", {}, {"q": value})
    assert (found.value.code, found.value.place) == ("CM710", "query.q")


@pytest.mark.parametrize("value", HEADER_REFUSED)
def test_header_refused(value: Any) -> None:
    with pytest.raises(PlaceError) as found:
        header_text("X-A", value)
    assert (found.value.code, found.value.place) == ("CM710", "headers.X-A")


@pytest.mark.parametrize(
    ("value", "text"),
    [("", ""), ("a b", "a b"), ("é\t\xa0", "é\t\xa0"), (12, "12"), (True, "true"), (1.5, "1.5")],
)
def test_header(value: Any, text: str) -> None:
    assert header_text("X-A", value) == text


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(
    st.dictionaries(st.sampled_from("abc"), TEXT.filter(lambda text: text not in (".", "..")), min_size=3),
    st.dictionaries(TEXT, st.lists(TEXT | st.just(""), min_size=1, max_size=3), max_size=4),
)
def test_a_url_taken_apart_gives_the_parameters_back(
    path: dict[str, str], query: dict[str, list[str]]
) -> None:
    url = build_url("https://{host}/api", {"host": "a.io:1"}, "/x/{a}/{b}/y/{c}", path, query)
    split = urlsplit(url)
    _, api, x, a, b, y, c = split.path.split("/")
    assert (split.scheme, split.netloc, api, x, y, split.fragment) == ("https", "a.io:1", "api", "x", "y", "")
    assert {"a": unquote(a), "b": unquote(b), "c": unquote(c)} == path
    flat = [(name, value) for name, values in query.items() for value in values]
    assert parse_qsl(split.query, keep_blank_values=True, strict_parsing=bool(flat)) == flat


def secret_request() -> Request:
    url = UrlTemplate("https://{host}/{zone}-{area}/api", "/c/{id}/{key}.json")
    places = (
        Secret(("headers", "Authorization"), "Bearer {{token}}"),
        Secret(("headers", "X-Gone"), "{{token}}"),
        Secret(("query", "sig"), "{{token}}"),
        Secret(("path", "key"), "{{token}}"),
        Secret(("server", "zone"), "{{token}}"),
        Secret(("body", "cards", EVERY_ITEM, "code"), "{{token}}"),
        Secret(("body", "channels", Select("type", "email"), "key"), "{{token}}"),
        Secret(("body", "list", 1), "{{token}}"),
        Secret(("body", "not", "there"), "{{token}}"),
        Secret(("body", "not", 0), "{{token}}"),
    )
    path = {"id": "a/b", "key": "s3cret"}
    query = {"a": ["1", "2"], "sig": "s3cret", "e": []}
    variables = {"host": "x.io", "zone": "s3cret", "area": "eu"}
    body = {
        "cards": [{"code": "s3cret", "n": 1}, {"n": 2}, 3],
        "channels": [{"type": "sms", "key": "open"}, {"type": "email", "key": "s3cret"}, "type", {}],
        "list": ["a", "s3cret"],
        "not": None,
        "map": {"a": 1},
    }
    headers = {"Authorization": "Bearer s3cret", "X-A": "1"}
    return Request(
        "v/op",
        "PATCH",
        url.fill(variables, path, query),
        path,
        query,
        headers,
        body,
        (),
        Secrets(places, url),
    )


def test_secrets_are_whole_in_the_request_and_hidden_when_shown() -> None:
    request = secret_request()
    before = copy.deepcopy(request.to_dict())
    shown = request.to_dict(secrets=False)
    assert list(shown) == ["mapping", "method", "url", "path", "query", "headers", "body"]
    assert shown["url"] == "https://x.io/{{token}}-{area}/api/c/a%2Fb/{{token}}.json?a=1&a=2&sig={{token}}"
    assert shown["headers"] == {"Authorization": "Bearer {{token}}", "X-A": "1"}
    assert shown["path"] == {"id": "a/b", "key": "{{token}}"}
    assert shown["body"] == {
        "cards": [{"code": "{{token}}", "n": 1}, {"n": 2}, "{{token}}"],
        "channels": [{"type": "sms", "key": "open"}, {"type": "email", "key": "{{token}}"}, "type", {}],
        "list": ["a", "{{token}}"],
        "not": None,
        "map": {"a": 1},
    }
    for text in (
        repr(request),
        str(request),
        request.to_curl(),
        request.to_http(),
        request.to_json(secrets=False),
    ):
        assert "s3cret" not in text and "{{token}}" in text
    for text in (request.to_json(), request.to_curl(secrets=True), request.to_http(secrets=True)):
        assert text.count("s3cret") >= 5 and "{{token}}" not in text
    assert request.to_dict() == before


def test_what_stands_beside_a_secret_is_shown() -> None:
    url = UrlTemplate("/api", "/{a}-{b}/{list}_{b}/{c}", in_path={"list": Style("simple", True)})
    path = {"a": "x y", "b": "s3cret", "list": ["p", "q/r"], "c": 1}
    whole = url.fill({}, path, {})
    assert whole == "/api/x%20y-s3cret/p,q%2Fr_s3cret/1"
    hidden = {("path", "b"): "{{token}}"}
    assert url.shown(whole, path, {}, hidden, {}) == "/api/x%20y-{{token}}/p,q%2Fr_{{token}}/1"
    assert url.shown(whole, path, {}, {("server", "b"): "{{token}}"}, {}) == whole


def test_a_url_from_elsewhere_is_hidden_whole() -> None:
    request = secret_request()
    changed = Request("v/op", "GET", "https://y.io/", {}, {}, {}, None, (), request.hidden)
    assert changed.to_dict(secrets=False)["url"] == "{{url}}"


CHANGED: dict[str, Callable[[Request], Request]] = {
    "a value": lambda request: replace(request, query={**request.query, "a": 3}),
    "another value": lambda request: replace(request, query={**request.query, "page": 2}),
    "no query": lambda request: replace(request, query={}),
    "what cannot be written": lambda request: replace(request, query={"a": {"b": [{}]}}),
    "what cannot be written in the path": lambda request: replace(request, path={"id": {"b": [{}]}}),
    "a parameter of the URL": lambda request: replace(request, url=request.url + "&more=s3cret"),
    "a second question": lambda request: replace(request, url=request.url.replace("?", "?sig=s3cret?")),
    "a fragment": lambda request: replace(request, url=request.url + "#s3cret"),
    "the end": lambda request: replace(request, url="https://y.io/s3cret" + request.url.rpartition("/")[2]),
    "a segment": lambda request: replace(request, url=request.url.replace("/api/", "/s3cret/")),
}


@pytest.mark.parametrize("change", CHANGED)
def test_what_a_caller_changes_shows_no_secret(change: str) -> None:
    request = CHANGED[change](secret_request())
    assert "s3cret" in request.url
    assert "s3cret" not in repr(request)
    assert "s3cret" not in request.to_curl()


def test_requests_are_equal_by_their_seven_members() -> None:
    request = secret_request()
    same = Request(*[copy.deepcopy(value) for value in request.to_dict().values()], ("a note",))
    assert request == same
    assert pickle.loads(pickle.dumps(request)) == request
    assert repr(pickle.loads(pickle.dumps(request))) == repr(request)
    with pytest.raises(AttributeError):
        request.url = ""  # type: ignore[misc]


NASTY = [
    "'; rm -rf / #",
    '"$(id)"',
    "`id`",
    "a\nb",
    "\u202eabc",
    "\x1b[2J",
    "@file",
    "{a,b}",
    "日本",
    "\\",
    "\u2028",
]


@pytest.mark.parametrize("text", NASTY)
def test_curl_is_one_command_whatever_the_values_hold(text: str) -> None:
    url = build_url("https://x.io", {}, "/c/{id}", {"id": text}, {"q": text})
    body = {text: [text]}
    command = Request("v/op", "PATCH", url, {}, {}, {"X-A": "a 'b'", "X-E": ""}, body).to_curl()
    words = shlex.split(command.replace("\\\n", ""))
    assert words[:5] == ["curl", "--globoff", "-X", "PATCH", url]
    assert words[5:9] == ["-H", "X-A: a 'b'", "-H", "X-E;"]
    assert words[9] == "--data-raw"
    assert json.loads(words[10]) == body
    assert command.replace("\n", "").isprintable()


def test_http() -> None:
    listed = Request("v/op", "POST", "https://x.io/c", {}, {}, {"X-N": 1}, ["a"])
    assert listed.to_http() == 'POST https://x.io/c HTTP/1.1\nX-N: 1\n\n["a"]'
    bare = Request("v/op", "GET", "https://x.io/c", {}, {}, {}, None)
    assert bare.to_http() == "GET https://x.io/c HTTP/1.1"
    assert bare.to_curl() == "curl --globoff -X GET https://x.io/c"
    assert bare.to_json() == (
        '{"mapping":"v/op","method":"GET","url":"https://x.io/c","path":{},"query":{},"headers":{},"body":null}'
    )


def test_letters_stay_readable() -> None:
    request = Request("v/op", "PUT", "https://x.io/c", {}, {}, {}, {"ü": "日本\u2028"})
    for text in (request.to_http().splitlines()[-1], shlex.split(request.to_curl())[-1]):
        assert text == '{"ü": "日本\\u2028"}'


def test_json_on_many_lines() -> None:
    request = Request("v/op", "PUT", "https://x.io/c", {}, {}, {"X-B": "2", "X-A": "1"}, {"ü": [1, True]})
    assert request.to_json(indent=1) == (
        '{\n "mapping": "v/op",\n "method": "PUT",\n "url": "https://x.io/c",\n "path": {},\n "query": {},\n'
        ' "headers": {\n  "X-A": "1",\n  "X-B": "2"\n },\n "body": {\n  "ü": [\n   1,\n   true\n  ]\n }\n}'
    )


def test_its_text_is_that_of_a_call() -> None:
    request = Request("v/op", "PUT", "https://x.io/c", {"a": 1}, {}, {}, [None])
    assert repr(request) == (
        "Request(mapping='v/op', method='PUT', url='https://x.io/c', path={'a': 1}, query={}, headers={},"
        " body=[None])"
    )
    assert eval(repr(request)) == request


@pytest.mark.parametrize("write", [Request.to_json, Request.to_curl, Request.to_http])
def test_what_is_no_json_is_not_written(write: Any) -> None:
    with pytest.raises(ValueError):
        write(Request("v/op", "PUT", "https://x.io/c", {}, {}, {}, {"a": float("nan")}))


HEADERS = [  # as it is held, and as it is shown
    ("a b", "a b"),
    ("é", "é"),
    ("a\tb\xa0c\xadd", "a\tb\xa0c\xadd"),
    ("\x85\x9b31m", "\\u0085\\u009b31m"),
    (1.0, "1"),
    (True, "true"),
]


@pytest.mark.parametrize(("value", "shown"), HEADERS)
def test_headers_act_on_no_terminal(value: Any, shown: str) -> None:
    request = Request("v/op", "GET", "https://x.io/c", {}, {}, {"X-A": value}, None)
    assert shlex.split(request.to_curl())[-1] == f"X-A: {shown}"
    assert request.to_http().splitlines()[-1] == f"X-A: {shown}"


def test_a_request_is_frozen_and_is_what_it_sends() -> None:
    request: Any = secret_request()
    again = pickle.loads(pickle.dumps(request))
    assert again == request and repr(again) == repr(request)
    parts = [
        getattr(request, name) for name in ("mapping", "method", "url", "path", "query", "headers", "body")
    ]
    assert Request(*parts) == request and Request(*parts, ("a note",)) == request  # type: ignore[arg-type]
    assert Request(*parts[:-1], {}) != request and request != tuple(parts)
    with pytest.raises(AttributeError):
        request.url = ""
    with pytest.raises(TypeError):
        hash(request)


def test_a_number_of_too_many_digits_is_refused() -> None:
    with pytest.raises(PlaceError):
        build_url("", {}, "/{id}", {"id": 10**5000}, {})
