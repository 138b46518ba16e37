"""A body as a form: what is written, what is refused, and what of it is shown."""

from __future__ import annotations

import copy
import json
import pickle
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec.structs import replace

from custmap import Mapping, RecordError
from custmap.contract.form_body import INLINE, Form, openapi_style
from custmap.contract.media_type import can_write
from custmap.values.paths import Member, parse_path
from custmap.wire.form_text import FormError, form_text
from custmap.wire.hiding import UNKNOWN
from custmap.wire.request import Request
from small_mappings import made

ROWS = yaml.safe_load((Path(__file__).parent / "forms.yaml").read_text(encoding="utf-8"))


def form_of(stated: Any) -> Form:
    if isinstance(stated, str):
        return Form(INLINE[stated])
    style = openapi_style(stated.get("style"), stated.get("explode"), stated.get("contentType"))
    return Form(openapi_style(None, None, None), {"a": style}, frozenset({"a", "taken"}))


@pytest.mark.parametrize(
    ("form", "body", "text"),
    [(row["form"], body, text) for row in ROWS for body, text in row["written"]],
    ids=str,
)
def test_written(form: Any, body: dict[str, Any], text: str) -> None:
    made = form_of(form)
    assert form_text(made, body) == text
    for name, value in body.items():
        assert made.at((Member(name),)).unwritable(value) is None


@pytest.mark.parametrize(
    ("form", "body"), [(row["form"], body) for row in ROWS for body in row.get("refused", ())], ids=str
)
def test_refused(form: Any, body: dict[str, Any]) -> None:
    [(name, value)] = body.items()
    reason = form_of(form).at((Member(name),)).unwritable(value)
    assert reason is not None and reason.startswith(("has ", "includes "))


@pytest.mark.parametrize(
    ("form", "place", "value", "fits"),
    [
        ("brackets", "a.b", ["x"], True),
        ("comma", "a.b", ["x", "y"], True),
        ("comma", "a.b", ["x,y"], False),
        ("comma", "a[0]", {"b": "x"}, False),
        ("comma", "a[0]", "x,y", False),
        ("repeat", "a[0].b", ["x", "y"], True),
        ({}, "a.taken", "x", True),
        ({}, "a.b", {"taken": "x"}, True),
        ({"explode": False}, "a.b", ["x"], False),
        ({"explode": False}, "a.b", {}, False),
        ({"explode": False}, "a[0]", [], False),
        ({"contentType": "application/json"}, "a[0].b", {"x": None}, True),
    ],
)
def test_inside_other_values(form: Any, place: str, value: Any, fits: bool) -> None:
    assert (form_of(form).at(parse_path(place)).unwritable(value) is None) is fits


@pytest.mark.parametrize(
    ("media_type", "fits"),
    [
        ("application/json", True),
        ("Application/JSON; charset=latin-1", True),
        ("application/merge-patch+json", True),
        ("application/x-www-form-urlencoded", True),
        ("Application/X-WWW-Form-Urlencoded;charset=UTF-8", True),
        ('application/x-www-form-urlencoded; charset="utf-8"', True),
        ("application/x-www-form-urlencoded; charset=iso-8859-1", False),
        ("multipart/form-data", False),
        ("json", False),
        ("application/json\r\nX: y", False),
        ("text/+json/x", False),
        ("", False),
    ],
)
def test_media_types(media_type: str, fits: bool) -> None:
    assert can_write(media_type) is fits


RULES = """
contract: {method: POST, url: 'https://x.io/c', form: brackets}
params: {token: {secret: true}}
body:
  mail: email
  key: {param: token, format: "K {}"}
  card.token: {param: token}
  card.kind: role
  meta: {from: attributes, merge: entries}
"""
CUSTOMER = {"email": "a b@x.io", "role": "tester", "attributes": {"plan": "x", "l": [1, True]}}
SECRET = "s3&{cret}"
TEXT = "card[kind]=tester&card[token]={0}&key=K+{0}&mail=a+b%40x.io&meta[l][0]=1&meta[l][1]=true&meta[plan]=x"


@pytest.fixture
def mapping(tmp_path: Path) -> Mapping:
    return made(tmp_path, RULES)


def test_content(mapping: Mapping) -> None:
    request = mapping.apply(CUSTOMER, {"token": SECRET})
    assert request.content == TEXT.format("s3%26%7Bcret%7D").encode()
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert pickle.loads(pickle.dumps(request)) == request == copy.deepcopy(request)
    assert pickle.loads(pickle.dumps(request)).content == request.content
    assert replace(request, form=None) != request


