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
from custmap.testing.marks import Mark, mark_problems, marks_of
from custmap.testing.reading import first_key, kind_of, members, problem, unknown_keys


@dataclass(frozen=True, slots=True)
class Apply:
    """`customer:`, and the options that `Mapping.apply` takes."""

    customer: Any
    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Diff:
    """`before:` (null if nothing is known about the vendor) and `after:`, and keywords of `Mapping.diff`.

    `vendor:`, what the vendor holds in its own form, is one of the keywords.
    """

    before: Any
    after: Any
    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reverse:
    """`document:`, the vendor's copy, and `base:`, the customer that it is laid over, or None."""

    document: Any
    base: Any


@dataclass(frozen=True, slots=True)
class Answered:
    """`response:`, what the vendor answered: a case of `Mapping.outcome`.

    `request`  of several requests, the name of the one that was answered.
    """

    status: int
    body: Any
    request: str | None = None


Answers: TypeAlias = "Answered | dict[str | int, Answered | None] | None"
"""The answer to a request, None if none came; of several requests by name or place."""


@dataclass(frozen=True, slots=True)
class Settle:
    """`settle: {before, after, response}`: a diff, and the answer to its request; `responses` for several."""

    diff: Diff
    answers: Answers


@dataclass(frozen=True, slots=True)
class Stated:
    """`row:` of a `source:` alone: a case of `Source.customer`."""

    row: Any


Call: TypeAlias = Apply | Diff | Reverse | Answered | Settle | Stated


@dataclass(frozen=True, slots=True)
class Fixture:
    """One case. `name` is `vendor/operation/case`, its place below the folder `fixtures`.

    `mapping` is "" for a case of a source alone; with a `source` records are its rows. `marks` are pytest's.
    """

    path: Path
    name: str
    mapping: str
    source: str | None
    summary: str | None
    params: dict[str, Any]
    call: Call
    expect: Expectation
    node: MapNode
    marks: tuple[Mark, ...] = ()

    @property
    def span(self) -> Span:
        return self.node.span


OPTIONS: Final = {
    "absent": ("keep", "clear"),
    "nulls": ("clear", "absent"),
    "on_rejected": ("raise", "drop"),
}
_OPTIONS_OF: Final = {
    "apply": ("absent", "nulls", "on_rejected"),
    "row": ("absent", "on_rejected"),
    "diff": ("absent", "nulls"),
    "settle": ("absent", "nulls"),
}
_GIVEN: Final = {
    "customer": "apply",
    "row": "apply",
    "before": "diff",
    "after": "diff",
    "vendor": "diff",
    "document": "reverse",
    "base": "reverse",
    "response": "outcome",
    "settle": "settle",
}
_KEYS: Final = ("mapping", "source", "summary", "marks", "params", *_GIVEN, "options", "expect")
# A key that is given alone, the one that is missing then, and what to do.
_NEEDS: Final = {
    "before": ("after", None),
    "after": ("before", "Write `before: null` if nothing is known, or `vendor:` with what the vendor holds."),
    "vendor": ("after", None),
    "row": ("source", "Name the source of the row: `source: NAME`."),
    "base": ("document", "A base is what the vendor's copy, `document:`, is laid over."),
}
_CALLS: Final = (
    "`customer:` (or `source:` and `row:`) to test apply, "
    "`before:` (or `vendor:`) and `after:` to test diff, `document:` to test reverse, "
    "`response:` to test outcome, or `settle:` to test settle."
)
_SETTLE: Final = "Write `settle: {before: …, after: …, response: …}`; `response: null` if no answer came."
_RESPONSE: Final = "Write `response: {status: 200, body: …}`; without `body` the answer has none."


def read_fixture(path: Path, *, complete: bool = True, shown_as: str | None = None) -> Fixture:
    """The fixture in a file; MappingError (CM1…, CM201, CM216) with all its problems.

    With `complete=False` the expectation may be missing, because it is about to be written.
    `shown_as` is the file's name in messages.
    """
    return fixture_of(read_file(path, shown_as), path, complete=complete)


