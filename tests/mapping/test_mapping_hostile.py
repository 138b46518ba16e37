"""Hostile mapping files through `load`, in a process of their own: our error in little time, or a mapping."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from small_mappings import CONTRACT, HEAD

HEAD_OF_ALL = (HEAD + CONTRACT).encode()
HOSTILE = {
    "lists in lists": b"- " * 100_000,
    "brackets": b"body: " + b"[" * 100_000,
    "braces": b"body: " + b"{a: " * 50_000,
    "aliases": HEAD_OF_ALL + b"body: {a: &a [x, x], b: &b [*a, *a], c: [*b, *b]}",
    "merge keys": HEAD_OF_ALL + b"body: {<<: {a: email}}",
    "tags": HEAD_OF_ALL + b"body: {a: !!python/object/apply:os.system [ls]}",
    "nothing": b"",
    "only a comment": b"# x\n",
    "no end": HEAD_OF_ALL + b'body: {a: "',
    "not UTF-8": HEAD_OF_ALL + b"summary: \xff\xfe",
    "UTF-16": (HEAD + CONTRACT).encode("utf-16"),
    "NUL": HEAD_OF_ALL + b"summary: a\0b",
    "two documents": HEAD_OF_ALL + b"---\n" + HEAD_OF_ALL,
    "a long file": b"# " + b"x" * (1 << 21),
    "parentheses": HEAD_OF_ALL + b"body: {a: '" + b"(" * 1000 + b"email" + b")" * 1000 + b"'}",
    "a long literal": HEAD_OF_ALL + b"body: {a: '`[" + b"1," * 400_000 + b"1]`'}",
    "pipes": HEAD_OF_ALL + b"body: {a: '@" + b" | [@,@]" * 40 + b"'}",
    "a slice of step zero": HEAD_OF_ALL + b"body: {a: 'tags[::0]'}",
    "a deep target": HEAD_OF_ALL + b"body: {" + b"a." * 20_000 + b"a: email}",
    "a far position": HEAD_OF_ALL + b"body: {'a[99999999999]': email}",
    "a far position with text": HEAD_OF_ALL + b"body: {'a[1000000000].b': email}",
    "deep fields": HEAD_OF_ALL
    + b"body: {" + b"a: {from: phone, fields: {" * 30 + b"b: type" + b"}}" * 30 + b"}",
    "many rules": HEAD_OF_ALL + b"body:\n" + b"".join(b"  a%d: email\n" % n for n in range(3000)),
    "a huge number": HEAD_OF_ALL + b"body: {a: {value: " + b"9" * 5000 + b"}}",
    "a huge enum": HEAD_OF_ALL
    + b"body: {a: {from: id, values: {" + b",".join(b"x%d: y" % n for n in range(5000)) + b"}}}",
    "key that is a list": HEAD_OF_ALL + b"body: {? [a] : email}",
    "null key": HEAD_OF_ALL + b"body: {null: email, ~: email}",
    "name is a path": b"custmap: 1\nname: ../../x\n" + CONTRACT.encode(),
    "source is a folder": HEAD_OF_ALL + b"source: ..\n",
    "contract is a device": HEAD.encode() + b"contract: {openapi: /dev/zero, operation: x}\n",
    "contract is itself": HEAD.encode() + b"contract: {openapi: case.yaml, operation: x}\n",
    "a bad pattern": HEAD.encode()
    + b"contract: {method: PUT, url: 'https://x.io', fields: {a: {pattern: '('}}}\nbody: {a: email}\n",
    "a bad URL": HEAD.encode() + b"contract: {method: PUT, url: 'https://[x'}\n",
    "a URL with braces": HEAD.encode() + b"contract: {method: PUT, url: 'https://x.io/{{{}'}\n",
}  # fmt: skip

RUN = """
import resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
from custmap import MappingError, RecordError, load
for line in sys.stdin:
    path = Path(line.strip())
    try:
        mapping = load(path)
        try:
            mapping.apply({"email": "a@x.io", "id": "1", "phone": "1"}, {})
            said = "loaded"
        except RecordError as error:
            said = error.diagnostics[0].code
    except MappingError as error:
        said = " ".join(sorted({one.code for one in error.diagnostics}))
    print(path.parent.parent.name, said, flush=True)
"""


def loaded(paths: list[Path]) -> dict[str, str]:
    """What `load` says of each, in one process; the names of those that ended it are not among them."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", RUN], input="\n".join(map(str, paths)), capture_output=True, text=True,
        timeout=60, env=env, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-300:] + done.stderr[-2000:]
    return dict(line.split(" ", 1) for line in done.stdout.splitlines())


def put(folder: Path, texts: list[bytes]) -> list[Path]:
    paths = []
    for number, text in enumerate(texts):
        path = folder / str(number) / "acme" / "case.yaml"
        path.parent.mkdir(parents=True)
        path.write_bytes(text)
        paths.append(path)
    return paths


def test_hostile_files(tmp_path: Path) -> None:
    said = loaded(put(tmp_path, list(HOSTILE.values())))
    named = {name: said[str(number)] for number, name in enumerate(HOSTILE)}
    fine = {"many rules", "a huge enum", "deep fields", "name is a path", "a bad URL", "a bad pattern"}
    assert {name for name, what in named.items() if not what.startswith("CM")} <= fine, named
    assert "CM901" not in " ".join(said.values()), named


@pytest.mark.parametrize("seed", range(2))
def test_torn_files(seed: int, tmp_path: Path) -> None:
    """The file with all keys, with pieces of it left out, doubled and moved."""
    text = (Path(__file__).parent / "every_key.txt").read_bytes().replace(b"source: schema.json\n", b"")
    draw = random.Random(seed)
    torn = []
    for _ in range(40):
        made = text
        for _ in range(draw.randint(1, 4)):
            at, to = sorted(draw.randrange(len(made)) for _ in range(2))
            to = min(to, at + draw.choice((1, 1, 2, 8, 40)))
            where = draw.randrange(len(made))
            made = draw.choice((made[:at] + made[to:], made[:where] + made[at:to] + made[where:]))
        torn.append(made)
    assert len(loaded(put(tmp_path, torn))) == len(torn)