def test_secrets_are_shown_by_name(mapping: Mapping) -> None:
    request = mapping.apply(CUSTOMER, {"token": SECRET})
    hidden = TEXT.format("{{token}}")
    assert request.to_dict(secrets=False)["content"] == hidden
    assert json.loads(request.to_json(secrets=False))["content"] == hidden
    assert request.to_http().endswith(f"\n\n{hidden}")
    shown = (repr(request), request.to_curl(), request.to_http(), request.to_json(secrets=False))
    assert not any(part in text for text in shown for part in (SECRET, "s3%26", "s3"))
    assert request.to_dict()["content"].encode() == request.content


def test_curl_sends_the_content(mapping: Mapping) -> None:
    request = mapping.apply(CUSTOMER, {"token": SECRET})
    words = shlex.split(request.to_curl(secrets=True).replace("\\\n", ""))
    assert words[-2:] == ["--data-raw", (request.content or b"").decode()]
    assert "Content-Type: application/x-www-form-urlencoded" in words


def test_a_body_that_was_changed(mapping: Mapping) -> None:
    """The caller has a request and may do to it what no rule does; it is shown all the same."""
    request = mapping.apply(CUSTOMER, {"token": SECRET})
    for body in ({"mail": None}, {"meta": {"a": None}}, {"mail": object()}, ["x"]):
        changed = replace(request, body=body)
        with pytest.raises((ValueError, TypeError, AttributeError)):
            changed.content  # noqa: B018
        assert changed.to_dict()["content"] is None
        assert changed.to_http(secrets=True).endswith(f"\n\n{UNKNOWN}") and "Request(" in repr(changed)
    with pytest.raises(FormError):
        form_text(form_of("comma"), {"a": ["x,y"]})
    with pytest.raises(FormError):
        form_text(form_of("comma"), {"a": [["x"]]})
    moved = replace(request, body={"mail": "x", SECRET: "y"})
    assert moved.to_dict(secrets=False)["content"] == "mail=x&{{unknown}}={{unknown}}"


def test_json_content(tmp_path: Path) -> None:
    mapping = made(tmp_path, "body: {mail: email, a: attributes.a}\n")
    request = mapping.apply({"email": "é", "attributes": {"a": [1.5, None, "\u2028"]}})
    assert request.content == '{"a":[1.5,null,"\u2028"],"mail":"é"}'.encode()
    assert list(json.loads(request.content)) == list(request.body)
    assert "content" not in request.to_dict() and "content" not in json.loads(request.to_json())
    assert mapping.apply({}).content == b"{}"


def test_a_stated_json_type(tmp_path: Path) -> None:
    contract = "contract: {method: PATCH, url: 'https://x.io/c', media_type: application/json-patch+json}\n"
    request = made(tmp_path, contract + "body: {mail: email}\n").apply({"email": "a"})
    assert request.headers["Content-Type"] == "application/json-patch+json"
    assert request.content == b'{"mail":"a"}' and "content" not in request.to_dict()


def test_without_a_body(tmp_path: Path) -> None:
    contract = "contract: {method: GET, url: 'https://x.io/c/{id}', form: repeat}\npath: {id: id}\n"
    request = made(tmp_path, contract).apply({"id": "1"})
    assert request.content is None and request.body is None
    assert "content" not in request.to_dict() and "Content-Type" not in request.headers
    assert "--data-raw" not in request.to_curl()
    assert Request("v/op", "GET", "https://x.io", {}, {}, {}, None).content is None


def test_an_empty_form(mapping: Mapping) -> None:
    request = replace(mapping.apply({"email": "x"}, {"token": "t"}), body={})
    assert request.content == b"" and request.to_dict()["content"] == ""


def test_parameters_that_a_form_cannot_write(tmp_path: Path) -> None:
    contract = "contract: {method: POST, url: 'https://x.io/c', form: comma}\n"
    mapping = made(tmp_path, contract + "params: {p: {}}\nbody: {mail: email, p: {param: p}}\n")
    assert mapping.apply({"email": "a"}, {"p": ["x", "y"]}).content == b"mail=a&p=x,y"
    for value in (["x,y"], [["x"]], {"a": None}, {"a[b]": 1}):
        with pytest.raises(RecordError) as caught:
            mapping.apply({"email": "a"}, {"p": value})
        assert [(one.code, one.target) for one in caught.value.diagnostics] == [("CM709", "p")]
