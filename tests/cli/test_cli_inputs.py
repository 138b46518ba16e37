"""`custmap apply` and other commands over every format of records."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import zstandard
from cli_runner import Cli

duckdb = pytest.importorskip("duckdb")
pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

MAPPING = """custmap: 1
name: acme/rows
source: row.schema.json
contract: {method: PUT, url: "https://x.io/customers"}
body: {number: id, mail: email, vip: vip, since: since}
"""
SCHEMA = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "email": {"type": ["string", "null"]},
        "vip": {"type": "boolean"},
        "since": {"type": "string"},
    },
}
CUSTOMERS = """custmap: 1
name: acme/customers
contract: {method: PUT, url: "https://x.io/customers"}
body: {mail: {from: email, clear: impossible}}
"""
LINES = b'{"email":"a\xe2\x80\xa8"}\n{"email":"b"}\n{"email":7}\n'
ARRAY = b'[\n  {"email": "a\xe2\x80\xa8"}, {"email": "b"},\n  {"email": 7}\n]\n'


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "mappings/acme").mkdir(parents=True)
    (tmp_path / "mappings/acme/rows.yaml").write_text(MAPPING)
    (tmp_path / "mappings/acme/customers.yaml").write_text(CUSTOMERS)
    (tmp_path / "mappings/acme/row.schema.json").write_text(json.dumps(SCHEMA))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def bodies(text: str) -> list[Any]:
    return [json.loads(line)["body"] for line in text.split("\n")[:-1]]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress], ids=["plain", "gzip", "zstd"])
@pytest.mark.parametrize("data", [LINES, ARRAY], ids=["lines", "array"])
def test_customers(cli: Cli, project: Path, pack: Any, data: bytes) -> None:
    (project / "in").write_bytes(pack(data))
    for arguments, stdin in ((["in"], b""), ([], pack(data)), (["-"], pack(data))):
        ended = cli("apply", "acme/customers", *arguments, "--rejects", project / "r", stdin=stdin)
        assert ended.code == 1 and ended.err.endswith("3 in = 2 out + 1 rejected\n")
        assert bodies(ended.out) == [{"mail": "a\u2028"}, {"mail": "b"}]
        (rejected,) = (json.loads(line) for line in (project / "r").read_text().splitlines())
        assert (rejected["index"], rejected["record"]) == (2, {"email": 7})


def test_an_array_of_one_gives_lines(cli: Cli) -> None:
    ended = cli("apply", "acme/customers", stdin=b'[{"email":"a"}]')
    assert ended.out.count("\n") == 1 and ended.err == "1 in = 1 out + 0 rejected\n"
    assert cli("apply", "acme/customers", stdin=b"[]").err == "0 in = 0 out + 0 rejected\n"


ROWS = [
    {"id": 7, "email": "a", "vip": True, "since": "2024-01-02"},
    {"id": 8, "email": None, "vip": False, "since": "2024-01-03"},
]
BODIES = [
    {"mail": "a", "number": 7, "since": "2024-01-02", "vip": True},
    {"mail": None, "number": 8, "since": "2024-01-03", "vip": False},
]


def write_tables(folder: Path) -> None:
    (folder / "rows.csv").write_text("id,email,vip,since\n7,a,true,2024-01-02\n8,,false,2024-01-03\n")
    (folder / "rows.csv.gz").write_bytes(gzip.compress((folder / "rows.csv").read_bytes()))
    days = pa.array(["2024-01-02", "2024-01-03"]).cast(pa.date32())
    table = pa.Table.from_pylist(ROWS).drop(["since"]).append_column("since", days)
    pq.write_table(table, folder / "rows.parquet")
    with duckdb.connect(str(folder / "rows.duckdb")) as database:
        database.execute("CREATE TABLE customers AS FROM 'rows.parquet'")


TABLES = [
    "rows.csv",
    "rows.csv.gz",
    "rows.parquet",
    "rows.duckdb::customers",
    "rows.duckdb::SELECT * FROM customers",
]


@pytest.mark.parametrize("place", TABLES)
def test_rows_of_a_mapping_with_a_schema_of_its_own(cli: Cli, project: Path, place: str) -> None:
    write_tables(project)
    nulls = (
        (project / "mappings/acme/rows.yaml")
        .read_text()
        .replace("mail: email", "mail: {from: email, clear: send_null}")
    )
    (project / "mappings/acme/rows.yaml").write_text(nulls)
    ended = cli("apply", "acme/rows", place, "--key", "id")
    assert (ended.code, ended.err) == (0, "2 in = 2 out + 0 rejected\n")
    assert bodies(ended.out) == BODIES
    file = place.partition("::")[0]
    if "duckdb" not in place:
        assert cli("apply", "acme/rows", "--key", "id", stdin=(project / file).read_bytes()).out == ended.out
    refused = cli("apply", "acme/rows", place, "-o", file)
    assert refused.code == 2 and f"is a file that is read: {file}" in refused.err


@pytest.mark.parametrize("place", TABLES)
def test_rows_need_a_source(cli: Cli, project: Path, place: str) -> None:
    write_tables(project)
    ended = cli("apply", "acme/customers", place, "-o", "out")
    assert (ended.code, ended.out) == (2, "") and "it has rows of a table, and no customers" in ended.err
    assert "`--source NAME`" in ended.err and not (project / "out").exists()


def test_a_bad_row_is_rejected_alone(cli: Cli, project: Path) -> None:
    (project / "x.csv").write_text("id,vip\n1,true\nsecret,true\n3\n4,false\n")
    ended = cli("apply", "acme/rows", "x.csv", "--rejects", "r")
    assert (ended.code, bodies(ended.out)) == (1, [{"number": 1, "vip": True}, {"number": 4, "vip": False}])
    assert "record 1 (line 3): error[CM711]" in ended.err and "expected a whole number" in ended.err
    assert "secret" not in ended.err + (project / "r").read_text()
    assert ended.err.endswith("4 in = 2 out + 2 rejected\n")


def test_a_rejected_row_is_given_back(cli: Cli, project: Path) -> None:
    pq.write_table(
        pa.table({"id": [1, 2], "since": pa.array([b"x", b""], pa.binary())}), project / "x.parquet"
    )
    ended = cli("apply", "acme/rows", "x.parquet", "--rejects", "r")
    assert ended.code == 1 and "record 0 (row 1): error[CM70" in ended.err
    rejected = [json.loads(line) for line in (project / "r").read_text().splitlines()]
    assert [one["record"] for one in rejected] == [{"id": 1, "since": "eA=="}, {"id": 2, "since": ""}]


def test_damage_ends_the_run_and_leaves_no_output(cli: Cli, project: Path) -> None:
    write_tables(project)
    lines = b"".join(b'{"email":"%d"}\n' % number for number in range(50_000))
    damaged = {
        "cut.gz": gzip.compress(lines)[:-9],
        "cut.zst": zstandard.compress(lines)[:-9],
        "cut.json": b"[" + lines.replace(b"\n", b",")[:-9],
        "cut.parquet": (project / "rows.parquet").read_bytes()[:-9],
        "nope": b"nope",
    }
    for name, data in damaged.items():
        (project / name).write_bytes(data)
        ended = cli("apply", "acme/customers", name, "-o", "out", "--rejects", "r")
        assert (ended.code, ended.out) == (2, "") and ended.err.startswith(f"error: {name}: "), name
        assert ended.err.count("\n") == (1 if name == "cut.json" else 2)
        assert not (project / "out").exists() and not (project / "r").exists()


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("rows.duckdb", "rows.duckdb: a DuckDB file has many tables"),
        ("rows.duckdb::nope", "rows.duckdb: the query is wrong: Catalog Error"),
        ("rows.csv::t", "rows.csv: this is not a DuckDB file"),
        ("nope.duckdb::t", "nope.duckdb: No such file or directory"),
    ],
)
def test_wrong_places(cli: Cli, project: Path, place: str, message: str) -> None:
    write_tables(project)
    ended = cli("apply", "acme/rows", place)
    assert (ended.code, ended.out) == (2, "") and ended.err.startswith(f"error: {message}")
    assert "= help: " in ended.err


@pytest.mark.parametrize(("module", "file"), [("pyarrow", "rows.parquet"), ("zstandard", "rows.zst")])
def test_what_is_not_installed_is_named(
    cli: Cli, project: Path, monkeypatch: pytest.MonkeyPatch, module: str, file: str
) -> None:
    write_tables(project)
    (project / "rows.zst").write_bytes(zstandard.compress(LINES))
    monkeypatch.setitem(sys.modules, module, None)
    ended = cli("apply", "acme/rows", file)
    assert ended.code == 2 and f"needs {module}: pip install 'custmap[tables]'" in ended.err


def test_plain_records_import_no_library_of_tables(project: Path) -> None:
    (project / "x.csv").write_text("id\n1\n")
    script = (
        "import sys; from custmap.cli.ending import run; run(sys.argv[1:]); "
        "print({'pyarrow', 'duckdb', 'zstandard', 'pandas'} & set(sys.modules))"
    )
    for arguments, stdin in ((["acme/customers"], ARRAY), (["acme/rows", "x.csv"], b"")):
        call = [sys.executable, "-c", script, "apply", *arguments]
        ended = subprocess.run(call, input=stdin, capture_output=True, cwd=project)
        assert ended.stdout.endswith(b"set()\n"), ended


def test_requests_as_parquet(cli: Cli, project: Path) -> None:
    lines = cli("apply", "acme/customers", stdin=LINES)
    ended = cli("apply", "acme/customers", "--as", "parquet", "-o", "out", stdin=LINES)
    assert (ended.code, ended.out, ended.err) == (1, "", lines.err)
    rows = pq.read_table(project / "out").to_pylist()
    told = [json.loads(line) for line in lines.out.split("\n")[:-1]]
    for row, line in zip(rows, told, strict=True):
        assert (row["id"], row["index"], row["url"]) == (line["id"], line["index"], line["url"])
        assert json.loads(row["body"]) == line["body"] and json.loads(row["headers"]) == line["headers"]
    assert sorted(path.name for path in project.iterdir()) == ["mappings", "out"]


def test_one_request_as_parquet_into_a_pipe(project: Path) -> None:
    call = [sys.executable, "-m", "custmap", "apply", "acme/customers", "--as", "parquet"]
    ended = subprocess.run(call, input=b'{"email":"\xe2\x80\xae"}', capture_output=True, cwd=project)
    assert (ended.returncode, ended.stderr) == (0, b"1 in = 1 out + 0 rejected\n")
    (row,) = pq.read_table(pa.BufferReader(ended.stdout)).to_pylist()
    assert json.loads(row["body"]) == {"mail": "\u202e"}


def test_parquet_is_not_for_terminals_nor_for_packs(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = cli("apply", "acme/customers", "--as", "parquet", "--bulk", stdin=LINES)
    assert ended.code == 2 and "`--bulk` writes lines of JSON" in ended.err
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    ended = cli("apply", "acme/customers", "--as", "parquet", stdin=LINES)
    assert ended.code == 2 and "`-o FILE`" in ended.err


def test_a_run_that_fails_leaves_no_parquet(cli: Cli, project: Path) -> None:
    ended = cli("apply", "acme/customers", "--as", "parquet", "-o", "out", stdin=b'[{"email":"a"}, ')
    assert ended.code == 2 and ended.err.startswith("error: standard input: this is not a JSON array")
    assert [path.name for path in project.iterdir()] == ["mappings"]


def test_other_commands(cli: Cli, project: Path) -> None:
    ended = cli("reverse", "acme/customers", stdin=gzip.compress(b'{"mail":"a"}\n{"mail":"b"}\n'))
    assert [json.loads(line)["email"] for line in ended.out.splitlines()] == ["a", "b"]
    ended = cli("reverse", "acme/customers", stdin=b"a,b\n1,2\n")
    assert ended.code == 2 and "it has rows of a table, and no documents" in ended.err
    (project / "a").write_bytes(gzip.compress(b'{"email":"a"}'))
    assert cli("diff", "acme/customers", "a", "a").code == 0
    (project / "b.csv").write_text("email\na\n")
    assert "expected one JSON object" in cli("diff", "acme/customers", "b.csv", "a").err
    assert "expected one JSON object" in cli("diff", "acme/customers", "a", "-", stdin=LINES).err
    (project / "c").write_bytes(ARRAY.replace(b"7", b'"c"'))
    assert cli("prove", "acme/customers", "--with", "c", "--examples", "5").code == 0
    assert "`--source NAME`" in cli("prove", "acme/customers", "--with", "b.csv").err
