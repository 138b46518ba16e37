"""Run a fixture and report where the answer differs from the expectation.

The mapping is looked up from the fixture's folder upwards, so a project's fixtures test that
project's mappings, whatever the working folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from custmap.diagnostics.errors import CustmapError, RecordError
from custmap.syntax.node import MapNode, Node, ScalarNode, plain
from custmap.testing.call import Answer, Load, call, load_named, plan_of
from custmap.testing.difference import Difference, compare, shown
from custmap.testing.expectation import NAMED_MEMBERS, Expectation, member_of
from custmap.testing.fixture import Answered, Apply, Diff, Fixture, Reverse, Settle
from custmap.testing.named import compare_named
from custmap.testing.told import Told, compare_lines, mapping_line, told_errors, told_plan
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.words import counted


@dataclass(frozen=True, slots=True)
class Report:
    """The result of running a fixture: it passed if nothing differs."""

    fixture: Fixture
    answer: Answer
    differences: tuple[Difference, ...]

    @property
    def passed(self) -> bool:
        return not self.differences

    def __str__(self) -> str:
        """The differences, a line each, with the place in the fixture and the mapping line."""
        return "\n".join(
            f"{difference}\n    at {difference.span.file}:{difference.span.line}"
            + (f", from {self._mapping_file}:{difference.line}" if difference.line else "")
            for difference in self.differences
        )

    @property
    def _mapping_file(self) -> str:
        mapping = self.answer.mapping
        return mapping.checked.file.file if mapping else self.fixture.mapping


def run_fixture(fixture: Fixture, load: Load = load_named) -> Report:
    """Run one case. Errors are compared or reported; only a bug of custmap is raised."""
    answer = call(fixture, load)
    return Report(fixture, answer, tuple(_differences(fixture, answer)))


def _differences(fixture: Fixture, answer: Answer) -> Iterator[Difference]:
    expect = fixture.expect
    if answer.misuse is not None:
        yield Difference("call", "an answer", answer.misuse, _params_node(fixture).span)
        return
    if answer.error is not None or expect.error is not None:
        yield from _compare_error(fixture, answer)
    if (expect.request or expect.requests) is not None and answer.error is None:
        found = list(_compare_requests(expect, answer.requests))
        plan = plan_of(fixture, answer) if found else None
        checked = answer.mapping.checked if answer.mapping else None
        for one in found:
            yield Difference(one.place, one.expected, one.got, one.span, mapping_line(one, plan, checked))
    for name, got in answer.members().items():
        if (node := getattr(expect, name)) is not None:
            yield from compare_named(name, node, got, answer.mapping)
    if expect.changes is None and expect.rejected is None:
        return
    plan = plan_of(fixture, answer)
    for name, lines in (("changes", expect.changes), ("rejected", expect.rejected)):
        if lines is None:
            continue
        if name == "rejected" and isinstance(answer.error, RecordError):
            told: list[Told] = told_errors(answer.error)
        else:
            told = told_plan(plan, name)
        yield from compare_lines(name, lines, told, _node(fixture, name))


def _compare_error(fixture: Fixture, answer: Answer) -> Iterator[Difference]:
    expected, error = fixture.expect.error, answer.error
    if error is None:
        assert expected is not None
        got = _GIVES[type(fixture.call)]
        codes = [rejection.code for rejection in answer.plan.rejected] if answer.plan is not None else []
        if expected.value in codes:
            got += f" that rejects with {expected.value}: write it under `rejected`"
        yield Difference("error", str(expected.value), got, expected.span)
        return
    if expected is None:
        if not _rejections_expected(fixture, error):
            where = _node(fixture, "mapping").span
            yield Difference("error", "nothing", _told_error(error), where, _error_line(error))
    elif expected.value not in {one.code for one in error.diagnostics}:
        yield Difference("error", str(expected.value), _told_error(error), expected.span, _error_line(error))


_MAY_BE_SECRET: Final = ("url", "path", "query", "headers", "body", "content")
_GIVES: Final = {
    Apply: "a request",
    Diff: "a plan",
    Reverse: "a customer",
    Answered: "an outcome",
    Settle: "a plan",
}


def _rejections_expected(fixture: Fixture, error: CustmapError) -> bool:
    """Does the case expect the error by which apply reports rejections: `rejected` and no request?"""
    expect = fixture.expect
    if expect.rejected is None or expect.request is not None or not isinstance(error, RecordError):
        return False
    return all(one.target for one in error.diagnostics)


def _told_error(error: CustmapError) -> str:
    first = str(error.diagnostics[0])
    more = len(error.diagnostics) - 1
    return f"{type(error).__name__}: {first}" + (f" (and {more} more)" if more else "")


def _error_line(error: CustmapError) -> int | None:
    return error.diagnostics[0].line


def _compare_requests(expect: Expectation, got: Sequence[Any]) -> Iterator[Difference]:
    if expect.request is not None:
        if len(got) > 1:
            names = f"{len(got)} requests: write them under `requests`"
            yield Difference("request", "one request", names, expect.request.span)
        else:
            yield from _compare_request(expect.request, got[0] if got else None)
    if expect.requests is None:
        return
    for at, (node, request) in enumerate(zip(expect.requests, got, strict=False)):
        for one in _compare_request(node, request):
            yield replace(one, place=f"requests[{at}].{one.place}")
    if len(expect.requests.items) != len(got):
        wanted = counted(len(expect.requests.items), "request")
        yield Difference("requests", wanted, counted(len(got), "request"), expect.requests.span)


def _compare_request(expected: Node, got: Any) -> Iterator[Difference]:
    if isinstance(expected, ScalarNode):
        if got is not None:
            body = shown(_without_secrets(got, "body"))
            yield Difference("request", "none", f"{got.method} with the body {body}", expected.span)
        return
    if got is None:
        yield Difference("request", "a request", "none", expected.span)
        return
    assert isinstance(expected, MapNode)
    for key, node in expected:
        name = str(key.value)
        value = member_of(got, name)
        found = list(_compare_member(name, node, value))
        told = _without_secrets(got, name) if found else value
        if told is not value and not same(told, value):
            places = {one.place: one.got for one in _compare_member(name, node, told)}
            found = [replace(one, got=places.get(one.place, shown(told))) for one in found]
        yield from found


def _without_secrets(request: Any, name: str) -> Any:
    """A member of a request as it is shown, secrets as `{{name}}`."""
    value = member_of(request, name)
    if getattr(request, "hidden", None) is None or name not in _MAY_BE_SECRET:
        return value
    parts = request.to_dict(secrets=False)
    if name == "content" and "content" not in parts:  # it is the body as JSON
        return value if same(parts["body"], request.body) else shown(parts["body"])
    return parts[name]


def _compare_member(name: str, node: Node, value: Any) -> Iterator[Difference]:
    if name in NAMED_MEMBERS:
        yield from _compare_named(name, node, value)
    else:
        yield from compare(plain(node), value, name, node)


def _compare_named(name: str, expected: Node, got: dict[str, Any]) -> Iterator[Difference]:
    """Compare only named members, as texts of a request, where `12` and `"12"` are the same."""
    assert isinstance(expected, MapNode)
    for key, node in expected:
        member = str(key.value)
        value = got.get(member, ABSENT)
        if value is ABSENT or _written(value) != _written(plain(node)):
            yield from compare(plain(node), value, f"{name}.{member}", node)


def _written(value: Any) -> Any:
    if isinstance(value, list):
        return [_written(item) for item in value]
    return value if isinstance(value, str) else shown(value)


def _node(fixture: Fixture, key: str) -> Node:
    """The key itself, in the expectation or the fixture."""
    expect = fixture.expect.node
    return (expect.key(key) if expect else None) or fixture.node.key(key) or fixture.node


def _params_node(fixture: Fixture) -> Node:
    return fixture.node.get("params") or fixture.node
