"""Send the requests of a night, and write down what became of each.

    python3 send.py MAPPING plans.ndjson sent.ndjson answers.ndjson

sent.ndjson gets a line before each sending, answers.ndjson one after it, and each line is on the disk before
anything else happens. So a run that was killed is simply started again. A request with a line in sent.ndjson
alone may have arrived: it is sent again, unless sending it twice is not the same as sending it once.

Exit code: 0 all were applied · 3 not all, or with errors · anything else: it stopped on the way,
start it again.
"""

from __future__ import annotations

import json
import os
import random
import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from email.utils import parsedate_to_datetime
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

import custmap

AT_ONCE = int(os.environ.get("AT_ONCE", "4"))  # requests at once
A_SECOND = float(os.environ.get("A_SECOND", "20"))  # requests that begin in a second, at most
TRIES = int(os.environ.get("TRIES", "5"))  # of one request
PAUSE = float(os.environ.get("PAUSE", "2"))  # seconds before the second try, then twice as many each time
TIMEOUT = float(os.environ.get("TIMEOUT", "30"))  # seconds of silence, then no answer has come
END = time.monotonic() + 60 * float(os.environ.get("MINUTES", "240"))  # what is left waits for the next night
LONGEST = 1_000_000  # bytes of an answer that are kept
TWICE = ": sending it twice is not the same as sending it once"  # a note of a plan that ends so means it
WORDS = {True: "applied", False: "not applied", None: "not known"}


class Sender:
    """Sends requests. `known[id]` is what is known of one: (was it applied?, is it worth another try?).

    `warned`  those that were applied, and of which the vendor says an error all the same.
    """

    def __init__(self, mapping: str, sent: Path, answers: Path) -> None:
        self.mapping = custmap.load(mapping)
        clears = (one for one in self.mapping.checked.steps if one.clear is not None)
        self.clears = {one.name: one.clear.operation.contract.method for one in clears}
        self.client = httpx.Client(timeout=TIMEOUT)
        self.pace = Pace()
        self.tries: Counter[str] = Counter()
        self.known: dict[str, tuple[bool | None, bool]] = {}
        self.warned: set[str] = set()
        open_ones = {(line["id"], line["try"]): line for line in whole_lines(sent)}
        for line in whole_lines(answers):
            self.learn(line)
            open_ones.pop((line["id"], line["try"]), None)
        self.sent, self.answers = Log(sent), Log(answers)
        for line in open_ones.values():  # the last run was killed before it knew more
            self.note(line)

    def close(self) -> None:
        for one in (self.client, self.sent.file, self.answers.file):
            one.close()

    def work(self, plans: Path, first: int) -> None:
        """Send what is said of every nth customer: the share of one of n threads."""
        with plans.open("rb") as lines:
            customers = groupby(map(json.loads, lines), key=itemgetter("key"))
            for _, said in islice(((key, list(one)) for key, one in customers), first, None, AT_ONCE):
                failed: set[str] = set()  # what others may have to come after
                for plan in said:
                    # A line of `apply` has no notes: it does not say whether it may be sent twice.
                    once = "notes" not in plan or any(note.endswith(TWICE) for note in plan["notes"])
                    for at, request in enumerate(plan.get("requests", [plan] if "url" in plan else [])):
                        if failed.isdisjoint(request.get("after", ())):
                            self.deliver(request, self.call(plan, at, request), once)
                        else:
                            self.leave(request)
                        if self.known[request["id"]][0] is not True:
                            failed.add(request.get("name", ""))

    def call(self, plan: dict[str, Any], at: int, request: dict[str, Any]) -> dict[str, str]:
        """Which of several requests it is, for who reads its answer: `NAME`, or `NAME.clear`."""
        name = request.get("name")
        if name is None:
            return {}
        if "changes" in plan:
            changes = (one for one in plan["changes"] if one["request"] == at)
            gone = any(one["action"] == "clear" for one in changes)
        else:  # a line of `apply`
            gone = request["method"] == self.clears.get(name)
        return {"call": f"{name}.clear" if gone and name in self.clears else name}

    def deliver(self, request: dict[str, Any], call: dict[str, str], once: bool) -> None:
        """Send a request, again while that helps. One that may have arrived is not sent again if `once`."""
        id_ = request["id"]
        applied, again = self.known.get(id_, (False, True))
        while again and self.tries[id_] < TRIES and (applied is False or (applied is None and not once)):
            if self.tries[id_]:
                time.sleep(PAUSE * 2 ** (self.tries[id_] - 1) * random.uniform(0.5, 1))
            if not self.pace.wait():
                break
            ready, line = self.ready(request), {"id": id_, "try": self.tries[id_] + 1, **call}
            self.sent.add(line)
            self.note(line | self.answer(ready))
            applied, again = self.known[id_]
        self.leave(request)

    def leave(self, request: dict[str, Any]) -> None:
        """Write down that a request was not sent, if it never was."""
        if request["id"] not in self.known:
            self.note({"id": request["id"], "try": 0, "sent": False})

    def ready(self, request: dict[str, Any]) -> httpx.Request:
        url = filled(request["url"], lambda secret: quote(secret, safe=""))
        headers = {name: filled(str(value)).encode("latin-1") for name, value in request["headers"].items()}
        body = None if request["body"] is None else json.dumps(request["body"])
        body = request.get("content", body)  # what is sent, where it is not the body's JSON: a form
        return self.client.build_request(request["method"], url, headers=headers, content=body)

    def answer(self, request: httpx.Request) -> dict[str, Any]:
        """Send a request once. What `settle` reads of its answer: nothing if none came."""
        try:
            answer = self.client.send(request)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            return {"sent": False}
        except httpx.RequestError:
            return {}
        self.pace.pause(seconds(answer.headers.get("retry-after", "0")))
        if not 100 <= answer.status_code <= 599:
            return {}
        return {"status": answer.status_code, "body": answer.content[:LONGEST].decode("utf-8", "replace")}

    def note(self, line: dict[str, Any]) -> None:
        self.answers.add(line)
        self.learn(line)

    def learn(self, line: dict[str, Any]) -> None:
        self.tries[line["id"]] = line["try"]
        self.warned.discard(line["id"])
        if "status" in line:
            outcome = self.mapping.outcome(line["status"], line["body"], line.get("call"))
            self.known[line["id"]] = outcome.applied, outcome.retry
            if outcome.applied and outcome.errors:
                self.warned.add(line["id"])
        else:
            self.known[line["id"]] = line.get("sent"), True  # false: not applied; no word: nobody knows


