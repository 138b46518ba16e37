"""Requests as lines of NDJSON, without more work than their bytes need.

All requests of a run come from one mapping, and mostly from the same parameters. So what stands before the
body is the same in all of them, where no rule fills path, query or headers: it is written, and its secrets
hidden, once. Where a rule fills the path, that is so but for URL and path. In the other requests the headers
at least are the same.

    {"id": …, "index": …, "key": …, "mapping": …, "method": …, "url": …, "path": …, …, "body": …}
              └─────── who ───────┘ └────────────────────── what ──────────────────────────────┘
"""

from __future__ import annotations

from typing import Any, TypeAlias

from custmap.records.identity import RequestIds, Who
from custmap.values.json_text import finite_bytes, json_bytes
from custmap.wire.binding import Bound
from custmap.wire.form_text import form_text
from custmap.wire.hiding import Secrets
from custmap.wire.request import Request
from custmap.wire.sending import Sender

Part: TypeAlias = dict[str, Any] | None


class RequestLines:
    """Writes the requests of one mapping; `secrets=False` shows secrets as `{{name}}`.

    A line has the bytes of `json_bytes(ids.marked(request, who, secrets=secrets))`, for a request as it was
    made.
    """

    __slots__ = ("_hidden", "_shown", "ids")

    def __init__(self, ids: RequestIds, *, secrets: bool) -> None:
        self.ids = ids
        self._hidden = _Texts(secrets=False)
        self._shown = _Texts(secrets=True) if secrets else self._hidden

    def line(self, request: Request, who: Who, place: int = 0) -> bytes:
        """A request as one line, with its line end; `place` is its place among those of the record."""
        hidden = self._hidden.made(request)
        shown = hidden if self._shown is self._hidden else self._shown.made(request)
        return self._line(who, hidden, shown, place)

    def sent(
        self,
        sender: Sender,
        bound: Bound,
        who: Who,
        body: dict[str, Any],
        path: Part,
        query: Part,
        headers: Part,
    ) -> bytes:
        """The line of the request that `sender` makes of body, path, query and headers, all numbers finite.

        RecordError as `Sender.send`, UnicodeEncodeError for half of a surrogate pair.
        """
        if not query and not headers and not sender.packs:
            hidden = self._hidden.unmade(sender, bound, body, path)
            shown = hidden
            if self._shown is not self._hidden:
                shown = self._shown.unmade(sender, bound, body, path)
            if hidden is not None and shown is not None:
                return self._line(who, hidden, shown)
        return self.line(sender.send(bound, body, path, query, headers, ()), who)

    def _line(self, who: Who, hidden: bytes, shown: bytes, place: int = 0) -> bytes:
        """The id is of what is shown to everybody, so that no secret can be guessed from it."""
        begin = who.text
        id = self.ids.of(b"%b,%b" % (begin, hidden), place)
        return b'{"id":"%b",%b,%b\n' % (id.encode(), begin, shown)


class _Texts:
    """Requests as JSON texts, without the brace that opens them; `secrets=False` hides secrets."""

    __slots__ = (
        "_around",
        "_begin",
        "_bound",
        "_has_names",
        "_headers",
        "_hidden",
        "_is_simple",
        "_masked",
        "_secrets",
        "_shown",
    )

    def __init__(self, *, secrets: bool) -> None:
        self._secrets = secrets
        self._hidden: Secrets | None = None
        self._masked: frozenset[str] = frozenset()
        self._has_names = self._is_simple = True
        self._headers: dict[str, Any] | None = None
        self._shown: dict[str, Any] = {}
        self._bound: Bound | None = None
        self._begin: bytes | None = None
        self._around: tuple[bytes, bytes] | None = None

    def made(self, request: Request) -> bytes:
        self._look_at(request.hidden)
        if not (self._is_simple and self._hides_only_headers(request.body)):
            return json_bytes(request.to_dict(secrets=self._secrets))[1:]
        if request.headers != self._headers:
            self._hide(request)
        whole = request.to_dict()
        whole["headers"] = self._shown
        return json_bytes(whole)[1:]

    def _hides_only_headers(self, body: Any) -> bool:
        """Is none of the body's secrets there?"""
        return not self._masked or (isinstance(body, dict) and self._masked.isdisjoint(body))

    def unmade(self, sender: Sender, bound: Bound, body: dict[str, Any], path: Part) -> bytes | None:
        """The text of a request that is not made; None if it must be."""
        if bound is not self._bound:
            self._bound = bound
            self._begin = None if path else self._before_body(sender, bound)
            self._around = self._around_path(sender, bound, path) if path else None
        if not self._hides_only_headers(body):
            return None
        if path and self._around is not None:
            url, in_path = sender.place(bound, path)
            head, middle = self._around
            place = finite_bytes({"url": url, "path": in_path})
            return b"".join((head, place[1:-1], middle, finite_bytes(body), _end(sender, body)))
        if path or self._begin is None:
            return None
        return self._begin + finite_bytes(body) + _end(sender, body)

    def _before_body(self, sender: Sender, bound: Bound) -> bytes | None:
        """All that stands before the body; None if there is no body, or secrets that no name tells apart."""
        bare = sender.send(bound, {}, None, None, None, ())
        self._look_at(bare.hidden)
        if bare.body is None or not self._has_names:
            return None
        return json_bytes(bare.parts(secrets=self._secrets)).removeprefix(b"{").removesuffix(b"{}}")

    def _around_path(self, sender: Sender, bound: Bound, path: Part) -> tuple[bytes, bytes] | None:
        """What stands before the URL, and between path and body; None if more than headers may be hidden."""
        bare = sender.send(bound, {}, path, None, None, ())
        self._look_at(bare.hidden)
        if bare.body is None or not self._is_simple:
            return None
        shown = bare.parts(secrets=self._secrets)
        head = json_bytes({name: shown[name] for name in ("mapping", "method")})
        middle = json_bytes({name: shown[name] for name in ("query", "headers", "body")})
        return head[1:-1] + b",", b"," + middle.removeprefix(b"{").removesuffix(b"{}}")

    def _look_at(self, hidden: Secrets | None) -> None:
        """Note where secrets may be: all requests of a mapping share what is hidden in them.

        `_masked`     the names of the body's members that have secrets; `_has_names` if all have names.
        `_is_simple`  the others are in headers.
        """
        if self._secrets or hidden is self._hidden:
            return
        self._hidden, self._headers = hidden, None
        places = () if hidden is None else hidden.places
        found = [secret.place[1:2] for secret in places if secret.place[0] == "body"]
        self._masked = frozenset(step for steps in found for step in steps if isinstance(step, str))
        self._has_names = all(steps and isinstance(steps[0], str) for steps in found)
        self._is_simple = self._has_names and all(one.place[0] in ("headers", "body") for one in places)

    def _hide(self, request: Request) -> None:
        """Keep the headers as they are shown."""
        self._shown = request.to_dict(secrets=self._secrets)["headers"]
        # Texts only: `1`, `1.0` and `True` are equal, and written differently.
        texts = all(value.__class__ is str for value in request.headers.values())
        self._headers = request.headers if texts else None


def _end(sender: Sender, body: dict[str, Any]) -> bytes:
    """What stands behind a body: the content, if that is a form; no sign of a form is escaped in JSON."""
    return b"}" if sender.form is None else b',"content":"%b"}' % form_text(sender.form, body).encode()
