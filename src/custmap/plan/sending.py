"""Parts to a `Request`: URL, headers and what is secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from custmap.check.checked import Checked, Rider
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import RecordError
from custmap.plan.binding import Bound
from custmap.plan.request import Request, Secret, Secrets, make_request
from custmap.plan.url import PlaceError, UrlTemplate, header_text
from custmap.values.paths import Index, Member, Select


class Sender:
    """Makes the requests of one mapping."""

    __slots__ = ("_checked", "_has_body", "_hidden", "_method", "_name", "_url")

    def __init__(self, checked: Checked) -> None:
        self._checked = checked
        self._name = checked.name
        self._method = checked.contract.method
        self._url = UrlTemplate(checked.contract.servers, checked.contract.path)
        self._hidden = _secrets(checked, self._url)
        self._has_body = checked.contract.body is not None or bool(checked.table.root.members)

    def send(
        self,
        bound: Bound,
        body: dict[str, Any] | None,
        path: Mapping[str, Any] | None,
        query: Mapping[str, Any] | None,
        headers: Mapping[str, Any] | None,
        notes: tuple[str, ...],
    ) -> Request:
        """The request; RecordError (CM710) where a value cannot stand in path, query or headers."""
        in_path = {**bound.path, **path} if path else {**bound.path}
        in_query = {**bound.query, **query} if query else {**bound.query}
        in_headers = {**bound.headers}
        try:
            if headers:
                for name, value in headers.items():
                    in_headers[name] = header_text(name, value)
            if path or query or bound.url is None:
                url = self._url.fill(bound.variables, in_path, in_query)
                if not (path or query):
                    bound.url = url
            else:
                url = bound.url
        except PlaceError as error:
            raise RecordError([self._diagnostic(error)]) from None
        return make_request(
            self._name,
            self._method,
            url,
            in_path,
            in_query,
            in_headers,
            body if self._has_body else None,
            notes,
            self._hidden,
        )

    def _diagnostic(self, error: PlaceError) -> Diagnostic:
        for slot in self._checked.table.slots:
            if slot.target == error.place:
                return Diagnostic(error.code, error.reason, slot.span, path=slot.source, target=error.place)
        return Diagnostic(error.code, error.reason, path=error.place, target=error.place)


def _secrets(checked: Checked, url: UrlTemplate) -> Secrets | None:
    """The places that secret parameters fill."""
    secret = {param.name for param in checked.params if param.secret}
    places = []
    for node in _riders(checked):
        origin = checked.riders[node[1].index]
        if origin.param in secret:
            shown = (origin.format or "{}").replace("{}", "{{" + str(origin.param) + "}}")
            places.append(Secret((node[0], *_steps(node[1])), shown))
    places += [Secret(("server", name), "{{" + name + "}}") for name in checked.variables if name in secret]
    return Secrets(tuple(places), url) if places else None


def _riders(checked: Checked) -> list[tuple[str, Rider]]:
    found: list[tuple[str, Rider]] = []

    def walk(part: str, node: Any) -> None:
        if isinstance(node, Rider):
            found.append((part, node))
        for member in getattr(node, "members", ()):
            walk(part, member)
        for _, item in getattr(node, "items", ()):
            walk(part, item)

    for part, root in (
        ("body", checked.table.root), ("path", checked.path),
        ("query", checked.query), ("headers", checked.headers),
    ):  # fmt: skip
        walk(part, root)
    return found


def _steps(rider: Rider) -> list[Any]:
    steps: list[Any] = []
    for segment in rider.path:
        match segment:
            case Member(name):
                steps.append(name)
            case Index(position):
                steps.append(position)
            case Select():
                steps.append(segment)
    return steps
