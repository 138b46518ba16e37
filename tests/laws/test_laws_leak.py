"""Law 14: no value of a record, and no secret, is in a message, a log, a traceback or a report.

Every code of a record is raised here, by a record in which each text has a token that is nowhere else;
every code of a mapping file is raised by the example of its page, with such a record on standard input.
What plans name by design is left out: keys of maps, and the value of the key member of a keyed item.
"""

from __future__ import annotations

import io
import json
import logging
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import custmap
from custmap import Mapping
from custmap.cli.ending import run
from custmap.diagnostics.codes import CODES
from custmap.diagnostics.errors import CustmapError, RecordError
from custmap.model.walkers import leaves
from custmap.running import clearing
from custmap.testing import cases as fixture_cases
from docs.pages import codes_of, read_page
from small_mappings import made, tables, write

CASES = tables(Path(__file__).with_name("leaks.yaml"))
PAGES = Path(__file__).parents[2] / "docs" / "codes"
OF_RECORDS = {code for code in CODES if code[2] in "789"}
PLANTED = {"CM808", "CM901"}
"""A bug of custmap is behind these; each has a test of its own, with a planted bug."""
UNRAISED: set[str] = set()
"""Found only where a mapping is run backwards."""
OF_ROWS = {"CM716"}
"""Raised by a table that is read through a source."""
SOURCE = """custmap: 1
source: crm/rows
columns:
  ID: integer
  MAIL: string
  BORN: {type: string, format: date}
  SEEN: {type: string, format: date-time}
  VIP: boolean
  SPENT: number
  TAGS: {type: array, items: {type: string}}
key: ID
nulls: clear
customer:
  email: MAIL
  birth_date: BORN
  attributes.seen: SEEN
  attributes.vip: VIP
  attributes.spent: text(SPENT)
  tags: TAGS
  company: breaks(MAIL)
"""
ROWS: list[dict[str, Any]] = [
    *({"ID": 1, column: "zq0qz"} for column in ("ID", "BORN", "SEEN", "VIP", "SPENT", "TAGS")),
    *({"ID": 1, "MAIL": value} for value in (["zq1qz"], {"a": "zq2qz"}, "zq3qz", "", 7)),
    {"ID": 1, "TAGS": '["zq4qz", {"a": ["zq5qz"]}]', "zq6qz": "zq7qz"},
]
TOKEN = re.compile(r"zq[0-9]+qz")
VENDOR = {"email": "zq90qz", "a": ["zq91qz"], "company": {"b": "zq92qz"}, "channels": [{"value": ["zq93qz"]}]}
ANSWERS = """response:
  customer: body.copy
  failed: body.failed
  errors: [{each: body.errors, field: f, message: m, code: c}, {each: body.errors, field: v, message: v}]
  warnings: {each: body.errors, field: v, code: "join(' ', [c, 'x', to_string(v)])"}
"""
BREAKS = '''
import custmap

@custmap.function()
def breaks(text: str) -> str:
    """Always breaks, and says why."""
    raise ValueError(f"no way to read {text}") from KeyError(text)
'''
Call = Callable[..., str]
ids = [case["code"] for case in CASES]


@pytest.fixture
def call(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes], caplog: Any
) -> Iterator[Call]:
    """A call of `custmap` in this process: what it says; standard output, which is data, where asked for."""
    caplog.set_level(logging.NOTSET)

    def called(*arguments: str | Path, stdin: str = "", data: bool = False) -> str:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode("utf-8", "replace"))))
        run([str(argument) for argument in arguments])
        out, err = capfdbinary.readouterr()
        return err.decode() + (out.decode() if data else "")

    yield called
    assert not TOKEN.search(caplog.text)


def told(error: BaseException) -> list[str]:
    """All that an error says, and all that led to it."""
    return [str(error), repr(error), repr(error.args), "".join(traceback.format_exception(error))]


def of_error(error: CustmapError, codes: set[str]) -> list[str]:
    codes |= {one.code for one in error.diagnostics}
    return [*told(error), repr(error.diagnostics)]


