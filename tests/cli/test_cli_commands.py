"""The other commands, over the shipped mappings and small broken ones; and what holds for all."""

from __future__ import annotations

import ast
import importlib
import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema_rs
import pytest
import yaml
from cli_runner import Cli
from rich.cells import cell_len

from custmap.cli import main
from custmap.cli.help import GROUPS
from custmap.cli.list import _table
from custmap.cli.root import COMMANDS
from custmap.diagnostics.codes import CODES
from custmap.mapping.find import above
from shipped_mappings import SHIPPED

ROOT = Path(__file__).parents[2]
BROKEN = """\
custmap: 1
name: acme/update
summary: Broken
contract: {method: POST, url: "https://x.example/c", fields: {email: string, phone: string}}
params: {}
body:
  email: {frm: email}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a mapping that is right and one that is not; the working folder."""
    folder = tmp_path / "mappings" / "acme"
    folder.mkdir(parents=True)
    (folder / "update.yaml").write_text(BROKEN)
    right = (
        BROKEN.replace("acme/update", "acme/mend").replace("{frm: email}", "email").replace("Broken", "Right")
    )
    (folder / "mend.yaml").write_text(right)
    (folder / "acme-openapi.yaml").write_text("openapi: 3.1.0\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_list(cli: Cli, project: Path) -> None:
    ended = cli("list")
    rows = {line.split()[0]: line for line in ended.out.splitlines()}
    assert ended.code == 0
    assert sorted(rows) == sorted(["acme/mend", "acme/update", *SHIPPED])
    assert rows["acme/mend"].split() == ["acme/mend", "POST", rows["acme/mend"].split()[2], "Right"]
    assert "has errors" in rows["acme/update"]


def test_list_on_a_narrow_terminal() -> None:
    rows = [("a/b", "POST", "/customers/{id}", "客" * 40), ("acme/update", "PUT", "/c", "Short")]
    whole = list(_table(rows, None))
    assert [len(line.split()) for line in whole] == [4, 4] and list(_table(rows, 200)) == whole
    narrow = list(_table(rows, 40))
    assert len(narrow) == 4 and max(map(cell_len, narrow)) <= 40
    assert narrow[1].endswith("…") and narrow[3] == "    Short"


def test_validate_the_shipped_mappings(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    ended = cli("validate")
    assert ended.code == 0
    assert re.search(rf"^{len(SHIPPED)} mappings: 0 errors, \d+ warnings?$", ended.err, re.MULTILINE)
    assert "error[" not in ended.out


PLACES: list[tuple[list[str], int]] = [
    ([], 1),
    (["mappings"], 1),
    (["mappings/acme/update.yaml"], 1),
    (["acme/update"], 1),
    (["acme/mend"], 0),
    (["acme/mend", "mappings/acme/mend.yaml"], 0),
    (["fabric/update-attributes"], 0),
]


@pytest.mark.parametrize(("places", "code"), PLACES)
def test_validate(cli: Cli, project: Path, places: list[str], code: int) -> None:
    ended = cli("validate", *places)
    assert ended.code == code
    if code:
        assert "mappings/acme/update.yaml:7:11: error[CM201]: Unknown key: " in ended.out
        assert "1 error," in ended.err


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif", "junit"])
def test_forms_of_findings(cli: Cli, project: Path, form: str) -> None:
    ended = cli("validate", "acme/update", "--format", form)
    assert ended.code == 1 and "CM201" in ended.out
    if form in ("json", "sarif"):
        json.loads(ended.out)


def test_strict_makes_errors_of_warnings(cli: Cli, project: Path) -> None:
    path = project / "mappings" / "acme" / "mend.yaml"
    path.write_text(path.read_text().replace("email: email", "email: {from: email, assumed: A guess}"))
    ended = cli("validate", "acme/mend")
    assert ended.code == 0 and "warning[CM514]" in ended.out and "info[CM515]" in ended.out
    ended = cli("validate", "--strict", "acme/mend")
    assert ended.code == 1 and "error[CM514]" in ended.out and "warning[" not in ended.out
    assert "info[CM515]" in ended.out


CHOICES: list[tuple[list[str], int, set[str]]] = [
    ([], 1, {"CM514", "CM505"}),
    (["--select", "CM5"], 1, {"CM514", "CM505"}),
    (["--select", "CM514"], 0, {"CM514"}),
    (["--select", "CM514,CM505", "--ignore", "CM514"], 1, {"CM505"}),
    (["--ignore", "CM5"], 1, {"CM505"}),
    (["--ignore", "CM514", "--strict"], 1, {"CM505"}),
]


@pytest.mark.parametrize(("options", "code", "codes"), CHOICES)
def test_select_and_ignore(cli: Cli, project: Path, options: list[str], code: int, codes: set[str]) -> None:
    path = project / "mappings" / "acme" / "mend.yaml"
    path.write_text(path.read_text().replace("email: email", "email: {from: email, clear: send_null}"))
    ended = cli("validate", "acme/mend", *options)
    assert ended.code == code
    assert set(re.findall(r"CM\d{3}", ended.out)) == codes


def test_github_by_itself(cli: Cli, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert cli("validate", "acme/update").out.startswith("::error file=mappings/acme/update.yaml,line=7,")
    assert "error[CM201]" in cli("validate", "acme/update", "--format", "text").out


UPDATE = """\
custmap: 1
name: acme/api
contract: {openapi: vendor-v1.yaml, operation: x}
source: people.json
body: {mail: email}
"""
VENDOR = """\
openapi: 3.1.0
servers: [{url: "https://x.example"}]
paths:
  /c:
    post:
      operationId: x
      requestBody: {content: {application/json: {schema: {$ref: 'parts.yaml#/C'}}}}
      responses: {}
"""
BESIDE = {
    "api.yaml": UPDATE,
    "vendor-v1.yaml": VENDOR,
    "parts.yaml": "C: {type: object, properties: {mail: {type: string}}}\n",
    "people.json": '{"type": "object", "properties": {"email": {"type": "string"}}}',
    "openapi-users.yaml": BROKEN.replace("acme/update", "acme/openapi-users").replace(
        "{frm: email}", "email"
    ),
    "old.yaml": "openapi: 3.1.0\npaths: {}\n",
}


@pytest.mark.parametrize(
    ("place", "mappings"),
    [
        ("mappings/acme/vendor-v1.yaml", 1),
        ("mappings/acme/parts.yaml", 1),
        ("mappings/acme/people.json", 1),
        ("mappings/acme", 2),
        ("mappings/acme/openapi-users.yaml", 1),
        ("mappings/acme/old.yaml", 0),
    ],
)
def test_a_contract_is_checked_through_its_mappings(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, mappings: int
) -> None:
    folder = tmp_path / "mappings" / "acme"
    folder.mkdir(parents=True)
    for name, text in BESIDE.items():
        (folder / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("custmap.cli.list.folders", above)  # the shipped mappings are not listed
    ended = cli("validate", place)
    assert ended.code == 0, ended
    assert f"{mappings} mapping{'' if mappings == 1 else 's'}: 0 errors" in ended.err
    assert ("no mapping uses this file" in ended.err) == (mappings == 0)
    listed = cli("list").out
    assert "acme/openapi-users" in listed and "acme/vendor-v1" not in listed


def test_a_part_of_a_contract_is_no_mapping_that_is_listed(cli: Cli, project: Path) -> None:
    """It says nothing of itself, but a contract refers to it."""
    folder = project / "mappings" / "acme"
    (folder / "parts.yaml").write_text("Email: {type: string}\n")
    (folder / "other.yaml").write_text("Email: {type: string}\n")
    (folder / "by-parts.yaml").write_text(
        "custmap: 1\nname: acme/by-parts\ncontract: {openapi: by-parts.openapi.yaml, operation: up}\n"
        "body: {email: email}\n"
    )
    (folder / "by-parts.openapi.yaml").write_text(
        "openapi: 3.1.0\nservers: [{url: 'https://a.example'}]\npaths: {/c: {put: {operationId: up, "
        "requestBody: {content: {application/json: {schema: {properties: "
        "{email: {$ref: 'parts.yaml#/Email'}}}}}}}}}\n"
    )
    listed = cli("list").out
    assert "acme/by-parts" in listed and "acme/other" in listed and "acme/parts" not in listed


def test_validate_without_a_project(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ended = cli("validate")
    assert (ended.code, ended.out) == (2, "")
    assert f"There is no folder `mappings/` or `sources/` in {tmp_path.as_posix()}" in ended.err


FROM_HERE = "The path is relative to the working folder, /"
NOT_THERE = [
    (["validate", "acme/updte"], "Did you mean `acme/update`?"),
    (["validate", "mappings/none.yaml"], "mappings/none.yaml: No such file"),
    (["validate", "mappings/none.yaml"], FROM_HERE),
    (["show", "mappings/none.yaml"], FROM_HERE),
    (["apply", "acme/mend", "none.json"], FROM_HERE),
    (["apply", "acme/mend", "--params", "none.json"], FROM_HERE),
    (["diff", "acme/mend", "a.json", "b.json"], FROM_HERE),
    (
        ["diff", "acme/mend", "a.json", "b.json", "--key", "id"],
        FROM_HERE,
    ),
    (["test"], "There is no folder `fixtures` in /"),
    (["test", "none"], "none: No such file or directory, from the working folder /"),
    (["validate", "empty"], "no mappings to check"),
    (["validate", "--select", "CM999"], "there is no code `CM999`"),
    (["apply", "acme/mned"], "Did you mean `acme/mend`?"),
    (["show", "acme/update"], "Unknown key"),
    (["explain", "fabric/update-attributes", "atributes"], "Did you mean `attributes`?"),
    (["valdate"], "Did you mean `validate`?"),
    (["zzzzzzzzz"], "Commands: init, list, validate,"),
    (["code", "CM31"], "Did you mean"),
    (["schema", "mappin"], "is not one of"),
    (["list", "--functions", "no.such.module"], "Module `no.such.module` cannot be imported"),
    (["list", "--functions", "json"], "`json` declares no function"),
    ([], "Usage: custmap"),
]


@pytest.mark.parametrize(("arguments", "message"), NOT_THERE)
def test_what_is_not_there_is_exit_2(cli: Cli, project: Path, arguments: list[str], message: str) -> None:
    (project / "empty").mkdir()
    ended = cli(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err


def test_functions_of_a_module_in_the_working_folder(cli: Cli, project: Path) -> None:
    (project / "own_functions_for_test.py").write_text(
        "import custmap\n\n@custmap.function()\ndef shout(text: str) -> str:\n"
        '    """In capitals, with a mark."""\n    return text.upper() + "!"\n'
    )
    path = project / "mappings" / "acme" / "mend.yaml"
    path.write_text(path.read_text().replace("email: email", "email: shout(email)"))
    assert cli("validate", "acme/mend").code == 1
    ended = cli("apply", "acme/mend", "--functions", "own_functions_for_test", stdin=b'{"email":"a"}')
    assert (ended.code, json.loads(ended.out)["body"]) == (0, {"email": "A!"})


def test_show_is_python(cli: Cli, project: Path) -> None:
    ended = cli("show", "acme/mend")
    assert ended.code == 0
    ast.parse(ended.out)


def test_explain(cli: Cli) -> None:
    ended = cli("explain", "fabric/update-attributes", "attributes")
    assert ended.code == 0 and "attributes" in ended.out
    told = json.loads(cli("explain", "fabric/update-attributes", "--format", "json").out)
    assert told["format_version"] == 1
    assert cli("explain", "fabric/update-attributes", "--format", "mermaid").out.startswith("flowchart")
    unused = json.loads(cli("explain", "fabric/update-customer", "--unused", "--format", "json").out)[
        "unused"
    ]
    assert "loyalty.member" in unused and "loyalty.account_id" not in unused
    assert cli("explain", "fabric/update-customer", "email", "--unused").code == 2


@pytest.mark.parametrize("name", sorted(CODES))
def test_every_code_has_its_page(cli: Cli, name: str) -> None:
    ended = cli("code", name.lower())
    assert ended.code == 0 and name in ended.out and CODES[name].title in ended.out


def test_all_codes(cli: Cli) -> None:
    lines = cli("code").out.splitlines()
    assert [line.split()[0] for line in lines] == sorted(CODES)


def test_schemas_fit_what_is_there(cli: Cli) -> None:
    schemas = {
        what: jsonschema_rs.Draft202012Validator(json.loads(cli("schema", what).out))
        for what in ("mapping", "customer", "fixture")
    }
    for name in SHIPPED:
        assert schemas["mapping"].is_valid(yaml.safe_load((ROOT / "mappings" / f"{name}.yaml").read_text()))
    fixtures = list((ROOT / "fixtures").rglob("*.yaml"))
    assert fixtures
    for path in fixtures:
        assert schemas["fixture"].is_valid(yaml.safe_load(path.read_text())), path
    assert schemas["customer"].is_valid({"name": "Ann", "blocked": None})
    assert not schemas["customer"].is_valid({"email": 7})


def test_test_runs_fixtures(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    ended = cli("test", "fixtures/fabric/update-attributes")
    assert ended.code == 0 and "passed" in ended.out
    assert cli("test", "no-such-folder").code == 2


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_every_command(cli: Cli, name: str) -> None:
    ended = cli(name, "--help")
    assert ended.code == 0 and f"Usage: custmap {name}" in ended.out and "--color" in ended.out


def test_options_are_listed_in_groups(cli: Cli) -> None:
    said = cli("diff", "--help").out
    groups = re.findall(r"^(\w+):$", said, re.MULTILINE)
    assert groups == list(GROUPS)
    for group, option in (
        ("Parameters", "--param-from"),
        ("Records", "--nulls"),
        ("Output", "--show-values"),
    ):
        rest = said.split(f"\n{group}:\n")[1]
        assert option in rest.split("\n\n")[0]


@pytest.mark.parametrize(
    ("environment", "option", "colored"),
    [
        ({}, [], False),
        ({"FORCE_COLOR": "1"}, [], True),
        ({"FORCE_COLOR": "0"}, [], False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, [], False),
        ({"NO_COLOR": "1"}, ["--color", "always"], True),
        ({"FORCE_COLOR": "1"}, ["--color=never"], False),
        ({"FORCE_COLOR": "1"}, ["--color=auto"], True),
    ],
)
def test_color(
    cli: Cli,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    option: list[str],
    colored: bool,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    for arguments in (["validate", "acme/update", *option], [*option, "apply", "acme/update"]):
        ended = cli(*arguments)
        assert ("\x1b[" in ended.out + ended.err) is colored


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_closed_streams(project: Path, closed: str) -> None:
    command = f"'{sys.executable}' -m custmap apply acme/mend {closed}"
    ended = subprocess.run(["sh", "-c", command], capture_output=True, stdin=subprocess.DEVNULL, check=False)
    assert ended.returncode == (2 if closed.startswith((">", "<&- >")) else 0)
    assert b"Traceback" not in ended.stderr


def test_the_version_imports_little() -> None:
    code = (
        "import sys\n"
        "from custmap.cli import main\n"
        "try:\n    main(['--version'])\n"
        "except SystemExit as ended:\n    assert ended.code == 0\n"
        "heavy = {'pydantic', 'jmespath', 'yaml', 'rich', 'duckdb', 'deepdiff', 'msgspec', 'phonenumbers'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    version, heavy = ended.stdout.splitlines()
    assert re.fullmatch(r"custmap \d+\.\d+\.\d+", version)
    assert heavy == "[]"


def test_the_version_loads_no_library_but_click() -> None:
    asked = (
        "import sys; from custmap.cli import main\n"
        "sys.argv = ['custmap', '--version']\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    ended = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    heavy = (
        "pydantic",
        "jmespath",
        "yaml",
        "phonenumbers",
        "nameparser",
        "jsonschema_rs",
        "deepdiff",
        "rich",
    )
    assert [name for name in heavy if f"'{name}'" in ended.stdout] == []


def test_apply_loads_only_what_it_needs() -> None:
    code = (
        "import sys; from custmap.cli import main\n"
        "sys.argv = ['custmap', 'apply', 'microbase/customer-update', '-p', 'host=x.io', '-p', 'token=t']\n"
        "try: main()\n"
        "except SystemExit as ended: assert ended.code == 0\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    record = '{"name": {"given": "Ann", "family": "Lee"}, "identifiers": {"microbase": "1"}}'
    ended = subprocess.run(
        [sys.executable, "-c", code], input=record, capture_output=True, text=True, check=True
    )
    unneeded = ("pydantic", "phonenumbers", "nameparser", "deepdiff", "rich", "hypothesis", "http")
    assert [name for name in unneeded if f"'{name}'" in ended.stdout] == []


AIFI = {"host": "x.example", "token": "t"}
CANNOT_DO: list[tuple[str, dict[str, str], str]] = [
    ("aifi/update-customer", {"host": "x.example"}, "CM708"),
    ("aifi/update-customer", {**AIFI, "host": "x.example/y"}, "CM710"),
    ("aifi/update-customer", {**AIFI, "token": "a\nb"}, "CM710"),
    ("capillary/update-customer", {**AIFI, "source": "NOWHERE"}, "CM709"),
]


@pytest.mark.parametrize(("mapping", "params", "code"), CANNOT_DO)
def test_parameters_that_cannot_do_for_any_record_end_the_call(
    cli: Cli, mapping: str, params: dict[str, str], code: str
) -> None:
    given = [word for name, value in params.items() for word in ("-p", f"{name}={value}")]
    ended = cli("apply", mapping, *given, stdin=b"{}\n{}\n")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.count(f"error[{code}]") == 1


def test_main_after_any_command_was_imported() -> None:
    """A command's module is an attribute of the package, also where it has the name of something built in."""
    for name in COMMANDS:
        importlib.import_module(f"custmap.cli.{name}")
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0


def test_a_share_that_is_none(cli: Cli) -> None:
    ended = cli("test", "--fail-under", "nan")
    assert ended.code == 2 and "`--fail-under nan` is no share" in ended.err
