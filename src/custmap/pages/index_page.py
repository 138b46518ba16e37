"""The index of a site: all mappings and sources, a search, and which canonical field reaches whom."""

from __future__ import annotations

from collections.abc import Sequence

from custmap.pages.html import Child, Element, h, wide
from custmap.pages.page_frame import Section, document
from custmap.pages.reach import Reach, page_name, reaches
from custmap.pages.subject import MappingSubject, SourceSubject
from custmap.schema.canonical import load_canonical
from custmap.values.words import counted


def index_page(mappings: Sequence[MappingSubject], sources: Sequence[SourceSubject]) -> str:
    """The whole page."""
    vendors = {one.name.partition("/")[0] for one in mappings}
    header = [
        h("h1", "Mappings"),
        h("p", _summary(len(mappings), len(vendors), len(sources)), class_="summary"),
        h(
            "form",
            h("label", "Search", for_="search"),
            h("input", type="search", id="search", autocomplete="off", spellcheck="false",
              placeholder="vendor, field or member"),
            h("output", id="search-count", for_="search", role="status"),
            class_="search", role="search",
        ),
    ]  # fmt: skip
    sections = [Section("mappings", "Vendors", _list(mappings))]
    if sources:
        sections.append(Section("sources", "Sources", _source_list(sources)))
    if (matrix := _matrix(mappings)) is not None:
        lead = "Which field of the customer reaches which vendor. A dot leads to the rule."
        sections.append(Section("matrix", "Fields", matrix, lead))
    return document("Mappings", header, sections)


def _summary(mappings: int, vendors: int, sources: int) -> str:
    told = f"{counted(mappings, 'mapping')} of {counted(vendors, 'vendor')}"
    return told + (f", {counted(sources, 'source')}" if sources else "")


def _list(mappings: Sequence[MappingSubject]) -> Element:
    head = [h("th", name, scope="col") for name in ("Mapping", "Call", "What it does", "Fixtures")]
    rows = [_row(one) for one in mappings]
    return h("table", h("thead", h("tr", head)), h("tbody", rows), class_="list")


def _row(one: MappingSubject) -> Element:
    link = h("th", h("a", one.name, href=page_name(one.name)), scope="row")
    if one.mapping is None:
        told: list[Child] = [link, h("td", "has errors", colspan=3, class_="bad")]
    else:
        checked = one.mapping.checked
        first, *more = checked.operations
        method = h("span", first.contract.method, class_="method")
        rest = f" and {len(more)} more" if more else None
        told = [
            link,
            h("td", method, " ", h("code", first.contract.path), rest),
            h("td", checked.summary),
            h("td", str(len(one.reports)), data_label="fixtures"),
        ]
    lines = () if one.lineage is None else one.lineage.lines
    names = {name for line in lines for name in (line.target, *line.sources)}
    summary = one.mapping.summary if one.mapping else ""
    return h("tr", told, data_find=" ".join((one.name, summary, *sorted(names))))


def _source_list(sources: Sequence[SourceSubject]) -> Element:
    head = [h("th", name, scope="col") for name in ("Source", "Columns", "What it is")]
    rows = [
        h(
            "tr",
            h("th", h("a", one.name, href=page_name(one.name, "source")), scope="row"),
            h("td", counted(len(one.source.columns), "column") if one.source else "has errors"),
            h("td", one.source.summary if one.source else ""),
            data_find=f"{one.name} {' '.join(one.source.columns) if one.source else ''}",
        )
        for one in sources
    ]
    return h("table", h("thead", h("tr", head)), h("tbody", rows), class_="list")


def _matrix(mappings: Sequence[MappingSubject]) -> Element | None:
    of_customers = [one for one in mappings if one.mapping and one.mapping.checked.canonical.is_customer]
    columns = [(one, reaches(one)) for one in of_customers]
    fields = _in_order_of_schema({name for _, found in columns for name in found})
    if not fields:
        return None
    head = [h("th", h("a", one.name, href=page_name(one.name)), scope="col") for one, _ in columns]
    rows = [_matrix_row(name, columns) for name in fields]
    corner = h("th", h("span", "Field", class_="hidden"), scope="col")
    table = h("table", h("thead", h("tr", corner, head)), h("tbody", rows), class_="matrix")
    return wide(table, "Fields and vendors")


def _matrix_row(name: str, columns: Sequence[tuple[MappingSubject, dict[str, list[Reach]]]]) -> Element:
    cells = [_cell(name, one, found.get(name)) for one, found in columns]
    names = [one.name for one, found in columns if name in found]
    return h("tr", h("th", h("code", name), scope="row"), cells, data_find=" ".join((name, *names)))


def _cell(name: str, one: MappingSubject, found: Sequence[Reach] | None) -> Element:
    if not found:
        return h("td")
    targets = ", ".join(reach.target for reach in found)
    label = f"{name} reaches {targets} of {one.name}"
    return h("td", h("a", "●", href=found[0].href, aria_label=label, title=targets))


def _in_order_of_schema(names: set[str]) -> list[str]:
    """Paths by the field of the customer in which they are, then by name."""
    order = {name: index for index, name in enumerate(load_canonical(None).type.members)}

    def place(name: str) -> tuple[int, str]:
        first = name.partition(".")[0].partition("[")[0]
        return order.get(first, len(order)), name

    return sorted(names, key=place)