def of_library(mapping: Mapping, case: dict[str, Any], codes: set[str]) -> list[str]:
    """What the library says of a case, records checked or not, one by one and streamed."""
    said: list[str] = []
    before, after, params = case.get("before"), record_of(case), case.get("params")
    for check in (True, False):
        for of in [before, after]:
            try:
                if of is not None:
                    mapping.apply(of, params, check=check)
            except CustmapError as error:
                said += of_error(error, codes)
        for other in ({"absent": "keep"}, {"absent": "clear"}, {"vendor": VENDOR}):
            then = None if "vendor" in other else before
            try:
                plan = mapping.diff(then, after, params, check=check, **other)  # type: ignore[arg-type]
            except CustmapError as error:
                said += of_error(error, codes)
                continue
            said += [str(plan), repr(plan.rejected), *plan.notes]
            codes |= {one.code for one in plan.rejected}
    try:
        streamed = [*mapping.apply_many([after], params), *mapping.diff_many([(before, after)], params)]
    except RecordError as error:
        return [*said, *of_error(error, codes)]  # the parameters of all
    return [*said, *(repr(one.error) for one in streamed)]


def of_answers(mapping: Mapping) -> list[str]:
    """What is said of a vendor's copy and of its answers, in which each text is a token."""
    said: list[str] = []
    copies = [
        dict(VENDOR),
        _copy(mapping, "zq94qz"),
        _copy(mapping, ["zq95qz"]),
        _copy(mapping, {"b": "zq96qz"}),
    ]
    for copy in copies:
        for base in (None, {"email": "zq97qz", "attributes": {"b": "zq98qz"}}):
            said += mapping.back.read(copy, base)[1]
        for text in ("zq0qz", "zq0qz is taken", ["zq0qz"], {"a": "zq0qz"}):
            error = {"f": "email", "m": text, "c": "E1", "v": text}
            body = {"copy": copy, "errors": [error], "failed": [text]}
            for status in (200, 400):
                outcome = mapping.outcome(status, body)
                said += [str(outcome), repr(outcome), repr(outcome.errors), repr(outcome.warnings)]
    for wrong in (["zq0qz"], "zq0qz", {"a": float("nan"), "b": "zq0qz"}, {"a": ["zq0qz", {1}]}):
        try:
            mapping.reverse(wrong, {})
        except CustmapError as error:
            said += of_error(error, set())
    for base in ({"email": ["zq0qz"]}, {"status": "zq0qz"}, "zq0qz"):
        try:
            mapping.reverse({}, base)
        except CustmapError as error:
            said += of_error(error, set())
    return said


def _copy(mapping: Mapping, value: Any) -> dict[str, Any]:
    """A copy that has a value at each target."""
    copy: dict[str, Any] = {}
    for target in leaves(mapping.checked.operation.table.root):
        copy[target.name] = [{"type": value, "value": value}] if target.kind.has_items else value
    return copy


def record_of(case: dict[str, Any]) -> Any:
    record = deepcopy(case.get("customer", case.get("after", {})))
    if case.get("deep"):
        held: Any = "zq99qz"
        for _ in range(70):
            held = [held]
        record["attributes"]["deep"] = held
    return record


def of_command_line(call: Call, path: Path, case: dict[str, Any], folder: Path) -> list[str]:
    """What the commands say on standard error, in the picture of a plan, and of records that are rejected."""
    params = [f"-p{name}={value}" for name, value in case.get("params", {}).items()]
    arguments = [*params, *case.get("arguments", ())]
    lines = case.get("lines") or json.dumps(record_of(case))
    rejects = folder / "rejects.ndjson"
    said = [
        call("apply", path, *arguments, stdin=lines),
        call("apply", path, *arguments, "--rejects", rejects, stdin=f"{lines}\n{lines}"),
    ]
    said += [json.dumps(json.loads(line)["errors"]) for line in _lines(rejects)]
    if "before" in case or "snapshots" in case:
        before, after = case.get("snapshots") or ([case["before"]], [case["after"]])
        files = [folder / "before.ndjson", folder / "after.ndjson"]
        for file, records in zip(files, (before, after), strict=True):
            file.write_text("".join(f"{json.dumps(one)}\n" for one in records))
        joined = ["--key", "id"] if "snapshots" in case else []
        said.append(call("diff", path, *files, *arguments, *joined, data=True))
        if joined:
            said.append(call("diff", path, *files, *arguments, *joined, "--rejects", rejects))
            said += [json.dumps(json.loads(line)["errors"]) for line in _lines(rejects)]
    return said


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def clean(said: list[str]) -> None:
    for text in said:
        assert not TOKEN.search(text), text


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_no_value_of_a_record(case: dict[str, Any], tmp_path: Path, call: Call) -> None:
    mapping, codes = made(tmp_path, case["rules"]), set[str]()
    clean(of_library(mapping, case, codes))
    answers = made(tmp_path, f"{case['rules'].rstrip()}\n{ANSWERS}")
    clean(of_answers(answers))
    said = of_command_line(call, tmp_path / "acme" / "case.yaml", case, tmp_path)
    clean(said)
    assert case["code"] in codes | set(re.findall(r"CM\d{3}", "".join(said)))