class Log:
    """Lines that are on the disk when `add` returns."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("ab")
        self.lock = threading.Lock()

    def add(self, line: dict[str, Any]) -> None:
        with self.lock:
            try:
                self.file.write(json.dumps(line).encode() + b"\n")
                self.file.flush()
                os.fsync(self.file.fileno())
            except OSError as error:  # a full disk: end at once, so that nothing follows half a line
                print(f"{self.file.name}: {error.strerror}", file=sys.stderr, flush=True)
                os._exit(2)


class Pace:
    """Whose turn it is: so many a second, and nobody while the vendor asks to wait."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.next = 0.0

    def wait(self) -> bool:
        """Wait for a turn; False if it would come too late."""
        with self.lock:
            turn = max(self.next, time.monotonic())
            if turn >= END:
                return False
            self.next = turn + 1 / A_SECOND
        time.sleep(max(0.0, turn - time.monotonic()))
        return True

    def pause(self, asked: float) -> None:
        with self.lock:
            self.next = max(self.next, time.monotonic() + asked)


def seconds(retry_after: str) -> float:
    """How long to wait: the vendor says seconds, or a time."""
    try:
        if retry_after.isdecimal():
            return float(retry_after)
        return parsedate_to_datetime(retry_after).timestamp() - time.time()
    except (ValueError, OverflowError):
        return 0.0


def filled(text: str, written: Callable[[str], str] = str) -> str:
    """The text with its secrets: custmap writes `{{token}}`, the variable SECRET_TOKEN has the value."""

    def secret(found: re.Match[str]) -> str:
        value = os.environ.get(f"SECRET_{found[1].upper()}")
        return found[0] if value is None else written(value)

    return re.sub(r"\{\{(\w+)\}\}", secret, text)


def whole_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a log; half a line at its end, which a run that was killed has left, is cut off."""
    with path.open("a+b") as file:
        file.seek(0)
        end = 0
        for line in file:
            if not line.endswith(b"\n"):
                file.truncate(end)
                break
            end += len(line)
            yield json.loads(line)


def main(mapping: str, plans: str, sent: str, answers: str) -> int:
    with (
        closing(Sender(mapping, Path(sent), Path(answers))) as sender,
        ThreadPoolExecutor(AT_ONCE) as threads,
    ):
        for worker in [threads.submit(sender.work, Path(plans), first) for first in range(AT_ONCE)]:
            worker.result()
    counts = Counter(applied for applied, _ in sender.known.values())
    told = ", ".join(f"{counts[was]:,} {word}" for was, word in WORDS.items())
    warned = f", {len(sender.warned):,} applied with errors" if sender.warned else ""
    print(f"{counts.total():,} requests: {told}{warned}", file=sys.stderr)
    return 0 if counts.keys() <= {True} and not sender.warned else 3


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
