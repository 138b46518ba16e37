"""`--workers`: the same bytes, messages and exit codes, whatever the number of workers."""

from __future__ import annotations

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from cli_runner import Cli

MAPPING = """custmap: 1
name: acme/customers
contract: {method: PUT, url: "https://x.io/customers"}
params: {realm: {}}
body: {id: identifiers.crm, mail: {from: email, clear: impossible}, company: company, realm: {param: realm}}
"""
PLAIN = """custmap: 1
name: acme/plain
contract: {method: PUT, url: "https://x.io/customers"}
body: {mail: {from: email, clear: impossible}, company: company}
"""
ODD = """custmap: 1
name: acme/odd
contract: {method: PUT, url: "https://x.io/customers"}
body: {company: {from: odd(company), clear: impossible}}
"""
FUNCTIONS = """import os, time
from pathlib import Path
import custmap

@custmap.function()
def odd(text: str) -> str:
    \"\"\"A text in capitals, or no worker.\"\"\"
    Path("workers").mkdir(exist_ok=True)
    Path("workers", str(os.getpid())).touch()
    if text == "dies":
        os._exit(7)
    if text == "killed":
        os.kill(os.getpid(), 9)
    if text == "sleeps":
        time.sleep(20)
    if text == "naps":
        time.sleep(1)
    return text.upper()
"""
SOURCE = """custmap: 1
source: crm/rows
columns: {ID: integer, MAIL: string}
key: ID
nulls: clear
customer: {email: MAIL, identifiers.crm: text(ID)}
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in {"customers": MAPPING, "plain": PLAIN, "odd": ODD}.items():
        (tmp_path / "mappings/acme").mkdir(parents=True, exist_ok=True)
        (tmp_path / f"mappings/acme/{name}.yaml").write_text(text)
    (tmp_path / "sources/crm").mkdir(parents=True)
    (tmp_path / "sources/crm/rows.yaml").write_text(SOURCE)
    (tmp_path / "odd_functions.py").write_text(FUNCTIONS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def records(seed: int, count: int = 1300) -> bytes:
    """Lines of which many are bad, in as many ways."""
    drawn = random.Random(seed)

    def line(number: int) -> bytes:
        record: dict[str, Any] = {"identifiers": {"crm": f"c{number}"}, "email": f"{number}\u2028@x.io"}
        match drawn.randrange(14):
            case 0:
                return drawn.choice([b"{", b"\xff", b"[]", b"null", b'{"email":1e999}', b'{"a":1,"a":2}'])
            case 1:
                return drawn.choice([b"", b"  ", b"\r"])
            case 2:
                record["email"] = drawn.choice([None, 7, [], ""])
            case 3:
                record[f"odd{drawn.randrange(30)}"] = drawn.random()
            case 4:
                del record["identifiers"]
            case 5:
                record["company"] = drawn.choice([None, "", "A" * 300, 1])
            case 6:
                record["tags"] = [1, "a"] * drawn.randrange(9)
        return json.dumps(record).encode()

    return b"\n".join(line(number) for number in range(count)) + b"\n"


def outcomes(cli: Cli, arguments: list[str], counts: str = "12", command: str = "apply") -> list[Any]:
    """What there is to see of the run with one worker, and with more."""
    found = []
    outputs = {"o": "-o", "r": "--rejects"} | ({"a": "--only-in"} if command == "diff" else {})
    given = [part for name, option in outputs.items() for part in (option, name)]
    for count in counts:
        ended = cli(command, *arguments, *given, "--workers", count)
        written = [Path(name).read_bytes() if Path(name).exists() else None for name in outputs]
        found.append((ended, written))
        for name in outputs:
            Path(name).unlink(missing_ok=True)
    return found


@pytest.mark.parametrize(
    "arguments",
    [
        ["acme/customers", "-p", "realm=r", "--key", "identifiers.crm", "--as", "http"],
        ["acme/customers", "--param-from", "realm=email.upper(@)"],
        ["acme/plain", "--strict-records", "--on-rejected", "drop"],
    ],
    ids=["http", "derived", "strict"],
)
def test_as_one(cli: Cli, arguments: list[str]) -> None:
    if "--param-from" in arguments:
        arguments[-1] = "realm=company || email"
    Path("in").write_bytes(records(len(arguments)))
    counts = "123" if "--key" in arguments else "12"
    one, *others = outcomes(cli, [arguments[0], "in", *arguments[1:]], counts)
    assert one[0].code == 1 and one[0].err.count("times") > 3 and one[1][0].count(b"\n") > 100
    assert all(other == one for other in others)


def test_arrays_and_packed_lines(cli: Cli) -> None:
    lines = [line for line in records(7, 700).splitlines() if line.startswith(b"{") and line[-1:] == b"}"]
    for data in (b"[" + b",\n".join(lines) + b"]", gzip.compress(b"\n".join(lines)), b"", b"[1]"):
        Path("in").write_bytes(data)
        one, *others = outcomes(cli, ["acme/plain", "in"])
        assert all(other == one for other in others)


def test_rows_of_a_source(cli: Cli) -> None:
    rows = "".join(f"{number if number % 50 else 'x'},m{number}@x.io,\n" for number in range(1100))
    Path("in.csv").write_text(f"ID,MAIL,MORE\n{rows}1,2\n")
    one, *others = outcomes(cli, ["acme/plain", "in.csv", "--source", "crm/rows"])
    assert one[0].code == 1 and "1101 in = 1078 out + 23 rejected" in one[0].err
    assert all(other == one for other in others)


def test_parquet_in_and_out(cli: Cli) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    table = pa.table({"ID": list(range(1200)), "MAIL": [f"m{number}@x.io" for number in range(1200)]})
    pq.write_table(table, "in.parquet")
    arguments = ["acme/plain", "in.parquet", "--source", "crm/rows", "--as", "parquet"]
    one, *others = outcomes(cli, arguments)
    assert one[0].code == 0 and all(other == one for other in others)


def test_an_input_that_breaks_off(cli: Cli) -> None:
    """What came before is reported, as by one worker; nothing is written."""
    Path("in").write_bytes(b"[" + b",".join([b'{"email":7}'] * 1200) + b', {"email": "a"')
    one, *others = outcomes(cli, ["acme/plain", "in"])
    assert one[0].code == 2 and "1,200 times" in one[0].err and one[1] == [None, None]
    assert all(other == one for other in others)
    packed = gzip.compress(random.Random(1).randbytes(9).hex().join(['{"email":7}\n'] * 9000).encode())
    Path("in").write_bytes(packed[: len(packed) * 3 // 4])
    one, *others = outcomes(cli, ["acme/plain", "in"])
    assert one[0].code == 2 and "times" in one[0].err and all(other == one for other in others)


def test_a_column_that_is_not_there(cli: Cli) -> None:
    Path("in.csv").write_text("ID\n" + "1\n" * 1200)
    one, *others = outcomes(cli, ["acme/plain", "in.csv", "--source", "crm/rows"])
    assert one[0].code == 2 and "CM716" in one[0].err and one[1] == [None, None]
    assert all(other == one for other in others)


def test_more_kinds_of_errors_than_are_told_apart(cli: Cli) -> None:
    lines = [json.dumps({"email": "a", "attributes": 1, f"n{at % 1700}": 1}) for at in range(3000)]
    lines += [json.dumps({"email": "a", **{f"m{at}": 1 for at in range(70)}})]  # more than one error names
    Path("in").write_text("\n".join(lines))
    one, *others = outcomes(cli, ["acme/plain", "in"])
    assert "and 2,050 more" in one[0].err and all(other == one for other in others)


def changed(data: bytes) -> bytes:
    """A later snapshot: other lines are bad, some customers are gone, and new."""
    lines = records(99).splitlines()
    mixed = [
        line if at % 3 else other
        for at, (line, other) in enumerate(zip(data.splitlines(), lines, strict=False))
    ]
    return b"\n".join(mixed[40:]) + b"\n"


@pytest.mark.parametrize(
    "more",
    [
        ["--format", "json"],
        ["--verify", "--all", "--on-rejected", "raise"],
        ["--format", "deepdiff", "--absent", "clear", "--strict-records", "--guard", "clears=100%"],
        ["--param-from", "realm=company || email", "--format", "json", "--nulls", "absent"],
        ["--guard", "changes=1"],
    ],
    ids=["json", "text", "deepdiff", "derived", "guard"],
)
def test_snapshots_as_one(cli: Cli, more: list[str]) -> None:
    before = records(3)
    Path("before").write_bytes(before)
    Path("after").write_bytes(changed(before))
    given = [] if "--param-from" in more else ["-p", "realm=r"]
    arguments = ["acme/customers", "before", "after", "--key", "email", *given, *more]
    one, *others = outcomes(cli, arguments, "13" if "--all" in more else "12", "diff")
    assert one[0].code == (4 if "changes=1" in more else 1) and one[0].err.count("times") > 2
    assert all(other == one for other in others)


def test_clears_of_many_parts_are_counted_once(cli: Cli) -> None:
    for name in ("before", "after"):
        rows = [
            {"identifiers": {"crm": str(at)}, "company": "a", "email": f"{name}@x.io"} for at in range(1600)
        ]
        for row in rows[::160] if name == "after" else ():
            row["company"] = ""
        Path(name).write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    arguments = ["acme/plain", "before", "after", "--key", "identifiers.crm", "--guard"]
    for limit, code in (("9", 4), ("10", 0)):
        one, *others = outcomes(cli, [*arguments, f"clears.company={limit}"], "12", "diff")
        assert one[0].code == code and all(other == one for other in others)


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_snapshots_of_rows_as_one(cli: Cli, kind: str) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    csv = pytest.importorskip("pyarrow.csv")
    for name, sign in (("before", "@"), ("after", "+")):
        mails = [f"m{at}{sign if at % 4 else '.'}x.io" if at % 50 else None for at in range(1300)]
        table = pa.table({"ID": [at + 9 * (sign == "+") for at in range(1300)], "MAIL": mails})
        (pq.write_table if kind == "parquet" else csv.write_csv)(table, f"{name}.{kind}")
    arguments = ["acme/plain", f"before.{kind}", f"after.{kind}", "--source", "crm/rows", "--format", "json"]
    one, *others = outcomes(cli, arguments, "12", "diff")
    assert one[0].code == 1 and one[1][2] is not None and one[1][2].count(b"\n") == 18
    assert all(other == one for other in others)


def test_functions_of_the_project(cli: Cli) -> None:
    Path("in").write_text('{"company":"a"}\n' * 1200)
    arguments = ["acme/odd", "in", "--functions", "odd_functions"]
    one, *others = outcomes(cli, arguments)
    assert one[0].code == 0 and all(other == one for other in others)
    assert {str(os.getpid())} < {path.name for path in Path("workers").iterdir()}


@pytest.mark.parametrize("how, said", [("killed", "by signal 9"), ("dies", "with exit code 7")])
def test_a_worker_that_dies(cli: Cli, how: str, said: str) -> None:
    Path("in").write_text(
        '{"company":"a"}\n' * 1200 + f'{{"company":"{how}"}}\n' + '{"company":"a"}\n' * 1200
    )
    arguments = ["in", "--functions", "odd_functions", "-o", "o", "--rejects", "r", "--workers", "2"]
    ended = cli("apply", "acme/odd", *arguments)
    assert ended.code == 2 and said in ended.err and "fewer workers" in ended.err
    assert not [path for path in Path().iterdir() if path.name in "or" or path.suffix == ".part"]
    assert_gone()


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_a_run_that_is_ended(number: signal.Signals, code: int) -> None:
    """A terminal's signal reaches all processes; killing the first alone ends the others, too."""
    alone = number == signal.SIGKILL
    long = '{"company":"a"}'.ljust(1000) + "\n"
    Path("in").write_text(long * 800 + f'{{"company":"{"naps" if alone else "sleeps"}"}}\n' * 2)
    arguments = ["in", "--functions", "odd_functions", "-o", "o", "--workers", "2"]
    command = [sys.executable, "-m", "custmap", "apply", "acme/odd", *arguments]
    run = subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True)
    wait_for(lambda: Path("workers").is_dir() and len(list(Path("workers").iterdir())) == 2)
    (os.kill if alone else os.killpg)(run.pid, number)
    _, err = run.communicate(timeout=60)  # until no process holds standard error
    assert run.returncode == code and b"Traceback" not in err and not Path("o").exists()
    if not alone:
        assert not list(Path().glob("*.part"))
        assert_gone()


def assert_gone() -> None:
    """No worker has outlived the run."""
    for path in Path("workers").iterdir():
        if path.name != str(os.getpid()):
            wait_for(lambda path=path: not is_running(int(path.name)))


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def wait_for(condition: Any) -> None:
    for _ in range(150):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("it did not come about in time")


@pytest.mark.parametrize(
    "arguments, said",
    [(["--workers", "0"], "--workers"), (["--workers", "2", "--bulk"], "one process")],
)
def test_wrong_calls(cli: Cli, arguments: list[str], said: str) -> None:
    ended = cli("apply", "acme/plain", *arguments, stdin=b"")
    assert ended.code == 2 and said in ended.err
