"""`custmap settle` by its files: what is kept of each customer, and files that do not belong to one night."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cli_runner import Cli, Ended
from ndjson_files import NdjsonFiles

from small_mappings import write

Record = dict[str, Any]
SHOP = "microbase/customer-update"
PARAMS = ("-p", "host=shop.example", "-p", "token=t")
HEAD = f'{{"custmap":"settled","mapping":"{SHOP}"}}\n'.encode()
OK = {"status": 200, "body": {"ok": True}}
REFUSED = {"status": 200, "body": {"ok": False, "error": "customer_invalid_email"}}
LOST: dict[str, Any] = {}
NOT_SENT = {"sent": False}


def customer(number: int, **fields: Any) -> Record:
    return {"id": f"C-{number}", "identifiers": {"microbase": f"H{number}"}, **fields}


@dataclass
class Files(NdjsonFiles):
    """The files of a night in a folder, and the commands over them."""

    def diff(self, *options: str, before: str = "before") -> list[Any]:
        files = self.path(before), self.path("after")
        asked = ("--key", "id", "--format", "json", "-o", self.path("plans"), *PARAMS, *options)
        ended = self.cli("diff", SHOP, *files, *asked)
        assert ended.code in (0, 1), ended.err
        return self.lines("plans")

    def ids(self) -> dict[str, str]:
        """The ids of the requests in the plans, by the customers' keys."""
        plans = [line for line in self.lines("plans") if "errors" not in line]
        told = [(line["key"], line.get("requests", [line] if "url" in line else [])) for line in plans]
        return {key: requests[0]["id"] for key, requests in told if requests}

    def answer(self, *answers: tuple[str, Record]) -> None:
        ids = self.ids()
        self.write("answers", [{"id": ids[key], **answer} for key, answer in answers])

    def settle(self, *options: str | Path, answers: str | None = "answers", mapping: str = SHOP) -> Ended:
        given = [] if answers is None else [self.path(answers)]
        snapshots = ("--before", self.path("before"), "--after", self.path("after"), "--key", "id")
        return self.cli(
            "settle", mapping, self.path("plans"), *given, *snapshots, "-o", self.path("next"), *options
        )

    def kept(self) -> list[Record]:
        """What was kept, after the line that says what it is."""
        data = self.path("next").read_bytes()
        assert data.startswith(HEAD)
        return [json.loads(line) for line in data.splitlines()[1:]]

    def one_night(self, before: Record, after: Record, answers: list[Record]) -> Ended:
        self.write("before", [before])
        self.write("after", [after])
        self.diff()
        self.answer(*((after["id"], answer) for answer in answers))
        return self.settle()


@pytest.fixture
def night(cli: Cli, tmp_path: Path) -> Files:
    return Files(tmp_path, cli)


