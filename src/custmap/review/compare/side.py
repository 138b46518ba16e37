"""One side of a comparison: a mapping that makes plans of samples, and what its rules are called.

What a plan says of a rule is found by the rule's place in the file, and is called by the rule's target as the
file has it: the targets of plans have keys of maps and items of lists in them, which are values of records.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from custmap.diagnostics.errors import CustmapError
from custmap.mapper import Mapping as Loaded
from custmap.model.change import Change
from custmap.model.nodes import Rider
from custmap.model.walkers import riders
from custmap.plan.plan import Plan
from custmap.prove.sample_params import sample_params
from custmap.review.compare.given_samples import Pair, Sample
from custmap.review.compare.meaning import Key, Meaning
from custmap.tables.source import Source
from custmap.values.absent import ABSENT
from custmap.values.paths import found_at
from custmap.wire.request import Request

LoadSource = Callable[[str, Any], Source]
"""A source by its name, and the folder from which it is looked up."""
OTHER = Key("", "another rule")


class Said(NamedTuple):
    """What a plan says of one rule: its changes by target, and the codes of what is rejected."""

    changes: dict[str, tuple[str, Any]]
    rejected: dict[str, str]


@dataclass(frozen=True, slots=True)
class Result:
    """A plan by rule, and its requests; or the codes for which the whole record was refused."""

    rules: dict[Key, Said] = field(default_factory=dict)
    requests: tuple[Request, ...] = ()
    refused: tuple[str, ...] = ()


class Side:
    """A mapping with its labels. `source`: how a source is loaded that a sample names."""

    def __init__(self, mapping: Loaded, meaning: Meaning, source: LoadSource | None = None) -> None:
        self.mapping = mapping
        self.meaning = meaning
        self._source = source
        self._names = frozenset(mapping.params)
        self._some = sample_params(mapping.checked)
        self._sources: dict[Hashable, Source | CustmapError] = {}
        self.riders: dict[str, list[tuple[str, Rider]]] = {}
        for call in mapping.checked.calls:
            found = [(one.target, one) for one in riders(call.operation.body)]
            self.riders.setdefault(call.operation.name, []).extend(found)

    def result(self, sample: Sample, call: Pair) -> Result:
        """What comes of a call; an option that does not go along with the mapping is a refusal, too."""
        given = self._some if sample.params is None else sample.params
        params = {name: value for name, value in given.items() if name in self._names}
        options: dict[str, Any] = dict(call.options)
        try:
            if sample.source is not None:
                options["source"] = self._rows(sample)
            plan = self.mapping.diff(call.before, call.after, params, **options)
        except CustmapError as error:
            return Result(refused=tuple(sorted({one.code for one in error.diagnostics})))
        except (TypeError, ValueError):
            return Result(refused=("call",))
        return Result(self._by_rule(plan), plan.requests)

    def _rows(self, sample: Sample) -> Source:
        key = (sample.source, sample.folder)
        if key not in self._sources:
            assert sample.source is not None and self._source is not None
            try:
                self._sources[key] = self._source(sample.source, sample.folder)
            except CustmapError as error:
                self._sources[key] = error
        found = self._sources[key]
        if isinstance(found, CustmapError):
            raise found.with_traceback(None)
        return found

    def _by_rule(self, plan: Plan) -> dict[Key, Said]:
        rules: dict[Key, Said] = {}
        for change in plan.changes:
            said = rules.setdefault(self.meaning.labels.get(change.span, OTHER), Said({}, {}))
            said.changes[change.target] = ("clear" if _is_clear(change) else "set", change.after)
        for one in plan.rejected:
            said = rules.setdefault(self.meaning.labels.get(one.span, OTHER), Said({}, {}))
            said.rejected[one.target] = one.code
        return rules


def _is_clear(change: Change) -> bool:
    """Does a value become null, gone, or empty?"""
    if change.action == "clear":
        return True
    empty = change.after is None or (type(change.after) in (str, list, dict) and not change.after)
    return empty and change.before not in (None, "", [], {})


def parts_of(request: Request, ridden: list[tuple[str, Rider]]) -> Mapping[str, Any]:
    """The parts of a request that no change of a plan tells of: by name, as targets are."""
    found: dict[str, Any] = {"request": (request.method, request.url.partition("?")[0])}
    for part in ("path", "query", "headers"):
        found |= {f"{part}.{name}": value for name, value in (getattr(request, part) or {}).items()}
    for target, rider in ridden:
        value = found_at(request.body, rider.path)
        if value is not ABSENT:
            found[target] = value
    return found