def fixture_of(node: Node, path: Path, *, complete: bool = True) -> Fixture:
    """The same of what the file says."""
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
        mapping=str(plain(named)) if (named := node.get("mapping")) is not None else "",
        source=str(plain(named)) if (named := node.get("source")) is not None else None,
        summary=None if summary is None else str(plain(summary)),
        params=members(node.get("params")),
        call=_call(node, call),
        expect=expect,
        node=node,
        marks=marks_of(node.get("marks")),
    )


def _place(problem: Diagnostic) -> tuple[int, int]:
    return (problem.span.line, problem.span.column) if problem.span else (0, 0)


def _call_name(node: MapNode) -> str | None:
    """The call that is tested; None if nothing is given."""
    if node.key("row"):
        return "source" if node.key("mapping") is None else "row"
    return next((call for key, call in _GIVEN.items() if node.key(key)), None)


def _call(node: MapNode, name: str | None) -> Call:
    options = members(node.get("options"))
    match name:
        case "source":
            return Stated(plain(_present(node, "row")))
        case "apply" | "row":
            return Apply(plain(_present(node, "customer" if name == "apply" else "row")), options)
        case "diff":
            after = plain(_present(node, "after"))
            if vendor := node.get("vendor"):
                return Diff(None, after, {**options, "vendor": plain(vendor)})
            return Diff(plain(_present(node, "before")), after, options)
        case "reverse":
            base = node.get("base")
            return Reverse(plain(_present(node, "document")), None if base is None else plain(base))
        case "settle":
            given = members(node.get("settle"))
            diff = Diff(given["before"], given["after"], options)
            if "responses" in given:
                return Settle(diff, {_place_of(key): _maybe(one) for key, one in given["responses"].items()})
            return Settle(diff, _maybe(given["response"]))
    return _answered(members(node.get("response")))


def _answered(response: dict[str, Any]) -> Answered:
    return Answered(response["status"], response.get("body"), response.get("request"))


def _maybe(response: dict[str, Any] | None) -> Answered | None:
    return None if response is None else _answered(response)


def _place_of(key: Any) -> str | int:
    """The name of a request, or its place in the plan."""
    return int(key) if str(key).isdecimal() else str(key)


def _present(node: MapNode, key: str) -> Node:
    value = node.get(key)
    assert value is not None, f"`{key}` was checked"
    return value


def _problems(node: MapNode) -> Iterator[Diagnostic]:
    yield from unknown_keys(node, _KEYS)
    yield from _mapping_problems(node)
    yield from _given_problems(node)
    yield from mark_problems(node.get("marks"))
    summary = node.get("summary")
    if summary is not None and not (isinstance(summary, ScalarNode) and isinstance(summary.value, str)):
        yield problem(summary, f"`summary` must be text; this is {kind_of(summary)}")
    params = node.get("params")
    if params is not None and not isinstance(params, MapNode):
        yield problem(params, f"`params` must be a map from name to value; this is {kind_of(params)}")
    call = _call_name(node)
    if call in ("reverse", "outcome", "source"):
        for name in ("params", "options"):
            if key := node.key(name):
                yield problem(key, f"`{name}` means nothing to {call}", "Only requests have them: remove it.")
    elif call is not None:
        yield from _options_problems(node, _OPTIONS_OF[call], call)


def _mapping_problems(node: MapNode) -> Iterator[Diagnostic]:
    mapping, source = node.get("mapping"), node.get("source")
    if source is not None:
        yield from _source_problems(node, source)
    if mapping is None and node.key("row") is not None and source is not None:
        return
    if mapping is None:
        yield problem(node, "`mapping` is missing", "Name the mapping to test: `mapping: vendor/operation`.")
    elif not (isinstance(mapping, ScalarNode) and isinstance(mapping.value, str) and mapping.value):
        yield problem(mapping, f"`mapping` must be text; this is {kind_of(mapping)}")


def _source_problems(node: MapNode, source: Node) -> Iterator[Diagnostic]:
    if not (isinstance(source, ScalarNode) and isinstance(source.value, str) and source.value):
        yield problem(source, f"`source` must be text; this is {kind_of(source)}")
    for name in ("customer", "document", "response", "settle"):
        if (key := node.key(name)) is not None:
            help = "With a source records are rows: write `row`, or `before` and `after`."
            yield problem(key, f"`{name}` is no row of the source", help)


