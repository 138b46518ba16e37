"""A mapping names files of its own tree only, and regular ones: nothing else is opened."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import custmap
from custmap.cli.ending import run
from custmap.diagnostics.errors import MappingError
from custmap.loader import check_mapping

OPENAPI = """
openapi: 3.1.0
servers: [{url: https://x.io}]
paths:
  /c:
    patch:
      operationId: u
      requestBody: {content: {application/json: {schema: {type: object, properties: {a: {type: string}}}}}}
      responses: {"200": {description: ok}}
"""
SCHEMA = "type: object\nproperties: {email: {type: string}}\n"


def written(folder: Path, contract: str, source: str | None = None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "u.yaml"
    schema = f"source: {source}\n" if source else ""
    head = f"custmap: 1\nname: {folder.name}/u\n{schema}"
    path.write_text(f"{head}contract: {{openapi: {contract}, operation: u}}\nbody: {{a: email}}\n")
    return path


def codes(path: Path, root: Path | None = None) -> list[tuple[str, int | None]]:
    _, found = check_mapping(path, {}, root=root)
    return [(one.code, one.line) for one in found if one.level == "error"]


def test_the_tree(tmp_path: Path) -> None:
    outside, shared = tmp_path / "openapi.yaml", tmp_path / "mappings" / "shared" / "openapi.yaml"
    shared.parent.mkdir(parents=True)
    outside.write_text(OPENAPI)
    shared.write_text(OPENAPI)
    (tmp_path / "person.yaml").write_text(SCHEMA)
    home = tmp_path / "mappings" / "acme"
    assert codes(written(home, "../shared/openapi.yaml")) == []
    assert codes(written(home, "../../openapi.yaml")) == [("CM213", 3)]
    assert codes(written(home, str(outside))) == [("CM213", 3)]
    assert codes(written(home, "../shared/openapi.yaml", "../../person.yaml")) == [("CM213", 3)]
    path = written(home, "../../openapi.yaml", "../../person.yaml")
    assert codes(path, tmp_path) == []
    assert custmap.load(path, root=tmp_path).apply({"email": "a"}).body == {"a": "a"}
    with pytest.raises(MappingError):
        custmap.load(path)


def test_a_mapping_alone(tmp_path: Path) -> None:
    """Without `mappings/`, the tree is the mapping's own folder."""
    (tmp_path / "openapi.yaml").write_text(OPENAPI)
    home = tmp_path / "acme"
    assert codes(written(home, "../openapi.yaml")) == [("CM213", 3)]
    (home / "openapi.yaml").write_text(OPENAPI)
    assert codes(written(home, "openapi.yaml")) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such files here")
def test_what_is_no_file_of_its_own(tmp_path: Path) -> None:
    home = tmp_path / "acme"
    secret = tmp_path / "secret.yaml"
    secret.write_text("zqsecretqz: 1\n")
    home.mkdir()
    os.mkfifo(home / "fifo.yaml")
    (home / "link.yaml").symlink_to(secret)
    (home / "device.yaml").symlink_to("/dev/zero")
    (home / "folder.yaml").mkdir()
    for name in ("fifo.yaml", "link.yaml", "device.yaml", "folder.yaml", "/proc/self/environ", "/dev/stdin"):
        path = written(home, name)
        assert codes(path) == [("CM213", 3)], name
        assert "zqsecretqz" not in str(check_mapping(path, {})[1])
    (home / "real.yaml").write_text(OPENAPI)
    (home / "inner.yaml").symlink_to(home / "real.yaml")
    assert codes(written(home, "inner.yaml")) == []
    os.mkfifo(home / "v.yaml")
    with pytest.raises(MappingError) as caught:
        custmap.load(home / "v.yaml")
    assert [one.code for one in caught.value.diagnostics] == ["CM111"]


def test_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "openapi.yaml").write_text(OPENAPI)
    (tmp_path / "c.json").write_text('{"email": "a"}')
    written(tmp_path / "mappings" / "acme", "../../openapi.yaml")
    case = tmp_path / "fixtures" / "case.yaml"
    case.parent.mkdir()
    case.write_text("mapping: acme/u\ncustomer: {email: a}\nexpect: {request: {body: {a: a}}}\n")
    for command in (["validate"], ["apply", "acme/u", "c.json"], ["explain", "acme/u"], ["test"]):
        assert run(command) in (1, 2), command
        assert run([*command, "--root", "."]) == 0, command


def test_links_in_a_circle_and_names_that_no_file_can_have(tmp_path: Path) -> None:
    home = tmp_path / "acme"
    home.mkdir()
    (home / "loop.yaml").symlink_to(home / "loop.yaml")
    assert {code for code, _ in codes(written(home, "loop.yaml"))} <= {"CM213", "CM111"}
    for name in ("loop.yaml", "a\\u0000b"):
        schema = f'{{"$ref": "{name}#/S"}}'
        (home / "openapi.yaml").write_text(
            OPENAPI.replace("{type: object, properties: {a: {type: string}}}", schema)
        )
        assert codes(written(home, "openapi.yaml")) != []


def test_an_output_is_no_file_that_the_mapping_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    home = tmp_path / "mappings" / "acme"
    written(home, "openapi.yaml", "person.yaml")
    schema = '{"$ref": "part.yaml#/S"}'
    texts = {
        "openapi.yaml": OPENAPI.replace("{type: object, properties: {a: {type: string}}}", schema),
        "part.yaml": "S: {type: object, properties: {a: {type: string}}}\n",
        "person.yaml": SCHEMA,
    }
    for name, text in texts.items():
        (home / name).write_text(text)
    (tmp_path / "c.ndjson").write_text('{"email": "a"}\n')
    for name, text in texts.items():
        for option in ("-o", "--rejects"):
            assert run(["apply", "acme/u", "c.ndjson", option, str(home / name)]) == 2, name
            assert (home / name).read_text() == text