def test_every_code_of_a_record_is_raised() -> None:
    assert {case["code"] for case in CASES} | PLANTED | OF_ROWS == OF_RECORDS


def test_a_plan_that_does_not_converge(tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, "body: {a: {from: attributes, merge: entries, clear: {name_in: gone}}}")
    for name, text in (("before", '{"a": "zq0qz", "b": "zq1qz"}'), ("after", '{"b": "zq2qz"}')):
        (tmp_path / name).write_text(f'{{"attributes": {text}}}')
    monkeypatch.setattr(clearing, "write_clear", lambda *_: clearing.NOTHING)
    said = call("diff", path, tmp_path / "before", tmp_path / "after", "--verify", data=True)
    assert "CM808" in said
    clean([said])


def test_a_function_of_a_project(tmp_path: Path) -> None:
    """What a function says when it breaks may quote the value; nothing of it goes on."""
    own = ModuleType("own")
    exec(BREAKS, own.__dict__)
    mapping = custmap.load(write(tmp_path, "body: {a: breaks(email), b: company}"), functions=[own])
    case = {"before": {"email": "zq0qz", "company": "zq1qz"}, "after": {"email": "zq2qz", "company": "zq3qz"}}
    codes: set[str] = set()
    clean(of_library(mapping, case, codes))
    assert codes == {"CM704"}


def test_rows(tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of columns are told, cells are not: bad cells, a rule that breaks, a table without a column."""
    path = write(tmp_path, "body: {a: {from: email, clear: impossible}, b: tags}")
    (tmp_path / "own_rows.py").write_text(BREAKS)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "crm").mkdir()
    (rules := tmp_path / "crm" / "rows.yaml").write_text(SOURCE)
    own = ModuleType("own")
    exec(BREAKS, own.__dict__)
    mapping, source = custmap.load(path), custmap.source(rules, functions=[own])
    codes, said = set[str](), list[str]()
    columns = dict.fromkeys(("ID", "MAIL", "BORN", "SEEN", "VIP", "SPENT", "TAGS"))
    for row in [columns | row for row in ROWS] + [{"MAIL": "zq8qz"}]:
        for read in (source.customer, lambda row: mapping.diff(None, row, source=source)):
            try:
                read(row)
            except CustmapError as error:
                said += of_error(error, codes)
    lines = "\n".join(json.dumps(columns | row) for row in ROWS)
    options = ("--source", rules, "--functions", "own_rows", "--rejects", tmp_path / "rejects.ndjson")
    said.append(call("apply", path, *options, stdin=lines))
    said += [json.dumps(json.loads(line)["errors"]) for line in _lines(tmp_path / "rejects.ndjson")]
    said.append(call("apply", path, *options, stdin='{"MAIL": "zq9qz"}'))
    clean(said)
    assert OF_ROWS | {"CM702", "CM704"} <= codes | set(re.findall(r"CM\d{3}", "".join(said)))


def test_a_bug(tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> Any:
        raise RuntimeError("zq0qz")

    monkeypatch.setattr(fixture_cases, "run_fixture", fails)
    (tmp_path / "case.yaml").write_text("mapping: a/b\ncustomer: {email: zq1qz}\nexpect: {rejected: []}\n")
    said = call("test", tmp_path, data=True)
    assert "CM901" in said
    clean([said])


@pytest.mark.parametrize("code", [code for code in CODES if code not in OF_RECORDS])
def test_no_value_beside_a_finding_of_a_mapping(
    code: str, tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert code in codes_of(read_page(PAGES / f"{code}.md").fences("Example"), tmp_path, monkeypatch)
    record = {"email": "zq0qz", "company": "zq1qz", "attributes": {"a": "zq2qz"}, "phone": "zq3qz"}
    for command in ("apply", "validate"):
        arguments = ["-ptoken=zq4qz"] if command == "apply" else []
        clean([call(command, "acme/update-customer", *arguments, stdin=json.dumps(record))])
