"""The server of `play`: who is answered, what is refused, and what each answer says to the browser."""

from __future__ import annotations

import errno
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from page_parser import parsed

from custmap.pages.play.desk import Desk
from custmap.pages.play.opening import open_desk
from custmap.pages.subject import Reading

pytest.importorskip("starlette")
from starlette.testclient import TestClient

from custmap.pages.play.server import LARGEST, listening, play_app

KEY, PORT = "k3y-k3y-k3y", 8123
OWN = {"host": f"127.0.0.1:{PORT}", "x-custmap-key": KEY, "content-type": "application/json"}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = open_desk(None, Reading(), tmp_path)
    made.path.parent.mkdir(parents=True)
    made.path.write_text(made.texts.mapping, encoding="utf-8")
    return made


@pytest.fixture
def client(desk: Desk) -> Iterator[TestClient]:
    yield TestClient(play_app(desk, Reading(), KEY, PORT), base_url=f"http://127.0.0.1:{PORT}")


def body(desk: Desk, **more: Any) -> bytes:
    return json.dumps(desk.texts.to_dict() | more).encode()


def test_page(client: TestClient, desk: Desk) -> None:
    answer = client.get("/", params={"key": KEY})
    assert answer.status_code == 200
    page = parsed(answer.text)
    (data,) = [one for one in page.all("script") if one.attributes.get("id") == "start"]
    assert json.loads(data.text)["texts"] == desk.texts.to_dict()
    for one in page.elements:
        for name in ("src", "href", "action"):
            value = one.attributes.get(name) or ""
            assert "//" not in value and value in ("data:,", "#results", ""), value


def test_errors_then_the_plan_and_what_is_folded_between(client: TestClient) -> None:
    page = parsed(client.get("/", params={"key": KEY}).text)
    order = [one.attributes["id"] for one in page.elements if one.attributes.get("id")]
    ids = [one for one in order if one in ("errors", "folded", "part-plan", "part-request", "part-states")]
    assert ids == ["errors", "folded", "part-plan", "part-request", "part-states"]
    (folded,) = page.all("details")
    assert "open" not in folded.attributes and "hidden" in folded.attributes


def test_look(client: TestClient, desk: Desk) -> None:
    answer = client.post("/look", headers=OWN, content=body(desk))
    assert answer.status_code == 200 and answer.json()["status"] == "No findings"
    broken = client.post("/look", headers=OWN, content=body(desk, mapping="custmap: ["))
    assert broken.json()["remarks"][0]["editor"] == "mapping"


def test_save(client: TestClient, desk: Desk) -> None:
    given = {"case": "one", "summary": "", "replace": False}
    told = client.post("/save", headers=OWN, content=body(desk, **given)).json()
    assert told["exists"] is False and (desk.fixtures / "acme" / "update-customer" / "one.yaml").is_file()
    assert client.post("/save", headers=OWN, content=body(desk, **given)).json()["exists"] is True
    told = client.post("/save", headers=OWN, content=body(desk, **given | {"case": "../x"})).json()
    assert "name of a case" in told["problem"]
    assert client.post("/save", headers=OWN, content=body(desk)).status_code == 400


@pytest.mark.parametrize(
    "host",
    ["evil.example", f"evil.example:{PORT}", "127.0.0.1", f"127.0.0.1:{PORT + 1}", f"0.0.0.0:{PORT}", ""],
)
def test_other_names_are_not_answered(client: TestClient, desk: Desk, host: str) -> None:
    """A page of others whose name leads to this machine (DNS rebinding) reads nothing and writes nothing."""
    for answer in (
        client.get("/", params={"key": KEY}, headers={"host": host}),
        client.post("/look", headers=OWN | {"host": host}, content=body(desk)),
        client.post("/save", headers=OWN | {"host": host}, content=body(desk, case="a", summary="")),
    ):
        assert answer.status_code == 421 and "acme" not in answer.text
    assert not desk.fixtures.exists()


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", f"https://127.0.0.1:{PORT}"),
        ("origin", f"http://127.0.0.1:{PORT + 1}"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("x-custmap-key", "other"),
        ("x-custmap-key", b"k3y-k3y-k3\xe9"),
        ("content-type", "text/plain"),
        ("content-type", "application/x-www-form-urlencoded"),
    ],
)
def test_calls_of_other_pages_are_refused(
    client: TestClient, desk: Desk, header: str, value: str | bytes
) -> None:
    """What another page can make a browser send: a form, or a simple request."""
    headers: dict[str, Any] = OWN | {header: value}
    for path in ("/look", "/save"):
        answer = client.post(path, headers=headers, content=body(desk, case="a", summary=""))
        assert answer.status_code in (403, 415), answer.text
    assert not desk.fixtures.exists()


