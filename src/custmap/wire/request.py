"""`Request`: the complete request to the vendor, and the forms in which it is shown."""

from __future__ import annotations

import json
from typing import Any

from msgspec import Struct

from custmap.model.note import Note
from custmap.values.ordering import in_order
from custmap.wire.curl import curl_text, http_text
from custmap.wire.hiding import Secrets


class Request(Struct, frozen=True):
    """One call to the vendor, secrets included.

    `mapping`  the name of the mapping that made it.
    `method`   in upper case: `PATCH`.
    `url`      complete: scheme, host, encoded path, encoded query.
    `path`, `query`, `headers`  dicts of values by the contract's names.
    `body`     plain JSON values; None when the operation has no body.
    `records`  the indexes of the records that a request with many customers carries.
    `notes`    notes of `apply`; not part of `to_dict` or `==`. Those of a diff are in its plan.
    """

    mapping: str
    method: str
    url: str
    path: dict[str, Any]
    query: dict[str, Any]
    headers: dict[str, Any]
    body: Any
    notes: tuple[Note, ...] = ()
    hidden: Secrets | None = None
    records: tuple[int, ...] = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Request) and self.to_dict() == other.to_dict()

    def to_dict(self, *, secrets: bool = True) -> dict[str, Any]:
        """Mapping, method, URL, path, query, headers, body; `secrets=False` shows secrets as `{{name}}`.

        The members are the request's own: copy before changing them.
        """
        whole = {
            "mapping": self.mapping,
            "method": self.method,
            "url": self.url,
            "path": self.path,
            "query": self.query,
            "headers": self.headers,
            "body": self.body,
        }
        return whole if secrets or self.hidden is None else self.hidden.hide(whole, personal=True)

    def shown_url(self, *, personal: bool) -> str:
        """The URL without secrets; `personal=False` hides values of the query, too."""
        if self.hidden is None:
            return self.url
        return str(self.hidden.hide(self.to_dict(), personal=personal)["url"])

    def to_json(self, *, secrets: bool = True, indent: int | None = None) -> str:
        """`to_dict` as JSON text: on one line, or on several with `indent`."""
        separators = (",", ":") if indent is None else (",", ": ")
        shown = {name: in_order(value) for name, value in self.to_dict(secrets=secrets).items()}
        return json.dumps(shown, ensure_ascii=False, allow_nan=False, indent=indent, separators=separators)

    def to_curl(self, *, secrets: bool = False) -> str:
        """A `curl` command, quoted for a POSIX shell; secrets are shown as `{{name}}` by default."""
        shown = self.to_dict(secrets=secrets)
        return curl_text(shown["method"], shown["url"], shown["headers"], shown["body"])

    def to_http(self, *, secrets: bool = False) -> str:
        """The text of an `.http` file: request line, headers, blank line, body; secrets as in `to_curl`."""
        shown = self.to_dict(secrets=secrets)
        return http_text(shown["method"], shown["url"], shown["headers"], shown["body"])

    def __repr__(self) -> str:
        shown = self.to_dict(secrets=False)
        return "Request(" + ", ".join(f"{name}={value!r}" for name, value in shown.items()) + ")"
