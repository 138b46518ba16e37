"""What a caller makes of a request before it is shown: what the mapping does not fill there is hidden."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from custmap import Mapping
from custmap.wire.request import Request
from small_mappings import made

RULES = """
contract: {method: PATCH, url: "https://x.io/c/{id}", query: {n: string}, headers: {authorization: string}}
params: {token: {secret: true}}
path: {id: id}
query: {n: company}
headers: {authorization: {param: token, format: "Bearer {}"}}
body:
  card: {from: payment_card, fields: {by: provider, key: {param: token}}}
  'phones[type=sms].value': email
  'phones[type=sms].key': {param: token}
  'third[2].town': company
  'third[2].key': {param: token}
  places: {each: addresses, fields: {town: city, in.town: city, in.key: {param: token}}}
  firms:
    first:
    - {when: blocked, each: addresses, fields: {town: city, key: {param: token}}}
    - {from: attributes.firms}
  open: {from: payment_card, fields: {by: provider}}
"""
CUSTOMER = {
    "id": "C-1",
    "email": "e",
    "company": "c",
    "blocked": True,
    "payment_card": {"provider": "p"},
    "addresses": [{"city": "a"}, {"city": "b"}],
}
SECRET = "s3cret"
HIDDEN = "{{unknown}}"
UNKNOWN = {HIDDEN: HIDDEN}


@pytest.fixture(scope="module")
def mapping(tmp_path_factory: pytest.TempPathFactory) -> Mapping:
    return made(tmp_path_factory.mktemp("hiding"), RULES)


@pytest.fixture(scope="module")
def request_(mapping: Mapping) -> Request:
    return mapping.apply(CUSTOMER, {"token": SECRET})


def test_all_that_the_mapping_fills_is_shown(request_: Request) -> None:
    shown = request_.to_dict(secrets=False)
    assert shown["url"] == "https://x.io/c/C-1?n=c"
    assert shown["headers"]["authorization"] == "Bearer {{token}}"
    assert shown["body"] == {
        "card": {"by": "p", "key": "{{token}}"},
        "phones": [{"type": "sms", "value": "e", "key": "{{token}}"}],
        "third": [{}, {}, {"town": "c", "key": "{{token}}"}],
        "places": [{"town": name, "in": {"town": name, "key": "{{token}}"}} for name in ("a", "b")],
        "firms": [{"town": "a", "key": "{{token}}"}, {"town": "b", "key": "{{token}}"}],
        "open": {"by": "p"},
    }


MOVED: dict[str, tuple[str, Any, Any]] = {
    "a name in an object": ("card", {"by": "p", "more": SECRET}, {"by": "p", **UNKNOWN}),
    "an item of another key": (
        "phones",
        [{"type": "mms", "key": SECRET}, {"type": "sms", "key": SECRET, "value": "e"}],
        [HIDDEN, {"type": "sms", "key": "{{token}}", "value": "e"}],
    ),
    "an item at another position": ("third", [{"key": SECRET}], [HIDDEN]),
    "a name in an item": ("third", [None, {}, {"more": SECRET}], [None, {}, UNKNOWN]),
    "a name in the item of a list": ("places", [{"town": "a", "more": SECRET}], [{"town": "a", **UNKNOWN}]),
    "a name in an object of an item": ("places", [{"in": {"more": SECRET}}], [{"in": UNKNOWN}]),
    "a name in an item that may be as it was": ("firms", [{"n": SECRET}], [UNKNOWN]),
    "a text in place of a list": ("third", SECRET, "{{token}}"),
    "a text in place of an object": ("card", SECRET, "{{token}}"),
    "an object without a secret is shown": ("open", {"by": "p", "more": 1}, {"by": "p", "more": 1}),
}  # fmt: skip


@pytest.mark.parametrize("case", MOVED)
def test_what_is_moved_in_the_body(request_: Request, case: str) -> None:
    name, value, shown = MOVED[case]
    changed = replace(request_, body={**request_.body, name: value})
    found = changed.to_dict(secrets=False)["body"]
    assert found[name] == shown
    assert {**found, name: None} == {**request_.to_dict(secrets=False)["body"], name: None}


def test_another_body_is_hidden_whole(request_: Request) -> None:
    assert replace(request_, body=SECRET).to_dict(secrets=False)["body"] == "{{token}}"
    assert replace(request_, body={"more": SECRET}).to_dict(secrets=False)["body"] == UNKNOWN
    assert replace(request_, body=None).to_dict(secrets=False)["body"] is None


def test_other_parameters(request_: Request) -> None:
    """A URL into which they may have got is hidden, too."""

    def shown(**changed: Any) -> dict[str, Any]:
        found = replace(request_, **changed)
        assert SECRET not in repr(found) and SECRET not in found.to_curl()
        return found.to_dict(secrets=False)

    assert shown(headers={**request_.headers, "more": SECRET})["headers"][HIDDEN] == HIDDEN
    found = shown(query={"n": "c", "more": SECRET}, url=f"https://x.io/c/C-1?n=c&more={SECRET}")
    assert (found["query"], found["url"]) == ({"n": "c", **UNKNOWN}, "{{url}}")
    found = shown(path=SECRET)
    assert (found["path"], found["url"]) == (HIDDEN, "{{url}}")
    found = shown(path=None, query=None)
    assert (found["path"], found["query"], found["url"]) == (None, None, "{{url}}")
    assert shown(query=None, url="https://x.io/c/C-1")["url"] == "https://x.io/c/C-1"


def test_without_secrets_all_is_shown(tmp_path: Path) -> None:
    """A query that may be personal is hidden in pictures, and nothing of it in data."""
    rules = RULES.replace("secret: true", "secret: false")
    request = made(tmp_path, rules).apply(CUSTOMER, {"token": "open"})
    changed = replace(request, headers={"more": "x"}, body={"more": 1})
    shown = changed.to_dict(secrets=False)
    assert shown == changed.to_dict() and shown["url"] == "https://x.io/c/C-1?n=c"
    assert changed.shown_url(personal=False) == "https://x.io/c/C-1?n=••••"
    assert changed.shown_url(personal=True) == changed.url
