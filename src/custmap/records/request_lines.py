"""Requests as lines of NDJSON, written quickly.

All requests of a run come from one mapping. Headers, and often all that stands before the body, are the same
in all of them: secrets in headers are hidden once, and what is the same as before is not written again.
"""

from __future__ import annotations

from typing import Any

from custmap.values.json_text import json_bytes
from custmap.wire.request import Request, Secrets


class RequestLines:
    """Writes the requests of one mapping; `secrets=False` shows secrets as `{{name}}`.

    A line has the bytes of `json_bytes(request.to_dict(secrets=secrets))`.
    """

    __slots__ = ("_begin", "_headers", "_hidden", "_in_headers", "_secrets", "_shown", "_url")

    def __init__(self, *, secrets: bool) -> None:
        self._secrets = secrets
        self._hidden: Secrets | None = None
        self._in_headers = True
        self._headers: dict[str, Any] | None = None
        self._shown: dict[str, Any] = {}
        self._url: str | None = None
        self._begin = b""

    def line(self, request: Request) -> bytes:
        """The request as one line, with its line end."""
        if request.hidden is not self._hidden:
            self._hidden = request.hidden
            self._in_headers = self._secrets or _only_in_headers(request.hidden)
        if not self._in_headers:
            return json_bytes(request.to_dict(secrets=self._secrets)) + b"\n"
        if request.headers != self._headers:
            self._hide(request)
        if request.url == self._url and not request.path and not request.query:
            return b"%b%b}\n" % (self._begin, json_bytes(request.body))
        whole = request.to_dict()
        whole["headers"] = self._shown
        text = json_bytes(whole)
        if request.path or request.query or self._headers is None:
            return text + b"\n"
        self._url, self._begin = request.url, text[: -1 - len(json_bytes(request.body))]
        return text + b"\n"

    def _hide(self, request: Request) -> None:
        """Keep the headers as they are shown."""
        self._url = None
        self._shown = request.to_dict(secrets=self._secrets)["headers"]
        # Texts only: `1`, `1.0` and `True` are equal, and written differently.
        texts = all(value.__class__ is str for value in request.headers.values())
        self._headers = request.headers if texts else None


def _only_in_headers(hidden: Secrets | None) -> bool:
    return hidden is None or all(secret.place[0] == "headers" for secret in hidden.places)
