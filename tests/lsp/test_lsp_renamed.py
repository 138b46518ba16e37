"""Rename and definitions in mappings whose contract is inline, with templates and several requests."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsp_desk import CURSOR, SEVERAL, Desk, project
from lsprotocol.types import Diagnostic, Position, Range

from custmap.lsp.actions import fixes
from custmap.lsp.definition import define
from custmap.lsp.hover import Lineages, hover
from custmap.lsp.published import Published
from custmap.lsp.rename import Edit, Refused, prepare, rename

INLINE = """\
custmap: 1
name: acme/update
contract:
  method: PATCH
  url: https://{host}/v1/{shop}/customers/{id}
  path: {shop: {type: string}, id: {type: string}}
  fields:
    email: {type: string}
    address: {type: object}
    "address.city": {type: string}
    address.zip: string
    note: string
params:
  host: {summary: A host}
  shop: {summary: "The shop, not {shop}"}
  token: {}
path:
  id: identifiers.acme
headers:
  X-Shop: {param: shop, format: "{} shop"}
body:
  email: email
  address.city: "addresses[0].city"
  note: {value: {param: shop, shop: shop}}
  value: {param: shop}
  items: {each: tags, fields: {summary: {first: [{from: "@"}, {param: shop, format: "-{}"}]}}}
  more: {each: tags, add: {by: {param: shop}}}
changes:
  into: "[]"
  set: {op: set, at: "{path}", value: "{value}", note: {param: shop}, tag: {name: shop}}
