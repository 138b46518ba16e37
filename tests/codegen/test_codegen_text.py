"""The text that runs: what is shown is what runs, and nothing that people wrote in a mapping becomes code."""

from __future__ import annotations

import ast
import inspect
import json
import keyword
import linecache
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from custmap import Mapping, load
from custmap.running.names import GLOBALS
from small_mappings import CONTRACT, made, write

RULES = """
params: {token: {secret: true}}
headers: {X-A: {param: token}}
body:
  name.first: {from: given_name(name), clear: send_null}
  mail: {from: lower(email), default: none, clear: {name_in: gone}}
  role: {from: role, values: {tester: T}, unmapped: pass}
  tags: {from: tags, merge: set}
  map: {from: attributes, merge: entries, clear: {name_in: gone2}}
  ch: {each: channels, merge: keyed, key: type, fields: {type: type, v: value}}
  x: {value: {list: [1, {a: b}]}}
"""
CUSTOMER = {
    "name": {"given": "A"}, "email": "A@x.io", "role": "tester", "tags": ["a"],
    "attributes": {"k": 1}, "channels": [{"type": "email", "value": "v"}],
}  # fmt: skip


@pytest.fixture(scope="module")
def mapping(tmp_path_factory: pytest.TempPathFactory) -> Mapping:
    return made(tmp_path_factory.mktemp("m"), RULES)


FUNCTIONS = {"apply": ["apply"], "diff": ["slots", "changes"], "careful": ["values"]}


@pytest.mark.parametrize("module", FUNCTIONS)
def test_what_is_shown_is_what_runs(mapping: Mapping, module: str) -> None:
    text = mapping.functions.module(module)
    assert text in mapping.code
    for name in FUNCTIONS[module]:
        function = getattr(mapping.functions, name)
        file = function.__code__.co_filename
        assert "".join(linecache.getlines(file)) == text
        compiled = compile(text, file, "exec")
        inner = {code.co_name: code for code in compiled.co_consts if inspect.iscode(code)}
        assert inner[name] == function.__code__
        assert inspect.getsource(function) in text


def test_a_traceback_shows_the_line(mapping: Mapping) -> None:
    values = mapping.functions.values
    with pytest.raises(AttributeError) as caught:
        values(None, ())  # type: ignore[arg-type]
    frame = caught.traceback[-1]
    assert str(frame.path) == values.__code__.co_filename
    assert str(frame.statement).strip() in mapping.functions.module("careful").splitlines()[frame.lineno]


def test_each_rule_stands_under_its_line(mapping: Mapping) -> None:
    """`# case.yaml:7  mail: lower(email)`: the line of the mapping, and the rule's target."""
    text = write_of(mapping).read_text(encoding="utf-8").splitlines()
    shown = re.findall(r"# case\.yaml:(\d+)  (\S+):", mapping.code)
    assert {target for _, target in shown} >= {"name.first", "mail", "role", "tags", "map", "ch"}
    for line, target in shown:
        assert target.split(".")[-1] in text[int(line) - 1]


def write_of(mapping: Mapping) -> Path:
    return Path(mapping.checked.file.file)


def test_straight_line_statements(mapping: Mapping) -> None:
    """No `try` and no loop over rules: a loop stands only where a record has many items."""
    tree = ast.parse(mapping.code)
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Lambda | ast.While | ast.Global)]
    loops = [node for node in ast.walk(tree) if isinstance(node, ast.For)]
    assert all(not isinstance(node.iter, ast.Tuple | ast.List) for node in loops)
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]


WORDS = [
    *keyword.kwlist, *keyword.softkwlist, *GLOBALS, "customer", "body", "riders", "notes", "values",
    "apply", "slots", "changes", "before", "after", "view", "draft",
    "print", "__import__", "__proto__", "__class__", "self", "ABSENT", "value", "item", "constructor",
    '"', "'", '"""', "'''", "\\", "\n", "\r", "\r\n", "\x0b", "\u2028", "a\nimport os", "# x", "{}", "{x}",
    "%s", "$x", "a.b", "a[0]", "", " ", "é", "名", "😀", "\u202e", "\ud7ff", "0", "-1", "None", "True",
    "x" * 300, '"); raise SystemExit #', "');raise SystemExit#", '"""\nraise SystemExit\n"""',
    "\\N{BULLET}", "\\u0041",
]  # fmt: skip
ODD = list(dict.fromkeys(WORDS))


def rules_with(word: str) -> str:
    """A mapping that has the word as a target, a source key, a literal, a constant, a key, a name."""
    quoted = json.dumps(word)
    return yaml.safe_dump(
        {
            "contract": {"method": "PATCH", "url": "https://x.io/c"},
            "params": {word or "p": {"default": word}},
            "headers": {"X-A": {"param": word or "p", "format": "a" + word.replace("{}", "") + "{}"}}
            if word.isascii() and word.isprintable()
            else {},
            "body": {
                quoted: f"attributes.{quoted}",
                "a": {"from": f"coalesce(attributes.zz, `{json.dumps(word.replace('`', ''))}`)"},
                "b": {"value": {word: word}},
                f"c[{'k'}={json.dumps(word)}].v" if word else "c": "email",
                "d": {"from": "email", "values": {word: word}, "unmapped": {"default": word}},
                "e": {
                    "from": "email",
                    "default": word,
                    "when": f"email != '{word}'" if _raw(word) else "`true`",
                },
                "f": {"param": word or "p"},
                "g": {"from": "company", "format": word.replace("{}", "") + "{}"},
            },
        },
        sort_keys=False,
        width=10_000,
    )


