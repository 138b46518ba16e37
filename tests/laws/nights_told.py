"""A schedule as it went, night by night, for reading."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from nights_schedule import Fate, Schedule
from nights_trial import Answer
from nights_world import NOT_SENT, Step, World
from whole_loading import as_yaml

from custmap.back.outcome import Outcome
from custmap.values.paths import Index, Select, format_path


def told(schedule: Schedule, world: World) -> str:
    return "\n".join([*_head(schedule), *(line for step in world.steps for line in _step(step))])


def _head(schedule: Schedule) -> Iterator[str]:
    trial = schedule.trial
    yield f"seed {schedule.seed}  options {schedule.options}  params {trial.params}"
    if trial.rules is None:
        yield f"mapping {trial.name}"
        return
    for part, rules in trial.rules.items():
        if part != "body":
            yield f"{part}: {as_yaml(rules)}"
    yield "body:"
    for target, rule in trial.rules["body"].items():
        yield f"  {json.dumps(target)}: {as_yaml(rule)}"


def _step(step: Step) -> Iterator[str]:
    yield f"night {step.night}  {step.key}"
    yield f"  before   {json.dumps(step.before)}"
    yield f"  record   {json.dumps(step.record)}"
    for one in step.error.diagnostics if step.error else ():
        yield f"  refused  {one.code} {one.target or one.path}"
    yield from _plan(step)
    yield f"  kept     {json.dumps(step.kept)}"
    yield f"  vendor   {json.dumps(_plain(step.held))}"


def _plan(step: Step) -> Iterator[str]:
    for change in step.plan.changes:
        values = f"{json.dumps(change.before)} → {json.dumps(change.after)}"
        yield f"  change   {change.action} {change.target} ← {change.source}: {values}"
    for rejection in step.plan.rejected:
        yield f"  rejected {rejection.code} {rejection.target} ← {rejection.source}"
    for note in step.plan.notes:
        yield f"  note     {note}"
    if step.plan.request is None:
        return
    yield f"  request  {json.dumps(step.plan.request.body)}"
    for fate, answer in step.tries:
        yield f"  sent     {fate}{_refused(step, fate)}; answer {_answer(answer)}"
    yield f"  outcome  {_outcome(step.outcome)}"


def _refused(step: Step, fate: Fate) -> str:
    return f", but for {', '.join(step.refused)}" if step.refused and fate.arrives else ""


def _answer(answer: Answer | None) -> str:
    return "none" if answer is None else f"{answer[0]} {json.dumps(answer[1])}"


def _outcome(outcome: Any) -> str:
    if outcome is NOT_SENT:
        return "not sent"
    if not isinstance(outcome, Outcome):
        return "not known: no answer"
    word = {True: "applied", False: "not applied", None: "not known"}[outcome.applied]
    errors = [one.field or f"({one.vendor_field})" for one in outcome.errors]
    return f"{word}{', errors at ' + ', '.join(errors) if errors else ''}"


def _plain(state: Any) -> Any:
    """A vendor's state as JSON: items are held by their keys."""
    if not isinstance(state, dict):
        return state
    return {_name(key): _plain(value) for key, value in state.items()}


def _name(key: Any) -> str:
    if isinstance(key, Index | Select):
        return format_path((key,))
    return key if isinstance(key, str) else repr(key)
