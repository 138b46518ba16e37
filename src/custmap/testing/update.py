"""Rewrite what differs in the expectation of a fixture with the actual answer, and nothing else in the file.

Only members that differ are rewritten, where they stand and in the style that they have; where that cannot be
done, all of `expect:`. The rest stays byte for byte. The new text is read back and checked before it is
returned.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from custmap.diagnostics.errors import MappingError, RecordError
from custmap.syntax.node import MapNode, Node, plain
from custmap.syntax.yaml_reader import read_yaml
from custmap.testing.call import plan_of
from custmap.testing.expectation import NAMED_MEMBERS, member_of
from custmap.testing.fixture import Diff, Fixture
from custmap.testing.named import reduced
from custmap.testing.rewrite import Unsure, rewritten
from custmap.testing.run import Report
from custmap.testing.told import told_errors, told_plan
from custmap.testing.write_yaml import pair
from custmap.values.equality import same


class UpdateError(ValueError):
    """The expectation cannot be rewritten; the text says why."""


def updated(report: Report, data: bytes) -> bytes:
    """The bytes of a fixture, `data`, with the expectation replaced by the answer; UpdateError."""
    if report.answer.misuse is not None:
        raise UpdateError(report.answer.misuse)
    expect = _expectation(report)
    wanted = {**plain(report.fixture.node), "expect": expect}
    file = report.fixture.span.file
    for anew in (False, True) if report.fixture.expect.node else (True,):
        try:
            new = _rewritten(report.fixture, data, expect, anew=anew)
        except Unsure:
            continue
        if same(_read(new, file), wanted):
            return new
    raise UpdateError("only `expect` may change; write the fixture in block style, one key per line")


def _rewritten(fixture: Fixture, data: bytes, expect: dict[str, Any], *, anew: bool) -> bytes:
    mark = BOM_UTF8 if data.startswith(BOM_UTF8) else b""
    text = data.removeprefix(BOM_UTF8).decode()
    return mark + rewritten(text, fixture.node, "expect", expect, anew=anew).encode()


def _read(data: bytes, file: str) -> Any:
    """What a file says; None if it cannot be read."""
    try:
        return plain(read_yaml(data, file))
    except MappingError:
        return None


def _expectation(report: Report) -> dict[str, Any]:
    """The answer, reduced to the members that the fixture compares; all of them if it compares none yet."""
    fixture, answer = report.fixture, report.answer
    old = [str(key.value) for key, _ in fixture.expect.node] if fixture.expect.node else []
    if answer.error is not None:
        new: dict[str, Any] = {"error": answer.error.diagnostics[0].code}
        if "rejected" in old and isinstance(answer.error, RecordError):
            new["rejected"] = [_rejected(one) for one in told_errors(answer.error)]
        return new
    answered = answer.members()
    names = [name for name in old if name != "error"] or list(answered)
    if not names:
        request = "requests" if answer.mapping and answer.mapping.checked.steps else "request"
        names = [request, "changes", "rejected"] if isinstance(fixture.call, Diff) else [request]
    plan = plan_of(fixture, answer)
    members: dict[str, Any] = {}
    for name in names:
        if name in answered:
            members[name] = reduced(name, getattr(fixture.expect, name), answered[name], written=True)
        elif name == "request" and len(answer.requests) < 2:
            members[name] = _request(fixture.expect.request, answer.request)
        elif name in ("request", "requests"):
            members["requests"] = _requests(fixture, answer.requests)
        elif name == "changes":
            members[name] = [f"{one.action} {one.target}" for one in told_plan(plan, name)]
        else:
            members[name] = [_rejected(one) for one in told_plan(plan, name)]
    return members


def _rejected(told: Any) -> Any:
    return pair(told.target, told.code)


def _requests(fixture: Fixture, requests: Sequence[Any]) -> list[Any]:
    """Each request with the members that the fixture compares; by default its name, URL and body."""
    old = [] if fixture.expect.requests is None else fixture.expect.requests.items
    return [
        _request(stated, one)
        if stated is not None
        else {name: getattr(one, name) for name in ("name", "method", "url", "body")}
        for stated, one in zip_longest(old[: len(requests)], requests)
    ]


def _request(old: Node | None, request: Any) -> Any:
    """The members of the request that the fixture compares; by default its body."""
    if request is None:
        return None
    if not isinstance(old, MapNode):
        return {"body": request.body}
    new: dict[str, Any] = {}
    for key, node in old:
        name = str(key.value)
        value = member_of(request, name)
        if name in NAMED_MEMBERS and isinstance(node, MapNode):
            value = {str(one.value): value[str(one.value)] for one, _ in node if str(one.value) in value}
        new[name] = value
    return new
