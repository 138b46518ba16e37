"""The job of docs/nights.md where it does not run, or where a person takes part."""

from __future__ import annotations

import fcntl
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nightly_job import SCRIPTS, Job, environment, opened
from nightly_server import Vendor
from nightly_shops import SHOPS


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Job]:
    with opened(tmp_path, "microbase", Vendor(SHOPS["microbase"])) as opened_job:
        yield opened_job


def customer(number: int, **fields: Any) -> dict[str, Any]:
    return {"id": f"C-{number}", "identifiers": {"microbase": str(number)}, **fields}


def looked_up(job: Job, record: dict[str, Any]) -> tuple[int, str]:
    job.write("record.json", [record])
    words = [sys.executable, str(SCRIPTS / "looked_up.py"), str(job.folder), str(job.folder / "record.json")]
    ran = subprocess.run(words, capture_output=True, encoding="utf-8", check=False)
    return ran.returncode, ran.stderr


def test_one_job_at_a_time(job: Job) -> None:
    job.write("kept.ndjson", [customer(1)])
    with (job.folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert (job.run(), job.said) == (75, "a night is still running\n")
        assert looked_up(job, customer(1)) == (1, "a night is still running\n")
    assert (job.run(), job.said) == (0, "")


def test_a_lost_kept_file_is_no_first_night(job: Job) -> None:
    (job.folder / "kept.ndjson").unlink()
    job.write("tonight.ndjson", [customer(1)])
    assert (job.run(), job.said) == (2, "no kept.ndjson: before the first night, make it\n")
    assert (job.folder / "tonight.ndjson").exists()


def test_where_the_shell_alone_is_killed_the_rest_goes_on(job: Job) -> None:
    """What it has started holds the lock until it ends; then the next start goes on."""
    job.write("tonight.ndjson", [customer(number, tags=["a"]) for number in range(1, 6)])
    (job.home / "countdown").write_text("0\n")
    may_go_on = threading.Event()
    with subprocess.Popen(
        job.words, cwd=job.home, env=environment(job.home, {"TIMEOUT": "20"}), stderr=subprocess.PIPE
    ) as shell:

        def killed(event: str) -> None:
            shell.kill()
            may_go_on.wait(20)

        job.vendor.after = killed
        assert shell.wait(60) == -signal.SIGKILL
        try:
            assert job.run() == 75
        finally:
            may_go_on.set()
            job.vendor.after = lambda event: None
        assert shell.stderr is not None
        assert b"5 requests: 5 applied" in shell.stderr.read()
    assert job.run() in (0, 3), job.said
    assert len(job.vendor.came) == 5 and job.kept()["C-5"]["tags"] == ["a"]


def test_a_night_that_a_guard_has_stopped(job: Job) -> None:
    customers = [customer(number, tags=["a"]) for number in range(25)]
    job.write("kept.ndjson", customers)
    job.write("tonight.ndjson", [{**one, "tags": None} for one in customers])
    assert job.run() == 4
    (digest,) = re.findall("--allow ([0-9a-f]+)", job.said)
    assert looked_up(job, customers[0]) == (1, "a night is not over: start the job again first\n")
    assert job.run(ALLOW="0" * 20) == 4
    assert job.vendor.came == [] and not (job.folder / "night" / "plans.ndjson").exists()
    assert job.run(ALLOW=digest) == 0, job.said
    assert [state["tags"] for state in job.vendor.customers.values()] == [[]] * 25


def test_a_limit_of_ones_own(job: Job) -> None:
    job.write("kept.ndjson", [customer(1, tags=["a"]), customer(2)])
    job.write("tonight.ndjson", [customer(1, tags=["b"]), customer(2)])
    assert job.run(GUARD="changes=20%") == 4
    assert "`changes` allows 20%" in job.said


def test_what_somebody_has_looked_up(job: Job) -> None:
    head = {"custmap": "settled", "mapping": "microbase/customer-update"}
    job.write("kept.ndjson", [head, customer(1), customer(2, unsettled=["email"]), customer(3)])
    known = customer(2, email="x@example.com")
    assert looked_up(job, known) == (0, "")
    assert job.lines("kept.ndjson") == [head, customer(1), known, customer(3)]
    assert looked_up(job, customer(4)) == (1, "nothing changed: 0 customers have this id\n")
    assert looked_up(job, {"email": "x"}) == (1, "record.json is no customer with an `id`: KeyError('id')\n")
    assert job.lines("kept.ndjson") == [head, customer(1), known, customer(3)]
