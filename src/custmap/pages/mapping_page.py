"""The page of a mapping: what `custmap docs` writes for each, and `explain --format html` for one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from custmap.lineage.lineage import Line, Lineage
from custmap.lineage.whole_paths import is_field, record_sources
from custmap.mapper import Mapping
from custmap.model.checked import Checked
from custmap.pages.covered import covered_by
from custmap.pages.example import example_of
from custmap.pages.figure import Row, figure
from custmap.pages.html import Child, Element, h, wide
from custmap.pages.page_frame import Section, document
from custmap.pages.sections import (
    codes_list,
    coverage_section,
    findings_section,
    knowledge_section,
    values_section,
)
from custmap.pages.state_table import anchor, codes_in, states_table
from custmap.pages.subject import MappingSubject
from custmap.pages.worked import example_section
from custmap.values.words import counted

_LEAD: Final = (
    "What is sent when the record does not mention a field, states null or an empty value, states a value, "
    "or no longer has the value it had. Where there are two lines, apply knows no before, and diff starts "
    "from a value."
)


def mapping_page(subject: MappingSubject, home: str | None = None) -> str:
    """The whole page; of a mapping that does not load its findings."""
    return document(subject.name, mapping_header(subject), mapping_sections(subject), home)


def mapping_sections(subject: MappingSubject) -> list[Section]:
    """The sections of the page, in order; those that have nothing to say are left out."""
    mapping, lineage = subject.mapping, subject.lineage
    findings = findings_section(subject.findings)
    if mapping is None or lineage is None:
        return [findings] if findings is not None else []
    example = example_of(mapping, subject.reports)
    found: Iterable[Section | None] = (
        fields_section(lineage),
        columns_section(lineage),
        states_section(lineage),
        values_section(mapping.checked),
        None if example is None else example_section(example),
        knowledge_section(mapping.checked, lineage),
        coverage_section(covered_by(subject.reports), subject.reports),
        findings,
    )
    return [section for section in found if section is not None]


def mapping_header(subject: MappingSubject) -> list[Child]:
    """Vendor and operation, summary, and what is called."""
    vendor, _, operation = subject.name.partition("/")
    made: list[Child] = [h("h1", h("span", f"{vendor} / ", class_="vendor"), operation or "")]
    mapping = subject.mapping
    if mapping is None or subject.lineage is None:
        return [*made, h("p", "This mapping has errors.", class_="summary")]
    made.append(h("p", mapping.summary, class_="summary"))
    made.append(h("ul", list(calls(mapping.checked)), class_="calls"))
    made.append(h("p", " · ".join(_facts(mapping, subject)), class_="facts-line"))
    return made


def calls(checked: Checked) -> Iterable[Element]:
    """Each operation: method and URL, with the name of its request where there are several."""
    for operation in checked.operations:
        name = h("span", operation.name, class_="call-name") if operation.name else None
        yield h(
            "li",
            h("span", operation.contract.method, class_="method"),
            " ",
            h("code", operation.contract.url),
            name,
        )


def _facts(mapping: Mapping, subject: MappingSubject) -> Iterable[str]:
    lineage = subject.lineage
    assert lineage is not None
    yield counted(len(lineage.lines), "rule")
    assumed = sum(line.assumed is not None for line in lineage.lines)
    if assumed:
        yield counted(assumed, "assumption")
    if subject.reports:
        yield counted(len(subject.reports), "fixture")
    if mapping.params:
        yield f"parameters: {', '.join(mapping.params)}"
    yield subject.file


def fields_section(lineage: Lineage) -> Section:
    """The fields, with lines from source to target."""
    caption = "A line leads from what a rule reads to the member that it fills; a member links to its rule."
    return Section("fields", "Fields", figure(rows_of(lineage), "Customer", "Vendor", caption))


def columns_section(lineage: Lineage) -> Section | None:
    """The columns of a table, with lines to the targets; None where there is no source."""
    rows = [
        Row(line.target, line.columns, h("code", line.expression), f"#{anchor(line, index)}")
        for index, line in enumerate(lineage.lines)
        if line.columns
    ]
    if not rows:
        return None
    return Section(
        "columns", "Columns", figure(rows, "Table", "Vendor", "From the table's columns to the vendor.")
    )


def states_section(lineage: Lineage) -> Section:
    """The table of rules and states."""
    table = states_table(lineage, "Rules, and what each state of their source becomes")
    return Section("states", "States", [wide(table, "States"), codes_list(codes_in(lineage))], _LEAD)


def rows_of(lineage: Lineage) -> list[Row]:
    """The rows of the drawing."""
    read = record_sources(lineage)
    return [
        _row(line, index, sources)
        for index, (line, sources) in enumerate(zip(lineage.lines, read, strict=True))
    ]


def _row(line: Line, index: int, sources: tuple[str, ...]) -> Row:
    same = line.sources == (line.expression,)
    steps = [step.split(" ")[0] if step.startswith("values ") else step for step in line.steps]
    kind = "param" if not any(is_field(one) for one in sources) else "member"
    between = [
        None if same else h("code", line.expression),
        h("span", " · ".join(steps), class_="steps") if steps else None,
    ]
    return Row(line.target, sources, between, f"#{anchor(line, index)}", kind)
