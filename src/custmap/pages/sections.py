"""The sections of a page that are lists: values, what is assumed and known, findings, coverage."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from custmap.diagnostics.codes import CODES, Severity
from custmap.diagnostics.diagnostic import Diagnostic, in_order
from custmap.diagnostics.frame import Lookup, SourceLines, frame
from custmap.lineage.lineage import Line, Lineage
from custmap.model.checked import Checked
from custmap.model.nodes import Leaf, Origin
from custmap.model.walkers import assumed_of_changes, options, placed
from custmap.pages.covered import Covered
from custmap.pages.html import Child, Element, h
from custmap.pages.page_frame import Section
from custmap.pages.state_table import anchor
from custmap.testing.run import Report
from custmap.values.json_text import dump_json
from custmap.values.words import counted

ASSUMED: Final = "CM515"
"""The finding that a rule rests on a guess: pages have a section for these."""


def values_section(checked: Checked) -> Section | None:
    """The tables of `values`, and the values that the contract allows; None if there are none."""
    tables = list(_value_tables(checked))
    if not tables:
        return None
    return Section(
        "values",
        "Values",
        h("div", tables, class_="cards"),
        "What a value becomes, and what the contract allows.",
    )


def _value_tables(checked: Checked) -> Iterator[Element]:
    calls = [*checked.calls, *(step.entries for step in checked.steps if step.entries is not None)]
    seen: set[tuple[str, int, int]] = set()
    for call in calls:
        for leaf in (one.leaf for one in placed(call.operation)):
            key = leaf.target, leaf.span.line, leaf.span.column
            if key in seen:
                continue
            seen.add(key)
            for origin in (leaf.origin, *options(leaf.origin)):
                if origin.values is not None:
                    yield _table(leaf, origin)
                    break
            else:
                if leaf.type is not None and leaf.type.enum:
                    yield _allowed(leaf, leaf.type.enum)


def _table(leaf: Leaf, origin: Origin) -> Element:
    is_rejected = origin.unmapped == "reject"
    others = "any other value is rejected" if is_rejected else f"any other value: {origin.unmapped}"
    rows = [
        h("tr", h("td", h("code", dump_json(left))), h("td", h("code", dump_json(right))))
        for left, right in origin.values or ()
    ]
    head = h("tr", h("th", "customer", scope="col"), h("th", "vendor", scope="col"))
    return h(
        "div",
        h("table", h("caption", h("code", leaf.target)), h("thead", head), h("tbody", rows), class_="pairs"),
        h("p", others, class_="small"),
        class_="card",
    )


def _allowed(leaf: Leaf, values: Sequence[Any]) -> Element:
    items = [h("li", h("code", dump_json(value))) for value in values]
    return h(
        "div",
        h("p", h("code", leaf.target), " takes", class_="card-head"),
        h("ul", items, class_="chips"),
        class_="card",
    )


def knowledge_section(checked: Checked | None, lineage: Lineage) -> Section | None:
    """What the mapping assumes of the vendor, and what its notes say is known."""
    assumed = list(_of_rules(lineage, lambda line: line.assumed))
    ignored: list[Element] = []
    if checked is not None:
        for operation in checked.operations:
            if (text := assumed_of_changes(operation)) is not None:
                assumed.append(_remark(h("code", "changes"), text))
        ignored = [_remark(h("code", name.value), reason) for name, reason in checked.file.ignored]
    known = list(_of_rules(lineage, lambda line: line.note))
    if not (assumed or known or ignored):
        return None
    parts: list[Child] = [h("h3", "Assumed"), _remarks(assumed, "Nothing: no rule rests on a guess.")]
    parts += [h("h3", "Known"), _remarks(known, "")] if known else []
    parts += [h("h3", "Left alone on purpose"), _remarks(ignored, "")] if ignored else []
    lead = "What rests on a guess about the vendor, and what is known from its documentation."
    return Section("assumed", "Assumed and known", parts, lead, str(len(assumed)) if assumed else None)


def _of_rules(lineage: Lineage, said: Callable[[Line], str | None]) -> Iterator[Element]:
    for index, line in enumerate(lineage.lines):
        if text := said(line):
            yield _remark(h("a", h("code", line.target), href=f"#{anchor(line, index)}"), text)


def _remark(name: Element, text: str | None) -> Element:
    return h("div", h("dt", name), h("dd", text))


def _remarks(remarks: Sequence[Element], nothing: str) -> Element:
    return h("dl", remarks, class_="remarks") if remarks else h("p", nothing, class_="small")


def findings_section(findings: Sequence[Diagnostic], lookup: Lookup | None = None) -> Section | None:
    """Findings with the lines that they are about; assumptions have a section of their own."""
    told = in_order([one for one in findings if one.code != ASSUMED])
    if not told:
        return None
    look = lookup or SourceLines()
    items = [h("li", h("pre", frame(one, look), tabindex=0), class_=f"finding {one.level}") for one in told]
    errors = sum(one.level is Severity.ERROR for one in told)
    lead: Child = (
        "The mapping does not load before its errors are mended, so the rest of this page is missing."
        if errors
        else ["What ", h("code", "custmap validate"), " reports; it stops nothing."]
    )
    return Section("findings", "Findings", h("ul", items, class_="findings"), lead, f"{len(told):,}")


def codes_list(codes: Sequence[str]) -> Element | None:
    """The codes of a table in words."""
    if not codes:
        return None
    items = [h("div", h("dt", h("code", code)), h("dd", CODES[code].title.lower())) for code in codes]
    return h("dl", items, class_="codes", aria_label="Codes")


def coverage_section(covered: Covered | None, reports: Sequence[Report]) -> Section | None:
    """What the fixtures cover, and the facts that they prove; None without fixtures."""
    if covered is None:
        return None
    full = sum(rule.is_covered for rule in covered.rules)
    failed = [one for one in reports if not one.passed]
    fixtures, rules = counted(covered.fixtures, "fixture"), counted(len(covered.rules), "rule")
    summary = f"{fixtures}: {full} of {rules} shown in full."
    if failed:
        summary += f" {counted(len(failed), 'fixture')} failed."
    missing = [
        h("div", h("dt", h("code", rule.target)), h("dd", f"never {rule.missing} (line {rule.line})"))
        for rule in covered.rules
        if not rule.is_covered
    ]
    facts = [
        h("li", one.fixture.summary or one.fixture.name, None if one.passed else h("strong", " (fails)"))
        for one in reports
    ]
    return Section(
        "coverage",
        "Coverage",
        [
            h("meter", f"{covered.percent}%", value=covered.percent, min=0, max=100,
              aria_label="Facts that fixtures show"),
            h("dl", missing, class_="remarks") if missing else None,
            h("details", h("summary", "What the fixtures prove"), h("ul", facts, class_="facts")),
        ],
        summary,
        f"{covered.percent}%",
    )  # fmt: skip
