"""NDJSON through the shipped mappings: each line has the bytes of its request, or its plan, alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_runner import Cli

import custmap
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import RecordError
from custmap.testing.discover import fixture_files
from custmap.testing.fixture import Apply, Diff, Fixture, read_fixture
from custmap.values.json_text import json_bytes

ROOT = Path(__file__).parent.parent.parent
FIXTURES = [
    fixture
    for path in fixture_files(ROOT / "fixtures")
    if isinstance((fixture := read_fixture(path)).call, Apply | Diff)
]
MAPPINGS = sorted({fixture.mapping for fixture in FIXTURES})
ODD = [1e16, 1e-7, 2.5, 10**25, "62272e917b", "1e5", "é\u2028", None, "", {"z": 1.0, "a": [None]}, True]


_ID = re.compile(rb'"id":"([0-9a-f]{20})",("index":)')


def without_ids(lines: bytes) -> bytes:
    """The lines of a run, in which no id comes twice, without these."""
    ids = [found for found, _ in _ID.findall(lines)]
    assert len(set(ids)) == len(ids)
    return _ID.sub(rb"\2", lines)


def pairs(name: str) -> Iterator[tuple[Any, Any]]:
    """Before and after of the fixtures, and with odd values in free maps and in named fields."""
    for at, fixture in enumerate(one for one in FIXTURES if one.mapping == name):
        match fixture.call:
            case Apply(customer, _):
                before, after = {}, customer
            case Diff(before, after, _):
                before = before or {}
        if isinstance(before, dict) and isinstance(after, dict):
            yield before, after
            odd = ODD[at % len(ODD)]
            yield (
                before,
                {**after, "attributes": {"odd": odd, "at": at}, "custom_fields": {"b": odd, "a": odd}},
            )
            yield {**before, "company": odd}, {**after, "company": odd, "nickname": odd}


def params(name: str) -> tuple[dict[str, Any], list[str]]:
    """Parameters that the mapping's fixtures give most often; and as arguments."""
    found: Fixture = next(one for one in FIXTURES if one.mapping == name and one.params)
    texts = {key: str(value) for key, value in found.params.items()}
    return texts, [part for key, value in texts.items() for part in ("-p", f"{key}={value}")]


@pytest.mark.parametrize("name", MAPPINGS)
@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_apply(cli: Cli, tmp_path: Path, name: str, separators: tuple[str, str]) -> None:
    given, arguments = params(name)
    mapping, wanted, rejected, lines = custmap.load(name), b"", 0, []
    for _, customer in pairs(name):
        lines.append(json.dumps(customer, separators=separators))
        try:
            for request in mapping.requests(customer, given, **options_of(mapping)):
                told = {"index": len(lines) - 1, **request.to_dict(secrets=False)}
                wanted += json_bytes(told) + b"\n"
        except RecordError:
            rejected += 1
    (tmp_path / "in.ndjson").write_text("\n".join(lines))
    out, rejects = tmp_path / "out", tmp_path / "rejects"
    complete = [f"--absent={word}" for word in options_of(mapping).values()]
    cli("apply", name, tmp_path / "in.ndjson", "-o", out, "--rejects", rejects, *complete, *arguments)
    assert without_ids(out.read_bytes()) == wanted
    refused = [json.loads(line) for line in rejects.read_bytes().splitlines()]
    assert len(refused) == rejected and rejected < len(lines) * 0.6
    for one in refused:
        assert one["record"] == json.loads(lines[one["index"]])


@pytest.mark.parametrize("name", MAPPINGS)
def test_diff(cli: Cli, tmp_path: Path, name: str) -> None:
    pytest.importorskip("duckdb")
    given, arguments = params(name)
    mapping, wanted, before, after = custmap.load(name), b"", [], []
    for number, (old, new) in enumerate(pairs(name)):
        old, new = {**old, "id": f"C-{number}"}, {**new, "id": f"C-{number}"}
        before.append(json.dumps(old))
        after.append(json.dumps(new))
        wanted += diff_line(mapping, old, new, given, {"index": number, "key": f"C-{number}"})
    (tmp_path / "b").write_text("\n".join(before))
    (tmp_path / "a").write_text("\n".join(after))
    out = tmp_path / "out"
    files = (tmp_path / "b", tmp_path / "a")
    cli(
        "diff",
        name,
        *files,
        "--key",
        "id",
        "--format",
        "json",
        "-o",
        out,
        "--guard",
        "clears=100%",
        *(f"--absent={word}" for word in options_of(mapping).values()),
        *arguments,
    )
    assert without_ids(out.read_bytes()) == wanted


def message_of(one: Diagnostic) -> str:
    return f"{one.title}: {one.message}" + (f" ({one.span})" if one.span else "")


def options_of(mapping: custmap.Mapping) -> dict[str, Any]:
    """Where a vendor replaces the whole record, records are complete."""
    whole = any(operation.body.whole for operation in mapping.checked.operations)
    return {"absent": "clear"} if whole else {}


def diff_line(mapping: Any, old: Any, new: Any, given: Any, who: dict[str, Any]) -> bytes:
    """What a customer's line says; nothing where there is nothing to say."""
    try:
        plan = mapping.diff(old, new, given, **options_of(mapping))
    except RecordError as error:
        told: dict[str, Any] = {
            "errors": [
                {"code": one.code, "path": one.path, "message": message_of(one)} for one in error.diagnostics
            ]
        }
    else:
        if not plan:
            return b""
        told = plan.to_dict(secrets=False)
        told["requests"] = [{**who, **request} for request in told["requests"]]
    return json_bytes({**who, **told}) + b"\n"


def test_a_rejected_pair_is_written_as_it_was_given(cli: Cli, tmp_path: Path) -> None:
    """Although texts become objects, and nulls are dropped, where they are looked at carefully."""
    pytest.importorskip("duckdb")
    name = "microbase/customer-update"
    record = {"id": "1", "name": "Ann Li", "phone": None, "tags": 7, "attributes": {"b": 1, "a": 2}}
    (tmp_path / "b").write_text(json.dumps(record | {"email": None}))
    (tmp_path / "a").write_text(json.dumps(record))
    rejects = tmp_path / "rejects"
    files = (tmp_path / "b", tmp_path / "a")
    cli("diff", name, *files, "--key", "id", "--nulls", "absent", "--rejects", rejects, *params(name)[1])
    told = json.loads(rejects.read_bytes())["record"]
    assert json.dumps(told) == json.dumps({"before": record | {"email": None}, "after": record})
