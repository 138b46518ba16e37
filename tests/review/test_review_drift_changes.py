"""Planted changes of a vendor's document: told at the rules that they touch, and nowhere else."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from custmap.review.drift import drift

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


def changed(contract: dict[str, Any], row: dict[str, Any], who: str) -> dict[str, Any]:
    made = deepcopy(contract)
    for old, new in row.get("move", {}).items():
        holder, key = holder_of(made, pointer(old, who))
        value = holder.pop(key)
        holder, key = holder_of(made, pointer(new, who))
        holder[key] = value
    for place in row.get("gone", ()):
        holder, key = holder_of(made, pointer(place, who))
        del holder[key]
    for place, value in row.get("set", {}).items():
        holder, key = holder_of(made, pointer(place, who))
        value = json.loads(re.sub(r'"((?:X-|x-)?)@', rf'"\g<1>{who}', json.dumps(value)))
        if isinstance(holder, list) and key == len(holder):
            holder.append(value)
        else:
            holder[key] = value
    return made


def pointer(text: str, who: str) -> list[str]:
    head, _, rest = text.partition("/")
    text = SUITE["where"].get(head, head) + ("/" + rest if rest else "")
    return [one.replace("~1", "/").replace("~0", "~") for one in text.replace("@", who).split("/")[1:]]


def holder_of(document: Any, parts: list[str]) -> tuple[Any, Any]:
    for number, part in enumerate(parts):
        key: Any = part
        if isinstance(document, list):
            name, found, value = part.partition("=")
            key = int(part) if not found else [one.get(name) for one in document].index(value)
        if number == len(parts) - 1:
            return document, key
        document = document[key]
    raise AssertionError("an empty pointer")


def line_of(text: str) -> int:
    lines = SUITE["mapping"].splitlines()
    (found,) = [number for number, line in enumerate(lines, 1) if line.lstrip().startswith(text.lstrip())]
    return found


def told(folder: Path, row: dict[str, Any], who: str) -> list[Any]:
    contract = with_twins(SUITE["contract"])
    home = folder / "mappings" / "acme"
    home.mkdir(parents=True)
    (home / "update.yaml").write_text(SUITE["mapping"], "utf-8")
    (home / "vendor.yaml").write_text(json.dumps(contract), "utf-8")
    (folder / "new.json").write_text(json.dumps(changed(contract, row, who), indent=1), "utf-8")
    return list(drift(home / "update.yaml", folder / "new.json"))


@pytest.mark.parametrize("row", SUITE["changes"], ids=lambda row: str(row["is"]))
def test_a_change_is_told_at_its_rule(row: dict[str, Any], tmp_path: Path) -> None:
    found = told(tmp_path, row, "")
    wanted = {(code, line_of(text)) for one in row["told"] for code, text in one.items()}
    assert {(one.code, one.line) for one in found} == wanted, "\n".join(map(str, found))
    for one in found:
        assert one.span is not None and one.span.file.endswith("update.yaml")
        assert any(note.span.file.endswith("new.json") for note in one.notes), one
        assert "new.json:" in one.message
    if "help" in row:
        assert row["help"] in [one.help for one in found]


@pytest.mark.parametrize("row", SUITE["changes"], ids=lambda row: str(row["is"]))
def test_the_same_change_elsewhere_is_not_told(row: dict[str, Any], tmp_path: Path) -> None:
    found = told(tmp_path, row, OTHER)
    wanted = {(code, line_of(text)) for one in row.get("other", ()) for code, text in one.items()}
    assert {(one.code, one.line) for one in found} == wanted, "\n".join(map(str, found))
