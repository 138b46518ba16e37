"""Rounds of cases: checks every law in every case, until a round finds nothing new.

One run of hypothesis serves all laws. A broken law is raised as an exception class for the rule to blame, so
that hypothesis shrinks each separately. hypothesis stops soon after the first failure, so the next round
ignores that rule and looks for others. Laws that break only because a stronger one does (`WEAK`) are raised
in a round of their own, if nothing else was found.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from custmap.diagnostics.errors import RecordError
from custmap.diagnostics.span import Span
from custmap.prove.blame import Broken, Law
from custmap.prove.declarations import MEANING_LAWS
from custmap.prove.laws import STRONG_LAWS, WEAK_LAWS
from custmap.prove.remarks import Tally
from custmap.prove.scene import Case, Scene
from custmap.prove.way_back import WAY_BACK_LAWS

if TYPE_CHECKING:
    from custmap.prove.draw import Strategy

STRONG: Final[tuple[Law, ...]] = (*MEANING_LAWS, *STRONG_LAWS, *WAY_BACK_LAWS)
WEAK: Final[tuple[Law, ...]] = WEAK_LAWS
_ROUNDS: Final = 4

Found = tuple[Law, Broken]


class BrokenError(Exception):
    """A law is broken in the current case; each rule has its own subclass."""


@dataclass(slots=True)
class Round:
    """One run. `muted` are the places of rules that earlier rounds have reported."""

    scene: Scene
    laws: tuple[Law, ...]
    quiet: tuple[Law, ...]
    muted: frozenset[Span | None]
    tally: Tally = field(default_factory=Tally)
    count: int = 0
    uneasy: bool = False
    smallest: dict[Span | None, tuple[int, int, Law, Broken]] = field(default_factory=dict)
    kinds: dict[Span | None, type[BrokenError]] = field(default_factory=dict)

    def look(self, case: Case) -> None:
        """Check every law; records the findings, then raises for the first broken law."""
        self.scene.begin()
        if isinstance(self.scene.planned(case.before, case.after), RecordError) and self._is_unfit(case):
            return
        if not self.kinds:  # afterwards hypothesis shrinks and generates no new cases
            self.count += 1
            self.tally.look(self.scene, case)
        for rank, law in enumerate(self.laws):
            broken = law.check(self.scene, case)
            if broken is None or broken.span in self.muted:
                continue
            rule = broken.span
            size = len(json.dumps([broken.before, broken.after, broken.sent], default=str))
            known = self.smallest.get(rule)
            if known is None or (rank, size) < known[:2]:
                self.smallest[rule] = (rank, size, law, broken)
            raise self.kinds.setdefault(rule, type("Broken", (BrokenError,), {}))
        if not self.uneasy:
            self.uneasy = any(law.check(self.scene, case) is not None for law in self.quiet)

    def _is_unfit(self, case: Case) -> bool:
        """Is one of the records refused, so that no law applies?"""
        for record in (case.before, case.after):
            try:
                self.scene.slots(record)
            except RecordError:
                return True
        return False

    def run(self, strategy: Strategy, examples: int, seed: int) -> None:
        """Generate cases, and shrink those that break a law."""
        draw_cases(self.look, strategy, examples, seed)

    def found(self) -> list[Found]:
        """One law per rule: the first in the order of laws."""
        told = sorted(
            self.smallest.values(), key=lambda item: (item[0], item[3].span is None, item[3].target)
        )
        return [(law, broken) for _, _, law, broken in told]


def draw_cases(look: Callable[[Case], None], strategy: Strategy, examples: int, seed: int) -> None:
    """Generate cases, and shrink those for which `look` raises a BrokenError."""
    import hypothesis  # an extra: imported when used

    settings = hypothesis.settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=False,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=(hypothesis.Phase.generate, hypothesis.Phase.shrink),
        verbosity=hypothesis.Verbosity.quiet,
        print_blob=False,
    )

    def rehearsed(case: Case) -> None:
        look(case)

    try:
        hypothesis.seed(seed)(settings(hypothesis.given(strategy)(rehearsed)))()
    except BrokenError:
        pass
    except BaseExceptionGroup as group:
        _, others = group.split(BrokenError)
        if others is not None:
            raise


def look_for_all(scene: Scene, strategy: Strategy, examples: int, seed: int) -> tuple[list[Found], Round]:
    """All broken laws, and the last round, which saw most cases."""
    found: list[Found] = []
    muted: set[Span | None] = set()
    for _ in range(_ROUNDS):
        last = Round(scene, STRONG, () if found else WEAK, frozenset(muted))
        last.run(strategy, examples, seed)
        if not last.smallest:
            break
        found += last.found()
        muted |= set(last.smallest)
    if not found and last.uneasy:
        weak = Round(scene, WEAK, (), frozenset())
        weak.run(strategy, examples, seed)
        found += weak.found()
    return found, last
