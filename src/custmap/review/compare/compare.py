"""`compare`: two versions of a mapping, by what they mean and by what they send."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Final, TypeAlias

from custmap.mapper import Mapping, load
from custmap.mapping.related import ENDINGS
from custmap.review.compare.comparison import Comparison, Status
from custmap.review.compare.differing import changes_of
from custmap.review.compare.drawn import WITHOUT_HYPOTHESIS, drawn_samples, lacks_texts, ways_of
from custmap.review.compare.effect import effect_of
from custmap.review.compare.gathered import meaning_of, meaning_of_source
from custmap.review.compare.given_samples import fixtures_near, samples_of_fixtures, samples_of_records
from custmap.review.compare.side import LoadSource, Side
from custmap.tables.source import Source
from custmap.tables.source import source as load_source

NameOrMapping: TypeAlias = str | os.PathLike[str] | Mapping
RECORDS: Final = 2_000
_SEED: Final = 0


@dataclass(frozen=True, slots=True)
class Given:
    """The records to compare with: None draws some.

    `source`  they are rows of this source. `rows` are its columns that a near row may differ in.
    """

    records: Sequence[dict[str, Any]] | None = None
    source: str | None = None
    columns: tuple[str, ...] = ()


def compare(
    old: NameOrMapping, new: NameOrMapping, records: Iterable[dict[str, Any]] | None = None
) -> Comparison:
    """What changes from one version of a mapping to another: in meaning, and in what is sent.

    `old`, `new`  names, paths of files, or mappings.
    `records`     customers to compare requests with, beside the fixtures in reach; they are not modified, and
                  none of their values is in the result. Default: 2,000 customers are drawn, always the same.

    Changes of meaning are told rule by rule and state by state; comments, order and spelling are none.
    MappingError for a mapping that does not exist or has errors.

    >>> import custmap
    >>> same = custmap.compare("microbase/customer-update", "microbase/customer-update", records=[])
    >>> bool(same), same.status
    (False, 'same')
    """
    was, now = _loaded(old), _loaded(new)
    given = Given(None if records is None else list(records))
    labels = (_label(old, was), _label(new, now))
    return compared(was, now, labels, fixtures_near(Path.cwd()), given)


def _loaded(one: NameOrMapping) -> Mapping:
    return one if isinstance(one, Mapping) else load(one)


def _label(one: NameOrMapping, mapping: Mapping) -> str:
    return mapping.name if isinstance(one, Mapping) else os.fspath(one)


def compared(
    old: Mapping,
    new: Mapping,
    labels: tuple[str, str],
    fixtures: Iterable[Path],
    given: Given | None = None,
    sources: tuple[LoadSource, LoadSource] | None = None,
) -> Comparison:
    """The comparison of two mappings. `sources`: how the sources of each side are loaded."""
    given = given or Given()
    meanings = meaning_of(old.engine), meaning_of(new.engine)
    changes = changes_of(*meanings)
    sides = [
        Side(mapping, meaning, load)
        for mapping, meaning, load in zip(
            (old, new), meanings, sources or (source_loader(), source_loader()), strict=True
        )
    ]
    samples = samples_of_fixtures(fixtures, frozenset((old.name, new.name)))
    remarks: tuple[str, ...] = ()
    if given.records is None:
        drawn = drawn_samples((old, new), RECORDS, _SEED)
        remarks = (WITHOUT_HYPOTHESIS,) if lacks_texts((old, new)) else ()
    else:
        ways = [(name,) for name in given.columns] if given.source else ways_of((old, new))
        drawn = samples_of_records(given.records, ways, given.source, _SEED)
    effect = effect_of(sides[0], sides[1], samples, drawn, are_drawn=given.records is None)
    status: Status = "changed" if changes or effect else "same"
    name = new.name if old.name == new.name else f"{old.name} → {new.name}"
    return Comparison(name, *labels, "mapping", status, changes, effect, (), remarks)


def source_loader(
    modules: Sequence[ModuleType] = (), root: str | os.PathLike[str] | None = None
) -> LoadSource:
    """Loads sources by name, looked up from a folder; with a suffix it is a file, relative to the folder."""

    def load_one(name: str, folder: Path | None) -> Source:
        path = (folder or Path()) / name if name.endswith(ENDINGS) else name
        return load_source(path, functions=modules, start=folder, root=root)

    return load_one


def compared_sources(old: Source, new: Source, labels: tuple[str, str]) -> Comparison:
    """The comparison of two sources, by what they mean."""
    changes = changes_of(meaning_of_source(old.checked), meaning_of_source(new.checked))
    name = new.name if old.name == new.name else f"{old.name} → {new.name}"
    return Comparison(name, *labels, "source", "changed" if changes else "same", changes)
