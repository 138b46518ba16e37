"""What ends the run of a batch whose work was given to other processes."""

from __future__ import annotations

import signal
from typing import Final


class WorkerDied(Exception):
    """A worker ended before its work was done; `code` is its exit code, that of a signal negative."""

    advice: Final = "The system may have been short of memory: fewer workers need less."

    def __init__(self, code: int | None) -> None:
        how = f"with exit code {code}"
        if code is not None and code < 0:
            how = f"by signal {-code} ({signal.strsignal(-code) or 'unknown'})"
        super().__init__(f"A worker process was ended {how} before its work was done")


class WorkerFailed(Exception):
    """A bug in a worker: what may be told of it (`told_bug`), since not every exception can be sent."""

    def __init__(self, kind: str, place: str) -> None:
        super().__init__(kind, place)
        self.kind, self.place = kind, place
