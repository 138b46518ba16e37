"""`custmap lsp` as an editor meets it: a process, its standard input and output, and pygls's own client."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from lsp_desk import MAPPING, project
from lsp_editor import Editor
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from custmap.cli import main

LINES = MAPPING.split("\n")
EMAIL = LINES.index("  email: email")


class Place:
    """One project, which the tests share with one server."""

    def __init__(self, folder: Path) -> None:
        self.mapping = project(folder)
        self.contract = self.mapping.parent / "openapi.yaml"
        self.fixture = folder.resolve() / "fixtures" / "acme" / "update" / "one.yaml"
        self.editor = Editor(folder)
        self.uri = self.editor.open(self.mapping)

    def type(self, *, line: int, text: str) -> None:
        """The mapping with another line."""
        self.editor.type(self.uri, "\n".join([*LINES[:line], text, *LINES[line + 1 :]]))

    def codes(self) -> list[tuple[str, int]]:
        return [(str(one.code), one.range.start.line) for one in self.editor.found(self.uri)]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    made = Place(tmp_path_factory.mktemp("protocol"))
    yield made
    made.editor.stop()
    assert made.editor.errors == ""


@pytest.fixture(autouse=True)
def _as_saved(place: Place) -> None:
    place.editor.type(place.uri, MAPPING)


def test_findings_come_as_one_types_and_go(place: Place) -> None:
    before = place.codes()
    place.type(line=EMAIL, text="  emial: email")
    assert ("CM303", EMAIL) in place.codes()
    place.type(line=EMAIL, text="  email: email")
    assert place.codes() == before


def test_a_finding_says_what_to_do(place: Place) -> None:
    place.type(line=EMAIL, text="  emial: email")
    found = next(one for one in place.editor.found(place.uri) if one.code == "CM303")
    assert found.message == "Unknown target path: the contract has no `emial` here\nDid you mean `email`?"
    assert (found.range.start.character, found.range.end.character) == (2, 7)
    assert (found.severity, found.source) == (lsp.DiagnosticSeverity.Error, "custmap")


def test_the_advice_is_a_code_action(place: Place) -> None:
    place.type(line=EMAIL, text="  emial: emial")
    found = [one for one in place.editor.found(place.uri) if one.code in ("CM301", "CM303")]
    for one in found:
        fix = next(fix for fix in place.editor.actions(place.uri, one) if list(fix.diagnostics) == [one])
        (edit,) = fix.edit.changes[place.uri]
        assert (fix.title, edit.range, edit.new_text) == ("Replace by `email`", one.range, "email")
    assert len(found) == 2


def test_a_warning_can_be_accepted_with_a_reason(place: Place) -> None:
    place.type(line=EMAIL, text="  email: \"join('', [email])\"")
    found = next(one for one in place.editor.found(place.uri) if one.range.start.line == EMAIL)
    titles = {one.title: one for one in place.editor.actions(place.uri, found)}
    fix = titles[f"Accept {found.code} on this line, with a reason"]
    (edit,) = fix.edit.changes[place.uri]
    assert edit.new_text == f"  # custmap: ignore {found.code}: "


def test_a_contract_that_is_not_saved(place: Place) -> None:
    text = place.contract.read_text()
    contract = place.editor.open(place.contract, text.replace("        email:\n", "        mail:\n", 1))
    place.editor.await_found(place.uri, lambda found: "CM303" in {one.code for one in found})
    place.editor.close(contract)
    place.editor.await_found(place.uri, lambda found: "CM303" not in {one.code for one in found})


def test_a_contract_that_changes_on_disk(place: Place) -> None:
    assert place.editor.registered() == ["workspace/didChangeWatchedFiles"]
    text = place.contract.read_text()
    place.contract.write_text(text.replace("        email:\n", "        mail:\n", 1))
    place.editor.changed_on_disk(place.contract)
    place.editor.await_found(place.uri, lambda found: "CM303" in {one.code for one in found})
    place.contract.write_text(text)
    place.editor.changed_on_disk(place.contract)
    place.editor.await_found(place.uri, lambda found: "CM303" not in {one.code for one in found})


def test_a_mapping_beside_the_contract_that_is_not_open(place: Place) -> None:
    closed = place.mapping.with_name("other.yaml")
    closed.write_text(MAPPING.replace("acme/update", "acme/other"))
    text = place.contract.read_text()
    contract = place.editor.open(place.contract, text.replace("        email:\n", "        mail:\n", 1))
    place.editor.await_found(closed.as_uri(), lambda found: "CM303" in {one.code for one in found})
    place.editor.close(contract)
    assert place.editor.await_found(closed.as_uri(), lambda found: not found) == []
    closed.unlink()


def test_findings_in_the_contract_are_told_there(place: Place) -> None:
    text = place.contract.read_text().replace(
        "#/components/schemas/Customer", "#/components/schemas/Custom", 1
    )
    contract = place.editor.open(place.contract, text)
    found = place.editor.await_found(contract, bool)
    assert {one.code for one in found} == {"CM212"}
    place.editor.close(contract)
    place.editor.await_found(contract, lambda found: not found)


def test_a_fixture_whose_mapping_does_not_exist(place: Place) -> None:
    uri = place.editor.open(place.fixture, place.fixture.read_text().replace("acme/update", "acme/updat"))
    found = place.editor.found(uri)
    assert [(one.code, one.range.start.character) for one in found] == [("CM204", 9)]
    (fix, *_) = place.editor.actions(uri, found[0])
    assert fix.edit.changes[uri][0].new_text == "acme/update"
    place.editor.close(uri)


def test_completion(place: Place) -> None:
    place.type(line=EMAIL, text="  em")
    labels = [one.label for one in place.editor.complete(place.uri, EMAIL, 4)]
    assert labels[:2] == ["email", "subscribed"]


def test_hover_at_a_target_and_at_a_path(place: Place) -> None:
    place.codes()  # the mapping may still be that of the test before, which has errors
    told = place.editor.hover(place.uri, EMAIL, 3).contents.value
    assert told.startswith(
        "**email**\n\ntext, required, not null, format `email`\n\nWhere the vendor writes to\n\nfrom `email`"
    )
    assert "| null | rejected (CM807: " in told or "| null | " in told
    told = place.editor.hover(place.uri, EMAIL, 10)
    assert told.contents.value.startswith("**email**\n\ntext, may be null")
    assert (told.range.start.character, told.range.end.character) == (9, 14)


def test_hover_at_a_key_a_word_a_parameter_and_a_function(place: Place) -> None:
    def said(line: str, character: int, text: str | None = None) -> str:
        number = LINES.index(line)
        place.type(line=number, text=line if text is None else text)
        found = place.editor.hover(place.uri, number, character)
        return "" if found is None else found.contents.value

    assert said("clear: send_null", 2) == "How values are cleared where a rule does not say."
    assert said("clear: send_null", 9) == "Null is sent."
    assert said("  X-Token: {param: token}", 20).startswith(
        "**token**, a parameter\n\nThe access token\n\nsecret"
    )
    operation = "contract: {openapi: openapi.yaml, operation: updateCustomer}"
    assert said(operation, 50) == "`PATCH https://{host}/v1/customers/{id}`"
    assert "`upper(text)` gives text" in said("  email: email", 11, "  email: upper(email)")


def test_definitions(place: Place) -> None:
    def at(line: int, character: int) -> tuple[str, int]:
        found = place.editor.definition(place.uri, line, character)
        return Path(found.uri.removeprefix("file://")).name, found.range.start.line

    contract = place.contract.read_text().split("\n")
    operation = LINES.index("contract: {openapi: openapi.yaml, operation: updateCustomer}")
    assert at(EMAIL, 3) == ("openapi.yaml", contract.index("        email:"))
    assert at(operation, 48) == ("openapi.yaml", contract.index("    patch:"))
    assert at(operation, 22) == ("openapi.yaml", 0)
    assert at(LINES.index("  X-Token: {param: token}"), 4) == (
        "openapi.yaml",
        contract.index("        - name: X-Token"),
    )
    assert at(LINES.index("  id: identifiers.acme"), 3) == (
        "openapi.yaml",
        contract.index("    parameters: [{name: id, in: path, required: true, schema: {type: string}}]"),
    )
    assert at(LINES.index("  X-Token: {param: token}"), 20) == ("update.yaml", LINES.index("params:") + 2)
    assert at(EMAIL, 10)[0] == "customer.schema.json"


def test_definitions_of_a_fixture(place: Place) -> None:
    uri = place.editor.open(place.fixture)
    assert place.editor.definition(uri, 0, 12).uri == place.uri
    found = place.editor.definition(uri, 1, 10)
    assert (found.uri, found.range.start.line) == (place.uri, LINES.index("params:") + 1)
    place.editor.close(uri)


def test_rename_of_a_parameter_with_its_fixtures(place: Place) -> None:
    rider = LINES.index("  X-Token: {param: token}")
    prepared = place.editor.prepare(place.uri, rider, 20)
    assert (prepared.placeholder, prepared.range.start.character) == ("token", 19)
    changes = place.editor.rename(place.uri, rider, 20, "access_token").changes
    edits = {
        (Path(uri).name, one.range.start.line, one.range.start.character)
        for uri in changes
        for one in changes[uri]
    }
    assert edits == {
        ("update.yaml", LINES.index("params:") + 2, 2),
        ("update.yaml", rider, 19),
        ("one.yaml", 1, 26),
    }
    assert {one.new_text for uri in changes for one in changes[uri]} == {"access_token"}


@pytest.mark.parametrize(
    ("line", "character", "name", "why"),
    [
        ("  X-Token: {param: token}", 20, "host", "There is a parameter `host` already."),
        ("  X-Token: {param: token}", 20, "a b", "A parameter's name has letters"),
        ("params:", 2, "x", "There is no parameter here."),
        ("  host:  {summary: The vendor's server}", 3, "server", "the contract's URL"),
    ],
)
def test_a_rename_that_is_refused_says_why(
    place: Place, line: str, character: int, name: str, why: str
) -> None:
    with pytest.raises(JsonRpcException, match=why):
        place.editor.rename(place.uri, LINES.index(line), character, name)


def test_symbols(place: Place) -> None:
    found = {one.name: one for one in place.editor.symbols(place.uri)}
    assert [(one.name, one.detail) for one in found["body"].children] == [
        ("email", "email"),
        ("level", "role"),
    ]
    for one in found.values():
        assert one.range.start <= one.selection_range.start and one.selection_range.end <= one.range.end


ASTRAL = MAPPING.replace("  email: email", '  email: {note: "😀 𝒳", from: emial}')


def _column(editor: Editor, uri: str) -> int:
    """Where the editor is told that the mistake behind the astral characters begins."""
    found = next(one for one in editor.found(uri) if one.code == "CM301")
    start: int = found.range.start.character
    assert editor.hover(uri, EMAIL, start - 3).contents.value.startswith("JMESPath over the customer")
    return start


def test_columns_are_utf_16(place: Place) -> None:
    place.editor.type(place.uri, ASTRAL)
    assert _column(place.editor, place.uri) == 31


def test_columns_are_what_the_editor_says(tmp_path: Path) -> None:
    editor = Editor(tmp_path, encodings=["utf-8"])
    assert _column(editor, editor.open(project(tmp_path), ASTRAL)) == 35
    editor.stop()


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_other_line_ends_and_a_byte_order_mark(place: Place, end: str) -> None:
    text = "\ufeff" + MAPPING.replace("  email: email", "  emial: email").replace("\n", end)
    place.editor.type(place.uri, text)
    found = [one for one in place.editor.found(place.uri) if one.code == "CM303"]
    assert [one.range.start for one in found] == [lsp.Position(EMAIL, 2)]
    assert place.editor.hover(place.uri, EMAIL, 10) is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\x00",
        "\ud800",
        "{" * 500,
        "- " * 3000,
        "a: &x [*x]",
        "a" * 200_000,
        "body: " + "x" * 100_000,
        "\t",
        "'",
        "? \n",
    ],
)
def test_a_text_that_is_no_mapping(place: Place, text: str) -> None:
    place.editor.type(place.uri, text)
    place.editor.found(place.uri)
    for line, character in ((0, 0), (0, 3), (0, 10**6), (10**6, 0)):
        place.editor.complete(place.uri, line, character)
        assert place.editor.definition(place.uri, line, character) is None


def test_what_is_no_file_of_ours_has_no_findings(place: Place, tmp_path: Path) -> None:
    other = tmp_path / "compose.yaml"
    other.write_text("services: {db: {image: x}}\n")
    uri = place.editor.open(other)
    assert place.editor.found(uri) == []
    assert place.editor.complete(uri, 0, 3) == []
    assert place.editor.complete("untitled:Untitled-1", 0, 0) == []


def test_a_file_that_is_deleted_while_it_is_open(place: Place, tmp_path: Path) -> None:
    alone = tmp_path / "acme" / "alone.yaml"
    alone.parent.mkdir()
    alone.write_text("custmap: 1\nname: acme/alone\n")
    uri = place.editor.open(alone)
    alone.unlink()
    place.editor.type(uri, "custmap: 1\nname: acme/alon\n")
    assert "CM205" in {one.code for one in place.editor.found(uri)}
    place.editor.close(uri)


def _message(**parts: object) -> bytes:
    body = json.dumps({"jsonrpc": "2.0", **parts}).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def test_standard_output_has_the_protocol_alone(tmp_path: Path) -> None:
    """What a project's module prints, and messages that are none, leave the conversation as it is."""
    (tmp_path / "noisy.py").write_text(
        "from custmap import function\nprint('noise')\n@function(examples=[('a', 'a')])\n"
        "def same(text: str) -> str:\n    'The same.'\n    return text\n"
    )
    sent = [
        _message(id=1, method="initialize", params={"capabilities": {}}),
        _message(method="initialized", params={}),
        _message(id=2, method="textDocument/hover", params={"nonsense": True}),
        _message(method="textDocument/didOpen", params={"textDocument": {"uri": 7}}),
        _message(id=3, method="shutdown"),
        _message(method="exit"),
    ]
    command = [sys.executable, "-m", "custmap", "lsp", "--functions", "noisy"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        command, input=b"".join(sent), capture_output=True, cwd=tmp_path, env=environment, timeout=60
    )
    assert done.returncode == 0
    rest, answered = done.stdout, []
    while rest:
        head, rest = rest.split(b"\r\n\r\n", 1)
        length = int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0])
        answered.append(json.loads(rest[:length])["id"])
        rest = rest[length:]
    assert set(answered) >= {1, 3}
    assert b"noise" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
def test_an_end_that_was_not_announced(tmp_path: Path) -> None:
    sent = _message(id=1, method="initialize", params={"capabilities": {}}) + _message(method="exit")
    command = [sys.executable, "-m", "custmap", "lsp"]
    assert subprocess.run(command, input=sent, capture_output=True, cwd=tmp_path, timeout=60).returncode == 1


def test_a_signal_ends_it_while_it_waits_for_a_message(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "custmap", "lsp"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, cwd=tmp_path, env=environment) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(_message(id=1, method="initialize", params={"capabilities": {}}))
        process.stdin.flush()
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == -signal.SIGTERM


def test_without_pygls_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "pygls", None)
    with pytest.raises(SystemExit) as ended:
        main(["lsp"])
    assert ended.value.code == 2
    assert capsys.readouterr().err == "error: the language server needs pygls: pip install 'custmap[lsp]'\n"
