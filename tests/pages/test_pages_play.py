"""`play` without a browser: what is shown of which texts, what is opened, and what is saved where."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_parser import parsed

from custmap.diagnostics.errors import MappingError
from custmap.pages.play.desk import Desk, Texts
from custmap.pages.play.look import Looking, View
from custmap.pages.play.opening import CannotOpenError, open_desk
from custmap.pages.play.saving import CannotSaveError, save
from custmap.pages.subject import Reading
from custmap.testing.fixture import read_fixture
from custmap.testing.run import run_fixture
from shipped_mappings import MAPPINGS

READING = Reading()
FIXTURES = MAPPINGS.parent / "fixtures"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """The small example, as a file of a project."""
    made = open_desk(None, READING, tmp_path)
    made.path.parent.mkdir(parents=True)
    made.path.write_text(made.texts.mapping, encoding="utf-8")
    return made


def changed(desk: Desk, **texts: str) -> Texts:
    return Texts.of(desk.texts.to_dict() | texts)


def look(desk: Desk, **texts: str) -> View:
    return Looking(desk, READING).look(changed(desk, **texts))


def seen(view: View) -> list[tuple[str, str, int, str]]:
    return [(one.editor, one.level, one.line, one.code) for one in view.remarks]


def test_example(desk: Desk) -> None:
    view = look(desk)
    assert (view.remarks, view.status) == ((), "No findings")
    assert all(isinstance(part, str) for part in view.parts.values())
    request = view.parts["request"]
    assert request is not None and "X-Api-Key: </span>{{token}}" in request
    parsed(f"<html>{''.join(map(str, view.parts.values()))}</html>")


def test_finding_of_the_mapping_stands_under_its_line(desk: Desk) -> None:
    view = look(desk, mapping=desk.texts.mapping.replace("lower(email)", "lower(emial)"))
    (remark,) = view.remarks
    assert (remark.editor, remark.line, remark.code, remark.instead) == ("mapping", 22, "CM301", "email")
    assert (
        desk.texts.mapping.replace("(email)", "(emial)").split("\n")[21][remark.column - 1 :][:5] == "emial"
    )
    assert view.parts["states"] is None, "what was shown before stays"
    assert view.status.startswith("1 error. mapping, line 22: Unknown source path")


@pytest.mark.parametrize(
    ("rule", "meant"),
    [
        ("lower(name.givn)", "lower(name.given)"),
        ("""{from: email, when: "role == 'custmer'"}""", """{from: email, when: "role == 'customer'"}"""),
    ],
)
def test_what_was_meant_takes_the_place_of_the_word_alone(desk: Desk, rule: str, meant: str) -> None:
    mail = "{from: lower(email), clear: {name_in: unset}}"
    mapping = desk.texts.mapping.replace(mail, rule)
    (found,) = [one for one in look(desk, mapping=mapping).remarks if one.instead is not None]
    view = look(desk, mapping="\ufeff" + mapping.replace("\n", "\r"))
    assert found in view.remarks, "whatever ends a line"
    lines = mapping.split("\n")
    line = lines[found.line - 1]
    lines[found.line - 1] = line[: found.column - 1] + str(found.instead) + line[found.end_column - 1 :]
    assert "\n".join(lines) == desk.texts.mapping.replace(mail, meant)


@pytest.mark.parametrize(
    ("texts", "remarks"),
    [
        (
            {"after": "email: 5\nblocked: maybe"},
            [("after", "error", 1, "CM701"), ("after", "error", 2, "CM701")],
        ),
        ({"before": "identifiers: {acme: '7'}\ntags:\n  - 7"}, [("before", "error", 3, "CM701")]),
        ({"after": "email: ["}, [("after", "error", 1, "CM102")]),
        ({"after": '{"email": "a@b.example",}x'}, None),
        ({"after": "a: 1\na: 2"}, [("after", "error", 2, "CM103")]),
        ({"params": "- a"}, [("params", "error", 1, "")]),
        ({"params": "hots: x\ntoken: t"}, [("params", "error", 1, "")]),
        ({"params": "host: 'a/b'\ntoken: t"}, None),
        ({"after": ""}, [("after", "info", 1, "")]),
        ({"before": "", "after": ""}, [("after", "info", 1, "")]),
        ({"after": "\ud800: 1"}, [("after", "error", 1, "CM101")]),
        ({"after": "loyalty: {member: null}", "before": ""}, None),
    ],
)
def test_broken_texts_are_findings(
    desk: Desk, texts: dict[str, str], remarks: list[tuple[str, str, int, str]] | None
) -> None:
    view = look(desk, **texts)
    found = seen(view)
    assert found == remarks if remarks is not None else found
    assert view.parts["states"] is not None, "what does not depend on it is shown all the same"


def test_json_as_systems_print_it(desk: Desk) -> None:
    """Indented by tabs, with numbers that strict YAML refuses; findings stand at their lines all the same."""
    view = look(desk, after='{\n\t"identifiers": {"acme": "7"},\n\t"email": ["a"')
    assert [one.code for one in view.remarks] == ["CM102"], "what is wrong beside the tabs"
    view = look(
        desk, after='{\n\t"identifiers": {"acme": "7"},\n\t"attributes": {"n": 1e22},\n\t"tags": ["x"]}'
    )
    assert not view.remarks and '"labels": ["x"]' in str(view.parts["request"]).replace("&quot;", '"')
    view = look(desk, after='{\n\t"identifiers": {"acme": "7"},\n\t"email": 5\n}')
    assert seen(view) == [("after", "error", 3, "CM701")]
    saved(desk, changed(desk, before="", after='{\n\t"identifiers": {"acme": "7"},\n\t"tags": ["x"]\n}'))
    assert run_fixture(read_fixture(desk.fixtures / "acme" / "update-customer" / "mail-gone.yaml")).passed


def test_rejection_stands_at_its_rule(desk: Desk) -> None:
    after = desk.texts.after.replace("member: true", "member: null")
    view = look(desk, before="loyalty: {member: true}\nidentifiers: {acme: '7'}", after=after)
    assert ("mapping", "rejected", 23, "CM803") in seen(view)
    assert "CM803" in str(view.parts["rejected"])


def test_records_are_checked_while_the_mapping_is_broken(desk: Desk) -> None:
    looking = Looking(desk, READING)
    looking.look(desk.texts)
    view = looking.look(changed(desk, mapping="custmap: [", after="email: 5"))
    assert {"mapping", "after"} == {one.editor for one in view.remarks}


def test_secrets_are_never_on_the_page(desk: Desk) -> None:
    view = look(desk, params="host: acme.example\ntoken: s3cret-s3cret")
    assert "s3cret" not in str(view.to_dict())


def test_hostile_texts_are_texts(desk: Desk) -> None:
    hostile = "<script>alert(1)</script>\\u2028\\\"'"
    mapping = desk.texts.mapping.replace("Update a customer of the acme shop", f'"{hostile}"')
    view = look(desk, mapping=mapping, after=f'identifiers: {{acme: "7"}}\ntags: ["{hostile}"]')
    assert not [one for one in view.remarks if one.level == "error"]
    page = parsed(f"<html>{''.join(map(str, view.parts.values()))}</html>")
    assert not page.all("script") and "<script>alert" in "".join(page.texts)


@settings(max_examples=30)
@given(st.randoms(use_true_random=False), st.sampled_from(("mapping", "before", "after", "params")))
def test_whatever_is_typed_there_is_an_answer(random_: random.Random, editor: str) -> None:
    """A text that is cut, doubled or mixed up anywhere gives findings, and no bug."""
    desk = open_desk(None, READING, Path("/nowhere"))
    text = desk.texts.to_dict()[editor]
    start, end = sorted(random_.randrange(len(text) + 1) for _ in range(2))
    typed = random_.choice(
        ["", "{", "]", ": ", "- ", "\t", "\x00", "'", "&a *a", "!!x", "\n", "🎉", "null", "-.inf"]
    )
    view = look(desk, **{editor: text[:start] + typed + text[end:]})
    assert "CM901" not in [one.code for one in view.remarks]


def test_endless_input_is_a_finding(desk: Desk) -> None:
    view = look(desk, mapping="a" * (1024 * 1024 + 1))
    assert [one.code for one in view.remarks] == ["CM109"]
    deep = look(desk, after="[" * 5000)
    assert {one.code for one in deep.remarks} == {"CM108"}


def test_many_findings_are_counted(desk: Desk) -> None:
    rules = "".join(f"  x{number}: emial{number}\n" for number in range(300))
    view = look(desk, mapping=desk.texts.mapping + rules)
    assert len(view.remarks) == 101 and "findings more" in view.remarks[-1].message


def test_error_is_seen_among_many_warnings(desk: Desk) -> None:
    """It is kept where others are cut, and what is left out counts as what it is."""
    members = "".join(f"    x{number}: string\n" for number in range(150))
    rules = "".join(f"  x{number}: attributes.a\n" for number in range(150))
    mapping = desk.texts.mapping.replace("  fields:\n", f"  fields:\n{members}") + rules
    after = desk.texts.after.replace("email: null", "email: ann@example.com")
    view = look(desk, mapping=mapping, after=after)
    assert {one.level for one in view.remarks} == {"warning"} and len(view.remarks) == 101
    assert view.status.startswith("150 findings. ")
    view = look(desk, mapping=f"{mapping}  mail2: emial\n", after=after)
    assert [one.code for one in view.remarks if one.level == "error"] == ["CM301"]
    assert view.remarks[-2].code == "CM301" and view.remarks[-1].message == "and 52 findings more"
    assert sum(one.counts for one in view.remarks) == 152
    assert view.status.startswith("1 error, 151 other findings. mapping, line 325: ")


def test_status_is_shown_as_pages_show_texts(desk: Desk) -> None:
    view = look(desk, mapping=desk.texts.mapping + '  "\\u202e\\0": email\n')
    assert view.remarks and not {"\u202e", "\0"} & set(str(view.to_dict()["status"]))


def test_opens_a_mapping_with_the_fixture_that_shows_most() -> None:
    desk = open_desk("fabric/update-attributes", READING, MAPPINGS.parent)
    assert desk.name == "fabric/update-attributes" and desk.fixtures == FIXTURES
    view = Looking(desk, READING).look(desk.texts)
    assert not [one for one in view.remarks if one.level == "error"], view.status
    assert view.parts["request"] is not None and "keysToRemove" in view.parts["request"]


def test_opens_a_mapping_from_elsewhere(tmp_path: Path) -> None:
    """The fixtures of a shipped mapping go to the project that one works in."""
    assert open_desk("aifi/update-customer", READING, tmp_path).fixtures == tmp_path / "fixtures"


def test_opens_a_fixture() -> None:
    path = FIXTURES / "aifi" / "update-customer" / "blocked.yaml"
    path = path if path.exists() else sorted((FIXTURES / "aifi" / "update-customer").glob("*.yaml"))[0]
    desk = open_desk(str(path), READING, MAPPINGS.parent)
    assert (desk.name, desk.case, desk.fixtures) == ("aifi/update-customer", path.stem, FIXTURES)
    assert desk.summary == read_fixture(path).summary


@pytest.mark.parametrize(
    "text",
    ["mapping: aifi/update-customer\nresponse: {status: 200}\nexpect: {outcome: {ok: true}}",
     "mapping: aifi/update-customer\nvendor: {}\nafter: {}\nexpect: {request: null}"],
)  # fmt: skip
def test_what_it_does_not_show(tmp_path: Path, text: str) -> None:
    path = tmp_path / "fixtures" / "aifi" / "update-customer" / "x.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CannotOpenError):
        open_desk(str(path), READING, tmp_path)


def test_broken_mapping_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "mappings" / "acme" / "x.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("custmap: [", encoding="utf-8")
    desk = open_desk("acme/x", READING, tmp_path)
    assert desk.texts.mapping == "custmap: ["
    assert Looking(desk, READING).look(desk.texts).remarks
    with pytest.raises(MappingError):
        open_desk("acme/y", READING, tmp_path)


def saved(desk: Desk, texts: Texts | None = None, case: str = "mail-gone", **options: Any) -> str:
    given: dict[str, Any] = {"summary": "A gone mail", "replace": False, **options}
    return save(desk, texts or desk.texts, case, reading=READING, **given).path


def test_saved_fixture_passes(desk: Desk) -> None:
    saved(desk, changed(desk, params="host: acme.example\ntoken: s3cret"))
    path = desk.fixtures / "acme" / "update-customer" / "mail-gone.yaml"
    text = path.read_text(encoding="utf-8")
    assert "s3cret" not in text and "{{token}}" in text
    assert text.startswith("mapping: acme/update-customer\nsummary: A gone mail\n")
    report = run_fixture(read_fixture(path))
    assert report.passed and report.fixture.expect.changes is not None


def test_saved_apply_and_options(desk: Desk) -> None:
    saved(desk, changed(desk, before="", absent="clear", nulls="absent"), case="one.yaml")
    fixture = read_fixture(desk.fixtures / "acme" / "update-customer" / "one.yaml")
    assert run_fixture(fixture).passed
    text = fixture.path.read_text()
    assert "customer:" in text and "absent: clear" in text and "nulls: absent" in text


def test_saved_case_of_a_mapping_that_is_not_saved(desk: Desk) -> None:
    """The answer is that of the text on the desk."""
    saved(desk, changed(desk, mapping=desk.texts.mapping.replace("false: 1, true: 2", "false: 2, true: 1")))
    text = (desk.fixtures / "acme" / "update-customer" / "mail-gone.yaml").read_text()
    assert "level: 1" in text


def test_nothing_is_overwritten_unasked(desk: Desk) -> None:
    saved(desk)
    path = desk.fixtures / "acme" / "update-customer" / "mail-gone.yaml"
    before = path.read_bytes()
    again = save(desk, desk.texts, "mail-gone", "Another", False, READING)
    assert again.exists and path.read_bytes() == before
    assert not save(desk, desk.texts, "mail-gone", "Another", True, READING).exists
    assert b"Another" in path.read_bytes()


@pytest.mark.parametrize(
    "case", ["", "../x", "a/b", "/etc/x", "..", ".x", "a\0b", "x" * 200, "a b", "con:", "é"]
)
def test_names_of_cases(desk: Desk, case: str) -> None:
    with pytest.raises(CannotSaveError):
        saved(desk, case=case)
    assert not desk.fixtures.exists()


def test_nothing_is_written_outside_the_fixtures(desk: Desk, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (desk.fixtures / "acme").mkdir(parents=True)
    (desk.fixtures / "acme" / "update-customer").symlink_to(outside)
    with pytest.raises(CannotSaveError, match="leads out"):
        saved(desk)
    assert list(outside.iterdir()) == []
    (outside / "mail-gone.yaml").write_text("mine")
    for replace in (False, True):
        with pytest.raises(CannotSaveError, match="leads out"):
            saved(desk, replace=replace)
    assert (outside / "mail-gone.yaml").read_text() == "mine"


def test_what_cannot_be_saved(desk: Desk) -> None:
    for texts in (
        {"after": ""},
        {"after": "a: ["},
        {"mapping": "custmap: ["},
        {"params": "hots: x"},
        {"params": "- a"},
        {"params": "[]"},
        {"params": "false"},
    ):
        with pytest.raises(CannotSaveError):
            saved(desk, changed(desk, **texts))
    assert not desk.fixtures.exists()
    desk.path.unlink()
    with pytest.raises(CannotSaveError, match="write the mapping first"):
        saved(desk)
