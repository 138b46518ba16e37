"""`Sample`: the calls that are made on both sides for one fixture, or for one record and one near to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final, TypeAlias

from custmap.diagnostics.errors import MappingError
from custmap.mapping.related import ENDINGS
from custmap.prove.places import Edit, edited
from custmap.syntax.source_text import MIB
from custmap.testing.discover import fixture_files
from custmap.testing.fixture import Apply, Diff, Fixture, Settle, read_fixture
from custmap.values.absent import ABSENT
from custmap.values.files import is_folder, read_start, real

Record: TypeAlias = dict[str, Any]
READINGS: Final = ("keep", "clear")
"""What absent means, in turn: records may be partial, or complete."""
_CHANGED: Final = 3
"""At so many places two near records differ, at most."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A call of `diff`; without a before it is told as apply tells it."""

    before: Any
    after: Any
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sample:
    """A fixture, or a record.

    `params`  None: some that fit.
    `source`  the records are rows of this source, looked up from `folder`.
    """

    calls: tuple[Pair, ...]
    params: Mapping[str, Any] | None = None
    source: str | None = None
    folder: Path | None = None


def fixtures_near(folder: Path) -> list[Path]:
    """The fixtures in reach of a folder: those of the nearest folder `fixtures/`, in it or above it."""
    for place in (folder, *real(folder).parents):
        if is_folder(place / "fixtures"):
            return list(fixture_files(place / "fixtures"))
    return []


def samples_of_fixtures(files: Iterable[Path], names: frozenset[str]) -> list[Sample]:
    """What the fixtures of the mappings with these names send; documents and answers are sent nowhere.

    Fixtures that cannot be read are the business of `custmap test`.
    """
    known = [name.encode() for name in names]
    found: list[Sample] = []
    for file in files:
        if not any(name in _start(file) for name in known):
            continue
        try:
            fixture = read_fixture(file, complete=False)
        except MappingError:
            continue
        if _named(fixture) in names and (calls := _calls(fixture)):
            found.append(Sample(calls, fixture.params, fixture.source, file.absolute().parent))
    return found


def sources_by_mapping(files: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """The mapping and the source of each fixture that has both."""
    for file in files:
        if b"source" not in _start(file):
            continue
        try:
            fixture = read_fixture(file, complete=False)
        except MappingError:
            continue
        if fixture.source is not None and fixture.mapping:
            yield _named(fixture), fixture.source


def _start(file: Path) -> bytes:
    try:
        return read_start(file, MIB)
    except OSError:
        return b""


def _named(fixture: Fixture) -> str:
    """The name of a fixture's mapping, also where it names the file."""
    path = Path(fixture.mapping)
    return f"{path.parent.name}/{path.stem}" if path.suffix in ENDINGS else fixture.mapping


def _calls(fixture: Fixture) -> tuple[Pair, ...]:
    match fixture.call:
        case Apply(customer, options):
            return (Pair(None, customer, _without(options, "on_rejected")),)
        case Diff(before, after, options) | Settle(Diff(before, after, options)):
            single = (Pair(None, one, options) for one in (before, after) if one is not None)
            return tuple(single) if before is None else (Pair(before, after, options), *single)
    return ()


def _without(options: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in options.items() if key != name}


def samples_of_records(
    records: Sequence[Record], ways: Sequence[tuple[Any, ...]], source: str | None, seed: int
) -> list[Sample]:
    """Given records, each with itself after what another has at up to three places: these are near pairs."""
    chance = Random(seed)
    found: list[Sample] = []
    for at, record in enumerate(records):
        calls = [Pair(None, record)]
        if ways:
            other = records[chance.randrange(len(records))] if len(records) > 1 else {}
            edits = [Edit(way, _at(other, way)) for way in chance.choices(ways, k=1 + at % _CHANGED)]
            calls.append(Pair(record, edited(record, edits), {"absent": READINGS[at % 2]}))
        found.append(Sample(tuple(calls), None, source))
    return found


def _at(record: Any, way: tuple[Any, ...]) -> Any:
    for step in way:
        if isinstance(record, dict):
            record = record.get(step, ABSENT)
        elif isinstance(record, list) and isinstance(step, int) and step < len(record):
            record = record[step]
        else:
            return ABSENT
    return record
