"""A vendor on 127.0.0.1 that keeps what it takes, and fails as it is told to."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import deepcopy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from nightly_shops import Answer, Shop, errored
from stores.store import Call, State

Fault = Literal["none", "lost", "cut", "refused", "busy", "failed", "failed late", "slow", "odd", "partial"]
"""What goes wrong with a request:

`lost`    it is taken, and the connection closed without an answer; `cut`: it is not taken either.
`busy`    429 with Retry-After; `failed`: 500, not taken; `failed late`: 500, but taken.
`slow`    it is taken after the sender has given up. `odd`: taken, but the answer is a proxy's page.
`partial` a success that has not taken everything over.
"""
TAKEN: frozenset[Fault] = frozenset({"none", "lost", "failed late", "slow", "odd", "partial"})
Faults = Callable[[str, int], Fault]
"""What happens to the nth request (from 1) for a customer."""


_SLOW = 0.7
"""Seconds: longer than the sender waits in these tests."""


class Vendor:
    """A shop that is open.

    `customers`   what it holds, by customer; `came` all requests, `taken` those that it has applied.
    `why`         the reason for which it refuses; `retry_after` what it says when it is busy.
    `after`       is told when a request has come, and when it has been taken.
    """

    def __init__(self, shop: Shop, faults: Faults = lambda who, number: "none") -> None:
        self.shop = shop
        self.faults = faults
        self.why = "invalid"
        self.retry_after = "0"
        self.customers: dict[str, State] = {}
        self.came: list[tuple[str, Any]] = []
        self.taken: list[tuple[str, Any]] = []
        self.met: Counter[Fault] = Counter()
        self.at_once = self.most_at_once = 0
        self.times: list[float] = []
        self.after: Callable[[str], None] = lambda event: None
        self.lock = threading.Lock()

    def answer(self, who: str, body: Any) -> Answer | None:
        """Take a request, or not, and answer it; None for no answer."""
        with self.lock:
            self.came.append((who, body))
            self.times.append(time.monotonic())
            fault = self.faults(who, sum(1 for one, _ in self.came if one == who))
            self.met[fault] += 1
            self.after("came")
        if fault == "slow":
            time.sleep(_SLOW)
        with self.lock:
            answer = self._take(who, body, fault) if fault in TAKEN else (0, None)
            self.after("taken")
        match fault:
            case "lost" | "cut" | "slow":
                return None
            case "odd":
                return 200, "<html>Welcome</html>"
            case "busy":
                return 429, {"message": "slow down"}
            case "failed" | "failed late":
                return self.shop.failed
            case "refused":
                return self.shop.refused(self.why)
        return answer

    def _take(self, who: str, body: Any, fault: Fault) -> Answer:
        state = self.customers.get(who, self.shop.store.empty)
        if fault == "partial":
            kept = deepcopy(body)
            lost = sorted(kept["attributes"])[:1]
            for key in lost:
                del kept["attributes"][key]
            body = kept
        self.customers[who] = state = self.shop.store.receive(state, Call(body))
        self.taken.append((who, body))
        answer = self.shop.applied(who, state, body)
        return errored(answer, lost) if fault == "partial" else answer


class _Server(ThreadingHTTPServer):
    vendor: Vendor

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A sender that was killed has closed its connection."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def handle_one_request(self) -> None:
        with suppress(ConnectionError):
            super().handle_one_request()
            return
        self.close_connection = True

    def _request(self) -> None:
        vendor = self.server.vendor
        text = self.rfile.read(int(self.headers["Content-Length"]))
        path = [unquote(part) for part in urlsplit(self.path).path.split("/")]
        name, secret = vendor.shop.token
        with vendor.lock:
            vendor.at_once += 1
            vendor.most_at_once = max(vendor.most_at_once, vendor.at_once)
        try:
            answer: Answer | None = vendor.shop.unauthorized
            if self.headers[name] == secret:
                body = json.loads(text)
                answer = vendor.answer(vendor.shop.who(path, body), body)
        finally:
            with vendor.lock:
                vendor.at_once -= 1
        if answer is None:
            self.close_connection = True
            return
        status, body = answer
        said = b"" if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        if status == 429:
            self.send_header("Retry-After", vendor.retry_after)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    do_POST = do_PUT = do_PATCH = _request

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def serving(vendor: Vendor) -> Iterator[int]:
    """The port at which a vendor is open."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.vendor = vendor
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