def _raw(word: str) -> bool:
    return "'" not in word and "\\" not in word


@pytest.mark.parametrize("word", ODD, ids=lambda word: json.dumps(word)[:40])
def test_hostile_words_stay_data(word: str, tmp_path: Path) -> None:
    mapping = made(tmp_path, rules_with(word))
    ast.parse(mapping.code)
    customer = {"email": word, "company": "c", "attributes": {word: 5}}
    body = mapping.apply(customer).body
    assert body[word] == 5
    assert body["a"] == word.replace("`", "")
    assert body["b"] == {word: word}
    assert body["d"] == body["f"] == word
    assert body["g"] == word.replace("{}", "") + "c"
    if word:
        assert body["c"] == [{"k": word, "v": word}]
    changed = mapping.diff(customer, {**customer, "attributes": {word: 6}})
    assert changed.request is not None and changed.request.body[word] == 6


def test_names_of_the_text_are_known(mapping: Mapping) -> None:
    """Every name that the text reads is a local, a parameter, a named global or a plain builtin."""
    for name in (name for names in FUNCTIONS.values() for name in names):
        function = getattr(mapping.functions, name)
        names = inspect.getclosurevars(function)
        assert not names.nonlocals
        assert not [name for name in names.unbound if name in GLOBALS]
        assert not {"eval", "exec", "open", "__import__", "getattr"} & names.builtins.keys()


@pytest.mark.parametrize(
    "name",
    [
        'a"""\nraise SystemExit\n"""/case',
        "acme/x\nraise SystemExit\n#",
        "a\\/c\\N{x}",
        "a\r raise/c'",
        "\u00e9/😀",
    ],
    ids=repr,
)
def test_hostile_file_names_stay_text(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.yaml"
    path.parent.mkdir()
    quoted = json.dumps(name, ensure_ascii=False)
    path.write_text(f"custmap: 1\nname: {quoted}\n{CONTRACT}body: {{a: email}}\n", encoding="utf-8")
    mapping = load(path)
    assert mapping.apply({"email": "e"}).body == {"a": "e"}
    assert all(isinstance(node, ast.Expr | ast.FunctionDef) for node in ast.parse(mapping.code).body)


HASHED = """
import sys
from custmap import load
print(load(sys.argv[1]).code)
print(load(sys.argv[1]).apply({"attributes": {"b": 1, "a": 2}, "tags": ["z", "y"]}, {}).to_json())
"""


def test_same_mapping_same_text(tmp_path: Path) -> None:
    path = write(tmp_path, RULES)
    said = set()
    for seed in ("0", "1", "77"):
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run(
            [sys.executable, "-c", HASHED, str(path)], capture_output=True, text=True, env=env, check=True
        )
        said.add(done.stdout)
    assert len(said) == 1


def test_constants_are_fresh(mapping: Mapping) -> None:
    for _ in range(2):
        body = mapping.apply(CUSTOMER).body
        assert body["x"] == {"list": [1, {"a": "b"}]}
        body["x"]["list"][1]["a"] = "changed"
        body["x"]["list"].append(2)


ILL = [5, "x", True, [], [5], {}, {"a": 5}, [[]], [{}], "", 1.5, [None], {"type": 5}]


@pytest.mark.parametrize("member", ["name", "email", "role", "tags", "attributes", "channels"])
@pytest.mark.parametrize("value", ILL, ids=repr)
def test_ill_typed_records(mapping: Mapping, member: str, value: Any) -> None:
    """Without the check of records: apply and diff from nothing say the same, nothing but ours is raised."""
    record = {**CUSTOMER, member: value}
    applied = outcome(lambda: mapping.apply(record, check=False, on_rejected="drop"))
    planned = outcome(lambda: mapping.diff(None, record, check=False).request)
    if planned is not None:
        assert planned == applied
    outcome(lambda: mapping.diff(CUSTOMER, record, check=False))
    outcome(lambda: mapping.diff(record, CUSTOMER, check=False))


def outcome(call: Any) -> Any:
    from custmap import RecordError

    try:
        made = call()
    except RecordError as error:
        assert not [one for one in error.diagnostics if one.code.startswith("CM9")]
        return [one.code for one in error.diagnostics]
    return made.to_json() if hasattr(made, "to_json") else None


def test_members_keep_the_order_of_the_rules(tmp_path: Path) -> None:
    rules = """
body:
  name: {clear: send_null}
  name.first: {from: name.given, clear: send_null}
  name.last: name.family
  name.by: {value: us}
"""
    mapping = made(tmp_path, rules)
    customer = {"name": {"given": None, "family": "Li"}}
    wanted = {"name": {"first": None, "last": "Li", "by": "us"}}
    plan = mapping.diff(None, customer)
    assert plan.request is not None
    assert json.dumps(mapping.apply(customer).body) == json.dumps(plan.request.body) == json.dumps(wanted)


@pytest.mark.parametrize("module", FUNCTIONS)
def test_each_rule_has_its_line(mapping: Mapping, module: str) -> None:
    text = mapping.functions.module(module)
    for target in ("name.first", "mail", "role", "tags", "map", "ch"):
        assert re.search(rf"# .*:\d+  {target}: ", text), target
    if module == "diff":  # once where the slot is computed, once where it is compared
        assert len(re.findall(r"# .*:\d+  mail: ", text)) == 2
