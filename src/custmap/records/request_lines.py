"""Requests as lines of NDJSON, written quickly.

All requests of a run come from one mapping. Headers, and often all that stands before the body, are the same
in all of them: these are written, and their secrets hidden, once.
"""

from __future__ import annotations

from typing import Any

from custmap.values.json_text import json_bytes
from custmap.wire.request import Request, Secrets


class RequestLines:
    """Writes the requests of one mapping; `secrets=False` shows secrets as `{{name}}`.

    A line has the bytes of `json_bytes(request.to_dict(secrets=secrets))`.
    """

    __slots__ = ("_begin", "_headers", "_hidden", "_middle", "_only_headers", "_secrets", "_url")

    def __init__(self, *, secrets: bool) -> None:
        self._secrets = secrets
        self._hidden: Secrets | None = None
        self._only_headers = True
        self._url: str | None = None
        self._begin = b""
        self._headers: dict[str, Any] | None = None
        self._middle = b""

    def line(self, request: Request) -> bytes:
        """The request as one line, with its line end."""
        if request.hidden is not self._hidden:
            self._hidden = request.hidden
            self._only_headers = self._secrets or _only_headers(request.hidden)
        if not self._only_headers:
            return json_bytes(request.to_dict(secrets=self._secrets)) + b"\n"
        if request.path or request.query or request.url != self._url:
            self._write_begin(request)
        if request.headers != self._headers:
            self._write_headers(request)
        return b"%b%b%b}\n" % (self._begin, self._middle, json_bytes(request.body))

    def _write_begin(self, request: Request) -> None:
        whole = {
            "mapping": request.mapping,
            "method": request.method,
            "url": request.url,
            "path": request.path,
            "query": request.query,
        }
        self._begin = json_bytes(whole)[:-1]
        self._url = None if request.path or request.query else request.url

    def _write_headers(self, request: Request) -> None:
        headers = request.to_dict(secrets=self._secrets)["headers"]
        self._middle = b',"headers":%b,"body":' % json_bytes(headers)
        # Texts only: `1`, `1.0` and `True` are equal, and written differently.
        texts = all(value.__class__ is str for value in request.headers.values())
        self._headers = request.headers if texts else None


def _only_headers(hidden: Secrets | None) -> bool:
    return hidden is None or all(secret.place[0] == "headers" for secret in hidden.places)
