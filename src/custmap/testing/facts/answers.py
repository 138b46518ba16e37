"""Which facts a mapping's `response` has, and which the answers of fixtures show.

An answer that is ok, and one that is not; each list of errors and warnings is a rule of its own; where
`applied` or `retry` is stated, so is each of its values. A mapping without `response` has no such facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from custmap.back.any_body import json_of, listed
from custmap.back.reader import compiled, each_of, given_by
from custmap.diagnostics.span import Span
from custmap.expressions.function import FunctionSpec
from custmap.mapping.file import MappingFile
from custmap.model.answer import Answer as Response
from custmap.model.answer import Messages
from custmap.syntax.node import ListNode, MapNode, Node
from custmap.testing.call import Answer
from custmap.testing.facts.fact import Fact, Place, Shown, facts_of, place_of
from custmap.testing.facts.rules import Part
from custmap.testing.fixture import Answered, Fixture, Settle
from custmap.values.absent import ABSENT
from custmap.values.paths import PathError, found_at, parse_path

_OK: Final = {True: "ok", False: "not ok"}
_READ: Final = "read"
_THREE: Final = {True: "true", False: "false", None: "null"}


class Answers:
    """The `response` of one call: its facts, and those that an answer shows. Calls may share one."""

    def __init__(self, part: Part, *, shared: bool) -> None:
        checked = part.checked
        self._file: MappingFile = checked.file
        self._node = checked.file.response
        self._response: Response = checked.operation.answer
        self._functions: Mapping[str, FunctionSpec] = checked.functions
        self._request = "" if shared else part.request

    def facts(self) -> Iterator[Shown]:
        """Every fact that an answer can show."""
        response = self._response
        if self._node is None:
            return
        whole = self._place("response", self._node)
        yield from facts_of(whole, "answer", tuple(_OK.values()))
        if response.customer is not None:
            yield from facts_of(self._at("customer"), "answer", (_READ,))
        for rule in response.fields:
            yield from facts_of(self._field(rule.target.value, rule.span), "answer", (_READ,))
        if response.failed is not None:
            yield from facts_of(self._at("failed"), "answer", (_READ,))
        if response.applied is not None:
            yield from facts_of(self._at("applied"), "answer", tuple(_THREE.values()))
        if response.retry is not None:
            yield from facts_of(self._at("retry"), "answer", ("true", "false"))
        for place, _ in self._lists():
            yield from facts_of(place, "answer", (_READ,))
        results = self._at("results")
        if response.results is not None:
            words = tuple(_OK.values()) if response.results.ok is not None else (_READ,)
            yield from facts_of(results, "answer", words)

    def shown(self, answered: Answered, customer: Any, ok: bool) -> Iterator[Shown]:
        """What an answer shows; `customer` and `ok` are those of its outcome."""
        response, functions = self._response, self._functions
        scope = {"status": answered.status, "body": json_of(answered.body)}
        yield self._place("response", self._node), Fact("answer", _OK[ok])
        if customer is not None:
            yield self._at("customer"), Fact("answer", _READ)
            for rule in response.fields:
                try:
                    found = found_at(customer, parse_path(rule.target.value))
                except PathError:
                    continue
                if found is not ABSENT:
                    yield self._field(rule.target.value, rule.span), Fact("answer", _READ)
        if listed(given_by(response.failed, functions)(scope)):
            yield self._at("failed"), Fact("answer", _READ)
        if response.applied is not None:
            said = given_by(response.applied, functions)(scope)
            yield self._at("applied"), Fact("answer", _THREE[said if isinstance(said, bool) else None])
        if response.retry is not None:
            said = given_by(response.retry, functions)(scope) is True
            yield self._at("retry"), Fact("answer", _THREE[said])
        elements: list[Any] = []
        if response.results is not None:
            given = given_by(response.results.each, functions)(scope)
            elements = given if type(given) is list else []
            for element in elements:
                word = _READ
                if response.results.ok is not None:
                    word = _OK[given_by(response.results.ok, functions)(element) is True]
                yield self._at("results"), Fact("answer", word)
        for place, messages in self._lists():
            scopes = elements if ".results." in place.target else [scope]
            one = (compiled(messages, functions),)
            if any(True for each in scopes for _ in each_of(one, each)):
                yield place, Fact("answer", _READ)

    def _lists(self) -> Iterator[tuple[Place, Messages]]:
        """Each list of messages, with its place."""
        response, node = self._response, self._node
        yield from self._messages("errors", node, response.errors)
        yield from self._messages("warnings", node, response.warnings)
        if response.results is not None:
            results = None if node is None else node.get("results")
            below = results if isinstance(results, MapNode) else None
            yield from self._messages("results.errors", below, response.results.errors)

    def _messages(
        self, name: str, node: MapNode | None, messages: tuple[Messages, ...]
    ) -> Iterator[tuple[Place, Messages]]:
        found = None if node is None else node.get(name.rpartition(".")[2])
        items = found.items if isinstance(found, ListNode) else (found,)
        several = len(messages) > 1
        for at, (item, one) in enumerate(zip(items, messages, strict=False)):
            yield self._place(f"response.{name}[{at}]" if several else f"response.{name}", item), one

    def _at(self, name: str) -> Place:
        key = None if self._node is None else self._node.key(name)
        return self._place(f"response.{name}", key)

    def _field(self, target: str, span: Span) -> Place:
        return self._here(span, f"response.fields.{target}")

    def _place(self, target: str, node: Node | None) -> Place:
        return self._here(self._file.span if node is None else node.span, target)

    def _here(self, span: Span, target: str) -> Place:
        return place_of(self._request, span, target)


def answered_by(fixture: Fixture, answer: Answer) -> Iterator[tuple[str, Answered, Any, bool]]:
    """The answers of a fixture: the request's name, the answer, the vendor's copy and whether it was ok."""
    call, mapping = fixture.call, answer.mapping
    if mapping is None:
        return
    if isinstance(call, Answered) and answer.outcome is not None:
        outcome = answer.outcome
        yield call.request or "", call, outcome.customer, outcome.ok
    elif isinstance(call, Settle) and answer.plan is not None:
        many = call.answers if isinstance(call.answers, dict) else {0: call.answers}
        for name, one in many.items():
            request = next((it for at, it in enumerate(answer.requests) if name in (at, it.name)), None)
            if one is None or request is None:
                continue
            outcome = mapping.outcome(one.status, one.body, request)
            called = request.name + (".clear" if request.clears else "")
            yield called, one, outcome.customer, outcome.ok


def answers_of(parts: list[Part]) -> dict[str, Answers]:
    """What reads the answers of each call, by its name; what the head says for several is told once."""
    called = [part for part in parts if part.answers]
    nodes = [id(part.checked.file.response) for part in called if part.checked.file.response is not None]
    return {
        part.request: Answers(part, shared=nodes.count(id(part.checked.file.response)) > 1) for part in called
    }
