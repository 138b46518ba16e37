"""The first fixture of a mapping or a source: a record, or two, and what comes out as its expectation.

It passes at once, for what is expected is what came out: it is there to be read, and given a summary.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingOf
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from custmap.diagnostics.errors import MappingError
from custmap.prove.sample_params import sample_params
from custmap.schema.misfit import misfit
from custmap.syntax.yaml_reader import read_yaml
from custmap.testing.call import Answer, plan_of
from custmap.testing.fixture import Apply, Fixture, Stated, fixture_of
from custmap.testing.run import run_fixture
from custmap.testing.update import UpdateError, updated
from custmap.testing.write_yaml import block
from custmap.values.words import word_for

if TYPE_CHECKING:
    from custmap.mapper import Mapping
    from custmap.model.checked import CheckedParam
    from custmap.tables.source import Source

_SHOWN: Final = 3
_SENTENCE: Final = re.compile(r"[A-Za-z][^:#\"'\\\n]*[^:#\"'\\\s]")
"""What needs no quotes on a line of its own."""
_GIVEN: Final = frozenset({"before", "after"})


class NotWritten(ValueError):
    """No fixture can be made; the text says why, without a value of a record."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """A fixture: its bytes, and why its record is refused, if it is."""

    data: bytes
    refused: str | None


def drafted(path: Path, records: list[Any], mapping: Mapping | None, source: Source | None) -> Drafted:
    """The first fixture of a mapping, or of a source alone; NotWritten.

    `path`     where it is going to be.
    `records`  one for apply, or two for a diff; one object with `before` and `after` is two.
    `source`   the records are its rows.
    """
    given = _given(records, source)
    head: dict[str, Any] = {} if mapping is None else {"mapping": mapping.name}
    head |= {} if source is None else {"source": source.name}
    if mapping is None and "row" not in given:
        raise NotWritten("a source reads one row: a diff is of a mapping")
    params = {} if mapping is None else needed_params(mapping)
    text = _text({**head, "summary": "-", **({"params": params} if params else {}), **given})
    fixture = _fixture(path, text)
    report = run_fixture(fixture, _load_of(mapping, source))
    if report.answer.misuse is not None:
        raise NotWritten(report.answer.misuse)
    summary = _summary(fixture, report.answer)
    data = _text({**head, "summary": summary, **({"params": params} if params else {}), **given})
    try:
        made = updated(run_fixture(_fixture(path, data), _load_of(mapping, source)), data)
    except UpdateError as error:
        raise NotWritten(str(error)) from error
    again = run_fixture(_fixture(path, made, complete=True), _load_of(mapping, source))
    if not again.passed:
        raise NotWritten("what came out cannot be expected; this is a bug in custmap")
    refused = report.answer.error
    return Drafted(made, None if refused is None else str(refused.diagnostics[0]))


def _load_of(mapping: Mapping | None, source: Source | None) -> Any:
    return lambda _name, *, start, kind="mapping": _loaded(kind, mapping, source)


def _loaded(kind: str, mapping: Mapping | None, source: Source | None) -> Any:
    found = source if kind == "source" else mapping
    assert found is not None, "the fixture names what was given"
    return found


def _given(records: list[Any], source: Source | None) -> dict[str, Any]:
    """The records by the keys that a fixture has for them."""
    one = records[0] if len(records) == 1 else None
    if isinstance(one, dict) and one and one.keys() < _GIVEN:
        raise NotWritten("a diff has `before` and `after`; `before` is null if nothing is known")
    if isinstance(one, dict) and one.keys() == _GIVEN:
        records = [one["before"], one["after"]]
    if len(records) not in (1, 2):
        raise NotWritten(f"a fixture has one record, or two for a diff; there are {len(records)}")
    for at, each in enumerate(records):
        if not isinstance(each, dict) and not (each is None and at < len(records) - 1):
            raise NotWritten(f"a record is one JSON object; this is {word_for(each)}")
    if len(records) == 2:
        return dict(zip(("before", "after"), records, strict=True))
    return {"customer" if source is None else "row": one}


def _text(members: dict[str, Any]) -> bytes:
    lines = []
    for name, value in members.items():
        is_plain = name == "summary" and _SENTENCE.fullmatch(value)
        lines += [f"{name}: {value}"] if is_plain else block(name, value)
    return ("\n".join(lines) + "\n").encode()


def _fixture(path: Path, data: bytes, *, complete: bool = False) -> Fixture:
    try:
        return fixture_of(read_yaml(data, str(path)), path, complete=complete)
    except MappingError as error:
        first = error.diagnostics[0]
        raise NotWritten(f"the record cannot be written to a fixture: {first.message}") from error


def _summary(fixture: Fixture, answer: Answer) -> str:
    """A sentence about what came out; the fact is for the author to say."""
    if answer.error is not None:
        return f"It is refused ({answer.error.diagnostics[0].code})"
    if isinstance(fixture.call, Stated):
        return "What a row states of a customer"
    plan = plan_of(fixture, answer)
    if plan is None or not (plan.changes or plan.rejected):
        return "There is nothing to say"
    told = []
    for words, targets in (
        ("sets", [one.target for one in plan.changes if one.action == "set"]),
        ("clears", [one.target for one in plan.changes if one.action == "clear"]),
        ("rejects", [one.target for one in plan.rejected]),
    ):
        if targets:
            more = len(targets) - _SHOWN
            told.append(f"{words} {', '.join(targets[:_SHOWN])}" + (f" and {more} more" if more > 0 else ""))
    what = "A customer" if isinstance(fixture.call, Apply) else "A change"
    return f"{what} {'; '.join(told)}"


def needed_params(mapping: Mapping) -> dict[str, Any]:
    """A value for each parameter without which there is no request: its own name where that fits."""
    checked = mapping.checked
    samples = dict(sample_params(checked))
    declared = {one.name: one for one in checked.params}
    found = {name: _worded(mapping, declared[name], value) for name, value in samples.items()}
    for name in samples:
        without = {other: value for other, value in found.items() if other != name}
        if not _missing(mapping, without):
            found = without
    return found


def _worded(mapping: Mapping, param: CheckedParam, sample: Any) -> Any:
    """The parameter's name in place of a sample text that has no meaning; a secret is a harmless word."""
    if not isinstance(sample, str):
        return sample
    riders = [one for op in mapping.checked.operations for one in op.riders if one.param == param.name]
    variables = {name for op in mapping.checked.operations for name in op.variables.values()}
    plainly = all(
        one.values is None and (one.type is None or misfit(one.type, param.name) is None) for one in riders
    )
    named = plainly and param.name not in variables and (param.secret or set(sample) <= {"x"} or not riders)
    return param.name if named else sample


def _missing(mapping: Mapping, params: MappingOf[str, Any]) -> bool:
    """Is a request impossible with these parameters?"""
    with suppress(TypeError, ValueError):
        bound = mapping.engine.binder.bind(params)
        bounds = bound if isinstance(bound, tuple) else (bound,)
        return any(one.missing for one in bounds)
    return True
