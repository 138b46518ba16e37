"""Faults planted in guards and in the identity of runs, each of which a check sees."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cli_night import COUNT, RULES, Night, came_out, digest, edited, ids, night, pipe
from test_cli_run_digest import ANOTHER, check_another

from custmap.cli import diff, run_digest
from custmap.records import identity, outputs
from custmap.records.clear_counts import ClearCounts
from custmap.records.field_tree import FieldTree
from custmap.records.guards import Limit
from small_mappings import write

__all__ = ["night"]
pytest.importorskip("duckdb")


def check_stopped(night: Night) -> None:
    with pipe() as (name, read):
        ended = night.run("-o", name)
        assert (ended.code, came_out(read)) == (4, b"")
    assert night.run("--allow", digest(ended)).code == 0
    assert night.run("--guard", "clears.email=20").code == 0


def check_ids(night: Night) -> None:
    """Of one run each is another; of two nights none is the same, even for the same request."""
    first = ids(night.run("--guard", "clears=100%"))
    assert len(set(first)) == 20
    edited("before.ndjson", "v1@", "w1@")(night.folder)
    assert not set(first) & set(ids(night.run("--guard", "clears=100%")))


class Leaky(outputs.Held):
    """A planted fault: what is held back goes out at once."""

    def write(self, data: bytes) -> None:
        self._sink.write(data)


def forgetful(*names: str) -> Callable[..., str]:
    """A planted fault: a digest without these parts."""

    def digest(**parts: Any) -> str:
        return identity.run_digest(**{name: part for name, part in parts.items() if name not in names})

    return digest


def check_skipped(night: Night) -> None:
    """What the vendor is not told is lost all the same."""
    write(night.folder, RULES.replace("send_null", "skip"))
    assert night.run().code == 4


def check_kept(night: Night) -> None:
    """What the mapping clears is cleared, although the record has it."""
    write(
        night.folder, RULES.replace("clear: send_null", "when: blocked, otherwise: clear, clear: send_null")
    )
    rows = [{"id": str(at), "email": "a@x.io", "blocked": True} for at in range(COUNT)]
    night.rows("before", rows)
    night.rows("after", [{**row, "blocked": False} for row in rows])
    assert night.run().code == 4


PLANTED: dict[str, tuple[Callable[[Night], None], Any, str, Any]] = {
    "nothing is lost": (check_skipped, FieldTree, "look", lambda self, old, new: ()),
    "no plan is looked at": (check_kept, ClearCounts, "told", lambda self, plan, before: ()),
    "many more had it": (check_stopped, FieldTree, "had", lambda self: ((0, 9999), (1, 9999))),
    "nothing is counted": (check_stopped, ClearCounts, "clear", lambda self, numbers: None),
    "a limit is too much": (check_stopped, Limit, "exceeded", lambda self, count, of: count >= self.most),
    "a pipe is not held back": (check_stopped, diff, "open_output", None),
    "what is held back is not": (check_stopped, outputs.Held, "write", Leaky.write),
    "ids are of the content alone": (check_ids, diff, "digest_of", lambda *parts: "0"),
    "a digest without inputs": (check_ids, run_digest, "run_digest", forgetful("inputs")),
    "ids are of the run alone": (
        check_ids,
        identity.RequestIds,
        "of",
        lambda self, rest, place=0: identity.content_digest(self.run.encode()),
    ),
    **{
        f"a digest without {part}": (
            lambda night, at=at: check_another(night, *ANOTHER[at]),
            run_digest,
            "run_digest",
            forgetful(part),
        )
        for part, at in (("inputs", 0), ("mapping", 3), ("params", 4), ("secrets", 5), ("options", 6))
    },
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_seen(night: Night, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    check, owner, attribute, planted = PLANTED[name]
    if planted is None:
        real = diff.open_output

        def planted(*arguments: Any, held: bool, **named: Any) -> Any:
            return real(*arguments, **named)

    monkeypatch.setattr(owner, attribute, planted)
    with pytest.raises(AssertionError):
        check(night)


@pytest.mark.parametrize("check", [check_stopped, check_skipped, check_kept, check_ids])
def test_without_a_fault_the_checks_pass(night: Night, check: Callable[[Night], None]) -> None:
    check(night)
