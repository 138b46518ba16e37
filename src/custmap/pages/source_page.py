"""The page of a source: its columns, the customer that they make, and which vendors each column reaches."""

from __future__ import annotations

from collections.abc import Sequence

from custmap.pages.figure import Row, figure
from custmap.pages.html import Child, Element, h, wide
from custmap.pages.page_frame import Section, document
from custmap.pages.reach import Reach, reached_by
from custmap.pages.sections import codes_list, findings_section, knowledge_section
from custmap.pages.state_table import anchor, codes_in, states_table
from custmap.pages.subject import MappingSubject, SourceSubject
from custmap.tables.source import Source
from custmap.values.words import counted


def source_page(subject: SourceSubject, mappings: Sequence[MappingSubject], home: str | None = None) -> str:
    """The whole page; `mappings` are those whose pages it links to."""
    return document(subject.name, _header(subject), _sections(subject, mappings), home)


def _header(subject: SourceSubject) -> list[Child]:
    folder, _, name = subject.name.partition("/")
    made: list[Child] = [h("h1", h("span", f"{folder} / ", class_="vendor"), name)]
    if subject.source is None:
        return [*made, h("p", "This source has errors.", class_="summary")]
    made.append(h("p", subject.source.summary or "Rows of a table, as customers", class_="summary"))
    return [*made, h("p", " · ".join(_facts(subject.source, subject.file)), class_="facts-line")]


def _facts(source: Source, file: str) -> list[str]:
    key = [f"key: {source.key}"] if source.key else []
    nulls = "NULL says: there is no value" if source.checked.file.nulls == "clear" else "NULL says nothing"
    return [counted(len(source.columns), "column"), *key, nulls, file]


def _sections(subject: SourceSubject, mappings: Sequence[MappingSubject]) -> list[Section]:
    findings = findings_section(subject.findings)
    if subject.source is None or subject.lineage is None:
        return [findings] if findings is not None else []
    lineage = subject.lineage
    rows = [
        Row(line.target, line.sources, h("code", line.expression), f"#{anchor(line, index)}")
        for index, line in enumerate(lineage.lines)
    ]
    caption = "From the table's columns to the fields of the customer."
    table = states_table(lineage, "Rules, and what each state of a cell becomes")
    states = [wide(table, "States"), codes_list(codes_in(lineage))]
    found = [
        Section("fields", "Fields", figure(rows, "Table", "Customer", caption)),
        Section("states", "States", states, "What a cell says of its field."),
        _reach_section(reached_by(lineage, mappings)),
        knowledge_section(None, lineage),
        findings,
    ]
    return [section for section in found if section is not None]


def _reach_section(reached: Sequence[tuple[str, Sequence[Reach]]]) -> Section | None:
    """Where each column goes: column, field, vendor's member."""
    rows = [h("div", h("dt", h("code", column)), h("dd", _links(found))) for column, found in reached]
    if not any(found for _, found in reached):
        return None
    lead = "Which members of which vendors each column reaches, by way of the customer."
    return Section("reach", "Reaches", h("dl", rows, class_="remarks"), lead)


def _links(found: Sequence[Reach]) -> Child:
    if not found:
        return h("span", "no vendor", class_="small")
    return [_link(one, index) for index, one in enumerate(found)]


def _link(one: Reach, index: int) -> list[Element | str]:
    return [", " if index else "", h("a", f"{one.mapping} ", h("code", one.target), href=one.href)]