"""


def _renamed(text: str, edits: list[Edit], path: Path) -> str:
    for edit in sorted((one for one in edits if one.path == path), key=lambda one: -one.start):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def _at(text: str, marked: str) -> str:
    assert text.count(marked.replace(CURSOR, "")) == 1, marked
    return text.replace(marked.replace(CURSOR, ""), marked)


@pytest.mark.parametrize(
    "marked",
    [
        "  sh¦op: {summary",
        "X-Shop: {param: shop¦, format",
        "/{sh¦op}/",
        "note: {param: s¦hop}",
        "value: {param: s¦hop}",
    ],
)
def test_every_use_of_a_parameter_and_nothing_else(tmp_path: Path, marked: str) -> None:
    desk, path = Desk(), project(tmp_path)
    file, offset = desk.open(path, _at(INLINE, marked))
    edits = rename(desk.workspace, file, offset, "store")
    expected = INLINE
    uses = ("/{shop}/", "path: {shop:", "  shop: {summary", "value: {param: shop}", "note: {param: shop}")
    for use in (*uses, "by: {param: shop}", '{param: shop, format: "{} shop"', '{param: shop, format: "-{}"'):
        assert expected.count(use) == 1, use
        expected = expected.replace(use, use.replace("shop", "store", 1))
    assert _renamed(INLINE, edits, path) == expected


def test_a_rule_fills_the_variable_and_no_parameter(tmp_path: Path) -> None:
    text = INLINE.replace("  token: {}", "  id: {}")
    desk, path = Desk(), project(tmp_path)
    file, offset = desk.open(path, _at(text, "  i¦d: {}"))
    edits = rename(desk.workspace, file, offset, "other")
    assert _renamed(text, edits, path) == text.replace("  id: {}", "  other: {}")


def test_the_fixtures_of_other_mappings_are_left_alone(tmp_path: Path) -> None:
    desk, path = Desk(), project(tmp_path)
    other = tmp_path / "fixtures" / "acme" / "update" / "two.yaml"
    other.write_text("mapping: acme/several\nparams: {token: x}\ncustomer: {}\nexpect: {request: null}\n")
    file, offset = desk.open(path, path.read_text().replace("{param: token", "{param: to¦ken"))
    names = {edit.path.name for edit in rename(desk.workspace, file, offset, "key")}
    assert names == {"update.yaml", "one.yaml"}


def test_a_fixture_that_names_the_file(tmp_path: Path) -> None:
    desk, path = Desk(), project(tmp_path)
    other = tmp_path / "fixtures" / "acme" / "update" / "two.yaml"
    other.write_text("mapping: ../../../mappings/acme/update.yaml\nparams: {token: x}\ncustomer: {}\n")
    file, offset = desk.open(path, path.read_text().replace("{param: token", "{param: to¦ken"))
    names = {edit.path.name for edit in rename(desk.workspace, file, offset, "key")}
    assert names == {"update.yaml", "one.yaml", "two.yaml"}


def test_from_a_fixture(tmp_path: Path) -> None:
    desk, mapping = Desk(), project(tmp_path)
    fixture = mapping.parents[2] / "fixtures" / "acme" / "update" / "one.yaml"
    file, offset = desk.open(fixture, fixture.read_text().replace("token: t}", "to¦ken: t}"))
    assert prepare(desk.workspace, file, offset) == (
        "token",
        file.text.index("token"),
        file.text.index("token") + 5,
    )
    edits = rename(desk.workspace, file, offset, "key")
    assert {edit.path for edit in edits} == {mapping, fixture}


def test_a_variable_of_a_document_keeps_its_name(tmp_path: Path) -> None:
    desk, path = Desk(), project(tmp_path)
    file, offset = desk.open(path, path.read_text().replace("  host:", "  ho¦st:"))
    with pytest.raises(Refused, match="variable"):
        prepare(desk.workspace, file, offset)


@pytest.mark.parametrize(
    ("marked", "line"),
    [
        ("  em¦ail: email", "    email: {type: string}"),
        ("  address.ci¦ty: ", '    "address.city": {type: string}'),
        ("X-Shop: {param: sh¦op, format", '  shop: {summary: "The shop, not {shop}"}'),
    ],
)
def test_definitions_in_the_file_itself(tmp_path: Path, marked: str, line: str) -> None:
    text = INLINE[: INLINE.index("changes:")]
    desk, path = Desk(), project(tmp_path)
    file, offset = desk.open(path, _at(text, marked))
    found = define(desk.workspace, file, offset)
    assert found is not None and found.span is not None
    assert (found.path, text.split("\n")[found.span.line - 1]) == (path, line)


def test_a_path_of_a_schema_that_is_a_file(tmp_path: Path) -> None:
    desk, path = Desk(), project(tmp_path)
    schema = """{"type": "object", "properties": {
"mail": {"$ref": "#/$defs/Mail"},
"home": {"allOf": [{"type": "object", "properties": {
"town": {"type": "string"}}}]}},
"$defs": {"Mail": {"type": "string"}}}"""
    path.with_name("person.json").write_text(schema)
    text = (
        path.read_text()
        .replace("clear: send_null", "source: person.json")
        .replace("email: email", "email: home.to¦wn")
    )
    file, offset = desk.open(path, text)
    found = define(desk.workspace, file, offset)
    assert found is not None and found.span is not None
    assert (found.path.name, found.span.line, found.span.column) == ("person.json", 4, 1)


def test_a_file_outside_is_not_opened(tmp_path: Path) -> None:
    desk, path = Desk(), project(tmp_path)
    (tmp_path / "secret.yaml").write_text("openapi: 3.1.0\npaths: {}\n")
    file, offset = desk.open(
        path, path.read_text().replace("openapi: openapi.yaml", "openapi: ../../sec¦ret.yaml")
    )
    assert define(desk.workspace, file, offset) is None
    assert [one.code for one in desk.workspace.examine(path).findings] == ["CM213"]


def test_a_replacement_that_does_not_help_is_not_offered(tmp_path: Path) -> None:
    """Of a text of several lines only the text is the place of a finding, and the word is in it twice."""
    desk, path = Desk(), project(tmp_path)
    desk.open(path, path.read_text())
    desk.workspace.examine(path)  # what was found before is no answer
    text = path.read_text().replace("  email: email\n", "  email: >-\n    coalesce(emial,\n    'emial')\n")
    file, _ = desk.open(path, text)
    line = text[: text.index(">-")].count("\n") + 1
    made = [one for one in fixes(desk.workspace, file, line, line) if one.finding.code == "CM301"]
    assert [(one.start, one.text) for one in made] == [(text.index("emial"), "email")]


def test_a_name_in_a_filter_is_no_path_of_the_customer(tmp_path: Path) -> None:
    desk, path = Desk(), project(tmp_path)
    text = path.read_text().replace("email: email", "email: \"addresses[?ci¦ty == 'x'] | [0].city\"")
    file, offset = desk.open(path, text)
    assert define(desk.workspace, file, offset) is None


def test_hover_tells_of_the_rule_as_it_is_now(tmp_path: Path) -> None:
    desk, path, lineages = Desk(), project(tmp_path), Lineages()
    for rule in ("email", "lower(email)"):
        file, offset = desk.open(path, path.read_text().replace("  email: email", f"  em¦ail: {rule}"))
        desk.workspace.examine(path)
        told = hover(desk.workspace, lineages, file, offset)
        assert told is not None and f"from `{rule}`" in told.text


def test_hover_tells_what_the_object_around_requires(tmp_path: Path) -> None:
    desk, path = Desk(), project(tmp_path)
    contract = path.with_name("openapi.yaml")
    wanted = "        address:\n          type: object\n"
    assert wanted in contract.read_text()
    contract.write_text(contract.read_text().replace(wanted, f"{wanted}          required: [city]\n"))
    for member, fact in (("city", "required"), ("zip", "optional")):
        file, offset = desk.open(path, f"{path.read_text()}  address.¦{member}: email\n")
        told = hover(desk.workspace, Lineages(), file, offset)
        assert told is not None and told.text.startswith(f"**address.{member}**\n\ntext, {fact}, not null")


def test_hover_tells_of_the_request_in_which_a_rule_is(tmp_path: Path) -> None:
    desk, path = Desk(), project(tmp_path)
    several = path.with_name("several.yaml")
    second = (
        "  - name: second\n    contract: {openapi: openapi.yaml, operation: updateCustomer}\n"
        "    path: {id: identifiers.acme}\n    body: {em¦ail: lower(email)}\n"
    )
    head = SEVERAL.replace("requests:", "params: {host: {}, token: {}}\nrequests:").replace(
        "    body:", "    headers: {X-Token: {param: token}}\n    body:"
    )
    text = head + second.replace("    body:", "    headers: {X-Token: {param: token}}\n    body:")
    file, offset = desk.open(several, text)
    told = hover(desk.workspace, Lineages(), file, offset)
    assert told is not None and told.text.count("from `") == 1 and "from `lower(email)`" in told.text


def test_what_two_mappings_find_in_their_contract_is_told_once(tmp_path: Path) -> None:
    found, published = [_diagnostic("a")], Published()
    contract, one, other = (tmp_path / name for name in ("c.yaml", "1.yaml", "2.yaml"))
    assert published.replace(one, {contract: found})[contract] == found
    assert published.replace(other, {contract: [_diagnostic("a"), _diagnostic("b")]})[contract] == [
        *found,
        _diagnostic("b"),
    ]
    assert published.replace(other, {})[contract] == found


def _diagnostic(message: str) -> Diagnostic:
    return Diagnostic(Range(Position(0, 0), Position(0, 1)), message)
