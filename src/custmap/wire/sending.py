"""From parts to a `Request`: URL, headers and secrets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from custmap.contract.contract import Contract
from custmap.contract.style import SIMPLE
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import RecordError
from custmap.model.checked import Checked, Operation
from custmap.model.note import Note
from custmap.running.calls import fresh
from custmap.wire.binding import Bound, has_body
from custmap.wire.hiding import secrets_of
from custmap.wire.packing import Envelope
from custmap.wire.parameters import PlaceError, header_text
from custmap.wire.request import Request
from custmap.wire.url import UrlTemplate


class Sender:
    """Makes the requests of one operation."""

    __slots__ = (
        *("_envelope", "_has_body", "_header_styles", "_hidden", "_method"),
        *("_after", "_clears", "_mapping", "_name", "_records", "_slots", "_url", "form"),
    )

    def __init__(self, checked: Checked, operation: Operation, *, alone: bool = False) -> None:
        """`alone`: of a request with many customers, the body is the item of one."""
        contract = operation.contract
        self._mapping = checked.name
        self._name, self._after, self._clears = operation.name, operation.after, operation.clears
        self._method = contract.method
        self._url = url_template(contract)
        self._header_styles = contract.styles("headers")
        self._hidden = secrets_of(checked, operation, self._url)
        self._has_body = has_body(operation)
        self._envelope = None if operation.bulk is None or alone else Envelope(operation.bulk)
        self._slots = operation.table.slots
        self._records = () if operation.bulk is None else (0,)
        self.form = contract.form

    def send(
        self,
        bound: Bound,
        body: dict[str, Any] | list[Any],
        path: Mapping[str, Any] | None,
        query: Mapping[str, Any] | None,
        headers: Mapping[str, Any] | None,
        notes: tuple[Note, ...],
    ) -> Request:
        """The request; RecordError (CM710) if a value cannot be written in path, query or headers, or for a
        customer who is too large for a request with many (CM815)."""
        own = fresh if bound.shares else dict.copy
        in_query, in_headers = own(bound.query), own(bound.headers)
        if query:
            in_query.update(query)
        if headers:
            self._fill_headers(in_headers, headers)
        url, in_path = self.place(bound, path, in_query if query else None)
        return Request(
            self._mapping,
            self._method,
            url,
            in_path,
            in_query,
            in_headers,
            self.body(body, bound),
            notes,
            self._hidden,
            self.form,
            self._records,
            self._name,
            self._after,
            self._clears,
        )

    def body(self, made: Any, bound: Bound) -> Any:
        """The body of a request with what the rules of the body made."""
        if self._envelope is not None:
            return self._envelope.around([made], bound.riders)
        return made if self._has_body else None

    @property
    def packs(self) -> bool:
        """Is what the rules of the body make an item of a list?"""
        return self._envelope is not None

    def place(
        self, bound: Bound, path: Mapping[str, Any] | None, query: Mapping[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        """URL and path of a request, `query` if it has its own; RecordError (CM710) as `send`."""
        in_path = fresh(bound.path) if bound.shares else bound.path.copy()
        if path:
            in_path.update(path)
        try:
            if (base := bound.url) is None:
                base = bound.url = self._url.bound(bound.variables, bound.query, bound.path)
            return base.fill(in_path, query), in_path
        except PlaceError as error:
            raise RecordError([self._diagnostic(error)]) from None

    def _fill_headers(self, into: dict[str, Any], headers: Mapping[str, Any]) -> None:
        try:
            for name, value in headers.items():
                into[name] = header_text(name, value, self._header_styles.get(name, SIMPLE))
        except PlaceError as error:
            raise RecordError([self._diagnostic(error)]) from None

    def _diagnostic(self, error: PlaceError) -> Diagnostic:
        for slot in self._slots:
            if slot.target == error.place:
                return Diagnostic(error.code, error.reason, slot.span, path=slot.source, target=error.place)
        return Diagnostic(error.code, error.reason, path=error.place, target=error.place)


def url_template(contract: Contract) -> UrlTemplate:
    """The URL of a contract's operation, with the styles of its parameters."""
    return UrlTemplate(contract.servers, contract.path, contract.styles("path"), contract.styles("query"))
