"""Work grows with the size of a mapping, not with its square: the lines that Python runs are counted.

Twice as many rules, or mistakes, may add twice as many lines. A clock would say the same less reliably.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import custmap

SIZES = (20, 40, 80)
MISTAKES = (100, 200, 400)

TEXT = {"type": "string"}
RECORD = {
    "email": "ann@example.com",
    "company": "Acme",
    "tags": ["a", "b"],
    "addresses": [{"label": "home", "line1": "1 Main St"}, {"label": "work", "line1": "2 Main St"}],
}

Document = dict[str, Any]


def _mapping(fields: Document, body: Document, **more: Any) -> Document:
    contract = {"method": "POST", "url": "https://api.acme.example/c", "fields": fields}
    return {"custmap": 1, "name": "acme/x", "contract": contract, "clear": "null", "body": body, **more}


def _many(size: int, made: Callable[[int], Any]) -> Document:
    return {f"f{number}": made(number) for number in range(size)}


def _rows(rule: Document) -> Callable[[int], Document]:
    items = {"type": "object", "properties": {"label": TEXT, "line": TEXT}}
    type_ = {"type": "array", "items": items}
    return lambda n: _mapping(_many(n, lambda _: type_), _many(n, lambda _: {"each": "addresses", **rule}))


_ITEM = {"fields": {"label": "label", "line": "line1"}}

SHAPES: dict[str, Callable[[int], Document]] = {
    "rules": lambda n: _mapping(_many(n, lambda _: TEXT), _many(n, lambda _: "email")),
    "rules of fields of one's own": lambda n: _mapping(
        _many(n, lambda _: TEXT), _many(n, lambda at: f"custom_fields.k{at}")
    ),
    "objects": lambda n: _mapping(
        _many(n, lambda _: {"type": "object", "properties": {"a": TEXT}}),
        _many(n, lambda _: {"fields": {"a": "email"}}),
    ),
    "conditions": lambda n: _mapping(
        _many(n, lambda _: TEXT), _many(n, lambda at: {"from": "email", "when": f"company == 'c{at}'"})
    ),
    "a first of many": lambda n: _mapping({"a": TEXT}, {"a": {"first": ["email"] * n}}),
    "lists of rows": _rows(_ITEM),
    "keyed lists": _rows({**_ITEM, "merge": "keyed", "key": "label"}),
    "named when gone": lambda n: _mapping(
        {"gone": {"type": "array", "items": TEXT}, **_many(n, lambda _: TEXT)},
        _many(n, lambda _: "email"),
        clear={"name_in": "gone"},
    ),
    "parameters": lambda n: _mapping(
        _many(n, lambda _: TEXT),
        _many(n, lambda at: {"param": f"p{at}"}),
        params={f"p{at}": {"default": "x"} for at in range(n)},
    ),
    "wrong paths": lambda n: _mapping(_many(n, lambda _: TEXT), _many(n, lambda at: f"emial{at}")),
    "wrong targets": lambda n: _mapping({"a": TEXT}, _many(n, lambda _: "email")),
    "wrong parameters": lambda n: _mapping(
        _many(n, lambda _: TEXT),
        _many(n, lambda at: {"param": f"q{at}"}),
        params={f"p{at}": {} for at in range(n)},
    ),
    "wrong keys of parameters": lambda n: _mapping(
        {"a": TEXT}, {"a": "email"}, params={f"p{at}": {"type": "x"} for at in range(n)}
    ),
    "wrong values": lambda n: _mapping(
        {"a": {"enum": ["x"]}},
        {"a": {"from": "company", "values": {f"v{at}": f"w{at}" for at in range(n)}}},
    ),
}


def _steps(work: Callable[[], object]) -> int:
    """The lines that are run; a loop on one line counts each time."""
    count = 0

    def counted(frame: object, event: str, argument: object) -> Callable[..., Any]:
        nonlocal count
        count += 1
        return counted

    before = sys.gettrace()
    sys.settrace(counted)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def _stages(path: Path) -> Iterator[tuple[str, int]]:
    loaded: list[custmap.Mapping] = []

    def load() -> None:
        with suppress(custmap.MappingError):
            loaded.append(custmap.load(path))

    yield "load", _steps(load)
    if loaded:
        yield "apply", _steps(lambda: loaded[0].apply(RECORD))
        yield "diff", _steps(lambda: str(loaded[0].diff(RECORD, {"email": None}, absent="clear")))
        yield "explain", _steps(lambda: str(loaded[0].explain()))
        yield "reverse", _steps(lambda: loaded[0].reverse({"f1": "a"}, {"company": "b"}))
        yield "outcome", _steps(lambda: loaded[0].outcome(400, {"f1": "a"}))


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.replace(" ", "-"))
def test_work_grows_with_the_size(shape: str, tmp_path: Path) -> None:
    path = tmp_path / "mappings" / "acme" / "x.yaml"
    path.parent.mkdir(parents=True)
    measured: dict[str, list[int]] = {}
    sizes = MISTAKES if shape.startswith("wrong") else SIZES
    for size in (sizes[0], *sizes):  # the first time imports and caches cost more
        path.write_text(json.dumps(SHAPES[shape](size), indent=1), "utf-8")
        for stage, steps in _stages(path):
            measured.setdefault(stage, []).append(steps)
    for stage, (_, small, middle, large) in measured.items():
        assert large - middle <= 2.15 * (middle - small) + 100, (stage, small, middle, large)
