"""`custmap settle` of rows: the next snapshot has customers, found again by a key that nothing reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_runner import Cli

from small_mappings import write

MAPPING = """custmap: 1
name: acme/customers
contract: {method: PATCH, url: "https://x.io/customers"}
body: {mail: {from: email, clear: {send: "-"}}, company: {from: company, clear: impossible}}
"""
SOURCE = """custmap: 1
source: crm/rows
columns: {ID: integer, MAIL: string}
key: ID
nulls: clear
customer: {email: MAIL, identifiers.crm: text(ID)}
"""
HOW = ["--source", "crm/rows", "--absent", "keep"]


@pytest.mark.parametrize("kind", ["ndjson", "csv", "parquet"])
def test_nights(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cli: Cli) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    csv = pytest.importorskip("pyarrow.csv")
    monkeypatch.chdir(tmp_path)
    for name, text in {"mappings/acme/customers": MAPPING, "sources/crm/rows": SOURCE}.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / f"{name}.yaml").write_text(text)
    nights = {"before": {1: "a", 2: "b", 3: "c"}, "after": {2: "b", 1: "d", 3: None, 4: "e"}}
    for name, mails in [
        *nights.items(),
        ("later", {3: None, 1: "f", 4: "e"}),
        ("lost", {1: None, 2: None, 9: "x"}),
    ]:
        rows = [{"ID": at, "MAIL": mail and f"{mail}@x.io"} for at, mail in mails.items()]
        path = tmp_path / f"{name}.{kind}"
        if kind == "ndjson":
            path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
        else:
            (pq.write_table if kind == "parquet" else csv.write_csv)(pa.Table.from_pylist(rows), path)
    files = [f"{name}.{kind}" for name in nights]
    assert cli("diff", "acme/customers", *files, *HOW, "--format", "json", "-o", "plans").code == 0
    given = ["--before", files[0], "--after", files[1], *HOW, "-o", "next.ndjson"]
    ended = cli("settle", "acme/customers", "plans", "--assume-applied", *given)
    assert "4 customers: 1 unchanged, 2 applied" in ended.err and "1 left out" in ended.err
    head, *lines = map(json.loads, Path("next.ndjson").read_bytes().splitlines())
    assert head == {"custmap": "settled", "mapping": "acme/customers"}
    kept = {line["ID"]: line.get("email") for line in lines}
    assert kept == {1: "d@x.io", 2: "b@x.io", 3: None}
    again = cli("diff", "acme/customers", "next.ndjson", files[1], *HOW, "--format", "json")
    assert again.out == "" and "3 pairs: 3 unchanged, 0 requests" in again.err
    # The next night BEFORE has customers, and AFTER rows.
    lost = [
        cli("diff", "acme/customers", before, f"lost.{kind}", *HOW, "--guard", "clears.email=1")
        for before in (files[0], "next.ndjson")
    ]
    assert [(one.code, "`email` is cleared" in one.err) for one in lost] == [(4, True)] * 2
    files = ["next.ndjson", f"later.{kind}"]
    assert cli("diff", "acme/customers", *files, *HOW, "--format", "json", "-o", "plans").code == 0
    given = ["--before", files[0], "--after", files[1], *HOW, "-o", "last.ndjson"]
    ended = cli("settle", "acme/customers", "plans", "--assume-applied", *given)
    assert "4 customers: 1 unchanged, 1 applied" in ended.err and "1 as before, 1 left out" in ended.err
    _, *lines = map(json.loads, Path("last.ndjson").read_bytes().splitlines())
    assert {line["ID"]: line.get("email") for line in lines} == {1: "f@x.io", 2: "b@x.io", 3: None}


def test_a_key_in_an_object_that_no_customer_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cli: Cli
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "body: {mail: {from: email, clear: send_null}}\n")
    for name, mail in (("before", "a"), ("after", "b")):
        Path(name).write_text(json.dumps({"crm": {"id": {"no": 7}}, "email": mail}) + "\n")
    how = ["--key", "crm.id.no"]
    cli("diff", "acme/case.yaml", "before", "after", *how, "--format", "json", "-o", "plans")
    given = ["plans", "--assume-applied", "--before", "before", "--after", "after", *how, "-o", "next"]
    assert cli("settle", "acme/case.yaml", *given).code == 0
    assert json.loads(Path("next").read_bytes().splitlines()[1]) == {"crm": {"id": {"no": 7}}, "email": "b"}
