"""Requests with many customers on the command line: their lines, and a night with their answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cli_runner import Cli, Ended
from ndjson_files import NdjsonFiles

import custmap

MAPPING = """
custmap: 1
name: hub/batch
contract: {method: POST, url: "https://hub.example/batch"}
params: {token: {secret: true}, mode: {default: a}}
headers: {authorization: {param: token}}
bulk: {into: inputs, most: 2, most_bytes: 400}
envelope: {mode: {param: mode}}
clear: send_null
body:
  id: {from: identifiers.hub, identity: true}
  mail: email
  list: {each: channels, key: type, merge: keyed, fields: {type: type, value: value}}
response:
  errors: {each: body.errors, key: ids, code: code, field: field}
"""


@dataclass
class Night(NdjsonFiles):
    @property
    def mapping(self) -> Path:
        return self.folder / "hub" / "batch.yaml"

    def apply(self, records: list[Any], *options: str) -> Ended:
        return self.cli(
            "apply", self.mapping, self.write("records", records), "--bulk", "-p", "token=zq", *options
        )

    def diff(self, *options: str) -> list[Any]:
        ended = self.cli(
            *("diff", self.mapping, self.path("before"), self.path("after"), "--key", "id", "--bulk"),
            *("--format", "json", "-p", "token=zq", "-o", self.path("plans"), *options),
        )
        assert ended.code in (0, 1), ended.err
        return self.lines("plans")

    def settle(self, answers: list[Any], *options: str) -> Ended:
        return self.cli(
            *("settle", self.mapping, self.path("plans"), self.write("answers", answers), "--key", "id"),
            *(
                "--before",
                self.path("before"),
                "--after",
                self.path("after"),
                "-o",
                self.path("next"),
                *options,
            ),
        )


@pytest.fixture
def night(cli: Cli, tmp_path: Path) -> Night:
    (tmp_path / "hub").mkdir()
    (tmp_path / "hub" / "batch.yaml").write_text(MAPPING, "utf-8")
    return Night(tmp_path, cli)


def customer(number: int, email: str | None = "old", **more: Any) -> dict[str, Any]:
    return {"id": f"C-{number}", "identifiers": {"hub": str(number)}, "email": email, **more}


def item(number: int, mail: str | None = "old") -> dict[str, Any]:
    return {"id": str(number), "mail": mail}


def test_lines_of_apply(night: Night) -> None:
    records = [customer(1), {"email": 5}, customer(2), customer(3)]
    ended = night.apply(records, "--key", "id")
    assert ended.code == 1
    lines = [json.loads(line) for line in ended.out.splitlines()]
    assert [(line["records"], line.get("keys"), line["body"]) for line in lines] == [
        ([0, 2], ["C-1", "C-2"], {"inputs": [item(1), item(2)], "mode": "a"}),
        ([3], ["C-3"], {"inputs": [item(3)], "mode": "a"}),
    ]
    assert len({line["id"] for line in lines}) == 2
    assert "{{token}}" in ended.out and "zq" not in ended.out
    assert ended.err.splitlines()[-1] == "4 in = 3 out + 1 rejected in 2 requests"
    assert ended.out == night.apply(records, "--key", "id").out
    assert "zq" in night.apply(records, "--with-secrets").out


@pytest.mark.parametrize("form", ["http", "curl"])
def test_other_forms(night: Night, form: str) -> None:
    ended = night.apply([customer(1), customer(2), customer(3)], "--as", form)
    assert ended.code == 0 and ended.out.count("https://hub.example/batch") == 2
    assert ended.out.count("###") == (1 if form == "http" else 0)


def test_parameters_of_each_record(night: Night) -> None:
    records = [customer(number, company=name) for number, name in enumerate("aab")]
    ended = night.apply(records, "--param-from", "mode=company")
    lines = [json.loads(line) for line in ended.out.splitlines()]
    assert [(line["records"], "keys" in line) for line in lines] == [([0, 1], False), ([2], False)]


def test_a_customer_who_is_too_large(night: Night) -> None:
    ended = night.apply([customer(1), customer(2, "x" * 500), customer(3)])
    assert [json.loads(line)["records"] for line in ended.out.splitlines()] == [[0, 2]]
    assert "CM815" in ended.err and ended.code == 1


def test_one_customer_is_a_list_of_one(night: Night) -> None:
    (night.folder / "one.json").write_text(json.dumps(customer(1)), "utf-8")
    ended = night.cli("apply", night.mapping, night.folder / "one.json", "--bulk", "-p", "token=t")
    assert json.loads(ended.out)["body"] == {"inputs": [item(1)], "mode": "a"}


def test_only_where_the_mapping_has_it(night: Night) -> None:
    for arguments in (
        ("apply", "microbase/customer-update"),
        ("diff", "microbase/customer-update", "a", "b", "--key", "id"),
    ):
        ended = (
            night.cli(*arguments, "--bulk", "--format", "json")
            if arguments[0] == "diff"
            else night.cli(*arguments, "--bulk")
        )
        assert ended.code == 2 and "has no `bulk`" in ended.err
    ended = night.cli("diff", night.mapping, "a", "b", "--key", "id", "--bulk")
    assert ended.code == 2 and "--format json" in ended.err
    ended = night.cli("diff", night.mapping, "a", "b", "--bulk")
    assert ended.code == 2 and "`--bulk` is for snapshots" in ended.err


def a_night(night: Night) -> list[Any]:
    """C-1 to C-3 and C-5 change, C-4 does not, C-9 is rejected."""
    night.write("before", [*(customer(number) for number in (1, 2, 3, 4, 5)), {"id": "C-9"}])
    after = [customer(1, "new"), customer(2, None), customer(3, "new"), customer(4), customer(5, "new")]
    night.write("after", [*after, {"id": "C-9", "email": 5}])
    return night.diff()


def test_lines_of_diff(night: Night) -> None:
    lines = a_night(night)
    packs = [line for line in lines if "records" in line]
    assert [(line["records"], line["keys"]) for line in packs] == [
        ([0, 1], ["C-1", "C-2"]),
        ([2, 4], ["C-3", "C-5"]),
    ]
    assert [line["body"]["inputs"] for line in packs] == [
        [item(1, "new"), item(2, None)],
        [item(3, "new"), item(5, "new")],
    ]
    first, second = (line["id"] for line in packs)
    assert [(line.get("key"), line.get("requests")) for line in lines] == [
        (None, None),
        ("C-1", [{"id": first, "item": 0}]),
        ("C-2", [{"id": first, "item": 1}]),
        (None, None),
        ("C-3", [{"id": second, "item": 0}]),
        ("C-5", [{"id": second, "item": 1}]),
        ("C-9", None),
    ]


def ids(night: Night) -> list[str]:
    return [line["id"] for line in night.lines("plans") if "records" in line]


def refused(*keys: str) -> dict[str, Any]:
    return {"status": 207, "body": {"errors": [{"ids": list(keys), "code": "A"}]}}


OPEN = {"unsettled": ["email"]}
ANSWERS: dict[str, tuple[list[Any], list[Any], str]] = {
    "one refused, one lost": (
        [refused("2")],
        [customer(1, "new"), customer(2), {**customer(3), **OPEN}, customer(4), {**customer(5), **OPEN}],
        "1 unchanged, 1 applied, 1 not applied, 2 not known, 1 as before",
    ),
    "all applied": (
        [{"status": 200, "body": {}}, {"status": 200, "body": {}}],
        [customer(1, "new"), customer(2, None), customer(3, "new"), customer(4), customer(5, "new")],
        "1 unchanged, 4 applied, 0 not applied",
    ),
    "refused, failed": (
        [{"status": 400}, {"status": 503}],
        [customer(1), customer(2), {**customer(3), **OPEN}, customer(4), {**customer(5), **OPEN}],
        "2 not applied, 2 not known",
    ),
    "not sent, no answer came": (
        [{"sent": False}, {}],
        [customer(1), customer(2), {**customer(3), **OPEN}, customer(4), {**customer(5), **OPEN}],
        "2 not applied, 2 not known",
    ),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_a_night(night: Night, case: str) -> None:
    answers, kept, told = ANSWERS[case]
    a_night(night)
    ended = night.settle([{"id": id, **answer} for id, answer in zip(ids(night), answers, strict=False)])
    assert ended.code == 0 and told in ended.err, ended.err
    assert night.lines("next")[1:] == [*kept, {"id": "C-9"}]


def test_of_several_answers_each_customer_has_the_last(night: Night) -> None:
    """A refusal says of its own sending alone that a change did not arrive."""
    a_night(night)
    first, second = ids(night)
    answers = [{"id": first, **refused("1")}, {"id": first, **refused("2")}]
    assert night.settle([*answers, {"id": second, "status": 200}]).code == 0
    assert night.lines("next")[1:3] == [customer(1, "new"), customer(2, None)]


def test_new_customers_follow(night: Night) -> None:
    a_night(night)
    night.write("after", [*night.lines("after"), customer(6), customer(7)])
    more = night.apply([customer(6), customer(7)], "--key", "id").out
    night.path("plans").write_text(night.path("plans").read_text() + more, "utf-8")
    answers = [{"id": id, "status": 200} for id in ids(night)[:2]] + [{"id": ids(night)[2], **refused("7")}]
    ended = night.settle(answers)
    assert (
        ended.code == 0 and "5 applied, 0 not applied, 0 not known, 1 as before, 1 left out" in ended.err
    ), ended.err
    assert night.lines("next")[6:] == [{"id": "C-9"}, customer(6)]


def test_an_error_in_an_item_of_a_list_is_that_of_its_customer(night: Night) -> None:
    def with_channels(number: int, **values: str) -> dict[str, Any]:
        return customer(number, channels=[{"type": one, "value": value} for one, value in values.items()])

    night.write("before", [with_channels(1, email="a", line="b"), with_channels(2, email="a", line="b")])
    night.write("after", [with_channels(1, email="x", line="y"), with_channels(2, email="a", line="y")])
    night.diff()
    errors = [{"code": "A", "field": f"inputs[{at}].list[0].value", "ids": [str(at + 1)]} for at in (0, 1)]
    text = night.mapping.read_text().replace(
        "key: ids", "key: nobody"
    )  # they do not make their customers fail
    night.mapping.write_text(text)
    body = {"errors": errors}
    ended = night.settle([{"id": ids(night)[0], "status": 200, "body": body}])
    assert ended.code == 0 and "0 applied, 2 not applied" in ended.err, ended.err
    values = [[one["value"] for one in record["channels"]] for record in night.lines("next")[1:]]
    assert values == [["a", "y"], ["a", "b"]], "of each the first item that was sent"


def test_job_without_answers(night: Night) -> None:
    a_night(night)
    files = ("--before", night.path("before"), "--after", night.path("after"), "--key", "id")
    ended = night.cli("settle", night.mapping, night.path("plans"), *files, "--assume-applied")
    assert ended.code == 0 and "4 applied" in ended.err


def change(lines: Callable[[list[Any]], list[Any]]) -> Callable[[Night], None]:
    return lambda night: night.write("plans", lines(night.lines("plans"))) and None


DAMAGED: dict[str, tuple[Callable[[Night], None], str]] = {
    "a plan whose request is gone": (
        change(lambda lines: lines[1:]),
        "the request of this plan is not before it",
    ),
    "a request with fewer customers": (
        change(lambda lines: [{**lines[0], "records": [0]}, *lines[1:]]),
        "not a request of hub/batch with many customers",
    ),
    "a request twice": (change(lambda lines: [lines[0], *lines]), "the second request for one customer"),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_files_that_do_not_belong_together(night: Night, case: str) -> None:
    damage, told = DAMAGED[case]
    a_night(night)
    answers = [{"id": id, "status": 200} for id in ids(night)]
    damage(night)
    ended = night.settle(answers)
    assert ended.code == 2 and told in ended.err, ended.err
    assert not night.path("next").exists()


def test_python_and_the_command_line_make_the_same(night: Night) -> None:
    records = [customer(number, f"a{number}") for number in range(7)]
    mapping = custmap.load(night.mapping)
    results = mapping.apply_many(records, {"token": "zq"}, bulk=True)
    bodies = {result.request.records: result.request.body for result in results if result.request}
    lines = [json.loads(line) for line in night.apply(records).out.splitlines()]
    assert {tuple(line["records"]): line["body"] for line in lines} == bodies
