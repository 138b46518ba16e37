"""The job of docs/nights.md, run as it is copied: in a folder of its own, killed where a test says."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nightly_server import Vendor, serving

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "docs" / "nights"
COMMANDS = ("mkdir", "touch", "cat", "sync", "mv", "rm")
MAPPINGS = {
    "microbase": "microbase/customer-update",
    "aifi": "aifi/update-customer",
    "capillary": "capillary/update-customer",
    "fabric": "fabric/update-attributes",
}
SECRET = {"SECRET_TOKEN": "s3cret"}
DONE = (0, 3)
# Each command of the job counts down by two, and kills all of it at 1 before it runs, at 2 after that.
SHIM = """\
#!/bin/sh
read -r left < "$COUNTDOWN"
echo $((left - 2)) > "$COUNTDOWN"
[ "$left" != 1 ] || kill -KILL 0
{command} "$@"
code=$?
[ "$left" != 2 ] || kill -KILL 0
exit $code
"""


@dataclass(frozen=True)
class Kill:
    """When the job is killed: at a command, with the nth event at the vendor, or after some time.

    `command`  1 is before the first, 2 after it, 3 before the second, and so on.
    """

    command: int = 0
    event: int = 0
    seconds: float = 0.0


@dataclass
class Job:
    """The job of one vendor: `folder` is the one that it is given."""

    home: Path
    name: str
    vendor: Vendor
    port: int
    said: str = ""

    @property
    def folder(self) -> Path:
        return self.home / "shop"

    @property
    def mapping(self) -> str:
        return str(self.home / "mappings" / f"{MAPPINGS[self.name]}.yaml")

    @property
    def params(self) -> list[str]:
        given = {
            "microbase": ["scheme=http", f"host=127.0.0.1:{self.port}"],
            "aifi": [f"host=127.0.0.1:{self.port}"],
            "capillary": [f"host=127.0.0.1:{self.port}", "source=INSTORE"],
            "fabric": ["tenant_id=demo"],
        }[self.name]
        words = [word for one in [*given, "token=@env:SECRET_TOKEN"] for word in ("-p", one)]
        return words + (["--param-from", "order_id=id"] if self.name == "fabric" else [])

    @property
    def words(self) -> list[str]:
        """The call that starts the job."""
        return [str(SCRIPTS / "nightly.sh"), str(self.folder), self.mapping, *self.params]

    def write(self, name: str, records: list[Any]) -> None:
        part = self.folder / f"{name}.new"
        part.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
        part.replace(self.folder / name)

    def lines(self, name: str) -> list[Any]:
        return [json.loads(line) for line in (self.folder / name).read_bytes().splitlines()]

    def kept(self) -> dict[str, Any]:
        return {line["id"]: line for line in self.lines("kept.ndjson") if "id" in line}

    def run(self, kill: Kill | None = None, **settings: str) -> int:
        """Start the job; its exit code. What it says is in `said`."""
        return self.called(self.words, kill, settings)

    def send(self, kill: Kill | None = None, **settings: str) -> int:
        """Send `plans.ndjson`, as the job does; its exit code."""
        files = [str(self.folder / name) for name in ("plans.ndjson", "sent.ndjson", "answers.ndjson")]
        return self.called([sys.executable, str(SCRIPTS / "send.py"), self.mapping, *files], kill, settings)

    def called(
        self, words: list[str], kill: Kill | None = None, settings: Mapping[str, str] | None = None
    ) -> int:
        kill = kill or Kill()
        (self.home / "countdown").write_text(f"{kill.command}\n")
        process = subprocess.Popen(
            words,
            cwd=self.home,
            env=environment(self.home, settings or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            encoding="utf-8",
        )
        with self._killing(process, kill):
            self.said = process.communicate()[0]
        return process.returncode

    @contextlib.contextmanager
    def _killing(self, process: subprocess.Popen[str], kill: Kill) -> Iterator[None]:
        left = kill.event

        def die() -> None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

        def after(event: str) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                die()

        timer = threading.Timer(kill.seconds or 1e6, die)
        timer.daemon = True
        self.vendor.after = after
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            self.vendor.after = lambda event: None


def environment(home: Path, settings: Mapping[str, str]) -> dict[str, str]:
    own = {name: text for name, text in os.environ.items() if not name.lower().endswith("_proxy")}
    return own | {
        "PATH": f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "COUNTDOWN": str(home / "countdown"),
        **SECRET,
        "AT_ONCE": "3",
        "A_SECOND": "500",
        "PAUSE": "0.02",
        "TIMEOUT": "0.4",
        **settings,
    }


@contextlib.contextmanager
def opened(home: Path, name: str, vendor: Vendor) -> Iterator[Job]:
    """A job whose vendor is open, with an empty kept.ndjson."""
    with serving(vendor) as port:
        job = Job(home, name, vendor, port)
        job.folder.mkdir()
        job.write("kept.ndjson", [])
        _shims(home / "bin")
        _mappings(home / "mappings", port)
        yield job


def _shims(folder: Path) -> None:
    folder.mkdir()
    python = sys.executable
    commands = {"custmap": f'"{python}" -m custmap', "python3": f'"{python}"'}
    commands |= {name: str(shutil.which(name)) for name in COMMANDS}
    for name, command in commands.items():
        path = folder / name
        path.write_text(SHIM.replace("{command}", command))
        path.chmod(path.stat().st_mode | stat.S_IXUSR)


def _mappings(folder: Path, port: int) -> None:
    """The shipped mappings, for a vendor without TLS."""
    for path in (ROOT / "mappings").glob("*/*"):
        text = path.read_text("utf-8").replace("https://api.fabric.inc", f"http://127.0.0.1:{port}")
        text = text.replace("- url: https://{host}", "- url: http://{host}")
        place = folder / path.relative_to(ROOT / "mappings")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")
