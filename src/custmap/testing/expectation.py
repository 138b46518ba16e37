"""Read `expect:`, the expected answer of a fixture.

The nodes are kept, since a difference is shown at its line in the fixture.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from custmap.diagnostics.codes import CODES
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.meant import Meant
from custmap.diagnostics.span import Span
from custmap.syntax.node import ListNode, MapNode, Node, ScalarNode
from custmap.testing.reading import first_key, kind_of, problem, unknown_keys
from custmap.values.nearest import nearest


@dataclass(frozen=True, slots=True)
class ExpectedLine:
    """One line of `changes` or `rejected`: a target, optionally with an action or a code."""

    target: str
    action: str | None
    code: str | None
    span: Span

    def __str__(self) -> str:
        action = f"{self.action} " if self.action else ""
        return f"{action}{self.target}{f': {self.code}' if self.code else ''}"


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a fixture expects; None for what it does not mention.

    `request`              null, or members to compare; `requests`: those of each of several.
    `customer`, `outcome`  of rows, reverse, settle and outcome: members to compare, at any depth.
    """

    node: MapNode | None = None
    request: Node | None = None
    requests: ListNode | None = None
    changes: tuple[ExpectedLine, ...] | None = None
    rejected: tuple[ExpectedLine, ...] | None = None
    customer: Node | None = None
    outcome: Node | None = None
    error: ScalarNode | None = None


REQUEST_MEMBERS: Final = ("name", "after", "method", "url", "path", "query", "headers", "body", "content")
NAMED_MEMBERS: Final = ("path", "query", "headers")
# The members of an outcome, and what they may be.
OUTCOME_MEMBERS: Final = {
    "ok": ("a boolean",),
    "applied": ("a boolean", "null"),
    "retry": ("a boolean",),
    "customer": ("a map", "null"),
    "errors": ("a list",),
    "warnings": ("a list",),
    "failed": ("a list",),
}
MESSAGES: Final = ("errors", "warnings")
MESSAGE_MEMBERS: Final = ("field", "vendor_field", "code", "message", "line")
_REQUESTED: Final = ("request", "requests", "changes", "rejected", "error")
_KEYS_OF: Final = {
    "apply": _REQUESTED,
    "row": ("customer", *_REQUESTED),
    "source": ("customer", "error"),
    "diff": _REQUESTED,
    "reverse": ("customer", "error"),
    "outcome": ("outcome", "error"),
    "settle": ("customer", *_REQUESTED),
}
_KEYS: Final = tuple(dict.fromkeys(key for keys in _KEYS_OF.values() for key in keys))
_ACTION = re.compile(r"(set|clear) +(?=\S)")
_CODE = re.compile(r":\s+(CM[0-9]+)\s*$")


def read_expectation(
    fixture: MapNode, call: str | None, *, complete: bool
) -> tuple[Expectation, list[Diagnostic]]:
    """The expectation of a fixture that tests a call, None if it does not say which; and its problems."""
    known = _KEYS if call is None else _KEYS_OF[call]
    help = f"State {_one_of(known)}, or run `custmap test --update`."
    node = fixture.get("expect")
    if node is None or (isinstance(node, ScalarNode) and node.value is None):
        missing = [problem(node or first_key(fixture), "`expect` is missing", help)] if complete else []
        return Expectation(), missing
    if not isinstance(node, MapNode):
        return Expectation(), [problem(node, f"`expect` must be a map; this is {kind_of(node)}", help)]
    problems = list(_problems(node, call, known))
    if complete and not node.entries:
        problems.append(problem(node, "`expect` is empty", help))
    return (
        Expectation(
            node=node,
            request=node.get("request"),
            requests=requests if isinstance(requests := node.get("requests"), ListNode) else None,
            changes=_lines(node, "changes", problems),
            rejected=_lines(node, "rejected", problems),
            customer=node.get("customer"),
            outcome=node.get("outcome"),
            error=_error(node, problems),
        ),
        problems,
    )


def _one_of(names: tuple[str, ...]) -> str:
    quoted = [f"`{name}`" for name in names]
    return f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def _problems(node: MapNode, call: str | None, known: tuple[str, ...]) -> Iterator[Diagnostic]:
    yield from unknown_keys(node, _KEYS)
    for key, _ in node:
        if key.value in _KEYS and key.value not in known:
            yield problem(key, f"`{key.value}` cannot be expected of {call}", f"State {_one_of(known)}.")
    request = node.get("request")
    no_request = isinstance(request, ScalarNode) and request.value is None
    if node.key("error"):
        for name in ("request", "requests", "changes", "customer", "outcome"):
            stated = node.key(name)
            if stated and name in known and not (name == "request" and no_request):
                yield problem(
                    stated, f"`{name}` contradicts `error`", "After an error there is no answer to compare."
                )
    if no_request:
        if call in ("apply", "row") and not node.key("error"):
            yield problem(
                request or node, "apply always makes a request", "Without any values its body is `{}`."
            )
    elif isinstance(request, MapNode):
        yield from request_problems(request)
    elif request is not None:
        yield problem(request, f"`request` must be null or a map of its members; this is {kind_of(request)}")
    if (requests := node.get("requests")) is not None:
        yield from _requests_problems(requests)
    customer, outcome = node.get("customer"), node.get("outcome")
    nobody = call == "settle" and isinstance(customer, ScalarNode) and customer.value is None
    if customer is not None and not isinstance(customer, MapNode) and not nobody:
        yield problem(customer, f"`customer` must be a map of its members; this is {kind_of(customer)}")
    if outcome is not None:
        yield from _outcome_problems(outcome)


