"""`prove` and `rehearse` for several requests: each is tested alone, as a mapping or by its entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from custmap.model.checked import Checked
from custmap.plan.plan import Plan
from custmap.prove.blame import Broken
from custmap.prove.entries import SENTENCES, EntryScene, rehearsed
from custmap.prove.found import Counterexample
from custmap.prove.proof import Proof
from custmap.prove.prove import as_told, prove_one, rehearse_one
from custmap.prove.redaction import veiled_target
from custmap.prove.remarks import assumed
from custmap.prove.rounds import BrokenError, draw_cases
from custmap.prove.rules import rules_of
from custmap.prove.sample_params import sample_params
from custmap.prove.scene import Case, Engine, Record
from custmap.prove.step_scene import StepScene
from custmap.prove.told_together import told_together

if TYPE_CHECKING:
    from custmap.prove.draw import Strategy


def prove_sequence(mapping: Engine, examples: int, seed: int, records: Sequence[Record] | None) -> Proof:
    """The proofs of all requests, as one."""
    checked = mapping.checked
    proofs = [prove_one(part, examples, seed, records) for part in mapping.parts]
    found = [one for proof in proofs for one in proof.counterexamples]
    params = sample_params(checked)
    unsent = [proof.unsent for proof in proofs]
    for step in checked.steps:
        if step.entries is not None:
            scene = EntryScene(mapping, params, step)
            found += _look(scene, examples, seed, records)
            unsent.append(None if scene.sent else scene.refused)
    for together in told_together(mapping, params):
        found += _look(together, examples, seed, records)
    remarks = dict.fromkeys(one for proof in proofs for one in proof.remarks)
    why = next((one for one in unsent if one is not None), None)
    return Proof(checked.name, tuple(found), assumed(checked), tuple(remarks), examples, seed, why)


def _look(
    scene: StepScene, examples: int, seed: int, records: Sequence[Record] | None
) -> list[Counterexample]:
    """The smallest case that breaks a law of a step's entries, or of a list that several steps tell."""
    smallest: list[tuple[int, str, Broken]] = []

    def look(case: Case) -> None:
        if (found := scene.broken_by(case)) is not None:
            law, broken = found
            size = len(str((broken.before, broken.after)))
            if not smallest or size < smallest[0][0]:
                smallest[:] = [(size, law, broken)]
            raise BrokenError

    draw_cases(look, _strategy(scene, records), examples, seed)
    return [as_told(law, SENTENCES[law], one, veil=records is not None) for _, law, one in smallest]


def _strategy(scene: StepScene, records: Sequence[Record] | None) -> Strategy:
    from custmap.prove.draw import given_cases, near_cases

    if records is not None:
        return given_cases(records, scene.identities())
    return near_cases(scene.places(), scene.start)


def rehearse_sequence(
    mapping: Engine, before: Record | None, after: Record, plan: Plan, params: Mapping[str, Any] | None
) -> str | None:
    """The first reason why a plan does not lead from one record to the other, request by request."""
    for part in mapping.parts:
        if why := rehearse_one(part, before, after, _of(plan, part.checked), params):
            return why
    for step in mapping.checked.steps:
        if step.entries is not None:
            scene = EntryScene(mapping, dict(params or {}), step)
            if why := rehearsed(scene, plan, before, after):
                return veiled_target(why)
    return None


def _of(plan: Plan, part: Checked) -> Plan:
    """What a plan says of one request."""
    spans = {rule.span for _, rule in rules_of(part.file)}
    name = part.operation.name
    return replace(
        plan,
        changes=tuple(one._replace(request=0) for one in plan.changes if one.span in spans),
        rejected=tuple(one for one in plan.rejected if one.span in spans),
        notes=tuple(one for one in plan.notes if one.span is None or one.span in spans),
        requests=tuple(one for one in plan.requests if one.name == name),
    )
