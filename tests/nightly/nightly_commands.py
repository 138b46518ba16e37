"""custmap's commands in this process, which is quicker: what they are given are files."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
from unittest.mock import patch

from nightly_job import SECRET, Job

from custmap.cli.ending import ending_signals, run


def command(*words: str) -> tuple[int, str]:
    """The exit code of a command, and what it says."""
    handlers = {number: signal.getsignal(number) for number in ending_signals()}
    said = io.TextIOWrapper(io.BytesIO())
    try:
        with (
            patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO())),
            patch.dict(os.environ, SECRET),
            contextlib.redirect_stdout(said),
            contextlib.redirect_stderr(said),
        ):
            code = run(words)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    said.flush()
    return code, said.buffer.getvalue().decode()


def diff(job: Job) -> None:
    """`plans.ndjson`, from `kept.ndjson` and `tonight.ndjson`."""
    files = [str(job.folder / name) for name in ("kept.ndjson", "tonight.ndjson")]
    output = ["--format", "json", "-o", str(job.folder / "plans.ndjson")]
    code, said = command("diff", job.mapping, *files, "--key", "id", *output, *job.params)
    assert code in (0, 1), said


def settle(job: Job) -> dict[str, object]:
    """What is kept, by the customers' keys."""
    plans, answers, kept, tonight, following = (
        str(job.folder / name)
        for name in ("plans.ndjson", "answers.ndjson", "kept.ndjson", "tonight.ndjson", "next.ndjson")
    )
    snapshots = ["--before", kept, "--after", tonight, "--key", "id", "-o", following]
    code, said = command("settle", job.mapping, plans, answers, *snapshots)
    assert code == 0, said
    return {line["id"]: line for line in job.lines("next.ndjson") if "id" in line}
