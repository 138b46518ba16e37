"""Rules side by side say what each says alone, whatever their targets are called.

A name of generated code that is handed out twice, or that a target can make, shows here: the targets are
called after the names that the generated text itself uses, and every kind of rule stands around every other.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from custmap import Mapping, Plan
from small_mappings import made

SUITE = yaml.safe_load((Path(__file__).parent / "side_by_side.yaml").read_text("utf-8"))
HEAD = "params: {who: {default: us}}\nbody:\n"
RULES: list[str] = SUITE["rules"]


def mapping(folder: Path, rules: list[tuple[str, str]]) -> Mapping:
    """A mapping of (rule, target); the folder is used anew."""
    lines = [line for rule, target in rules for line in rule.replace("IT", target).split("\n")]
    return made(folder, HEAD + "".join(f"  {line}\n" for line in lines))


def said(body: Any, target: str) -> dict[str, Any]:
    """What a body says at a target, and of the names cleared there."""
    return {end: body[target + end] for end in ("", "_gone") if target + end in body}


def changes(plan: Plan, target: str) -> list[tuple[str, str, Any, Any]]:
    """The changes at a target, below it or in it."""
    return [
        (one.action, one.target.replace(target, "IT", 1), one.before, one.after)
        for one in plan.changes
        if one.target.startswith(target) and one.target[len(target) :][:1] in ("", ".", "[")
    ]


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What each rule says with no other beside it: applied, from nothing, from before."""

    @cache
    def one(rule: str) -> tuple[Any, Any, Any]:
        only = mapping(tmp_path_factory.mktemp("alone"), [(rule, "it"), ("IT: company", "by")])
        return results(only, "it")

    return one


def results(mapped: Mapping, target: str) -> tuple[Any, Any, Any]:
    applied = mapped.apply(SUITE["before"]).body
    first = mapped.diff(None, SUITE["before"])
    then = mapped.diff(SUITE["before"], SUITE["after"])
    return (
        said(applied, target),
        (said(first.request.body if first.request else {}, target), changes(first, target)),
        (said(then.request.body if then.request else {}, target), changes(then, target)),
    )


def names_in(code: str) -> tuple[list[str], list[str]]:
    """The names that a text of Python has whatever the rules are, and all others."""
    nodes = list(ast.walk(ast.parse(code)))
    given = {node.arg for node in nodes if isinstance(node, ast.arg)} | {"values", "build", "body", "sent"}
    return sorted(given), sorted({node.id for node in nodes if isinstance(node, ast.Name)} - given)


@pytest.mark.parametrize("number", range(len(RULES)))
def test_side_by_side(tmp_path: Path, alone: Any, number: int) -> None:
    around = RULES[number]
    rules = [rule for other in RULES for rule in (around, other)]
    names = [f"t{at}" for at in range(len(rules))]
    given, others = names_in(mapping(tmp_path, list(zip(rules, names, strict=True))).code)
    given = given[number % 2 :: 2]
    others = others[:: len(others) // (len(rules) - len(given)) + 1]
    targets = list(dict.fromkeys([*given, *others, *names]))[: len(rules)]
    mapped = mapping(tmp_path, list(zip(rules, targets, strict=True)))
    for rule, target in zip(rules, targets, strict=True):
        assert results(mapped, target) == alone(rule), f"{rule} as {target}"


def test_other_parts_are_called_as_the_text_is(tmp_path: Path) -> None:
    names = names_in(mapping(tmp_path, [(RULES[10], "one")]).code)[0]
    url = "".join(f"/{{{name}}}" for name in names)
    parts = "".join(
        f"{part}: {{{', '.join(f'{name}: {source}' for name in names)}}}\n"
        for part, source in (("path", "identifiers.stripe"), ("query", "company"), ("headers", "email"))
    )
    contract = f"contract: {{method: PATCH, url: 'https://x.io{url}'}}\n"
    mapped = made(tmp_path, f"{contract}{parts}body:\n  mail: email\n")
    for request in (mapped.apply(SUITE["after"]), mapped.diff(None, SUITE["after"]).request):
        assert request is not None
        assert request.path == dict.fromkeys(names, "s1")
        assert request.query == dict.fromkeys(names, "ACME Ltd")
        assert {name: request.headers[name] for name in names} == dict.fromkeys(names, "b@x.example")
