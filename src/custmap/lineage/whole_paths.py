"""The sources of a lineage's lines as paths of the whole record, also where a line is about an item.

A rule inside `each` reads its item: `city` there is `addresses[*].city` of the record. Who asks which field
reaches whom must not take it for a field `city` of the customer.
"""

from __future__ import annotations

from custmap.lineage.lineage import Line, Lineage

_ITEM = "[]."


def record_sources(lineage: Lineage) -> list[tuple[str, ...]]:
    """For each line its sources, each as a path of the record; parameters and constants as they are."""
    lists = {(line.request, line.target): line for line in lineage.lines}
    return [_sources(line, lists) for line in lineage.lines]


def _sources(line: Line, lists: dict[tuple[str, str], Line]) -> tuple[str, ...]:
    around, is_inside, _ = line.target.rpartition(_ITEM)
    outer = lists.get((line.request, around)) if is_inside else None
    if outer is None:
        return line.sources
    place = next(iter(_sources(outer, lists)[:1]), "")
    found = (one if not is_field(one) else _inside(place, one) for one in line.sources)
    return tuple(dict.fromkeys(found))


def _inside(place: str, path: str) -> str:
    return f"{place}[*]" if path == "@" else f"{place}[*].{path}"


def is_field(source: str) -> bool:
    """Is it a path of the record, and no parameter or constant?"""
    return not source.startswith("params.") and source != "a constant"
