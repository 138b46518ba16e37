"""The server of `play`: one page and two calls, for this machine's own browser and nobody else.

Values stay here: it listens on 127.0.0.1 alone, answers only to that name (a page of others may let its own
name lead here), to its own page (origin and fetch metadata), and to who has the key of the address that was
printed. See docs/decisions/0087-play-answers-its-own-page.md.
"""

from __future__ import annotations

import hmac
import json
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from custmap.pages.play.desk import Desk, Texts
from custmap.pages.play.look import Looking
from custmap.pages.play.saving import CannotSaveError, save
from custmap.pages.play.shell import play_page, play_policy
from custmap.pages.subject import Reading

HOST: Final = "127.0.0.1"
KEY_HEADER: Final = "x-custmap-key"
LARGEST: Final = 4 * 1024 * 1024
"""Bytes of a call: a mapping has at most 1 MiB, and so has each record here."""
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class _RefusedError(Exception):
    """A call that is not answered: its status, and why."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True)
class _Play:
    """The answers of one desk."""

    desk: Desk
    looking: Looking
    reading: Reading
    key: str
    origins: frozenset[str]

    async def page(self, request: Request) -> Response:
        if not self._has_key(request.query_params.get("key", "")):
            return PlainTextResponse("Open the address that `custmap play` printed.\n", 403)
        return HTMLResponse(play_page(self.desk, self.key))

    async def look(self, request: Request) -> Response:
        texts = _texts(await self._called(request))
        view = await run_in_threadpool(self.looking.look, texts)
        return JSONResponse(view.to_dict())

    async def save(self, request: Request) -> Response:
        given = await self._called(request)
        texts, case, summary = _texts(given), given.get("case"), given.get("summary")
        if not isinstance(case, str) or not isinstance(summary, str):
            raise _RefusedError(400, "A case has a name and a summary")
        replace = given.get("replace") is True
        try:
            saved = await run_in_threadpool(save, self.desk, texts, case, summary, replace, self.reading)
        except CannotSaveError as error:
            return JSONResponse({"problem": str(error)})
        except OSError as error:
            return JSONResponse({"problem": error.strerror or "The file cannot be written"})
        return JSONResponse({"path": saved.path, "exists": saved.exists})

    async def _called(self, request: Request) -> dict[str, Any]:
        """The JSON of a call by our own page; _RefusedError for all others."""
        if not self._has_key(request.headers.get(KEY_HEADER, "")):
            raise _RefusedError(403, "The key is missing")
        origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
        if (origin is not None and origin not in self.origins) or site not in (None, "same-origin"):
            raise _RefusedError(403, "This call is not from the page of `custmap play`")
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            raise _RefusedError(415, "A call is JSON")
        data = bytearray()
        async for part in request.stream():
            data += part
            if len(data) > LARGEST:
                raise _RefusedError(413, "The texts are too large: a mapping has at most 1 MiB")
        try:
            given = json.loads(data)
        except (ValueError, RecursionError):
            raise _RefusedError(400, "A call is JSON") from None
        if not isinstance(given, dict):
            raise _RefusedError(400, "A call is a JSON object")
        return given

    def _has_key(self, given: str) -> bool:
        return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self.key.encode())


def _texts(given: dict[str, Any]) -> Texts:
    try:
        return Texts.of(given)
    except ValueError as error:
        raise _RefusedError(400, str(error)) from None


def play_app(desk: Desk, reading: Reading, key: str, port: int) -> Callable[..., Awaitable[None]]:
    """The application for a server on this port; the key is part of its address, and of each call."""
    names = frozenset({f"{HOST}:{port}", f"localhost:{port}"})
    play = _Play(desk, Looking(desk, reading), reading, key, frozenset(f"http://{name}" for name in names))
    routes = [
        Route("/", play.page, methods=["GET"]),
        Route("/look", play.look, methods=["POST"]),
        Route("/save", play.save, methods=["POST"]),
    ]
    inner = Starlette(routes=routes, exception_handlers={_RefusedError: _refused})
    policy = play_policy().encode()

    async def guarded(scope: Any, receive: Any, send: Any) -> None:
        """Answers only to our own name, and puts the headers on every answer."""

        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                own = [(name.lower().encode(), value.encode()) for name, value in _HEADERS.items()]
                own.append((b"content-security-policy", policy))
                message = {**message, "headers": [*message.get("headers", []), *own]}
            await send(message)

        if scope["type"] != "http":
            return
        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1 or hosts[0].lower() not in names:
            await PlainTextResponse("This is not a name of `custmap play`.\n", 421)(scope, receive, sending)
            return
        await inner(scope, receive, sending)

    return guarded


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, _RefusedError)
    return JSONResponse({"problem": str(error)}, error.status)


def listening(port: int | None) -> socket.socket:
    """A socket on 127.0.0.1, at a free port unless one is named; OSError where it is taken."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((HOST, port or 0))
        made.listen(64)
    except BaseException:
        made.close()
        raise
    return made


def serve(app: Callable[..., Awaitable[None]], on: socket.socket, started: Callable[[], None]) -> None:
    """Serve until a signal ends it; `started` is called when a browser may come."""
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            started()

    config = uvicorn.Config(
        app, log_level="critical", access_log=False, lifespan="off", server_header=False, date_header=False,
        timeout_graceful_shutdown=1, ws="none", proxy_headers=False,
    )  # fmt: skip
    Server(config).run(sockets=[on])