BEFORE = customer(1, email="old@example.com", tags=["a"])
AFTER = customer(1, email="new@example.com", tags=["a"])
OPEN = {**BEFORE, "unsettled": ["email"]}
ANSWERS: dict[str, tuple[list[Record], Record, str]] = {
    "applied": ([OK], AFTER, "1 applied"),
    "a body as its text": ([{"status": 200, "body": '{"ok": true}'}], AFTER, "1 applied"),
    "refused": ([REFUSED], BEFORE, "1 not applied"),
    "not sent": ([NOT_SENT], BEFORE, "1 not applied"),
    "no word of it": ([], OPEN, "1 not known"),
    "lost": ([LOST], OPEN, "1 not known"),
    "a status that is null": ([{"status": None}], OPEN, "1 not known"),
    "failed": ([{"status": 503}], OPEN, "1 not known"),
    "a page of a proxy": ([{"status": 200, "body": "<html>"}], OPEN, "1 not known"),
    "refused, then applied": ([REFUSED, OK], AFTER, "1 applied"),
    "applied, then refused": ([OK, REFUSED], AFTER, "1 applied"),
    "lost, then applied": ([LOST, OK], AFTER, "1 applied"),
    "lost, then refused": ([LOST, REFUSED], OPEN, "1 not known"),
    "applied, then lost": ([OK, LOST], OPEN, "1 not known"),
    "refused twice": ([REFUSED, REFUSED], BEFORE, "1 not applied"),
    "not sent, then refused": ([NOT_SENT, REFUSED], BEFORE, "1 not applied"),
    "not sent, then lost": ([NOT_SENT, LOST], OPEN, "1 not known"),
    "lost, then not sent": ([LOST, NOT_SENT], OPEN, "1 not known"),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_answers(night: Files, case: str) -> None:
    answers, kept, told = ANSWERS[case]
    ended = night.one_night(BEFORE, AFTER, answers)
    assert (ended.code, ended.out) == (0, "")
    assert night.kept() == [kept]
    counts = dict.fromkeys(("unchanged", "applied", "not applied", "not known", "as before", "left out"), 0)
    counts |= {told.partition(" ")[2]: 1}
    parts = ", ".join(f"{count} {word}" for word, count in counts.items())
    assert ended.err == f"1 customer: {parts}\n"


def test_jobs_without_answers(night: Files) -> None:
    night.one_night(BEFORE, AFTER, [LOST])
    assert night.settle("--assume-applied", answers=None).code == 0
    assert night.kept() == [AFTER]


def test_what_a_plan_rejects_comes_back(night: Files) -> None:
    after = {**AFTER, "email": None, "tags": ["b"]}
    night.one_night(BEFORE, after, [OK])
    assert night.kept() == [{**BEFORE, "tags": ["b"]}]
    (plan,) = night.diff(before="next")
    assert [one["target"] for one in plan["rejected"]] == ["email"] and plan["requests"] == []


def test_a_plan_without_a_request_needs_no_answer(night: Files) -> None:
    after = {**BEFORE, "email": None, "company": "Demo"}
    night.one_night(BEFORE, after, [])
    assert night.kept() == [{**BEFORE, "company": "Demo"}]


def test_what_was_kept_is_a_snapshot(night: Files, cli: Cli) -> None:
    night.one_night(BEFORE, AFTER, [LOST])
    night.write("after", [BEFORE])
    (plan,) = night.diff(before="next")
    assert plan["requests"][0]["body"] == {"id": "H1", "email": "old@example.com"}
    night.answer(("C-1", OK))
    night.path("before").write_bytes(night.path("next").read_bytes())
    assert night.settle().code == 0
    assert night.kept() == [BEFORE]
    ended = cli("apply", SHOP, night.path("next"), "--key", "id", *PARAMS)
    (line,) = ended.out.splitlines()
    told = json.loads(line)
    assert (told["index"], told["key"]) == (0, "C-1") and "1 in = 1 out + 0 rejected" in ended.err


@pytest.mark.parametrize(("old", "new"), [(7, "7"), ("7", 7), (7, 7.0)])
def test_keys_are_compared_as_texts(night: Files, old: Any, new: Any) -> None:
    night.write("before", [{**BEFORE, "identifiers": {"microbase": "H1", "crm": old}}])
    night.write("after", [{**AFTER, "identifiers": {"microbase": "H1", "crm": new}}])
    files = night.path("before"), night.path("after")
    key = ("--key", "identifiers.crm")
    snapshots = ("--before", files[0], "--after", files[1], *key, "-o", night.path("next"))
    ended = night.cli("diff", SHOP, *files, *key, "--format", "json", "-o", night.path("plans"), *PARAMS)
    night.write("answers", [])
    assert ended.code in (0, 1)
    ended = night.cli("settle", SHOP, night.path("plans"), night.path("answers"), *snapshots)
    assert ended.code == 0 and ended.err.startswith("1 customer: "), ended.err


def test_a_key_that_comes_twice(night: Files) -> None:
    others = [customer(2, email="x@example.com"), customer(3, email="y@example.com")]
    night.write("before", [BEFORE, *others, others[1]])
    night.write("after", [AFTER, AFTER, {**others[0], "email": "z@example.com"}, others[1]])
    night.diff()
    night.answer(("C-2", OK))
    ended = night.settle()
    assert ended.code == 0
    assert sorted(night.kept(), key=lambda one: str(one["id"])) == [
        BEFORE,
        {**others[0], "email": "z@example.com"},
        others[1],
        others[1],
    ]


@pytest.mark.parametrize(
    "row", ['{"id": "C-1", "email": 5}', '{"id": "C-1", "email"', "[]", '{"email": "x@y.example"}']
)
def test_a_row_that_is_rejected_stands_as_before(night: Files, row: str) -> None:
    night.write("before", [BEFORE])
    night.path("after").write_text(f"{row}\n{json.dumps(customer(2))}\n", "utf-8")
    assert any("errors" in line for line in night.diff())
    night.answer()
    assert night.settle().code == 0
    assert night.kept() == [BEFORE]


def test_customers_of_one_file_only(night: Files) -> None:
    row = '{ "id": "C-1",  "email": "as@it.is", "amount": 1.50 }'
    night.path("before").write_text(f"{row}\n", "utf-8")
    night.write("after", [customer(2)])
    night.diff()
    night.answer()
    ended = night.settle()
    assert (ended.code, "1 as before, 1 left out" in ended.err) == (0, True)
    assert night.path("next").read_bytes() == HEAD + row.encode() + b"\n"


NEW: dict[str, tuple[Record, Record | None]] = {
    "applied": (OK, customer(3, email="c@example.com", tags=["a"])),
    "refused": (REFUSED, None),
    "not sent": (NOT_SENT, None),
    "lost": (LOST, {"id": "C-3", "unsettled": ["email", "tags"]}),
}


@pytest.mark.parametrize("case", NEW)
def test_new_customers_whose_requests_apply_has_made(night: Files, case: str) -> None:
    """`apply` reads a file of its own: places in it are not those in AFTER."""
    answer, kept = NEW[case]
    new = customer(3, email="c@example.com", tags=["a"])
    night.write("before", [BEFORE])
    night.write("after", [customer(4), AFTER, new])
    night.diff("--only-in", str(night.path("alone")))
    night.write("new", [one["record"] for one in night.lines("alone") if one["key"] == "C-3"])
    ended = night.cli("apply", SHOP, night.path("new"), "--key", "id", *PARAMS)
    assert ended.code == 0
    with night.path("plans").open("a", encoding="utf-8") as plans:
        plans.write(ended.out)
    night.answer(("C-1", OK), ("C-3", answer))
    ended = night.settle()
    assert ended.code == 0, ended.err
    assert night.kept() == [AFTER, *([] if kept is None else [kept])]


def test_what_apply_has_dropped_comes_back(night: Files) -> None:
    night.write("before", [])
    night.write("after", [customer(1, email=None, tags=["a"])])
    asked = ("--key", "id", "--on-rejected", "drop", "-o", night.path("plans"), *PARAMS)
    assert night.cli("apply", SHOP, night.path("after"), *asked).code == 0
    night.answer(("C-1", OK))
    assert night.settle().code == 0
    assert night.kept() == [customer(1, tags=["a"])]
    (plan,) = night.diff(before="next")
    assert [one["target"] for one in plan["rejected"]] == ["email"]


def test_columns_that_the_run_took_as_complete(night: Files) -> None:
    night.write("before", [BEFORE])
    night.write("after", [customer(1, email="new@example.com")])
    night.diff("--absent", "clear")
    night.answer(("C-1", OK))
    assert night.settle("--absent", "clear").code == 0
    assert night.kept() == [customer(1, email="new@example.com")]


def refused(ended: Ended, night: Files, *said: str) -> None:
    """Exit code 2, one message that says what, and nothing written."""
    assert ended.code == 2, ended
    errors = [line for line in ended.err.splitlines() if line.startswith("error")]
    assert len(errors) == 1 and "CM901" not in ended.err, ended.err
    assert all(word in ended.err for word in said), ended.err
    assert not night.path("next").exists() and ended.out == ""
    assert list(night.folder.glob("*.part")) == []


def two(night: Files) -> None:
    """A night of two customers who have changed."""
    other = customer(2, email="x@example.com")
    night.write("before", [BEFORE, other])
    night.write("after", [AFTER, {**other, "email": "z@example.com"}])
    night.diff()
    night.answer(("C-1", OK), ("C-2", OK))


def change(name: str, edit: Callable[[bytes], bytes]) -> Callable[[Files], None]:
    def changed(night: Files) -> None:
        night.path(name).write_bytes(edit(night.path(name).read_bytes()))

    return changed


def first_line(data: bytes) -> bytes:
    return data[: data.index(b"\n") + 1]


DEEP = b"[" * 5000 + b"]" * 5000

DAMAGED: dict[str, tuple[Callable[[Files], None], tuple[str, ...]]] = {
    "an id of another run": (
        change("answers", lambda data: data + b'{"id": "0123456789abcdef0123", "status": 200}\n'),
        ("answers.ndjson, line 3: no request of this run has this `id`",),
    ),
    "an answer without an id": (
        change("answers", lambda data: b'{"status": 200}\n'),
        ("answers.ndjson, line 1", "id"),
    ),
    "a status that is none": (
        change("answers", lambda data: data.replace(b"200", b"999")),
        ("answers.ndjson, line 1: `status` is an HTTP status, 100 to 599",),
    ),
    "half an answer": (change("answers", lambda data: data[:-9]), ("answers.ndjson, line 2",)),
    "an answer that is no text": (
        change("answers", lambda data: b'{"id": "\xff"}\n'),
        ("answers.ndjson, line 1",),
    ),
    "plans cut at a line end": (change("plans", first_line), ("no request of this run has this `id`",)),
    "plans cut inside a line": (change("plans", lambda data: data[:-20]), ("plans.ndjson, line 2",)),
    "plans twice": (change("plans", lambda data: data * 2), ("plans.ndjson, line 3: the second plan",)),
    "a plan without a key": (
        change("plans", lambda data: data.replace(b'"key":"C-1",', b"")),
        ("`diff --key`",),
    ),
    "what is no plan": (
        change("plans", lambda data: b'{"index": 0, "key": "C-1", "mapping": "%b"}\n' % SHOP.encode()),
        ("plans.ndjson, line 1: neither a plan nor a request",),
    ),
    "customers instead of plans": (
        lambda night: night.path("plans").write_bytes(night.path("after").read_bytes()) and None,
        ("plans.ndjson, line 1",),
    ),
    "another mapping": (
        change("plans", lambda data: data.replace(b"microbase/customer-update", b"aifi/update-customer")),
        (f"plans.ndjson, line 1: not a plan of {SHOP}",),
    ),
    "rules of another version": (
        change("plans", lambda data: data.replace(b'"line":20', b'"line":21')),
        ("the plan of record 0 is not that of these snapshots", "has the mapping been edited"),
    ),
    "another after": (lambda night: night.write("after", [AFTER]), ("AFTER does not have record 1",)),
    "after in another order": (
        lambda night: night.write("after", reversed(night.lines("after"))),
        ("the plan of record", "was not made of these snapshots"),
    ),
    "before cut inside a line": (
        change("before", lambda data: data[:-9]),
        ("BEFORE, line 2: no record with the key", "is the file whole"),
    ),
    "a before that is empty": (
        change("before", lambda data: b""),
        ("the plan of record 0", "BEFORE does not have it"),
    ),
    "a before that is no text": (
        change("before", lambda data: b"PK\x03\x04" + data),
        ("BEFORE, line 1: no record with the key",),
    ),
    "after cut inside a line": (
        change("after", lambda data: data + b'{"id": "C-3'),
        ("AFTER, line 3: no record with the key",),
    ),
    "a before of another vendor": (
        change("before", lambda data: HEAD.replace(b"microbase", b"aifi") + data),
        ("was settled by aifi/customer-update",),
    ),
    "an after that was settled": (
        change("after", lambda data: HEAD + data),
        ("was settled", "swapped"),
    ),
    "an answer whose status is misspelt": (
        change("answers", lambda data: data.replace(b'"status"', b'"stauts"')),
        ("answers.ndjson, line 1: an answer with a `body` has a `status`",),
    ),
    "an answer nested too deep": (
        change("answers", lambda data: data.replace(b'"status"', b'"x": %b, "status"' % DEEP)),
        ("answers.ndjson, line 1: nested too deep", "as a text"),
    ),
    "an after that is newer": (
        lambda night: night.write("after", [*night.lines("after")[:1], {"id": "C-2", "email": 5}]),
        ("AFTER, line 2: record 1 has a plan, and cannot be read: error[CM701]: email",),
    ),
    "a before whose open paths are none": (
        change("before", lambda data: data.replace(b"}\n", b', "unsettled": 5}\n', 1)),
        ("BEFORE, line 1: record 0 has a plan, and cannot be read: error[CM701]: unsettled",),
    ),
    "an after of the same customers, with other values": (
        change("after", lambda data: data.replace(b"@", b"@not.")),
        ("the plan of record 0 was made of other values",),
    ),
    "a before of the same customers, with other values": (
        change("before", lambda data: data.replace(b"@", b"@not.")),
        ("the plan of record 0 was made of other values",),
    ),
    "a customer twice in before, which the run did not see": (
        change("before", lambda data: data + data.splitlines(keepends=True)[0]),
        ("another row with this key has a plan",),
    ),
    "an answer to what was not sent": (
        change("answers", lambda data: data.replace(b'"status"', b'"sent": false, "status"')),
        ("answers.ndjson, line 1: a request that was not sent has no `status`",),
    ),
}


def test_bodies_that_other_programs_write(night: Files) -> None:
    two(night)
    answers = night.path("answers")
    odd = answers.read_bytes().replace(b'"body": {', b'"body": {"x": ["\\ud800", NaN], ')
    assert b"NaN" in odd
    answers.write_bytes(odd)
    assert night.settle().code == 0


RIGHT = {
    "a parameter in items": (
        "{ch: {each: addresses, key: label, merge: keyed, fields: {label: label, c: city, s: {param: src}}}}",
        {"addresses": [{"label": "h", "city": "A"}]},
        {"addresses": [{"label": "h", "city": "B"}]},
    ),
    "a parameter that says the same": (
        "{f: {first: [company, {param: src}], one_way: true}}",
        {"company": "web"},
        {"email": "a@x.io"},
    ),
    "a number that no double has": (
        "{m: {from: custom_fields, merge: entries}}",
        {"custom_fields": {"n": 1}},
        {"custom_fields": {"n": 12345678901234567}},
    ),
}


@pytest.mark.parametrize("case", RIGHT)
def test_a_right_night_is_settled(cli: Cli, tmp_path: Path, case: str) -> None:
    body, before, after = RIGHT[case]
    contract = '{method: PATCH, url: "https://x.io/c"}'
    place = write(tmp_path, f"params: {{src: {{}}}}\nclear: impossible\ncontract: {contract}\nbody: {body}\n")
    for name, record in (("before", before), ("after", after)):
        text = json.dumps({"id": "1", **record}).replace("34567}", "34567.0}")
        (tmp_path / f"{name}.ndjson").write_text(text + "\n", "utf-8")
    files = [tmp_path / f"{name}.ndjson" for name in ("before", "after")]
    asked = ("--key", "id", "--absent", "clear")
    made = cli("diff", place, *files, *asked, "-p", "src=web", "--format", "json", "-o", tmp_path / "plans")
    assert made.code in (0, 1), made.err
    given = ("--assume-applied", "--before", files[0], "--after", files[1], "-o", tmp_path / "next")
    settled = cli("settle", place, tmp_path / "plans", *asked, *given)
    assert settled.code == 0, settled.err


@pytest.mark.parametrize("case", DAMAGED)
def test_files_that_do_not_belong_together(night: Files, case: str) -> None:
    damage, said = DAMAGED[case]
    two(night)
    damage(night)
    refused(night.settle(), night, *said)


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize(
    "line", [b'{"id": "C-9", "email', b'{"id": "C-9", "attributes": %b}' % DEEP, b'{"email": "x"}', b"\xff"]
)
def test_lines_that_the_run_could_not_read_stand_as_before(night: Files, side: str, line: bytes) -> None:
    two(night)
    night.path(side).write_bytes(night.path(side).read_bytes() + line + b"\n")
    night.diff()
    night.answer(("C-1", OK), ("C-2", OK))
    ended = night.settle()
    assert ended.code == 0
    assert night.path("next").read_bytes().count(line) == (side == "before")


def test_a_before_that_cannot_be_read_is_that_of_a_new_customer(night: Files) -> None:
    two(night)
    line = b'{"id": "C-9", "email": "a", "email": "b"}\n'
    new = customer(9, email="n@example.com")
    night.write("new", [new])
    night.path("before").write_bytes(night.path("before").read_bytes() + line)
    night.write("after", [AFTER, new])
    night.diff()
    made = night.cli("apply", SHOP, night.path("new"), "--key", "id", *PARAMS, "-o", night.path("made"))
    assert made.code == 0, made.err
    night.path("plans").write_bytes(night.path("plans").read_bytes() + night.path("made").read_bytes())
    night.answer(("C-1", OK), ("C-9", OK))
    assert night.settle().code == 0
    assert new in night.kept()
    night.answer(("C-1", OK), ("C-9", REFUSED))
    assert night.settle().code == 0
    assert line in night.path("next").read_bytes()


def test_an_error_inside_a_success_and_what_cannot_be_told_are_no_successes(night: Files) -> None:
    wrong = {"status": 200, "body": {"attributes": {}, "erroredFields": [{"fieldName": "attributes.plan"}]}}
    records = [{"id": "C-1", "identifiers": {"fabric": "1"}, "attributes": {"plan": plan}} for plan in "ab"]
    night.write("before", records[:1])
    night.write("after", records[1:])
    files = night.path("before"), night.path("after"), "--key", "id", "-o", night.path("plans")
    options = ("--format", "json", "-p", "order_id=1", "-p", "tenant_id=t", "-p", "token=t")
    ended = night.cli("diff", "fabric/update-attributes", *files, *options)
    assert ended.code == 0, ended.err
    night.answer(("C-1", wrong))
    ended = night.settle(mapping="fabric/update-attributes")
    assert "0 applied, 1 not applied" in ended.err, ended.err
    told = night.one_night({**BEFORE, "email": "a@example.com"}, {**BEFORE, "email": None}, []).err
    assert "0 applied, 0 not applied, 0 not known, 1 as before" in told, told


def test_plans_cut_at_a_line_end_without_answers(night: Files) -> None:
    two(night)
    change("plans", first_line)(night)
    refused(
        night.settle("--assume-applied", answers=None),
        night,
        "record 1 of AFTER has changed",
        "no plan for it",
    )


def test_options_that_are_not_those_of_the_run(night: Files) -> None:
    night.write("before", [BEFORE])
    night.write("after", [customer(1)])
    night.diff()
    night.answer()
    refused(night.settle("--absent", "clear"), night, "`--absent`")
    night.write("after", [customer(1, email=None)])
    night.diff("--nulls", "absent")
    refused(night.settle(), night, "`--nulls`")
    night.write("after", [customer(1, email="new@example.com")])
    night.diff("--absent", "clear")
    night.answer(("C-1", OK))
    refused(night.settle(), night, "the plan of record 0", "`--absent`")


@pytest.mark.parametrize("name", ["plans", "answers", "before", "after"])
def test_an_output_that_is_an_input_is_refused(night: Files, name: str) -> None:
    two(night)
    held = night.path(name).read_bytes()
    refused(night.settle("-o", night.path(name)), night, f"{name}.ndjson")
    assert night.path(name).read_bytes() == held


@pytest.mark.parametrize("name", ["plans", "answers", "before", "after"])
def test_a_file_that_is_not_there(night: Files, name: str) -> None:
    two(night)
    night.path(name).unlink()
    refused(night.settle(), night, f"{name}.ndjson")


def test_answers_from_standard_input(night: Files) -> None:
    two(night)
    answers = night.path("answers").read_bytes()
    snapshots = ("--before", night.path("before"), "--after", night.path("after"), "--key", "id")
    ended = night.cli("settle", SHOP, night.path("plans"), "-", *snapshots, stdin=answers)
    assert ended.code == 0 and ended.out.encode().startswith(HEAD) and "2 applied" in ended.err


@pytest.mark.parametrize("place", ["plans", "--before", "--after"])
def test_what_is_read_more_than_once_is_a_file(night: Files, place: str) -> None:
    two(night)
    plans = "-" if place == "plans" else night.path("plans")
    before, after = ("-" if place == one else night.path(one[2:]) for one in ("--before", "--after"))
    snapshots = ("--before", before, "--after", after, "--key", "id", "-o", night.path("next"))
    ended = night.cli("settle", SHOP, plans, night.path("answers"), *snapshots)
    refused(ended, night, "are files: they are read more than once")


@pytest.mark.parametrize("options", [["--assume-applied"], []])
def test_answers_or_none(night: Files, options: list[str]) -> None:
    two(night)
    refused(night.settle(*options, answers="answers" if options else None), night, "`--assume-applied`")


@pytest.mark.parametrize("key", ["a[0]", ""])
def test_a_key_that_is_no_path_of_names(night: Files, key: str) -> None:
    two(night)
    refused(night.settle("--key", key), night, "--key")
