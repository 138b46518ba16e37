"""`--param-from` of rows: a parameter may come from a column that the mapping does not read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_runner import Cli

MAPPING = """custmap: 1
name: acme/realms
contract: {method: PUT, url: "https://x.io/{realm}"}
params: {realm: {}}
path: {realm: {param: realm}}
body: {mail: {from: email, clear: impossible}}
"""
SOURCE = """custmap: 1
source: crm/rows
columns: {ID: integer, MAIL: string, REALM: string, OLD: string}
key: ID
nulls: clear
customer: {email: MAIL}
"""
ROWS = {
    "before": [{"ID": at, "MAIL": f"b{at}@x.io", "REALM": f"b{at}", "OLD": None} for at in range(3)],
    "after": [
        {"ID": 1, "MAIL": "a1@x.io", "REALM": "a1", "OLD": "o1"},
        {"ID": 2, "MAIL": "b2@x.io", "REALM": "a2", "OLD": "o2"},  # nothing that is sent
        {"ID": 0, "MAIL": "a0@x.io", "REALM": None, "OLD": "o0"},
    ],
}


@pytest.fixture
def files(request: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Both snapshots in a format."""
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    csv, duckdb = pytest.importorskip("pyarrow.csv"), pytest.importorskip("duckdb")
    monkeypatch.chdir(tmp_path)
    for name, text in {"mappings/acme/realms": MAPPING, "sources/crm/rows": SOURCE}.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / f"{name}.yaml").write_text(text)
    for name, rows in ROWS.items():
        made, path = pa.Table.from_pylist(rows), f"{name}.{request.param}"
        match request.param:
            case "ndjson":
                Path(path).write_text("".join(f"{json.dumps(row)}\n" for row in rows))
            case "parquet":
                pq.write_table(made, path)
            case "csv":
                csv.write_csv(made, path)
            case "duckdb":
                with duckdb.connect("w.duckdb") as database:
                    database.execute(f"CREATE TABLE {name} AS FROM made")
    return [f"w.duckdb::{name}" if request.param == "duckdb" else f"{name}.{request.param}" for name in ROWS]


@pytest.mark.parametrize("files", ["ndjson", "csv", "parquet", "duckdb"], indirect=True)
@pytest.mark.parametrize(
    "reads",
    [
        "REALM || OLD",
        "@.[REALM, OLD][?@] | [0]",
        "values(@)[?@ == 'a1' || @ == 'o0'] | [0]",
        "* | [?@ == 'a1' || @ == 'o0'] | [0]",
    ],
)
def test_what_only_a_parameter_reads(files: list[str], reads: str, cli: Cli) -> None:
    given = ["--source", "crm/rows", "--param-from", f"realm={reads}", "--format", "json"]
    ended = cli("diff", "acme/realms", *files, *given)
    lines = map(json.loads, ended.out.splitlines())
    told = {line["key"]: [one["path"]["realm"] for one in line["requests"]] for line in lines}
    assert told == {"1": ["a1"], "0": ["o0"]}
    assert "3 pairs: 1 unchanged, 2 requests" in ended.err and ended.code == 0


@pytest.mark.parametrize("files", ["ndjson"], indirect=True)
@pytest.mark.parametrize("given", [("--params", "p"), ("-p", "realm=@file:p")])
def test_a_file_of_parameters_is_not_written_over(files: list[str], given: tuple[str, str], cli: Cli) -> None:
    Path("p").write_text('{"realm": "r"}')
    ended = cli("diff", "acme/realms", *files, "--source", "crm/rows", *given, "-o", "p")
    assert ended.code == 2 and "is a file that is read" in ended.err
    assert Path("p").read_text() == '{"realm": "r"}'
