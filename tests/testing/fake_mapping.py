"""A mapping by hand: `attributes` by entries, removed keys in `keysToRemove`, `firstName` never cleared.

The runner is tested against it, so that its tests fail for the runner's faults alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from custmap.back.outcome import Message, Outcome
from custmap.contract.contract import Contract
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import MappingError, RecordError
from custmap.diagnostics.span import Span
from custmap.model.checked import Operation
from custmap.model.nodes import ObjectNode, Table


@dataclass(frozen=True)
class Change:
    action: str
    target: str
    source: str
    before: Any
    after: Any
    line: int


@dataclass(frozen=True)
class Rejection:
    code: str
    target: str
    source: str
    line: int
    message: str


@dataclass(frozen=True)
class Request:
    body: dict[str, Any]
    mapping: str = "acme/update-customer"
    method: str = "POST"
    url: str = "https://api.acme.example/customers/7?mode=fast"
    path: dict[str, Any] = field(default_factory=lambda: {"id": 7})
    name: str = ""
    after: tuple[str, ...] = ()
    query: dict[str, Any] = field(default_factory=lambda: {"mode": "fast", "size": 12})
    headers: dict[str, str] = field(default_factory=lambda: {"x-tenant": "12", "Accept": "application/json"})

    @property
    def content(self) -> bytes:
        return json.dumps(self.body).encode()


@dataclass(frozen=True)
class Plan:
    changes: tuple[Change, ...]
    rejected: tuple[Rejection, ...]
    notes: tuple[str, ...]
    request: Request | None

    @property
    def requests(self) -> tuple[Request, ...]:
        return () if self.request is None else (self.request,)


CONTRACT = Contract("acme/update-customer", "POST", "https://api.acme.example", "/customers/{id}", "m.yaml")
NOTHING = ObjectNode("", "", (), Span("m.yaml", 1, 1, 1, 2), ())


class FakeMapping:
    back = SimpleNamespace(tables=())
    checked = SimpleNamespace(
        file=SimpleNamespace(file="m.yaml"),
        steps=(),
        operations=(Operation(CONTRACT, (), {}, Table(NOTHING, (), ()), NOTHING, NOTHING, NOTHING),),
    )

    def diff(
        self, before: Any, after: Any, params: Any = None, *, absent: str = "keep", nulls: str = "clear"
    ) -> Plan:
        self._check(after, params)
        before = before or {}
        changes, rejected, body = [], [], {}
        if "first" in after and ("first" not in before or after["first"] != before["first"]):
            if after["first"] is None:
                rejected.append(Rejection("CM803", "firstName", "name.given", 12, "cannot be cleared"))
            else:
                body["firstName"] = after["first"]
                changes.append(Change("set", "firstName", "name.given", None, after["first"], 12))
        if "attributes" in after:
            old, new = before.get("attributes", {}), after["attributes"]
            gone = sorted(key for key in old if key not in new or new[key] is None)
            for key in gone:
                changes.append(Change("clear", f"attributes.{key}", "attributes", old[key], None, 14))
            put = {key: value for key, value in new.items() if value is not None and old.get(key) != value}
            for key, value in put.items():
                changes.append(Change("set", f"attributes.{key}", "attributes", old.get(key), value, 14))
            if put or gone:
                body["attributes"] = put
            if gone:
                body["keysToRemove"] = gone
        return Plan(tuple(changes), tuple(rejected), (), Request(body) if changes else None)

    def apply(
        self, customer: Any, params: Any = None, *, on_rejected: str = "raise", nulls: str = "clear"
    ) -> Request:
        plan = self.diff(None, customer, params, nulls=nulls)
        if plan.rejected and on_rejected == "raise":
            raise RecordError(
                Diagnostic(one.code, one.message, Span("m.yaml", one.line, 1, one.line, 2), target=one.target)
                for one in plan.rejected
            )
        return plan.request or Request({})

    def requests(self, customer: Any, params: Any = None, **options: Any) -> tuple[Request, ...]:
        return (self.apply(customer, params, **options),)

    def reverse(self, document: Any, base: Any = None) -> dict[str, Any]:
        self._check({} if base is None else base, None)
        names = {"firstName": "given", "lastName": "family"}
        read = {part: document[name] for name, part in names.items() if name in document}
        rest = {name: value for name, value in document.items() if name not in names}
        return {**(base or {}), **rest, **({"name": read} if read else {})}

    def outcome(self, status: int, body: Any = None) -> Outcome:
        """`body` is `{customer, errors: [[field, code, message], …], warnings, failed}`, or less."""
        body = body if isinstance(body, dict) else {}
        messages = {
            name: tuple(Message(field, field, code, text, 12) for field, code, text in body.get(name, ()))
            for name in ("errors", "warnings")
        }
        customer = self.reverse(body["customer"]) if "customer" in body else None
        ok = status == 200
        return Outcome(
            "m", status, ok, ok, not ok, customer, failed=tuple(body.get("failed", ())), **messages
        )

    def _check(self, customer: Any, params: Any) -> None:
        for name in params or {}:
            if name not in ("id", "tenant"):
                raise ValueError(f"`{name}` is no parameter of acme/update-customer")
        if not isinstance(customer, dict):
            raise RecordError([Diagnostic("CM701", "expected an object, got a list", path="")])


def load(
    name_or_path: str | Path,
    *,
    start: Path,
    kind: str = "mapping",
    functions: Sequence[object] = (),
    root: str | None = None,
) -> FakeMapping:
    if name_or_path != "acme/update-customer":
        raise MappingError([Diagnostic("CM204", f"there is no `{name_or_path}`")])
    return FakeMapping()