def _given_problems(node: MapNode) -> Iterator[Diagnostic]:
    given = [key for key in _GIVEN if node.key(key)]
    if not given:
        yield problem(first_key(node), "the fixture tests nothing", f"Give {_CALLS}")
        return
    other = next((key for key in given if _GIVEN[key] != _GIVEN[given[0]]), None)
    if other is not None:
        yield problem(
            node.key(other) or node,
            f"`{other}` contradicts `{given[0]}`",
            f"A fixture tests one call. Give {_CALLS}",
        )
    elif "row" in given and len(given) > 1:
        yield problem(node.key("row") or node, f"`row` contradicts `{given[0]}`", "Remove one of the two.")
    elif len(given) == 1 and given[0] in _NEEDS and node.key(_NEEDS[given[0]][0]) is None:
        missing, hint = _NEEDS[given[0]]
        yield problem(node.key(given[0]) or node, f"`{given[0]}` needs `{missing}`", hint)
    elif "before" in given and "vendor" in given:
        hint = "Remove one: what the vendor holds is known as a customer, or in the vendor's own form."
        yield problem(node.key("vendor") or node, "`vendor` contradicts `before`", hint)
    for name in ("document", "vendor"):
        if isinstance(copy := node.get(name), ScalarNode):
            yield problem(copy, f"`{name}` must be a map or a list; this is {kind_of(copy)}")
    response = node.get("response")
    if response is not None:
        yield from _response_problems(response)
    if (settle := node.get("settle")) is not None:
        yield from _settle_problems(settle)


def _settle_problems(settle: Node) -> Iterator[Diagnostic]:
    if not isinstance(settle, MapNode):
        yield problem(settle, f"`settle` must be a map; this is {kind_of(settle)}", _SETTLE)
        return
    known = ("before", "after", "response", "responses")
    yield from unknown_keys(settle, known)
    responses = settle.get("responses")
    for name in known[:3] if responses is None else known[:2]:
        if settle.get(name) is None:
            yield problem(first_key(settle), f"`settle` needs `{name}`", _SETTLE)
    if responses is not None and not isinstance(responses, MapNode):
        message = f"`responses` must be a map from request to answer; this is {kind_of(responses)}"
        yield problem(responses, message, "Write `responses: {NAME: {status: 200}}`.")
        responses = None
    several = [answer for _, answer in responses] if isinstance(responses, MapNode) else []
    for response in (settle.get("response"), *several):
        if response is not None and not (isinstance(response, ScalarNode) and response.value is None):
            yield from _response_problems(response, ("status", "body"))


def _response_problems(
    response: Node, known: tuple[str, ...] = ("status", "body", "request")
) -> Iterator[Diagnostic]:
    if not isinstance(response, MapNode):
        yield problem(response, f"`response` must be a map; this is {kind_of(response)}", _RESPONSE)
        return
    yield from unknown_keys(response, known)
    status = response.get("status")
    if status is None:
        yield problem(first_key(response), "`response` needs `status`", _RESPONSE)
    elif not _is_status(plain(status)):
        yield problem(status, "`status` must be a whole number from 100 to 599")
    request = response.get("request")
    if "request" in known and request is not None and not isinstance(plain(request), str):
        yield problem(request, f"`request` must be the name of a request; this is {kind_of(request)}")


def _is_status(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 100 <= value <= 599


def _options_problems(node: MapNode, known: tuple[str, ...], call: str) -> Iterator[Diagnostic]:
    options = node.get("options")
    if options is None:
        return
    if not isinstance(options, MapNode):
        yield problem(options, f"`options` must be a map; this is {kind_of(options)}")
        return
    yield from unknown_keys(options, tuple(OPTIONS))
    for key, value in options:
        allowed = OPTIONS.get(str(key.value))
        if allowed is None:
            continue
        if key.value not in known:
            yield problem(key, f"`{key.value}` is not an option of {call}")
        elif plain(value) not in allowed:
            yield problem(value, f"`{key.value}` must be {' or '.join(f'`{one}`' for one in allowed)}")
