"""The sender of docs/nights.md and other requests than JSON documents: forms, and several in an order."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from nightly_commands import command

FORM = """
contract: {method: POST, url: "https://x.io/c/{id}", form: brackets}
path: {id: identifiers.acme}
body: {mail: email, "address.city": company}
"""
SEVERAL = """
clear: send_null
requests:
  - name: customer
    contract: {method: PUT, url: "https://x.io/c/{id}", fields: {mail: {type: [string, "null"]}}}
    path: {id: identifiers.acme}
    body: {mail: email}
  - name: tags
    after: [customer]
    for_each: tags
    set:
      contract: {method: PUT, url: "https://x.io/c/{id}/{tag}"}
      path: {id: customer.identifiers.acme, tag: key}
    clear:
      contract: {method: DELETE, url: "https://x.io/c/{id}/{tag}"}
      path: {id: customer.identifiers.acme, tag: key}
      response: {ok: "status == `404` || status == `200`"}
"""
LAST = """
  - name: firm
    after: [tags]
    contract: {method: PUT, url: "https://x.io/c/{id}"}
    path: {id: identifiers.acme}
    body: {firm: company}
"""
Answer = Callable[[httpx.Request], httpx.Response]


def said(folder: Path, verb: str, place: Path, *words: str) -> None:
    files = [str(folder / word) if word.endswith(".ndjson") else word for word in words]
    code, told = command(verb, str(place), *files)
    assert code == 0, told


def settled(
    send: ModuleType, folder: Path, rules: str, before: Any, after: Any, answer: Answer
) -> tuple[list[str], Any]:
    """What was sent, and what is kept of one customer."""
    place = folder / "mappings" / "acme" / "sent.yaml"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f"custmap: 1\nname: acme/sent\n{rules}", "utf-8")
    for name, record in (("before", before), ("after", after)):
        lines = [] if record is None else [{"id": "C", "identifiers": {"acme": "7"}, **record}]
        (folder / f"{name}.ndjson").write_text("".join(f"{json.dumps(one)}\n" for one in lines), "utf-8")
    if before is None:
        said(folder, "apply", place, "after.ndjson", "--key", "id", "-o", "plans.ndjson")
    else:
        made = ["before.ndjson", "after.ndjson", "--key", "id", "--format", "json", "-o", "plans.ndjson"]
        said(folder, "diff", place, *made)
    sent: list[str] = []

    def answered(request: httpx.Request) -> httpx.Response:
        sent.append(f"{request.method} {request.url.path} {request.content.decode()}".strip())
        return answer(request)

    files = [folder / f"{name}.ndjson" for name in ("plans", "sent", "answers")]
    for _ in range(2):  # started again, it reads what it knows and sends nothing
        sender = send.Sender(str(place), *files[1:])
        sender.client = httpx.Client(transport=httpx.MockTransport(answered))
        for first in range(send.AT_ONCE):
            sender.work(files[0], first)
        sender.close()
    told = ["--before", "before.ndjson", "--after", "after.ndjson", "-o", "next.ndjson"]
    said(folder, "settle", place, "plans.ndjson", "answers.ndjson", "--key", "id", *told)
    _, *kept = map(json.loads, (folder / "next.ndjson").read_text("utf-8").splitlines())
    return sent, kept[0] if kept else None


def test_a_form_is_sent_as_a_form(send: ModuleType, tmp_path: Path) -> None:
    after = {"email": "a b@x.io", "company": "Å"}
    sent, kept = settled(send, tmp_path, FORM, None, after, lambda _: httpx.Response(200))
    assert sent == ["POST /c/7 address[city]=%C3%85&mail=a+b%40x.io"]
    assert kept["email"] == "a b@x.io"


@pytest.mark.parametrize("before", [None, {"email": "a", "tags": ["old"]}])
def test_several_requests_are_sent_in_order(before: Any, send: ModuleType, tmp_path: Path) -> None:
    after = {"email": "b", "tags": ["new"]}
    gone = {"DELETE": 404}
    sent, kept = settled(
        send, tmp_path, SEVERAL, before, after, lambda one: httpx.Response(gone.get(one.method, 200))
    )
    assert sent == [
        'PUT /c/7 {"mail": "b"}',
        *(["DELETE /c/7/old"] if before else []),
        "PUT /c/7/new",
    ]
    assert kept == {"id": "C", "identifiers": {"acme": "7"}, **after}


def test_what_is_gone_of_a_new_customer(send: ModuleType, tmp_path: Path) -> None:
    rules = SEVERAL.replace("for_each: tags", "for_each: attributes") + LAST

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(404 if request.method == "DELETE" else 200)

    after = {"email": "b", "attributes": {"old": None}, "company": "c"}
    sent, kept = settled(send, tmp_path, rules, None, after, answer)
    assert sent == ['PUT /c/7 {"mail": "b"}', "DELETE /c/7/old", 'PUT /c/7 {"firm": "c"}']
    assert kept == {"id": "C", "identifiers": {"acme": "7"}, **after}


def test_what_comes_after_a_request_that_failed_waits(send: ModuleType, tmp_path: Path) -> None:
    before = {"email": "a", "tags": ["old"]}
    sent, kept = settled(
        send, tmp_path, SEVERAL, before, {"email": "b", "tags": []}, lambda _: httpx.Response(400)
    )
    assert sent == ['PUT /c/7 {"mail": "b"}']
    assert kept == {"id": "C", "identifiers": {"acme": "7"}, **before}
