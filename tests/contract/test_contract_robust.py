"""Broken documents: whatever stands anywhere, a contract or a MappingError, nothing else."""

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from custmap.contract.contract import Contract
from custmap.contract.inline import inline_contract
from custmap.contract.openapi import load_openapi
from custmap.diagnostics.errors import MappingError
from custmap.diagnostics.span import Span
from custmap.schema.canonical import load_canonical
from custmap.syntax.node import ListNode, MapNode, Node, ScalarNode
from custmap.values.paths import parse_path

MAPPINGS = Path(__file__).parents[2] / "mappings"
JUNK: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    "",
    "x",
    "#/",
    "#/components",
    [],
    [None],
    {},
    {"$ref": "#"},
    {"x": None},
]
INLINE = """
method: POST
url: https://{host}/c/{id}
path: {id: integer}
query: {a: {type: string, required: true}}
fields:
  id: {type: string, required: true}
  phone.type: {enum: [A]}
  list[0].a: {type: [string, "null"], maxLength: 3}
  map: {type: object, additionalProperties: {type: string}}
response: {ok: boolean}
"""


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container and key in a document."""
    keys: Any = (
        value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    )
    for key in keys:
        yield value, key
        yield from places(value[key])


def broken(value: Any, seed: int) -> Any:
    """A copy with one to three places replaced by something that does not belong there."""
    chance = random.Random(seed)
    made = copy.deepcopy(value)
    for _ in range(chance.randint(1, 3)):
        container, key = chance.choice(list(places(made)))
        container[key] = copy.deepcopy(chance.choice(JUNK))
    return made


def look(contract: Contract) -> None:
    """Use what was loaded."""
    for place in ("a.b", "x[0].y", 'phone."z"', "list[type=a].a"):
        contract.at(parse_path(place)), contract.siblings(parse_path(place))
    for parameters in contract.parameters.values():
        repr([one.type.items for one in parameters.values()])
    assert contract.url


@pytest.mark.parametrize("vendor", ["fabric", "microbase", "capillary", "aifi"])
def test_broken_openapi(tmp_path: Path, vendor: str) -> None:
    document = yaml.safe_load((MAPPINGS / vendor / "openapi.yaml").read_text())
    operation = next(iter(next(iter(document["paths"].values())).values()))["operationId"]
    loaded = 0
    for seed in range(150):
        path = tmp_path / "api.json"
        path.write_text(json.dumps(broken(document, seed), indent=1))
        try:
            look(load_openapi(path, str(operation)))
            loaded += 1
        except MappingError as error:
            assert all(problem.span for problem in error.diagnostics)
    assert 0 < loaded < 150


def node_of(value: Any) -> Node:
    span = Span("m.yaml", 1, 1, 1, 2)
    if isinstance(value, dict):
        return MapNode(tuple((ScalarNode(key, span), node_of(inner)) for key, inner in value.items()), span)
    if isinstance(value, list):
        return ListNode(tuple(map(node_of, value)), span)
    return ScalarNode(value, span)


def test_broken_inline() -> None:
    document = yaml.safe_load(INLINE)
    loaded = 0
    for seed in range(400):
        node = node_of(broken(document, seed))
        assert isinstance(node, MapNode)
        try:
            look(inline_contract(node, "acme/update"))
            loaded += 1
        except MappingError as error:
            assert all(problem.span for problem in error.diagnostics)
    assert 0 < loaded < 400


def test_broken_canonical(tmp_path: Path) -> None:
    document = load_canonical(None).json_schema
    loaded = 0
    for seed in range(100):
        path = tmp_path / "own.json"
        path.write_text(json.dumps(broken(document, seed), indent=1))
        try:
            own = load_canonical(path)
            repr(own.type), own.unknown_members({"name": {"x": 1}, "addresses": [{"y": 2}], "z": 1})
            loaded += 1
        except MappingError as error:
            assert all(problem.code.startswith("CM") and problem.span for problem in error.diagnostics)
    assert 0 < loaded < 100


@pytest.mark.parametrize(
    "schema",
    ["$schema: https://example.com/mine", "$dynamicRef: '#x'", "pattern: '('", "$id: 5", "$ref: '#'"],
)
def test_schemas_that_the_compiler_dislikes(tmp_path: Path, schema: str) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(f"type: object\nproperties: {{a: {{{schema}}}}}\n{schema if schema[1] == 's' else ''}\n")
    try:
        load_canonical(path).unknown_members({"a": {"a": {"b": 1}}})
    except MappingError as error:
        assert [problem.code for problem in error.diagnostics] == ["CM214"]
