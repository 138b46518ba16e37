"""Requests that replace the whole record, on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_runner import Cli

from small_mappings import write

RULES = "merge: whole\nbody: {mail: email, firm: company}\n"
PART, FULL = {"email": "a"}, {"email": "b", "company": "c"}
LINES = f"{json.dumps(PART)}\n{json.dumps(FULL)}\n".encode()


@pytest.mark.parametrize(
    ("more", "code", "sent"),
    [
        ((), 1, [{"firm": "c", "mail": "b"}]),
        (("--on-rejected", "drop"), 1, [{"firm": "c", "mail": "b"}]),
        (("--absent", "clear"), 0, [{"mail": "a"}, {"firm": "c", "mail": "b"}]),
    ],
)
def test_a_part_is_refused_unless_records_are_complete(
    cli: Cli, tmp_path: Path, more: tuple[str, ...], code: int, sent: list[Any]
) -> None:
    ended = cli("apply", write(tmp_path, RULES), *more, stdin=LINES)
    assert ended.code == code
    assert [json.loads(line)["body"] for line in ended.out.splitlines()] == sent
    assert ("CM816" in ended.err) == (code == 1)
