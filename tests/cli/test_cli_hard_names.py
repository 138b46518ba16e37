"""Names of files that are hard to ask about, in the call, in files, beside them: no hang, no other error."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_runner import Cli

import custmap
from custmap import MappingError
from custmap.mapping.find import above

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")

LONG = "a" * 300
FOUND = ("loop.yaml", "dangling.yaml", "z.yaml", "pipe.yaml")
"""Names that a folder has, none of them that of a regular file."""
NAMES = [
    *(LONG, f"{LONG}/b", f"b/{LONG}", f"{LONG}.yaml", f"{LONG}/b.yaml", "x/" * 3000 + "b.yaml"),
    *(*FOUND, "loop.yaml/b", "a\0b", "a\0b.yaml", "\ud800", "b/\udcff.yaml"),
]
CONTRACT = """\
openapi: 3.1.0
servers: [{{url: "https://x.example"}}]
paths: {{/c: {{post: {{operationId: x, responses: {{}},
  requestBody: {{content: {{application/json: {{schema: {schema}}}}}}}}}}}}}
"""
MAPPING = """\
custmap: 1
name: acme/{name}
contract: {{openapi: {contract}, operation: x}}
{more}body: {{mail: email}}
"""
FIXTURE = "mapping: {mapping}\ncustomer: {{email: a}}\nexpect: {{request: {{body: {{mail: a}}}}}}\n"


@pytest.fixture(autouse=True)
def limited() -> Iterator[None]:
    """What waits for a pipe fails."""

    def late(*given: object) -> None:
        raise AssertionError("it waits")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a mapping, its contract and a fixture, among names that are no files.

    The shipped mappings are not listed.
    """
    monkeypatch.setattr("custmap.cli.list.folders", above)
    home, fixtures = tmp_path / "mappings" / "acme", tmp_path / "fixtures" / "acme"
    for place in (home, fixtures, tmp_path):
        place.mkdir(parents=True, exist_ok=True)
        (place / "loop.yaml").symlink_to("loop.yaml")
        (place / "dangling.yaml").symlink_to("nothing.yaml")
        (place / "z.yaml").mkdir()
        os.mkfifo(place / "pipe.yaml")
    (home / "c.yaml").write_text(CONTRACT.format(schema="{properties: {mail: {type: string}}}"))
    (home / "good.yaml").write_text(MAPPING.format(name="good", contract="c.yaml", more=""))
    (fixtures / "good.yaml").write_text(FIXTURE.format(mapping="acme/good"))
    (tmp_path / "c.json").write_text('{"email": "a"}')
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[:20])
def test_names_in_files(cli: Cli, folder: Path, name: str) -> None:
    home, quoted = folder / "mappings" / "acme", json.dumps(name)
    (home / "bad.yaml").write_text(MAPPING.format(name="bad", contract=quoted, more=f"source: {quoted}\n"))
    (home / "bad2.yaml").write_text(MAPPING.format(name="bad2", contract="d.yaml", more=""))
    (home / "d.yaml").write_text(CONTRACT.format(schema=f"{{$ref: {json.dumps(f'{name}#/S')}}}"))
    (folder / "fixtures" / "acme" / "bad.yaml").write_text(FIXTURE.format(mapping=quoted))
    for asked in (name, Path(name), home / "bad.yaml", "acme/bad2"):
        with pytest.raises(MappingError):
            custmap.load(asked)
    ended = cli("validate")
    assert ended.code == 1 and "3 mappings: " in ended.err
    said = {line.partition(":")[0] for line in ended.out.splitlines()}
    assert said == {f"mappings/acme/{file}.yaml" for file in ("bad", "d")}
    results = {
        one["name"]: one["result"] for one in json.loads(cli("test", "--format", "json").out)["fixtures"]
    }
    assert results.get("acme/bad") != "passed" and results["acme/good"] == "passed"
    assert cli("list").out.count("has errors") == 2


@pytest.mark.parametrize(
    "words", ["validate", "validate mappings/acme/c.yaml", "validate mappings", "list", "test"]
)
def test_names_beside_them(cli: Cli, folder: Path, words: str) -> None:
    ended = cli(*words.split())
    assert ended.code == 0 and "error" not in ended.out + ended.err.replace("0 errors", "")


@pytest.mark.parametrize(
    "name", [name for name in NAMES if not {"\0", "\ud800"} & set(name)], ids=lambda name: ascii(name)[:20]
)
def test_names_in_the_call(cli: Cli, folder: Path, name: str) -> None:
    good = ("apply", "acme/good", "c.json")
    calls = [(command, name) for command in ("validate", "apply", "show", "explain", "prove", "test")]
    calls += [("validate", "--root", name), ("validate", "--functions", name)] if name != "z.yaml" else []
    if name != "pipe.yaml":  # what the caller names may be a pipe
        calls += [("apply", "acme/good", name), (*good, "--params", name), (*good, "-p", f"a=@file:{name}")]
        calls += [("prove", "acme/good", "--with", name), ("diff", "acme/good", name, "c.json")]
    calls += [(*good, option, name) for option in ("-o", "--rejects") if name not in FOUND]
    for call in calls:
        ended = cli(*call)
        assert ended.code in (1, 2) and ended.out + ended.err, call
        assert "CM901" not in ended.out + ended.err, call


def test_pytest_collects_the_others(folder: Path) -> None:
    for number, name in enumerate(NAMES):
        text = FIXTURE.format(mapping=name).encode(errors="replace")
        (folder / "fixtures" / "acme" / f"bad{number}.yaml").write_bytes(text)
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "fixtures"]
    ended = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert "1 passed" in ended.stdout and "INTERNALERROR" not in ended.stdout + ended.stderr, ended
