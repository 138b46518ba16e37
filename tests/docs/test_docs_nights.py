"""The page of the nightly job shows its files as they are, and a line for cron that works."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from examples import fences

DOCS = Path(__file__).parents[2] / "docs"
FENCES = fences(DOCS / "nights.md")
(SCHEDULED,) = [one.text for one in FENCES if "* * *" in one.text]


def test_what_is_shown_of_a_file_is_in_it() -> None:
    shown = {one.title: one.text for one in FENCES if one.title}
    assert shown["nights/nightly.sh"] == (DOCS / "nights/nightly.sh").read_text("utf-8")
    assert shown["send.py (a part)"] in (DOCS / "nights/send.py").read_text("utf-8")


def test_the_settings_are_those_of_the_sender() -> None:
    page, sender = ((DOCS / name).read_text("utf-8") for name in ("nights.md", "nights/send.py"))
    shown = re.findall(r"^\| `([A-Z_]+)` \|.*\| ([0-9]+) \|$", page, re.MULTILINE)
    assert shown == re.findall(r'environ\.get\("([A-Z_]+)", "([0-9]+)"\)', sender)


@pytest.mark.parametrize(("kept", "told"), [("", None), (None, "shop 2")])
def test_the_line_for_cron(tmp_path: Path, kept: str | None, told: str | None) -> None:
    line = SCHEDULED.splitlines()[1].split(maxsplit=5)[5]
    for name, here in (
        ("/etc/nights/shop.env", tmp_path / "shop.env"),
        ("/opt/nights/nightly.sh", DOCS / "nights/nightly.sh"),
        ("/opt/nights/alert", tmp_path / "alert"),
        ("/var/lib/nights/shop", tmp_path),
        ("/var/log/nights/shop.log", tmp_path / "log"),
    ):
        assert name in line
        line = line.replace(name, str(here))
    (tmp_path / "shop.env").write_text("export SECRET_TOKEN=s3cret\n")
    (tmp_path / "alert").write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/told\n')
    (tmp_path / "alert").chmod(0o755)
    if kept is not None:
        (tmp_path / "kept.ndjson").write_text(kept)
    subprocess.run(["sh", "-c", line], env={"PATH": os.environ["PATH"]}, check=True)
    said = tmp_path / "told"
    assert (said.read_text().strip() if said.exists() else None) == told
