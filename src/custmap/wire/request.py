"""`Request`: the complete request to the vendor, and the forms in which it is shown."""

from __future__ import annotations

import json
from typing import Any

from msgspec import Struct

from custmap.contract.form_body import Form
from custmap.model.note import Note
from custmap.values.json_text import json_bytes
from custmap.values.ordering import in_order
from custmap.wire.curl import curl_text, http_text, json_text
from custmap.wire.form_text import FormError, form_text
from custmap.wire.hiding import UNKNOWN, Secrets


class Request(Struct, frozen=True):
    """One call to the vendor, secrets included.

    `mapping`  the name of the mapping that made it.
    `method`   in upper case: `PATCH`.
    `url`      complete: scheme, host, encoded path, encoded query.
    `path`, `query`, `headers`  dicts of values by the contract's names.
    `body`     plain JSON values; None when the operation has no body.
    `records`  the indexes of the records that a request with many customers carries.
    `name`     of one of several requests: the name of its entry; `after` names those that must have succeeded
               before, where there are such requests. `clears`: it says that an entry is gone; not part of
               `to_dict` or `==`.
    `notes`    notes of `apply`; not part of `to_dict` or `==`. Those of a diff are in its plan.
    `hidden`   what is hidden where secrets are not shown; `form` how the body is written as a form, None: as
               JSON. Both belong to the mapping and are shared.
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
    form: Form | None = None
    records: tuple[int, ...] = ()
    name: str = ""
    after: tuple[str, ...] = ()
    clears: bool = False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Request) and self.form == other.form and self.parts() == other.parts()

    @property
    def content(self) -> bytes | None:
        """The bytes to send, in the media type of the contract; None without a body. Secrets are in it.

        JSON is UTF-8, with its members in the order of `body`. ValueError or TypeError for a body that was
        changed to what cannot be written.
        """
        if self.body is None:
            return None
        return json_bytes(self.body) if self.form is None else form_text(self.form, self.body).encode()

    def to_dict(self, *, secrets: bool = True) -> dict[str, Any]:
        """Mapping, method, URL, path, query, headers, body; `secrets=False` shows secrets as `{{name}}`.

        Where the body is sent as a form, `content` is its text; None for a body that was changed to what
        cannot be written. The members are the request's own: copy before changing them.
        """
        shown = self.parts(secrets=secrets)
        if self.form is not None and shown["body"] is not None:
            shown["content"] = self._form_content(shown["body"], secrets=secrets)
        return shown

    def _form_content(self, body: Any, *, secrets: bool) -> str | None:
        """The text of the form of a body in which secrets may be hidden: their names stay readable."""
        assert self.form is not None
        try:
            text = form_text(self.form, body)
        except (FormError, AttributeError, TypeError, ValueError):
            return None
        return text if secrets or self.hidden is None else self.hidden.readable(text)

    def parts(self, *, secrets: bool = True) -> dict[str, Any]:
        """`to_dict` without `content`."""
        whole = {
            "mapping": self.mapping,
            **({"name": self.name} if self.name else {}),
            **({"after": list(self.after)} if self.after else {}),
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
        return curl_text(shown["method"], shown["url"], shown["headers"], self._content_text(shown))

    def to_http(self, *, secrets: bool = False) -> str:
        """The text of an `.http` file: request line, headers, blank line, body; secrets as in `to_curl`."""
        shown = self.to_dict(secrets=secrets)
        return http_text(shown["method"], shown["url"], shown["headers"], self._content_text(shown))

    def _content_text(self, shown: dict[str, Any]) -> str | None:
        """The content as text, of a request as it is shown."""
        if shown["body"] is None:
            return None
        if self.form is None:
            return json_text(shown["body"])
        return UNKNOWN if shown["content"] is None else str(shown["content"])

    def __repr__(self) -> str:
        shown = self.to_dict(secrets=False)
        return "Request(" + ", ".join(f"{name}={value!r}" for name, value in shown.items()) + ")"
