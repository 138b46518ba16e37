"""Requests as lines: whatever is kept from the request before, the bytes are those of the request alone."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from custmap import RecordError, load
from custmap.contract.form_body import INLINE, Form
from custmap.model.privacy import Secret
from custmap.records.identity import RequestIds, Who
from custmap.records.request_lines import RequestLines
from custmap.values.json_text import json_bytes
from custmap.wire.binding import bind
from custmap.wire.hiding import Secrets
from custmap.wire.request import Request
from custmap.wire.sending import Sender
from custmap.wire.url import UrlTemplate
from small_mappings import made

URL = UrlTemplate("https://{host}", "/c/{id}")
PLACES: list[tuple[str, ...]] = [
    ("headers", "Authorization"), ("server", "host"), ("query", "key"), ("path", "id"), ("body", "token"),
]  # fmt: skip
BASE = Request(
    "a/b", "PUT", "https://h/c/1", {"id": 1}, {}, {"Authorization": "t", "X": "1"}, {"token": "t", "a": 1}
)
NEXT: list[dict[str, Any]] = [
    {},
    {"body": {"a": 2.5, "token": "u"}},
    {"body": None},
    {"form": Form(INLINE["brackets"])},
    {"form": Form(INLINE["repeat"]), "body": {"token": ["u&", "\u2028"], "a": {"b": 1e16}}},
    {"form": Form(INLINE["repeat"]), "body": None},
    {"headers": {"Authorization": "u"}},
    {"headers": {"Authorization": "t", "X": 1}},
    {"headers": {"Authorization": "t", "X": True}},
    {"headers": {"Authorization": "t", "X": 1.0}},
    {"headers": {}},
    {"path": {"id": "1"}},
    {"path": {"id": 1}},
    {"path": {"id": "1"}, "query": {"key": "é", "n": [1e16]}},
    {"path": {"id": 2}},
    {},
]


IDS = RequestIds("a run")
WHO = Who(7, "C-\u20281")


def alone(request: Request, secrets: bool) -> bytes:
    return json_bytes(IDS.marked(request, WHO, secrets=secrets)) + b"\n"


@pytest.mark.parametrize("secrets", [True, False])
@pytest.mark.parametrize("place", [None, *PLACES], ids=str)
def test_one_after_the_other_is_each_alone(place: tuple[str, ...] | None, secrets: bool) -> None:
    hidden = None if place is None else Secrets((Secret(place, "{{s}}"),), URL)
    lines = RequestLines(IDS, secrets=secrets)
    for changes in [*NEXT, *reversed(NEXT)]:
        request = replace(BASE, **changes, hidden=hidden)
        request = replace(request, url=URL.fill({"host": "h"}, request.path, request.query))
        assert lines.line(request, WHO) == alone(request, secrets)


PARAMS = "params: {token: {secret: true}}\n"
RULES: dict[str, str] = {
    "in no place": PARAMS + "body: {mail: email, b: {from: attributes, merge: whole}}\n",
    "in a header": PARAMS + "headers: {X-A: {param: token}}\nbody: {mail: email}\n",
    "in the body": PARAMS + "body: {mail: email, id: {param: token}, a: company}\n",
    "beside a header of the record": PARAMS
    + "headers: {X-A: {param: token}, X-B: id}\nbody: {mail: email}\n",
}
PATH = "contract: {method: PUT, url: 'https://x.io/c/{id}'}\npath: {id: id}\n"
RULES |= {
    "in no place, beside a path": PARAMS
    + PATH
    + "body: {mail: email, b: {from: attributes, merge: whole}}\n",
    "in a header, beside a path": PARAMS + PATH + "headers: {X-A: {param: token}}\nbody: {mail: email}\n",
    "in the body, beside a path": PARAMS + PATH + "body: {mail: email, id: {param: token}, a: company}\n",
    "in the query, beside a path": PARAMS + PATH + "query: {k: {param: token}}\nbody: {mail: email}\n",
    "in the path": PARAMS
    + "contract: {method: PUT, url: 'https://x.io/{key}/{id}'}\n"
    + "path: {id: id, key: {param: token}}\nbody: {mail: email}\n",
}
FORM = "contract: {method: PUT, url: 'https://x.io/c', form: brackets}\n"
RULES |= {
    "in no place of a form": PARAMS + FORM + "body: {mail: email, b: {from: identifiers, merge: whole}}\n",
    "in the body of a form": PARAMS + FORM + "body: {mail: email, id: {param: token}, a: company}\n",
    "in a header, a form beside a path": PARAMS
    + FORM.replace("/c'", "/c/{id}'")
    + "path: {id: id}\nheaders: {X-A: {param: token}}\nbody: {mail: email, a: company}\n",
}
RULES |= {
    "in an object of the body": PARAMS + "body: {mail: email, n.t: {param: token}, n.a: company}\n",
    "in the body of some": PARAMS + PATH + "body: {mail: email, t: {param: token, when: company == 'A'}}\n",
    "in the form of some": PARAMS + FORM + "body: {mail: email, t: {param: token, when: company == 'A'}}\n",
}
RULES["of a request that may carry several"] = (
    PARAMS + "bulk: {into: inputs, most: 2}\nheaders: {X-A: {param: token}}\nbody: {mail: email}\n"
)
RECORDS: list[dict[str, Any]] = [
    {"email": "a@x.io", "id": "1", "attributes": {"z": 1e16, "a": [{"d": 1, "c": None}]}, "company": "A"},
    {"email": "b@x.io", "id": "2", "attributes": {"z": 2.5}},
    {"email": "c\u2028@x.io", "id": "2", "nickname": "c"},
    {"id": "3"},
]


@pytest.mark.parametrize("secrets", [True, False])
@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
def test_a_line_without_a_request_is_that_of_the_request(tmp_path: Path, rules: str, secrets: bool) -> None:
    mapping = made(tmp_path, rules)
    for given in ({"token": "s3cret"}, {"token": 7}, {"token": ["s", {"b": 1, "a": 2}]}, {}):
        try:
            line = mapping.line_applier(IDS, given, secrets=secrets)
        except RecordError:  # a list in a header
            continue
        for fits in (False, True):
            for record in deepcopy(RECORDS):
                known = fits and "nickname" not in record
                try:
                    request = mapping.apply(record, given)
                except RecordError:  # a token that cannot be in a path
                    with pytest.raises(RecordError):
                        line(record, known, WHO)
                    continue
                assert line(record, known, WHO) == (alone(request, secrets), request.notes)


def test_lines_of_other_parameters(tmp_path: Path) -> None:
    mapping = made(tmp_path, RULES["in a header"])
    lines, code = RequestLines(IDS, secrets=True), mapping.functions.apply
    for token in ("one", "two", "one"):
        bound = bind(mapping.checked, {"token": token})
        sender = Sender(mapping.checked, mapping.checked.operation)
        *parts, _ = code(RECORDS[0], bound.own())
        assert lines.sent(sender, bound, WHO, *parts) == alone(
            mapping.apply(RECORDS[0], {"token": token}), True
        )


def test_a_required_parameter_is_missed_in_every_line() -> None:
    mapping = load("microbase/customer-update")
    record = {"identifiers": {"microbase": "1"}, "email": "a@x.io"}
    with pytest.raises(RecordError) as alone:
        mapping.apply(record, {"host": "h"})
    line = mapping.line_applier(IDS, {"host": "h"})
    for _ in range(2):
        with pytest.raises(RecordError) as caught:
            line(dict(record), True, WHO)
        assert caught.value.diagnostics == alone.value.diagnostics


@pytest.mark.parametrize("record", [{"name": "Ann"}, {"company": None, "tags": None}])
@pytest.mark.parametrize("nulls", ["clear", "absent"])
def test_nulls_and_notes(record: dict[str, Any], nulls: Any) -> None:
    mapping, given = load("microbase/customer-update"), {"host": "h", "token": "t"}
    record = {"identifiers": {"microbase": "1"}, "email": "a@x.io", **record}
    request = mapping.apply(deepcopy(record), given, nulls=nulls)
    (made,) = mapping.applier(given, nulls=nulls)(deepcopy(record), True)
    assert (made, made.notes) == (request, request.notes)
    line = mapping.line_applier(IDS, given, nulls=nulls, secrets=True)(deepcopy(record), True, WHO)
    assert line == (alone(request, True), request.notes)
    compare, before = mapping.comparer(given, nulls=nulls), {**record, "tags": ["a"]}
    plan = mapping.diff(deepcopy(before), deepcopy(record), given, nulls=nulls)
    assert compare(deepcopy(before), deepcopy(record), True) == plan
