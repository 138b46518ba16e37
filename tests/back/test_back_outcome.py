"""`outcome`: what answers mean, in tables; and what an outcome shows of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from custmap import Mapping
from small_mappings import made, tables

SUITES = tables(Path(__file__).parent / "outcomes.yaml")
MEMBERS = ("field", "vendor_field", "code", "message", "line")
NOTHING = {
    "ok": False,
    "applied": False,
    "retry": False,
    "customer": None,
    "errors": [],
    "warnings": [],
    "failed": [],
}


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite["suite"])
def test_outcomes(suite: dict[str, Any], tmp_path: Path) -> None:
    mapping = made(tmp_path, suite["given"], suite.get("files"))
    for answer in suite["answers"]:
        outcome = mapping.outcome(answer["status"], answer.get("body"))
        told = outcome.to_dict()
        for name in ("errors", "warnings"):
            told[name] = [[one[member] for member in MEMBERS] for one in told[name]]
        wanted = {**NOTHING, **{name: answer[name] for name in NOTHING if name in answer}}
        assert {name: told[name] for name in NOTHING} == wanted, answer
        assert (told["mapping"], told["status"]) == ("acme/case", answer["status"])


RULES = """
body: {mail: email, map: {from: attributes, merge: whole, clear: send_null}}
response:
  customer: body
  failed: body.ids
  errors: {each: body.errors, field: f, code: c, message: m}
  warnings: {each: body.warnings, field: f, code: c, message: m}
"""


@pytest.fixture(scope="module")
def mapping(tmp_path_factory: pytest.TempPathFactory) -> Mapping:
    return made(tmp_path_factory.mktemp("outcome"), RULES)


def test_the_picture(mapping: Mapping) -> None:
    body = {
        "errors": [{"f": "mail", "c": "E-1", "m": "zq0qz"}, {"f": "map.k", "m": "b"}, {"f": "zip"}],
        "warnings": [{"c": "W.2"}],
        "ids": ["zq1qz", 2],
    }
    outcome = mapping.outcome(503, body)
    assert str(outcome).split("\n") == [
        "acme/case  503  failed in part; worth another try",
        "",
        "  ! email       E-1  ••••  (line 5)",
        "  ! attributes  ••••  (line 5)",
        "  !",
        "  ? " + " " * 10 + "  W.2",
        "  failed in part: 2 (••••)",
    ]
    shown = outcome.text(show_values=True)
    assert "zq0qz" in shown and "attributes.k" in shown and '"zq1qz", 2' in shown
    assert repr(outcome) == "<custmap.Outcome acme/case: 503, failed in part; 3 errors, 1 warning>"
    assert repr(outcome.errors[0]) == "Message(field='email', code='E-1', line=5)"


@pytest.mark.parametrize(
    ("status", "body", "head"),
    [
        (200, None, "acme/case  200  ok"),
        (400, None, "acme/case  400  not applied"),
        (429, None, "acme/case  429  not applied; worth another try"),
        (500, None, "acme/case  500  not known whether applied; worth another try"),
        (200, {"ids": [1]}, "acme/case  200  failed in part"),
    ],
)
def test_the_first_line(mapping: Mapping, status: int, body: Any, head: str) -> None:
    assert str(mapping.outcome(status, body)).split("\n")[0] == head


@pytest.mark.parametrize("said", ["zq0qz is taken", "zq0qz@x.io", {"a": "zq0qz"}, ["zq0qz"], "zq0qz" * 20])
def test_a_code_that_is_not_one_word_may_hold_values(mapping: Mapping, said: Any) -> None:
    outcome = mapping.outcome(400, {"errors": [{"c": said}], "warnings": [{"c": said}]})
    assert "zq0qz" not in str(outcome) + repr(outcome) + repr(outcome.errors) + repr(outcome.warnings)
    assert "zq0qz" in str(outcome.errors[0].code) and "zq0qz" in outcome.text(show_values=True)


def test_signs_that_hide_or_command_are_made_plain(mapping: Mapping) -> None:
    said = "a\nb\x1b[31m\u202e##vso[x]"
    body = {
        "errors": [{"f": said, "c": said, "m": said}, {"f": f"map.{said}", "m": "::error::x"}],
        "ids": [said],
    }
    for shown in (True, False):
        text = mapping.outcome(400, body).text(show_values=shown)
        assert len(text.split("\n")) == 5 and text.replace("\n", "").isprintable()
        assert "##vso[" not in text


def test_outcomes_are_values(mapping: Mapping) -> None:
    one, other = (mapping.outcome(400, {"errors": [{"f": "mail"}]}) for _ in range(2))
    assert one == other and one is not other
    with pytest.raises(AttributeError):
        one.ok = True  # type: ignore[misc]
