"""What is told of a comparison: one `MeaningChange` for each rule, container or part of the head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

CLEAR: Final = "clear"
REJECT: Final = "reject"
REMOVE: Final = "remove"
HARMS: Final = (CLEAR, REJECT, REMOVE)
"""What `--fail-on` stops for."""


class FactChange(NamedTuple):
    """One fact on both sides, as texts; None: nothing is said.

    `text` says what changed, `means` what that does, None where the states say it.
    """

    name: str
    old: str | None
    new: str | None
    text: str
    means: str | None = None


class StateChange(NamedTuple):
    """What becomes of one state of the source, without a before (`apply`) or from a value (`diff`)."""

    state: str
    way: Literal["apply", "diff"]
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class MeaningChange:
    """A rule, container or part of the head that means something else.

    `request`   of several requests the name of the one it belongs to; "" otherwise.
    `old_line`, `new_line`  of the rule, None where it has none.
    `means`     sentences: what becomes of the states.
    `help`      where else the source of a rule went.
    `harms`     those of `HARMS` that it may do.
    """

    action: Literal["added", "removed", "changed"]
    request: str
    target: str
    old_line: int | None
    new_line: int | None
    facts: tuple[FactChange, ...] = ()
    states: tuple[StateChange, ...] = ()
    means: tuple[str, ...] = ()
    help: str | None = None
    harms: frozenset[str] = frozenset()

    def to_dict(self) -> dict[str, Any]:
        return {
            "action": self.action,
            "request": self.request,
            "target": self.target,
            "line": {"old": self.old_line, "new": self.new_line},
            "facts": [one._asdict() for one in self.facts],
            "states": [one._asdict() for one in self.states],
            "means": list(self.means),
            "help": self.help,
            "harms": [one for one in HARMS if one in self.harms],
        }
