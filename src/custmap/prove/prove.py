"""`prove`: a mapping against the vendor that it declares; `rehearse`: one plan against it.

Each law is looked at in every case, so that one run of hypothesis draws for all. What breaks a law is
raised as an exception of the rule that is to blame, and hypothesis shrinks each of them by itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from custmap.diagnostics.errors import RecordError
from custmap.plan.plan import Plan
from custmap.prove.laws import UPDATE_LAWS, Broken, Law, stray
from custmap.prove.meaning import MEANING_LAWS
from custmap.prove.params import sample_params
from custmap.prove.proof import Counterexample, Proof, veiled
from custmap.prove.remarks import Tally, assumed
from custmap.prove.rules import shown_rule
from custmap.prove.scene import Case, Engine, Record, Scene
from custmap.prove.sentence import flow
from custmap.prove.store import Refused

if TYPE_CHECKING:
    from custmap.prove.draw import Strategy

LAWS: Final[tuple[Law, ...]] = (*MEANING_LAWS, *UPDATE_LAWS)
_MOST: Final = 5
"""How many counterexamples are looked for; one mistake breaks more laws than one."""


class HypothesisMissing(ImportError):
    """hypothesis is not installed; `advice` says how it is."""

    advice: Final = "pip install 'custmap[prove]'"

    def __init__(self) -> None:
        super().__init__(f"prove draws customers with hypothesis: {self.advice}")


class _BrokenError(Exception):
    """A law does not hold for the case at hand; a class of its own for each law and line."""


@dataclass(slots=True)
class _Run:
    scene: Scene
    tally: Tally = field(default_factory=Tally)
    count: int = 0
    smallest: dict[tuple[str, int], tuple[int, Law, Broken]] = field(default_factory=dict)
    kinds: dict[tuple[str, int], type[_BrokenError]] = field(default_factory=dict)

    def look(self, case: Case) -> None:
        """Every law; raises for the first that does not hold, once what was found is kept."""
        self.scene.begin()
        if isinstance(self.scene.planned(case.before, case.after), RecordError) and _unfit(self.scene, case):
            return
        if not self.kinds:
            self.count += 1
            self.tally.look(self.scene, case)
        for law in LAWS:
            broken = law.check(self.scene, case)
            if broken is None:
                continue
            line = broken.span.line if broken.span else 0
            key = law.name, line
            if any(line and known[1] == line and known != key for known in self.kinds):
                continue  # the same rule, by another law
            if key not in self.kinds and len(self.kinds) >= _MOST:
                continue
            size = len(json.dumps([broken.before, broken.after, broken.sent], default=str))
            if key not in self.smallest or size < self.smallest[key][0]:
                self.smallest[key] = (size, law, broken)
            raise self.kinds.setdefault(key, type("Broken", (_BrokenError,), {}))


def _unfit(scene: Scene, case: Case) -> bool:
    """Is one of the records refused whole, so that nothing can be said?"""
    for record in (case.before, case.after):
        try:
            scene.slots(record)
        except RecordError:
            return True
    return False


def prove(
    mapping: Engine,
    *,
    examples: int = 500,
    seed: int = 0,
    records: Sequence[Record] | None = None,
) -> Proof:
    """Rehearse the mapping in `examples` cases; the same seed gives the same proof.

    `records`: cases are drawn among these; their values are never shown. ValueError for fewer than one
    example or an empty `records`; HypothesisMissing (an ImportError) where it is not installed.
    """
    if examples < 1:
        raise ValueError("examples is 1 at least")
    if records is not None and not records:
        raise ValueError("records is empty: there is nothing to rehearse with")
    try:
        import hypothesis
    except ImportError:
        raise HypothesisMissing from None
    run = _Run(Scene(mapping, sample_params(mapping.checked)))
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
        run.look(case)

    test = hypothesis.seed(seed)(settings(hypothesis.given(_strategy(run.scene, records))(rehearsed)))
    try:
        test()
    except _BrokenError:
        pass
    except BaseExceptionGroup as group:
        _, others = group.split(_BrokenError)
        if others is not None:
            raise
    return _proof(run, seed, veil=records is not None)


def _strategy(scene: Scene, records: Sequence[Record] | None) -> Strategy:
    from custmap.prove.draw import given_cases, near_cases
    from custmap.prove.places import places_of

    checked = scene.checked
    if records is not None:
        return given_cases(records, identity_ways(scene))
    return near_cases(places_of(checked), start_of(scene))


def identity_ways(scene: Scene) -> list[tuple[Any, ...]]:
    return [path for leaf in scene.identities for path in leaf.reads if all(isinstance(x, str) for x in path)]


def start_of(scene: Scene) -> Record:
    """The smallest customer for whom a request can be made: what the schema and the identities ask for."""
    from custmap.prove.places import edited, places_of, skeleton

    bare = skeleton(scene.checked.canonical.type)
    ways = identity_ways(scene)
    options = [place.edits for place in places_of(scene.checked) if place.way in ways]
    start = bare
    for at in range(max((len(edits) for edits in options), default=0)):
        start = edited(bare, [edits[min(at, len(edits) - 1)] for edits in options])
        scene.begin()
        if not isinstance(scene.applied(start), RecordError):
            return start
    return start


def _proof(run: _Run, seed: int, *, veil: bool) -> Proof:
    found = [
        _told(law, broken, veil=veil)
        for _, (_, law, broken) in sorted(
            run.smallest.items(), key=lambda item: (LAWS.index(item[1][1]), item[0][1])
        )
    ]
    checked = run.scene.checked
    shown = {one.line for one in found}
    return Proof(
        checked.name, tuple(found), assumed(checked), run.tally.remarks(run.scene, shown), run.count, seed
    )


def _told(law: Law, broken: Broken, *, veil: bool) -> Counterexample:
    """A broken law in words; with `veil` no value of a record is in them."""
    before, after, sent, value = broken.before, broken.after, broken.sent, broken.value
    if veil:
        known: dict[Any, str] = {}
        before, after, sent, value = (veiled(one, known) for one in (before, after, sent, value))
    span = broken.span
    return Counterexample(
        law=law.name,
        sentence=law.sentence,
        before=before,
        after=after,
        sent=sent,
        why=broken.why.replace("{value}", flow(value, quoted=True)),
        target=broken.target,
        file=span.file if span else "",
        line=span.line if span else 0,
        rule=shown_rule(span) if span else "",
    )


def rehearse(
    mapping: Engine,
    before: Record | None,
    after: Record,
    plan: Plan,
    params: Mapping[str, Any] | None = None,
) -> str | None:
    """Does the plan lead a vendor that holds `before` to `after`? None, or why not, without any value.

    `absent` of the plan does not matter: both ways that a record can be read are tried. Nothing is said
    (None) about records that cannot be sent at all.
    """
    scene = Scene(mapping, dict(params or {}))
    start = {} if before is None else scene.state_of(before)
    if start is None:
        return None
    aims: Iterable[Record] = [after] if before is None else [scene.laid(before, after), after]
    broken: Broken | None = None
    for aim_record in aims:
        aim = scene.state_of(aim_record)
        if aim is None:
            return None
        try:
            broken = stray(scene, plan, start, aim, scene.store, before, after)
        except Refused as refused:
            return f"`{refused.target}`: {refused.reason}"
        if broken is None:
            return None
    return broken.why if broken else None
