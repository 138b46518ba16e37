"""`custmap init`: what it writes passes, it never overwrites, and what is wrong leaves nothing behind."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from cli_runner import Cli

ROOT = Path(__file__).parents[2]
BODY = {"type": "object", "properties": {"email": {"type": "string"}, "vip": {"type": "boolean"}}}
DOCUMENT = {
    "openapi": "3.0.3",
    "info": {"title": "Acme", "version": "1"},
    "servers": [{"url": "https://{host}", "variables": {"host": {"default": ""}}}],
    "paths": {
        "/customers/{id}": {
            "put": {
                "operationId": "updateCustomer",
                "requestBody": {"content": {"application/json": {"schema": BODY}}},
                "responses": {"200": {"description": "Done"}},
            },
            "get": {"operationId": "getCustomer", "responses": {"200": {"description": "It"}}},
        }
    },
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "acme.json").write_text(json.dumps(DOCUMENT))
    (tmp_path / "swagger.json").write_text('{"swagger": "2.0", "paths": {}}')
    (tmp_path / "list.json").write_text("[1]")
    (tmp_path / "mapping.yaml").write_text("custmap: 1\nname: a/b\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def made(folder: Path) -> set[str]:
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return there - {"acme.json", "swagger.json", "list.json", "mapping.yaml"}


OPENAPI = ["--openapi", "acme.json", "--operation", "updateCustomer"]
WRITTEN = {"mappings/acme/update.yaml", "fixtures/acme/update/apply-example.yaml"}
WITH_CONTRACT = WRITTEN | {"mappings/acme/update.openapi.json"}
FORMS: list[tuple[list[str], set[str]]] = [
    (OPENAPI, WITH_CONTRACT),
    (["--openapi", "acme.json", "--operation", "PUT /customers/{id}"], WITH_CONTRACT),
    (["--inline", "PATCH", "https://api.acme.example/customers/{id}"], WRITTEN),
]


@pytest.mark.parametrize(("arguments", "files"), FORMS, ids=["operationId", "method and path", "inline"])
def test_what_is_written_passes(cli: Cli, folder: Path, arguments: list[str], files: set[str]) -> None:
    ended = cli("init", "acme/update", *arguments)
    assert (ended.code, ended.out) == (0, "")
    assert made(folder) == files | {"schemas/mapping.schema.json"}
    assert all(file in ended.err for file in files)
    commands = [
        line.removeprefix("next: custmap ").split() for line in ended.err.splitlines() if "next:" in line
    ]
    assert [command[0] for command in commands] == ["validate", "test"]
    for command in commands:
        assert cli(*command).code == 0
    assert cli("validate").code == 0 and cli("test").code == 0
    mapping = (folder / "mappings/acme/update.yaml").read_text()
    assert mapping.startswith("# yaml-language-server: $schema=../../schemas/mapping.schema.json\n")
    schema = json.loads((folder / "schemas/mapping.schema.json").read_text())
    assert schema == json.loads(cli("schema", "mapping").out)


def test_nothing_is_overwritten(cli: Cli, folder: Path) -> None:
    (folder / "fixtures/acme/update").mkdir(parents=True)
    (folder / "fixtures/acme/update/apply-example.yaml").write_text("mine")
    (folder / "schemas").mkdir()
    (folder / "schemas/mapping.schema.json").write_text("mine, too")
    before = made(folder)
    ended = cli("init", "acme/update", *OPENAPI)
    assert (ended.code, ended.out, made(folder)) == (2, "", before)
    assert "fixtures/acme/update/apply-example.yaml is there already; nothing was written" in ended.err
    (folder / "fixtures/acme/update/apply-example.yaml").unlink()
    assert cli("init", "acme/update", *OPENAPI).code == 0
    assert (folder / "schemas/mapping.schema.json").read_text() == "mine, too"
    ended = cli("init", "acme/update", *OPENAPI)
    assert ended.code == 2 and "mappings/acme/update.yaml is there already, and 2 files more" in ended.err


def test_the_project_around(cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "mappings").mkdir()
    (folder / "jobs").mkdir()
    monkeypatch.chdir(folder / "jobs")
    ended = cli("init", "acme/update", "--openapi", "../acme.json", "--operation", "updateCustomer")
    assert ended.code == 0 and "../mappings/acme/update.yaml" in ended.err
    assert (folder / "fixtures/acme/update/apply-example.yaml").is_file()


WRONG: list[tuple[list[str], str]] = [
    ([], "nothing to begin with"),
    (["acme/update"], "nothing to begin with"),
    (["acme/update", "--openapi", "acme.json"], "`--openapi` needs `--operation`"),
    (["acme/update", "--operation", "x"], "`--operation` needs `--openapi`"),
    (["--source", "crm/x"], "`--source` needs `--parquet`"),
    (["--parquet", "x"], "`--parquet` needs `--source`"),
    (
        ["acme/update", *OPENAPI, "--from", "aifi/update-customer"],
        "`--openapi` and `--from` exclude",
    ),
    (["acme/update", "--inline", "PUT", "https://x.example", "--source", "a/b", "--parquet", "x"], "exclude"),
    (["acme/update", "--source", "a/b", "--parquet", "acme.json"], "has a name, and so has the call"),
    (OPENAPI, "The name of the mapping is missing"),
    (["acme", *OPENAPI], "`acme` is not a name"),
    (["Acme/../x", *OPENAPI], "`Acme/../x` is not a name"),
    (["acme/update", "--openapi", "nope.json", "--operation", "x"], "nope.json: No such file"),
    (["acme/update", "--openapi", "https://x.example/a.json", "--operation", "x"], "custmap fetches nothing"),
    (["acme/update", "--openapi", ".", "--operation", "x"], ".: "),
    (["acme/update", "--openapi", "swagger.json", "--operation", "x"], "Swagger 2.0"),
    (["acme/update", "--openapi", "list.json", "--operation", "x"], "not an OpenAPI document"),
    (["acme/update", "--openapi", "mapping.yaml", "--operation", "x"], "not an OpenAPI document"),
    (
        ["acme/update", "--openapi", "acme.json", "--operation", "updateCostumer"],
        "mean `updateCustomer`?",
    ),
    (["acme/update", "--openapi", "acme.json", "--operation", "getCustomer"], "changes nothing"),
    (["acme/update", "--from", "aifi/update-costumer"], "Did you mean `aifi/update-customer`?"),
    (["acme/update", "--from", "nothing-like-it"], "Shipped mappings: "),
    (["acme/update", "--inline", "PTU", "https://x.example"], "Did you mean `PUT`?"),
    (["acme/update", "--inline", "PUT", "x.example"], "is not an address"),
    (["--source", "crm", "--parquet", "list.json"], "`crm` is not a name"),
    (["--source", "crm/x", "--parquet", "list.json"], "not a Parquet file"),
    (["--source", "crm/x", "--parquet", "nope.parquet"], "nope.parquet: No such file"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG, ids=[" ".join(row) for row, _ in WRONG])
def test_wrong_calls(cli: Cli, folder: Path, arguments: list[str], message: str) -> None:
    ended = cli("init", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err and "Traceback" not in ended.err
    assert made(folder) == set()


def test_a_folder_that_cannot_be_written(cli: Cli, folder: Path) -> None:
    (folder / "fixtures").write_text("a file")
    ended = cli("init", "acme/update", *OPENAPI)
    assert ended.code == 2 and "fixtures/acme/update" in ended.err and "nothing was written" in ended.err
    assert made(folder) == {"fixtures"} and not (folder / "mappings").exists()


def test_what_a_wheel_has() -> None:
    """Each folder that is shipped in the package: `init --from` needs mappings, fixtures and schemas."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wheel = settings["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert wheel == {
        "mappings": "custmap/mappings",
        "fixtures": "custmap/fixtures",
        "schemas": "custmap/schemas",
        "docs/codes": "custmap/codes",
    }
