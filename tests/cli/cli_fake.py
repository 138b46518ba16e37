"""A mapping small enough to know by heart: `id` in the path, `email` in the body, a secret token.

It refuses an `email` that is no text, and raises what no mapping may raise for the e-mail `bug`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from custmap.border.quick import QuickBorder
from custmap.contract.contract import Contract
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import MappingError, RecordError
from custmap.diagnostics.span import Span
from custmap.functions.table import LIBRARY
from custmap.model.change import Change, Rejection
from custmap.model.checked import CheckedParam, Operation
from custmap.model.nodes import ObjectNode, Table
from custmap.model.note import Note, UnknownNote
from custmap.model.privacy import Secret
from custmap.plan.overlay import Overlay
from custmap.plan.plan import Plan
from custmap.records.identity import RequestIds, Who
from custmap.schema.canonical import load_canonical
from custmap.wire.hiding import Secrets
from custmap.wire.request import Request
from custmap.wire.url import UrlTemplate

URL = UrlTemplate("https://x.io", "/c/{id}")
RULE = Span("mappings/a/b.yaml", 7, 3, 7, 8)
CONTRACT = Contract("a/b", "PATCH", "https://x.io", "/c/{id}", "b.yaml")
NOTHING = ObjectNode("", "", (), RULE, ())
SECRETS = Secrets((Secret(("headers", "Authorization"), "Bearer {{token}}"),), URL)


class FakeMapping:
    params = ("token", "tenant", "note")

    def __init__(self) -> None:
        self.checked = SimpleNamespace(
            name="a/b",
            file=SimpleNamespace(file="mappings/a/b.yaml"),
            canonical=load_canonical(None),
            functions=LIBRARY,
            params=[CheckedParam(name, None, False, name == "token") for name in self.params],
            operations=(Operation(CONTRACT, (), {}, Table(NOTHING, (), ()), NOTHING, NOTHING, NOTHING),),
            steps=(),
            bulk=None,
        )
        self.checked.operation = self.checked.operations[0]
        self.checked.calls = (self.checked,)
        canonical = self.checked.canonical
        self.engine = SimpleNamespace(
            checked=self.checked,
            overlay=Overlay(canonical, [("email",)]),
            quick=QuickBorder(canonical, direct=True),
        )
        self.code = "# generated\nx = 1\n"
        self.calls: list[Any] = []

    def apply(self, customer: Any, params: Any = None, **keywords: Any) -> Request:
        self.calls.append((params, keywords))
        if not isinstance(customer, dict):
            raise RecordError([Diagnostic("CM701", "expected an object", path="")])
        unknown = self.checked.canonical.unknown_members(customer)
        if unknown and keywords.get("strict"):
            raise RecordError(unknown.problems("Customer"))
        email = customer.get("email")
        if email == "bug":
            raise KeyError("secret value of a record")
        if not isinstance(email, str | None):
            raise RecordError([Diagnostic("CM701", "expected text, got a number", path="email")])
        path = {"id": customer.get("id", "0")}
        headers = {name: value for name, value in (params or {}).items() if name != "token"}
        if token := (params or {}).get("token"):
            headers = {"Authorization": f"Bearer {token}", **headers}
        body = {"email": email}
        notes = (UnknownNote(unknown),) if unknown else ()
        return Request("a/b", "PATCH", URL.fill({}, path, {}), path, {}, headers, body, notes, SECRETS)

    def applier(self, params: Any = None, **keywords: Any) -> Callable[[Any, bool], tuple[Request, ...]]:
        return lambda customer, fits: (self.apply(customer, params, **keywords),)

    def line_applier(
        self, ids: RequestIds, params: Any = None, *, secrets: bool, **keywords: Any
    ) -> Callable[..., Any]:
        def line(customer: Any, fits: bool, who: Who) -> tuple[bytes, tuple[Note, ...]]:
            request = self.apply(customer, params, **keywords)
            return json.dumps(ids.marked(request, who, secrets=secrets)).encode() + b"\n", request.notes

        return line

    def comparer(self, params: Any = None, **keywords: Any) -> Callable[[Any, Any, bool], Plan]:
        return lambda before, after, fits: self.diff(before, after, params, **keywords)

    def diff(self, before: Any, after: Any, params: Any = None, **keywords: Any) -> Plan:
        request = self.apply(after, params)
        old = (before or {}).get("email")
        new = after.get("email")
        if old == new:
            return Plan("a/b", (), (), (), ())
        if new is None:
            rejection = Rejection("CM803", "email", "email", RULE, "cannot be cleared")
            return Plan("a/b", (), (rejection,), (), ())
        change = Change("set", "email", "email", old or None, new, RULE)
        return Plan("a/b", (change,), (), (), (request,))


def load(name: str, modules: tuple[str, ...] = ()) -> FakeMapping:
    if name == "a/b":
        return FakeMapping()
    span = Span("mappings/a/b.yaml", 1, 1, 1, 2)
    raise MappingError([Diagnostic("CM204", "there is no such mapping", span, help="Did you mean `a/b`?")])


def read_for(name: str, modules: Sequence[str], source: object = None) -> list[Path]:
    """No file is read for it."""
    return []
