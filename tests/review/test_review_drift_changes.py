"""Planted changes of a vendor's document: told at the rules that they touch, and nowhere else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from rewritten_documents import edited

from custmap import loader
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.functions.table import LIBRARY
from custmap.review.drift import drift
from custmap.syntax.document import documents_kept

SUITE = yaml.safe_load((Path(__file__).parent / "drift_changes.yaml").read_text("utf-8"))
OTHER = "other_"


def with_twins(contract: dict[str, Any]) -> dict[str, Any]:
    """The document with a second operation, and beside each member another one that no rule touches."""
    made = deepcopy(contract)
    call = made["paths"]["/people/{id}"]["patch"]
    for status in call["responses"].values():
        add_twins(status["content"]["application/json"]["schema"]["properties"])
    add_twins(call["requestBody"]["content"]["application/json"]["schema"]["properties"])
    other = deepcopy(made["paths"]["/people/{id}"])
    other["patch"]["operationId"] = "updateOther"
    made["paths"][f"/{OTHER}people/{{id}}"] = other
    return made


def add_twins(members: dict[str, Any]) -> None:
    for name in list(members):
        members[OTHER + name] = deepcopy(members[name])


def changed(contract: dict[str, Any], row: dict[str, Any], who: str) -> Any:
    """The document after a row's changes, of the members that rules touch or of their twins."""
    made = {
        "move": {place(old, who): place(new, who) for old, new in row.get("move", {}).items()},
        "gone": [place(one, who) for one in row.get("gone", ())],
        "set": {place(one, who): named(value, who) for one, value in row.get("set", {}).items()},
    }
    return edited(deepcopy(contract), made)


def place(text: str, who: str) -> str:
    head, slash, rest = text.partition("/")
    return (SUITE["where"].get(head, head) + slash + rest).replace("@", who)


def named(value: Any, who: str) -> Any:
    """A value in which a name begins with `@`, or with `X-@`."""
    return json.loads(re.sub(r'"((?:X-|x-)?)@', rf'"\g<1>{who}', json.dumps(value)))


def line_of(text: str) -> int:
    lines = SUITE["mapping"].splitlines()
    (found,) = [number for number, line in enumerate(lines, 1) if line.lstrip().startswith(text.lstrip())]
    return found


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The mapping and its document. What is found with the old document is found once for all changes."""
    home = tmp_path_factory.mktemp("project") / "mappings" / "acme"
    home.mkdir(parents=True)
    (home / "update.yaml").write_text(SUITE["mapping"], "utf-8")
    (home / "vendor.yaml").write_text(json.dumps(with_twins(SUITE["contract"])), "utf-8")
    old = loader.examine_mapping(home / "update.yaml", LIBRARY)

    def examined(*arguments: Any, contracts: Any = None, **rest: Any) -> Any:
        return old if contracts is None else loader.examine_mapping(*arguments, contracts=contracts, **rest)

    with pytest.MonkeyPatch.context() as patch, documents_kept():
        patch.setattr("custmap.review.drift.examine_mapping", examined)
        yield home


def told(home: Path, folder: Path, row: dict[str, Any], who: str) -> list[Diagnostic]:
    contract = with_twins(SUITE["contract"])
    (folder / "new.json").write_text(json.dumps(changed(contract, row, who), indent=1), "utf-8")
    return list(drift(home / "update.yaml", folder / "new.json"))


@pytest.mark.parametrize("row", SUITE["changes"], ids=lambda row: str(row["is"]))
def test_a_change_is_told_at_its_rule(row: dict[str, Any], home: Path, tmp_path: Path) -> None:
    found = told(home, tmp_path, row, "")
    wanted = sorted((code, line_of(text)) for one in row["told"] for code, text in one.items())
    assert sorted((one.code, one.line) for one in found) == wanted, "\n".join(map(str, found))
    for one in found:
        assert one.level == row.get("level", one.level)
        assert one.span is not None and one.span.file.endswith("update.yaml")
        assert any(note.span.file.endswith("new.json") for note in one.notes), one
        assert "new.json:" in one.message
    if "says" in row:
        assert any(one.message.startswith(row["says"]) for one in found)
    if "help" in row:
        assert row["help"] in [one.help for one in found]


@pytest.mark.parametrize("row", SUITE["changes"], ids=lambda row: str(row["is"]))
def test_the_same_change_elsewhere_is_not_told(row: dict[str, Any], home: Path, tmp_path: Path) -> None:
    found = told(home, tmp_path, row, OTHER)
    wanted = {(code, line_of(text)) for one in row.get("other", ()) for code, text in one.items()}
    assert {(one.code, one.line) for one in found} == wanted, "\n".join(map(str, found))
