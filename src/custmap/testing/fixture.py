"""Read a fixture, one test case of a mapping: the input, the call and the expectation.

A fixture is strict YAML. Every key is checked here, so that a case cannot pass because its expectation is
misspelt.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import MappingError
from custmap.diagnostics.span import Span
from custmap.syntax.node import MapNode, Node, ScalarNode, plain
from custmap.syntax.yaml_reader import read_file
from custmap.testing.discover import fixture_name
from custmap.testing.expectation import Expectation, read_expectation
from custmap.testing.reading import first_key, kind_of, members, problem, unknown_keys


@dataclass(frozen=True, slots=True)
class Apply:
    """`customer:`, and the options that `Mapping.apply` takes."""

    customer: Any
    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Diff:
    """`before:` (null if nothing is known about the vendor) and `after:`, and options of `Mapping.diff`."""

    before: Any
    after: Any
    options: dict[str, Any]


Call: TypeAlias = Apply | Diff


@dataclass(frozen=True, slots=True)
class Fixture:
    """One case. `name` is `vendor/operation/case`, its place below the folder `fixtures`."""

    path: Path
    name: str
    mapping: str
    summary: str | None
    params: dict[str, Any]
    call: Call
    expect: Expectation
    node: MapNode

    @property
    def span(self) -> Span:
        return self.node.span


OPTIONS: Final = {
    "absent": ("keep", "clear"),
    "nulls": ("clear", "absent"),
    "on_rejected": ("raise", "drop"),
}
_OPTIONS_OF: Final = {"apply": ("nulls", "on_rejected"), "diff": ("absent", "nulls")}
_KEYS: Final = ("mapping", "summary", "params", "customer", "before", "after", "options", "expect")
_GIVEN: Final = {"customer": "apply", "before": "diff", "after": "diff"}
# Keys of the language that this version does not read.
_LATER: Final = ("document", "base", "response")


def read_fixture(path: Path, *, complete: bool = True, shown_as: str | None = None) -> Fixture:
    """The fixture in a file; MappingError (CM1…, CM201, CM216) with all its problems.

    With `complete=False` the expectation may be missing, because it is about to be written.
    `shown_as` is the file's name in messages.
    """
    node = read_file(path, shown_as)
    if not isinstance(node, MapNode):
        raise MappingError([problem(node, f"a fixture must be a map; this is {kind_of(node)}")])
    problems = list(_problems(node))
    call = _call_name(node)
    expect, more = read_expectation(node, call, complete=complete)
    problems += more
    if problems:
        raise MappingError(sorted(problems, key=_place))
    summary = node.get("summary")
    return Fixture(
        path=path,
        name=fixture_name(path),
        mapping=str(plain(_present(node, "mapping"))),
        summary=None if summary is None else str(plain(summary)),
        params=members(node.get("params")),
        call=_call(node, call),
        expect=expect,
        node=node,
    )


def _place(problem: Diagnostic) -> tuple[int, int]:
    return (problem.span.line, problem.span.column) if problem.span else (0, 0)


def _call_name(node: MapNode) -> str:
    return "apply" if node.key("customer") else "diff"


def _call(node: MapNode, name: str) -> Call:
    options = members(node.get("options"))
    if name == "apply":
        return Apply(plain(_present(node, "customer")), options)
    return Diff(plain(_present(node, "before")), plain(_present(node, "after")), options)


def _present(node: MapNode, key: str) -> Node:
    value = node.get(key)
    assert value is not None, f"`{key}` was checked"
    return value


def _problems(node: MapNode) -> Iterator[Diagnostic]:
    yield from unknown_keys(node, _KEYS, apart_from=_LATER)
    yield from _mapping_problems(node)
    yield from _given_problems(node)
    summary = node.get("summary")
    if summary is not None and not (isinstance(summary, ScalarNode) and isinstance(summary.value, str)):
        yield problem(summary, f"`summary` must be text; this is {kind_of(summary)}")
    params = node.get("params")
    if params is not None and not isinstance(params, MapNode):
        yield problem(params, f"`params` must be a map from name to value; this is {kind_of(params)}")
    yield from _options_problems(node)


def _mapping_problems(node: MapNode) -> Iterator[Diagnostic]:
    mapping = node.get("mapping")
    if mapping is None:
        yield problem(node, "`mapping` is missing", "Name the mapping to test: `mapping: vendor/operation`.")
    elif not (isinstance(mapping, ScalarNode) and isinstance(mapping.value, str) and mapping.value):
        yield problem(mapping, f"`mapping` must be text; this is {kind_of(mapping)}")


def _given_problems(node: MapNode) -> Iterator[Diagnostic]:
    for name in _LATER:
        if key := node.key(name):
            yield problem(key, f"`{name}` cannot be tested: this version reads apply and diff fixtures")
    given = [key for key in _GIVEN if node.key(key)]
    calls = {_GIVEN[key] for key in given}
    if not given and not any(map(node.key, _LATER)):
        yield problem(
            first_key(node),
            "the fixture has no customer",
            "Give `customer:` to test apply, or `before:` and `after:` to test diff.",
        )
    if len(calls) > 1:
        other = node.key(given[1])
        yield problem(
            other or node,
            f"`{given[1]}` contradicts `{given[0]}`",
            "A fixture tests one call: `customer:` for apply, or `before:` and `after:` for diff.",
        )
    elif calls == {"diff"} and len(given) == 1:
        missing = "after" if given == ["before"] else "before"
        hint = "Write `before: null` if the vendor holds nothing." if missing == "before" else None
        yield problem(node.key(given[0]) or node, f"`{given[0]}` needs `{missing}`", hint)


def _options_problems(node: MapNode) -> Iterator[Diagnostic]:
    options = node.get("options")
    if options is None:
        return
    if not isinstance(options, MapNode):
        yield problem(options, f"`options` must be a map; this is {kind_of(options)}")
        return
    yield from unknown_keys(options, tuple(OPTIONS))
    call = _call_name(node)
    for key, value in options:
        allowed = OPTIONS.get(str(key.value))
        if allowed is None:
            continue
        if key.value not in _OPTIONS_OF[call]:
            yield problem(key, f"`{key.value}` is not an option of {call}")
        elif plain(value) not in allowed:
            yield problem(value, f"`{key.value}` must be {' or '.join(f'`{one}`' for one in allowed)}")
