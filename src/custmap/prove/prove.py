"""`prove`: test a mapping against the vendor that it declares; `rehearse`: test one plan.

Only `prove` needs hypothesis. `custmap diff --verify` calls `rehearse` for each plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from custmap.diagnostics.errors import RecordError
from custmap.plan.plan import Plan
from custmap.prove.blame import Broken
from custmap.prove.convergence import stray
from custmap.prove.flow import flow
from custmap.prove.found import Counterexample
from custmap.prove.moves import Refused
from custmap.prove.proof import Proof
from custmap.prove.redaction import veiled, veiled_target
from custmap.prove.remarks import assumed
from custmap.prove.rounds import look_for_all
from custmap.prove.rules import shown_rule
from custmap.prove.sample_params import sample_params
from custmap.prove.scene import Engine, Record, Scene
from custmap.running.states import is_value

if TYPE_CHECKING:
    from custmap.prove.draw import Strategy


class HypothesisMissing(ImportError):
    """hypothesis is not installed; `advice` says how it is."""

    advice: Final = "pip install 'custmap[prove]'"

    def __init__(self) -> None:
        super().__init__(f"prove draws customers with hypothesis: {self.advice}")


def prove(
    mapping: Engine,
    *,
    examples: int = 500,
    seed: int = 0,
    records: Sequence[Record] | None = None,
) -> Proof:
    """Test the mapping in `examples` cases; the same seed gives the same proof.

    `records`: cases are made from these; their values are never shown. ValueError for fewer than one
    example or an empty `records`; HypothesisMissing (an ImportError) if hypothesis is not installed.
    """
    if examples < 1:
        raise ValueError("examples must be at least 1")
    if records is not None and not records:
        raise ValueError("records is empty: there is nothing to draw from")
    try:
        import hypothesis
    except ImportError:
        raise HypothesisMissing from None
    del hypothesis
    if mapping.checked.steps:
        from custmap.prove.sequence import prove_sequence

        return prove_sequence(mapping, examples, seed, records)
    return prove_one(mapping, examples, seed, records)


def prove_one(mapping: Engine, examples: int, seed: int, records: Sequence[Record] | None) -> Proof:
    """`prove` of a mapping with one request."""
    scene = Scene(mapping, sample_params(mapping.checked))
    found, last = look_for_all(scene, _strategy(scene, records), examples, seed)
    told = tuple(as_told(law.name, law.sentence, broken, veil=records is not None) for law, broken in found)
    remarks = last.tally.remarks(scene, {one.line for one in told})
    unsent = None if scene.sent or scene.refused is None else str(scene.refused.diagnostics[0])
    return Proof(mapping.checked.name, told, assumed(mapping.checked), remarks, last.count, seed, unsent)


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
    """The smallest customer who is named: required members and identities that can be sent."""
    from custmap.prove.places import edited, places_of, skeleton

    bare = skeleton(scene.checked.canonical.type)
    ways = identity_ways(scene)
    options = [place.edits for place in places_of(scene.checked) if place.way in ways]
    start = bare
    for at in range(max((len(edits) for edits in options), default=0)):
        start = edited(bare, [edits[min(at, len(edits) - 1)] for edits in options])
        scene.begin()
        if _is_named(scene, start):
            break
    return _filled(scene, start) if scene.operation.body.whole else start


def _is_named(scene: Scene, record: Record) -> bool:
    """Can all identities be sent? That there is nothing to say of the customer yet is no matter."""
    made = scene.applied(record)
    wrong = {one.target for one in made.diagnostics} if isinstance(made, RecordError) else set()
    return wrong.isdisjoint(leaf.target for leaf in scene.identities)


def _filled(scene: Scene, start: Record) -> Record:
    """The customer with a value for each rule: of a part, no request that replaces the record can be made."""
    from custmap.prove.places import edited, places_of

    for place in places_of(scene.checked):
        options = [edited(start, [edit]) for edit in place.edits if is_value(edit.value)]
        start = max((start, *options), key=lambda record: sum(map(is_value, scene.slots(record))))
    return start


def as_told(law: str, sentence: str, broken: Broken, *, veil: bool) -> Counterexample:
    """A broken law as a counterexample; with `veil` it contains no value of a record."""
    before, after, sent, value = broken.before, broken.after, broken.sent, broken.value
    if veil:
        known: dict[Any, str] = {}
        before, after, sent, value = (veiled(one, known) for one in (before, after, sent, value))
        broken = replace(broken, target=veiled_target(broken.target), why=veiled_target(broken.why))
    span = broken.span
    return Counterexample(
        law=law,
        sentence=sentence,
        before=before,
        after=after,
        sent=sent,
        why=broken.why.replace("{value}", flow(value, quoted=True)),
        target=broken.target,
        file=span.file if span else "",
        line=span.line if span else 0,
        rule=shown_rule(span) if span else "",
    )


def _laid(scene: Scene, before: Record, after: Record) -> Iterator[Record]:
    """`a⁺`; a name or phone with only one part may have been given as a text, which states more."""
    yield scene.laid(before, after)
    texts = {
        field: after[field][part]
        for field, part in (("name", "formatted"), ("phone", "number"))
        if isinstance(after.get(field), dict) and list(after[field]) == [part]
    }
    if texts and scene.checked.canonical.is_customer:
        yield scene.laid(before, {**after, **texts})


def rehearse(
    mapping: Engine,
    before: Record | None,
    after: Record,
    plan: Plan,
    params: Mapping[str, Any] | None = None,
) -> str | None:
    """Does the plan lead a vendor that holds `before` to `after`? None, or the reason without any value.

    The records may be as they were given, or as they were taken in. How the plan read them (`absent`, a
    name given as a text) is not known here, so it has to be right for one of the ways. None also for records
    that cannot be sent at all.
    """
    if mapping.checked.steps:
        from custmap.prove.sequence import rehearse_sequence

        return rehearse_sequence(mapping, before, after, plan, params)
    return rehearse_one(mapping, before, after, plan, params)


def rehearse_one(
    mapping: Engine, before: Record | None, after: Record, plan: Plan, params: Mapping[str, Any] | None
) -> str | None:
    """`rehearse` of a mapping with one request."""
    scene = Scene(mapping, dict(params or {}))
    plan = scene.alone(plan)
    start = {} if before is None else scene.state_of(before)
    if start is None:
        return None
    aims = [after] if before is None else [*_laid(scene, before, after), after]
    broken: Broken | None = None
    for aim_record in aims:
        aim = scene.state_of(aim_record)
        if aim is None:
            return None
        try:
            unsaid = scene.unsaid(before or {}) + scene.unsaid(aim_record)
            broken = stray(scene, plan, start, aim, scene.store, before, after, unsaid)
        except Refused as refused:
            return veiled_target(f"`{refused.target}`: {refused.reason}")
        if broken is None:
            return None
    return veiled_target(broken.why) if broken else None
