"""What the fixtures show of each mapping and source, fact by fact: the model of `custmap test --coverage`.

A pure function from reports to frozen values, so that pages can show it too. What can be shown comes from
the checked mapping (`facts.rules`, `facts.answers`), what is shown from the records and answers of fixtures
as the generated code reads them (`facts.records`): a fixture that differs from its expectation shows nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from custmap.lineage.lineage import Line
from custmap.model.walkers import leaves
from custmap.testing.facts.answers import answered_by, answers_of
from custmap.testing.facts.asking import Asker
from custmap.testing.facts.fact import KINDS, Fact, Place, Shown
from custmap.testing.facts.records import shown_by_records, shown_by_rows
from custmap.testing.facts.rules import Part, rule_facts
from custmap.testing.run import Report

if TYPE_CHECKING:
    from custmap.mapper import Mapping
    from custmap.tables.source import Source

S = TypeVar("S", "Mapping", "Source")
G = TypeVar("G")
FORMAT_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class FactCoverage:
    """One fact of a rule, and the first fixture that shows it; None: none does."""

    kind: str
    name: str
    fixture: str | None

    def __str__(self) -> str:
        """How a text goes on after "never"."""
        word = {"when": "`when` ", "clear": "cleared by ", "rejected": "rejected with "}.get(self.kind, "")
        return word + self.name

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "name": self.name, "fixture": self.fixture}


@dataclass(frozen=True, slots=True)
class RuleCoverage:
    """One rule and its facts. `request` is the name of its entry, of several requests."""

    target: str
    line: int
    request: str
    facts: tuple[FactCoverage, ...]

    @property
    def open(self) -> tuple[FactCoverage, ...]:
        """The facts that no fixture shows."""
        return tuple(fact for fact in self.facts if fact.fixture is None)

    def to_dict(self) -> dict[str, Any]:
        facts = [fact.to_dict() for fact in self.facts]
        return {"target": self.target, "line": self.line, "request": self.request, "facts": facts}


@dataclass(frozen=True, slots=True)
class MappingCoverage:
    """A mapping, or a source, and its rules in the order of the file."""

    name: str
    file: str
    is_source: bool
    rules: tuple[RuleCoverage, ...]

    @property
    def total(self) -> int:
        return sum(len(rule.facts) for rule in self.rules)

    @property
    def shown(self) -> int:
        return self.total - sum(len(rule.open) for rule in self.rules)

    @property
    def percent(self) -> int:
        return percent_of(self.shown, self.total)

    @property
    def open(self) -> tuple[RuleCoverage, ...]:
        """The rules of which no fixture shows some fact."""
        return tuple(rule for rule in self.rules if rule.open)

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "kind": "source" if self.is_source else "mapping",
            "file": self.file,
            "shown": self.shown,
            "total": self.total,
            "percent": self.percent,
            "rules": [rule.to_dict() for rule in self.rules],
        }


@dataclass(frozen=True, slots=True)
class Coverage:
    """All mappings and sources, by name; sources come last."""

    mappings: tuple[MappingCoverage, ...]

    @property
    def total(self) -> int:
        return sum(one.total for one in self.mappings)

    @property
    def shown(self) -> int:
        return sum(one.shown for one in self.mappings)

    @property
    def percent(self) -> int:
        return percent_of(self.shown, self.total)

    def to_dict(self) -> dict[str, Any]:
        return {
            "format_version": FORMAT_VERSION,
            "shown": self.shown,
            "total": self.total,
            "percent": self.percent,
            "mappings": [one.to_dict() for one in self.mappings],
        }


def percent_of(shown: int, total: int) -> int:
    """Whole percent, rounded down: 100 means all.

    >>> percent_of(999, 1000), percent_of(0, 0)
    (99, 100)
    """
    return 100 if total == 0 else 100 * shown // total


def coverage_of(
    reports: Iterable[Report], also: Iterable[Mapping] = (), sources: Iterable[Source] = ()
) -> Coverage:
    """The coverage of every mapping and source that the reports' fixtures loaded.

    `also`, `sources`  others that should be listed: without a fixture nothing of them is shown.
    """
    mappings: dict[tuple[str, str], _Mapping] = {}
    tables: dict[tuple[str, str], _Source] = {}
    for report in reports:
        mapping, source = report.answer.mapping, report.answer.source
        if mapping is not None:
            own = _gatherer(mappings, mapping, _Mapping)
            if report.passed:
                own.add(report)
        if source is not None:
            table = _gatherer(tables, source, _Source)
            if report.passed:
                table.add(report)
    tested = {name for _, name in (*mappings, *tables)}
    for mapping in also:
        if mapping.name not in tested:
            _gatherer(mappings, mapping, _Mapping)
    for source in sources:
        if source.name not in tested:
            _gatherer(tables, source, _Source)
    found = [one.coverage() for one in mappings.values()]
    found += [one.coverage() for one in tables.values()]
    return Coverage(tuple(sorted(found, key=lambda one: (one.is_source, one.name, one.file))))


def _gatherer(known: dict[tuple[str, str], G], subject: S, make: Callable[[S], G]) -> G:
    """What gathers the facts of a mapping or a source: one for all loads of a file."""
    key = subject.checked.file.file, subject.name
    if key not in known:
        known[key] = make(subject)
    return known[key]


@dataclass(slots=True)
class _Gathered:
    """Facts by rule, each with the first fixture that shows it."""

    facts: dict[Place, dict[Fact, str | None]] = field(default_factory=dict)

    def expect(self, facts: Iterable[Shown]) -> None:
        for place, fact in facts:
            self.facts.setdefault(place, {}).setdefault(fact, None)

    def show(self, facts: Iterable[Shown], fixture: str) -> None:
        for place, fact in facts:
            known = self.facts.get(place)
            if known is not None and known.get(fact, fixture) is None:
                known[fact] = fixture

    def rules(self) -> tuple[RuleCoverage, ...]:
        places = sorted(self.facts, key=lambda place: (place.line, place.column, place.request, place.target))
        return tuple(
            RuleCoverage(place.target, place.line, place.request, tuple(_in_order(self.facts[place])))
            for place in places
        )


def _in_order(facts: dict[Fact, str | None]) -> Iterator[FactCoverage]:
    for fact in sorted(facts, key=lambda one: KINDS.index(one.kind)):
        yield FactCoverage(fact.kind, fact.name, facts[fact])


class _Mapping:
    """Gathers what reports show of one mapping."""

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self._parts = parts_of(mapping)
        self._asker = Asker(mapping.checked.functions)
        self._answers = answers_of(self._parts)
        self._gathered = _Gathered()
        for part in self._parts:
            self._gathered.expect(rule_facts(part))
        for answers in self._answers.values():
            self._gathered.expect(answers.facts())

    def add(self, report: Report) -> None:
        fixture, answer = report.fixture, report.answer
        assert answer.mapping is not None
        parts = self._parts if answer.mapping is self._mapping else parts_of(answer.mapping)
        self._gathered.show(shown_by_records(fixture, answer, parts, self._asker), fixture.name)
        for request, answered, customer, ok in answered_by(fixture, answer):
            answers = self._answers.get(request)
            if answers is not None:
                self._gathered.show(answers.shown(answered, customer, ok), fixture.name)

    def coverage(self) -> MappingCoverage:
        checked = self._mapping.checked
        return MappingCoverage(checked.name, checked.file.file, False, self._gathered.rules())


class _Source:
    """Gathers what rows show of one source."""

    def __init__(self, source: Source) -> None:
        self._source = source
        checked = source.checked.checked
        self._part = Part(checked, "", "", {}, of_rows=True)
        self._asker = Asker(checked.functions)
        self._gathered = _Gathered()
        self._gathered.expect(rule_facts(self._part))

    def add(self, report: Report) -> None:
        source = report.answer.source
        assert source is not None
        part = self._part._replace(checked=source.checked.checked)
        self._gathered.show(shown_by_rows(report.fixture, source, part, self._asker), report.fixture.name)

    def coverage(self) -> MappingCoverage:
        file = self._source.checked.file
        return MappingCoverage(self._source.name, file.file, True, self._gathered.rules())


def parts_of(mapping: Mapping) -> list[Part]:
    """The operations of a mapping of which facts are told."""
    lines: dict[str, dict[tuple[str, int], Line]] = {}
    for line in mapping.explain().lines:
        lines.setdefault(line.request, {})[line.target, line.line] = line
    found: list[Part] = []
    for ruled in mapping.engine.ruled:
        checked = ruled.engine.checked
        name = checked.operation.name
        own = lines.get(name, {})
        found.append(Part(checked, name, "", own, names=not found, answers=not ruled.inner))
        for call in ruled.inner:
            clears = call.operation.clears
            prefix = f"{call.operation.name}[{'clear' if clears else 'set'}]."
            request = call.operation.name + (".clear" if clears else "")
            rule = next(leaves(checked.operation.body))
            empties = rule.policy.empty == "value"
            found.append(Part(call, request, prefix, own, answers=True, empties=empties))
    return found
