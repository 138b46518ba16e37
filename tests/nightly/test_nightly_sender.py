"""The sender of docs/nights.md and vendors that fail: what is sent again, what is not, and what is kept."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import pytest
from nightly_commands import diff, settle
from nightly_job import SCRIPTS, Job, opened
from nightly_server import Fault, Vendor
from nightly_shops import MICROBASE_REFUSALS, SHOPS

FAULTS: list[Fault] = [fault for fault in get_args(Fault) if fault != "partial"]
CUSTOMERS = [str(number) for number in range(1, len(FAULTS) + 1)]
# What is changed, where it has to arrive, and how it is named when it is not known whether it has.
NEWS: dict[str, tuple[dict[str, Any], list[Any], str]] = {
    "microbase": ({"email": "new@example.com"}, ["email"], "email"),
    "aifi": ({"email": "new@example.com"}, ["email"], "email"),
    "fabric": ({"attributes": {"plan": "gold"}}, ["attributes", "plan"], "attributes.plan"),
    "capillary": ({"attributes": {"plan": "gold"}}, ["extendedFields", "plan"], "attributes.plan"),
}
ONCE = {"loyalty": {"enrollments": [{"program_id": "7", "points": 10}]}}
PROGRAM = "loyalty.enrollments[program_id=7]"


def record(name: str, number: str) -> dict[str, Any]:
    return {"id": number, "identifiers": {name: number}}


def first(fault: Fault) -> Any:
    """It happens to the first request for each customer."""
    return lambda who, number: fault if number == 1 else "none"


@pytest.fixture
def each_its_own(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Job]:
    """Each customer meets another fault at the first request."""

    def faults(who: str, number: int) -> Fault:
        return FAULTS[CUSTOMERS.index(who)] if number == 1 else "none"

    with opened(tmp_path, request.param, Vendor(SHOPS[request.param], faults)) as job:
        yield job


def begin(job: Job, news: dict[str, Any], customers: list[str] = CUSTOMERS) -> None:
    records = [record(job.name, number) for number in customers]
    job.write("kept.ndjson", records)
    job.write("tonight.ndjson", [one | news for one in records])
    diff(job)


def tries(job: Job) -> dict[Fault, int]:
    came = Counter(who for who, _ in job.vendor.came)
    return {fault: came[who] for fault, who in zip(FAULTS, CUSTOMERS, strict=True)}


@pytest.mark.parametrize("each_its_own", NEWS, indirect=True)
def test_what_may_be_sent_twice_is_sent_until_it_has_arrived(each_its_own: Job) -> None:
    job = each_its_own
    news, place, open_path = NEWS[job.name]
    begin(job, news)
    assert job.send() == 3, job.said
    assert job.said == f"{len(FAULTS)} requests: {len(FAULTS) - 2} applied, 1 not applied, 1 not known\n"
    assert tries(job) == {fault: 1 if fault in ("none", "refused", "odd") else 2 for fault in FAULTS}
    left = {"refused": {}, "odd": {"unsettled": [open_path]}}
    kept = settle(job)
    for fault, who in zip(FAULTS, CUSTOMERS, strict=True):
        assert kept[who] == record(job.name, who) | left.get(fault, news), fault
        state: Any = job.vendor.customers.get(who, {})
        for name in place:
            state = state.get(name, {})
        assert (state == {}) is (fault == "refused")


@pytest.mark.parametrize("each_its_own", ["capillary"], indirect=True)
def test_what_may_not_be_sent_twice(each_its_own: Job) -> None:
    job = each_its_own
    begin(job, ONCE)
    assert job.send() == 3, job.said
    assert tries(job) == {fault: 2 if fault == "busy" else 1 for fault in FAULTS}
    kept = settle(job)
    for fault, who in zip(FAULTS, CUSTOMERS, strict=True):
        wanted = record(job.name, who)
        if fault in ("none", "busy"):
            wanted |= ONCE
        elif fault != "refused":
            wanted |= {"unsettled": [PROGRAM]}
        assert kept[who] == wanted, fault


def test_a_request_of_apply_does_not_say_whether_it_may_be_sent_twice(tmp_path: Path) -> None:
    with opened(tmp_path, "microbase", Vendor(SHOPS["microbase"], first("lost"))) as job:
        begin(job, NEWS["microbase"][0], ["1"])
        (plan,) = job.lines("plans.ndjson")
        job.write("plans.ndjson", plan["requests"])
        assert job.send() == 3
        assert job.said == "1 requests: 0 applied, 0 not applied, 1 not known\n"
        assert len(job.vendor.came) == 1


@pytest.mark.parametrize("why", MICROBASE_REFUSALS)
def test_a_refusal_of_microbase(tmp_path: Path, why: str) -> None:
    vendor = Vendor(SHOPS["microbase"], first("refused"))
    vendor.why = why
    with opened(tmp_path, "microbase", vendor) as job:
        begin(job, NEWS["microbase"][0], ["1"])
        assert job.send() == 3
        assert settle(job) == {"1": record("microbase", "1")}
        (line,) = job.lines("answers.ndjson")
        assert line == {"id": line["id"], "try": 1, "status": 200, "body": line["body"]}
        assert json.loads(line["body"]) == {"ok": False, **MICROBASE_REFUSALS[why]}


def test_an_error_inside_a_success(tmp_path: Path) -> None:
    with opened(tmp_path, "fabric", Vendor(SHOPS["fabric"], first("partial"))) as job:
        begin(job, {"attributes": {"gift": "true", "plan": "gold"}}, ["1"])
        assert job.send() == 3
        assert job.said == "1 requests: 1 applied, 0 not applied, 0 not known, 1 applied with errors\n"
        assert settle(job) == {"1": record("fabric", "1") | {"attributes": {"plan": "gold"}}}
        assert job.vendor.customers["1"] == {"attributes": {"plan": "gold"}}


def test_a_wrong_token_is_refused_and_shown_nowhere(tmp_path: Path) -> None:
    with opened(tmp_path, "microbase", Vendor(SHOPS["microbase"])) as job:
        begin(job, NEWS["microbase"][0], ["1", "2"])
        assert job.send(SECRET_TOKEN="wr0ng") == 3
        assert job.said == "2 requests: 0 applied, 2 not applied, 0 not known\n"
        assert job.vendor.came == []
        assert settle(job) == {who: record("microbase", who) for who in ("1", "2")}
        assert b"wr0ng" not in b"".join(path.read_bytes() for path in job.folder.iterdir())


def test_a_vendor_that_is_not_there_is_tried_again_whatever_it_is(tmp_path: Path) -> None:
    with opened(tmp_path, "capillary", Vendor(SHOPS["capillary"])) as job:
        begin(job, ONCE, ["1"])
        text = (job.folder / "plans.ndjson").read_text()
        (job.folder / "plans.ndjson").write_text(text.replace(f":{job.port}/", ":1/"))
        assert job.send(TRIES="2") == 3
        assert [line.get("sent") for line in job.lines("answers.ndjson")] == [False, False]
        assert settle(job) == {"1": record("capillary", "1")}
        (job.folder / "plans.ndjson").write_text(text)
        assert job.send(TRIES="3") == 0
        assert settle(job) == {"1": record("capillary", "1") | ONCE}


def test_what_is_left_when_the_time_is_up_was_not_sent(tmp_path: Path) -> None:
    with opened(tmp_path, "capillary", Vendor(SHOPS["capillary"])) as job:
        begin(job, ONCE, ["1", "2"])
        assert job.send(MINUTES="0") == 3
        assert [(line["try"], line["sent"]) for line in job.lines("answers.ndjson")] == [(0, False)] * 2
        assert settle(job) == {who: record("capillary", who) for who in ("1", "2")}
        assert job.send() == 0
        assert len(job.vendor.taken) == 2
        assert job.send() == 0
        assert len(job.vendor.came) == 2


def test_nobody_sends_while_the_vendor_asks_to_wait(tmp_path: Path) -> None:
    vendor = Vendor(SHOPS["microbase"], lambda who, number: "busy" if (who, number) == ("1", 1) else "none")
    vendor.retry_after = "1"
    with opened(tmp_path, "microbase", vendor) as job:
        begin(job, NEWS["microbase"][0])
        assert job.send(AT_ONCE="1") == 0
        waited = [later - sooner for sooner, later in zip(vendor.times, vendor.times[1:], strict=False)]
        assert waited[0] > 0.9 > max(waited[1:])


def test_so_many_at_once_and_so_many_a_second(tmp_path: Path) -> None:
    vendor = Vendor(SHOPS["microbase"], first("slow"))
    with opened(tmp_path, "microbase", vendor) as job:
        begin(job, NEWS["microbase"][0], ["1", "2", "3", "4"])
        assert job.send(AT_ONCE="2", TIMEOUT="5", A_SECOND="4", TRIES="1") == 3
        assert vendor.most_at_once == 2
        assert vendor.times[1] - vendor.times[0] > 0.2


def test_lines_that_are_cut(tmp_path: Path) -> None:
    """1 was answered, 2 sent; the answer of 3 was being written, and that 4 is sent next."""
    with opened(tmp_path, "capillary", Vendor(SHOPS["capillary"])) as job:
        begin(job, ONCE, ["1", "2", "3", "4"])
        ids = [line["requests"][0]["id"] for line in job.lines("plans.ndjson")]
        sent = [json.dumps({"id": one, "try": 1}) + "\n" for one in ids]
        (job.folder / "sent.ndjson").write_text("".join(sent[:3]) + sent[3][:9])
        answers = [json.dumps({"id": one, "try": 1, "status": 200, "body": "{}"}) + "\n" for one in ids]
        (job.folder / "answers.ndjson").write_text(answers[0] + answers[2][:30])
        assert job.send() == 3
        assert job.said == "4 requests: 2 applied, 0 not applied, 2 not known\n"
        assert [who for who, _ in job.vendor.came] == ["4"]
        assert job.lines("sent.ndjson") == [{"id": one, "try": 1} for one in ids]
        kept = settle(job)
        assert [kept[who] == record("capillary", who) | ONCE for who in "1234"] == [True, False, False, True]


def test_a_full_disk_is_like_being_killed(tmp_path: Path) -> None:
    with opened(tmp_path, "microbase", Vendor(SHOPS["microbase"])) as job:
        begin(job, NEWS["microbase"][0])
        files = [str(job.folder / name) for name in ("plans.ndjson", "sent.ndjson", "answers.ndjson")]
        words = [sys.executable, str(SCRIPTS / "send.py"), job.mapping, *files]
        assert job.called(["sh", "-c", 'ulimit -f 1; exec "$@"', "sh", *words]) == 2
        assert job.said.startswith(f"{files[2]}: ") and "Traceback" not in job.said
        assert job.send() == 0
        assert settle(job) == {who: record("microbase", who) | NEWS["microbase"][0] for who in CUSTOMERS}


def test_what_retry_after_may_say(send: ModuleType) -> None:
    assert send.seconds("0") == 0 and send.seconds("120") == 120
    assert 50 < send.seconds(formatdate(time.time() + 60, usegmt=True)) < 70
    assert [send.seconds(odd) for odd in ("", "soon", "-5", "Mon, 99 Foo 2024 00:00:00 GMT")] == [0] * 4


def test_secrets_are_written_as_their_places_need_it(
    send: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "a b&c")
    assert send.filled("Bearer {{token}}, {{other}}, {token}") == "Bearer a b&c, {{other}}, {token}"
