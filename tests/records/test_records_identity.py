"""Ids of requests and digests of runs: of content, and of nothing else."""

from __future__ import annotations

import hashlib
import itertools
import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from custmap.model.privacy import Secret
from custmap.records.identity import RequestIds, Who, content_digest, file_digest, run_digest
from custmap.values.json_text import json_bytes
from custmap.wire.hiding import Secrets
from custmap.wire.request import Request
from custmap.wire.url import UrlTemplate

URL = UrlTemplate("https://h", "/c")
REQUEST = Request("a/b", "PUT", "https://h/c", {}, {}, {"Auth": "Bearer s3cret"}, {"a": 1})
SECRET = replace(REQUEST, hidden=Secrets((Secret(("headers", "Auth"), "Bearer {{token}}"),), URL))


def test_ids_differ_where_anything_does() -> None:
    requests = [REQUEST, replace(REQUEST, body={"a": 2}), replace(REQUEST, body=None), SECRET]
    whos = [Who(0), Who(1), Who(0, "0"), Who(0, "1"), Who(0, "")]
    ids = [
        RequestIds(run).marked(request, who, place, secrets=False)["id"]
        for run, request, who, place in itertools.product(("x", "y"), requests, whos, (0, 1, 10))
    ]
    assert len(set(ids)) == len(ids) and {len(one) for one in ids} == {20}


def test_an_id_is_of_the_line() -> None:
    marked = RequestIds("x").marked(SECRET, Who(3, "k"), secrets=False)
    rest = json_bytes({name: value for name, value in marked.items() if name != "id"})[1:]
    assert marked["id"] == hashlib.blake2b(b"x" + rest, digest_size=10).hexdigest()


def test_a_secret_makes_no_other_id() -> None:
    ids = RequestIds("x")
    other = replace(SECRET, headers={"Auth": "Bearer other"})
    found = [
        ids.marked(request, Who(0), secrets=secrets)
        for request in (SECRET, other)
        for secrets in (True, False)
    ]
    assert len({one["id"] for one in found}) == 1
    assert [one["headers"]["Auth"][7:] for one in found] == ["s3cret", "{{token}}", "other", "{{token}}"]


def test_how_a_record_is_named() -> None:
    for who in (Who(0), Who(7, 'a"\u2028')):
        assert json.loads(b"{%b}" % who.text) == who.members


def test_a_digest_is_of_content(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"a" * 3_000_000)
    assert file_digest(path) == content_digest(b"a" * 3_000_000) != content_digest(b"a")
    with pytest.raises(OSError):
        file_digest(tmp_path / "none")
    assert run_digest(a=1, b={"x": 1, "y": "\udcff"}) == run_digest(b={"y": "\udcff", "x": 1}, a=1)
    assert run_digest(a=1) != run_digest(a="1") != run_digest(b="1")