def test_without_the_key_there_is_no_page(client: TestClient, desk: Desk) -> None:
    for params in ({}, {"key": ""}, {"key": "other"}):
        answer = client.get("/", params=params)
        assert answer.status_code == 403 and "acme" not in answer.text
    headers = {name: value for name, value in OWN.items() if name != "x-custmap-key"}
    assert client.post("/look", headers=headers, content=body(desk)).status_code == 403


def test_own_origin_is_answered(client: TestClient, desk: Desk) -> None:
    for name in ("127.0.0.1", "localhost"):
        own = OWN | {
            "host": f"{name}:{PORT}",
            "origin": f"http://{name}:{PORT}",
            "sec-fetch-site": "same-origin",
        }
        assert client.post("/look", headers=own, content=body(desk)).status_code == 200


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{", b"null", b'{"mapping": 1}', b"[" * 100_000, b"\xff", b'{"mapping": "x"}']
)
def test_calls_that_are_no_texts(client: TestClient, content: bytes) -> None:
    for path in ("/look", "/save"):
        assert client.post(path, headers=OWN, content=content).status_code == 400


def test_endless_calls_are_cut(client: TestClient) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while sent < 4 * LARGEST:
            sent += 1 << 20
            yield b"a" * (1 << 20)

    assert client.post("/look", headers=OWN, content=endless()).status_code == 413


def test_other_paths_and_methods(client: TestClient) -> None:
    for path in ("/mapping", "/../etc/passwd", "/static/x", "/look/"):
        assert client.get(path, params={"key": KEY}, follow_redirects=False).status_code in (404, 405, 307)
    assert client.get("/look").status_code == 405
    assert client.post("/", headers=OWN).status_code == 405
    assert client.options("/look", headers=OWN | {"origin": "https://evil.example"}).status_code == 405


def test_every_answer_is_told_what_it_may(client: TestClient, desk: Desk) -> None:
    for answer in (
        client.get("/", params={"key": KEY}),
        client.get("/"),
        client.get("/nothing"),
        client.get("/", headers={"host": "evil.example"}),
        client.post("/look", headers=OWN, content=body(desk)),
    ):
        headers = answer.headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-frame-options"] == "DENY"
        assert "access-control-allow-origin" not in headers
        rules = headers["content-security-policy"]
        assert rules.startswith("default-src 'none'; ") and "frame-ancestors 'none'" in rules
        assert "connect-src 'self'" in rules and "unsafe" not in rules and "http" not in rules


def test_policy_lets_exactly_the_page_run(client: TestClient) -> None:
    answer = client.get("/", params={"key": KEY})
    rules = answer.headers["content-security-policy"]
    page = parsed(answer.text)
    run = [one for one in page.all("script") if one.attributes.get("type") is None]
    hashes = re.findall(r"'sha256-[^']+'", rules)
    assert len(hashes) == len(run) + len(page.all("style")) == 5


def test_port_in_use_is_an_error() -> None:
    with listening(None) as taken:
        address, port = taken.getsockname()
        assert address == "127.0.0.1"
        with pytest.raises(OSError) as told:
            listening(port)
        assert told.value.errno == errno.EADDRINUSE