def _requests_problems(requests: Node) -> Iterator[Diagnostic]:
    if not isinstance(requests, ListNode):
        message = f"`requests` must be a list; this is {kind_of(requests)}"
        yield problem(requests, message, "Write `[]` for none.")
        return
    for one in requests:
        if isinstance(one, MapNode):
            yield from request_problems(one)
        else:
            yield problem(one, f"a request must be a map of its members; this is {kind_of(one)}")


def request_problems(request: MapNode) -> Iterator[Diagnostic]:
    yield from unknown_keys(request, REQUEST_MEMBERS)
    if not request.entries:
        yield problem(request, "`request` names no members", "State its `body`, or remove `request`.")
    for name in NAMED_MEMBERS:
        value = request.get(name)
        if value is not None and not isinstance(value, MapNode):
            yield problem(value, f"`{name}` must be a map; this is {kind_of(value)}")
    content = request.get("content")
    if content is not None and kind_of(content) not in ("text", "null"):
        yield problem(content, f"`content` must be the text that is sent; this is {kind_of(content)}")


def member_of(request: Any, name: str) -> Any:
    """A member of a request as a fixture states it: the content as text."""
    value = getattr(request, name)
    if isinstance(value, tuple):
        return list(value)
    return value.decode() if isinstance(value, bytes) else value


def _outcome_problems(outcome: Node) -> Iterator[Diagnostic]:
    if not isinstance(outcome, MapNode):
        yield problem(outcome, f"`outcome` must be a map of its members; this is {kind_of(outcome)}")
        return
    yield from unknown_keys(outcome, tuple(OUTCOME_MEMBERS))
    if not outcome.entries:
        yield problem(outcome, "`outcome` names no members", "State whether it is `ok`.")
    for key, value in outcome:
        name = str(key.value)
        if name in MESSAGES and isinstance(value, ListNode):
            for item in value:
                if isinstance(item, MapNode) and item.entries:
                    yield from unknown_keys(item, MESSAGE_MEMBERS)
                else:
                    kind = "empty" if isinstance(item, MapNode) else kind_of(item)
                    yield problem(item, f"this is {kind}", "Write `{field: email, code: …}`.")
        elif kind_of(value) not in OUTCOME_MEMBERS.get(name, (kind_of(value),)):
            forms = " or ".join(OUTCOME_MEMBERS[name])
            yield problem(value, f"`{name}` must be {forms}; this is {kind_of(value)}")


def _lines(expect: MapNode, name: str, problems: list[Diagnostic]) -> tuple[ExpectedLine, ...] | None:
    node = expect.get(name)
    if node is None:
        return None
    if not isinstance(node, ListNode):
        problems.append(
            problem(node, f"`{name}` must be a list; this is {kind_of(node)}", "Write `[]` for none.")
        )
        return None
    lines = []
    for item in node:
        line = _line(item)
        if line is None:
            problems.append(problem(item, f"this is {kind_of(item)}", _LINE_HELP[name]))
        else:
            lines.append(line)
            problems += _line_problems(line, name)
    return tuple(lines)


_LINE_HELP: Final = {
    "changes": "Write `set email`, `clear email` or `email`.",
    "rejected": "Write `email` or `email: CM803`.",
}


def _line(node: Node) -> ExpectedLine | None:
    """A line; unquoted, `firstName: CM803` is a map with one member in YAML, quoted it is a text."""
    match node:
        case ScalarNode(value=str() as text) if text.strip():
            found = _CODE.search(text)
            code = found[1] if found else None
            text = text[: found.start()] if found else text
        case MapNode(entries=((ScalarNode(value=str() as text), ScalarNode(value=str() as code)),)):
            pass
        case _:
            return None
    action = _ACTION.match(text)
    target = text[action.end() :] if action else text
    return ExpectedLine(target.strip(), action[1] if action else None, code, node.span)


def _line_problems(line: ExpectedLine, name: str) -> Iterator[Diagnostic]:
    if line.code is not None:
        if name == "changes":
            yield Diagnostic("CM216", "a change has no code", line.span, _LINE_HELP[name])
        elif line.code not in CODES:
            yield _unknown_code(line.code, line.span)
    if line.action and name == "rejected":
        yield Diagnostic("CM216", "a rejection has no action", line.span, _LINE_HELP[name])


def _error(expect: MapNode, problems: list[Diagnostic]) -> ScalarNode | None:
    node = expect.get("error")
    if node is None:
        return None
    if not isinstance(node, ScalarNode) or not isinstance(node.value, str):
        problems.append(
            problem(node, f"`error` must be a code; this is {kind_of(node)}", "Write a code: `error: CM803`.")
        )
        return None
    if node.value not in CODES:
        problems.append(_unknown_code(node.value, node.span))
    return node


def _unknown_code(code: str, span: Span) -> Diagnostic:
    close = nearest(code, CODES)
    return Diagnostic("CM216", f"`{code}` is not a code", span, Meant(close) if close else None)
