"""From the texts on the desk to what the page shows: findings, plan, request, states.

Whatever is in the texts, there is an answer: a text that is broken is a finding, and what does not depend on
it is shown all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

from custmap.border.intake import take
from custmap.diagnostics.bug import told_bug
from custmap.diagnostics.codes import Severity
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import CustmapError, MappingError, RecordError
from custmap.loader import check_mapping
from custmap.mapper import Mapping
from custmap.model.privacy import shown_target
from custmap.pages.figure import figure
from custmap.pages.html import Child, h, shown, wide, write
from custmap.pages.mapping_page import calls, rows_of
from custmap.pages.play.desk import Desk, Texts, encoded
from custmap.pages.play.record_text import Given, read_given
from custmap.pages.play.remarks import Remark, by_place, limited, of_finding, of_record, of_rejection, told
from custmap.pages.sections import ASSUMED, codes_list
from custmap.pages.state_table import codes_in, states_table
from custmap.pages.subject import Reading
from custmap.pages.worked import changes_table, requests_block
from custmap.plan.plan import Plan
from custmap.syntax.document import KeptDocuments
from custmap.values.files import real, unsaved
from custmap.values.words import counted

_BUG: Final = "This is a bug in custmap: "


@dataclass(frozen=True, slots=True)
class View:
    """What a page shows of some texts.

    `parts`  the HTML of the page's parts; None: as before, since the mapping does not load.
    """

    remarks: tuple[Remark, ...]
    parts: dict[str, str | None]
    status: str

    def to_dict(self) -> dict[str, Any]:
        return {
            "remarks": [one.to_dict() for one in self.remarks],
            "parts": self.parts,
            "status": shown(self.status),
        }


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A mapping's text, what was found in it, and what is shown of it."""

    text: str
    mapping: Mapping | None
    remarks: tuple[Remark, ...]
    parts: dict[str, str | None]


@dataclass(slots=True)
class Looking:
    """Looks at the texts of one desk; safe in threads. A mapping is checked only if its text changes."""

    desk: Desk
    reading: Reading
    _documents: KeptDocuments = field(default_factory=KeptDocuments)
    _last: _Loaded | None = None
    _loaded: Mapping | None = None
    _lock: Lock = field(default_factory=Lock)

    def look(self, texts: Texts) -> View:
        """The view of these texts; never an exception but those of the system."""
        with self._lock:
            try:
                return self._look(texts)
            except Exception as error:
                kind, place = told_bug(error)
                remark = told("mapping", f"{_BUG}{kind} {place}", "Please report it with this line.", "CM901")
                return View((remark,), {}, _status([remark]))

    def _look(self, texts: Texts) -> View:
        loaded = self._load(texts.mapping)
        remarks, parts = list(loaded.remarks), dict(loaded.parts)
        given, broken = _read_all(texts)
        remarks += broken
        if loaded.mapping is not None:
            self._loaded = loaded.mapping
        wrong = [] if self._loaded is None else list(_record_remarks(self._loaded, texts, given))
        remarks += wrong
        if loaded.mapping is not None and not broken and not wrong:
            found, plan = _planned(loaded.mapping, texts, given)
            remarks += found
            parts |= _parts_of(plan)
        return View(tuple(limited(remarks)), parts, _status(by_place(remarks)))

    def _load(self, text: str) -> _Loaded:
        if self._last is None or self._last.text != text:
            with unsaved({real(self.desk.path): encoded(text)}), self._documents.used():
                self._last = self._checked(text)
        return self._last

    def _checked(self, text: str) -> _Loaded:
        file = str(self.desk.path)
        try:
            checked, found = check_mapping(self.desk.path, self.reading.functions, root=self.reading.root)
        except MappingError as error:
            checked, found = None, error.diagnostics
        # What a rule assumes is said by the rule itself: under its line it would stand twice.
        remarks = tuple(of_finding(one, "mapping", file, text) for one in found if one.code != ASSUMED)
        if checked is None:
            return _Loaded(text, None, remarks, dict.fromkeys(("call", "states", "fields")))
        mapping = Mapping(checked, tuple(self.reading.modules))
        return _Loaded(text, mapping, remarks, _parts_of_mapping(mapping))


def _parts_of_mapping(mapping: Mapping) -> dict[str, str | None]:
    lineage = mapping.explain()
    caption = "What each state of its source becomes"
    told_by = "From what a rule reads to the member that it fills."
    made: dict[str, Child] = {
        "call": [
            h("p", mapping.summary, class_="summary"),
            h("ul", list(calls(mapping.checked)), class_="calls"),
        ],
        "states": [wide(states_table(lineage, caption), caption), codes_list(codes_in(lineage))],
        "fields": figure(rows_of(lineage), "Customer", "Vendor", told_by),
    }
    return {name: write(part) for name, part in made.items()}


def _read_all(texts: Texts) -> tuple[dict[str, Given | None], list[Remark]]:
    """What the records and the parameters state; None for an empty text, and for one that cannot be read."""
    given: dict[str, Given | None] = {}
    remarks: list[Remark] = []
    for name in ("before", "after", "params"):
        given[name] = None
        text = getattr(texts, name)
        try:
            given[name] = read_given(text, name)
        except MappingError as error:
            remarks += [of_finding(one, name, name, text) for one in error.diagnostics]
    if (params := given["params"]) is not None and not isinstance(params.value, dict):
        remarks.append(told("params", "The parameters are a map from name to value", "Write `token: t`."))
    if given["after"] is None and not remarks:
        help = "Write what the customer is now, such as `email: ann@example.com`."
        remarks.append(Remark("after", 1, 1, 1, 1, "info", "", "There is no customer yet", help))
    return given, remarks


def _planned(
    mapping: Mapping, texts: Texts, given: dict[str, Given | None]
) -> tuple[list[Remark], Plan | None]:
    """The plan of the records, and what is wrong with them."""
    before, after, params = (
        None if one is None else one.value for one in (given["before"], given["after"], given["params"])
    )
    try:
        plan = mapping.diff(before, after, params, absent=texts.absent, nulls=texts.nulls)
    except CustmapError as error:
        return [_of_problem(one, given) for one in error.diagnostics], None
    except (TypeError, ValueError) as error:  # a parameter that the mapping does not declare
        return [told("params", str(error))], None
    return [of_rejection(one, shown_target(one.place, personal=True)) for one in plan.rejected], plan


def _record_remarks(mapping: Mapping, texts: Texts, given: dict[str, Given | None]) -> Iterator[Remark]:
    """What is wrong with each record alone, also while the mapping is: that was loaded before."""
    for name in ("before", "after"):
        one = given[name]
        if one is not None and not (name == "before" and one.value is None):
            problems = _problems(mapping, one.value, texts)
            yield from (of_record(problem, name, one.node) for problem in problems)


def _problems(mapping: Mapping, value: Any, texts: Texts) -> Iterator[Diagnostic]:
    try:
        take(value, mapping.checked.canonical.record, nulls=texts.nulls)
    except RecordError as error:
        yield from error.diagnostics


def _of_problem(one: Diagnostic, given: dict[str, Given | None]) -> Remark:
    editor = "params" if one.path is not None and one.path.startswith("params.") else "after"
    about = given[editor]
    return of_record(one, editor, None if about is None else about.node)


def _parts_of(plan: Plan | None) -> dict[str, str | None]:
    if plan is None:
        return {"plan": None, "rejected": None, "request": None}
    rejected = [
        h(
            "li",
            h("code", shown_target(one.place, personal=True)),
            f" {one.code} {one.message}",
            h("button", f"line {one.line}", type="button", data_line=one.line, class_="jump"),
        )
        for one in plan.rejected
    ]
    made: dict[str, Child] = {
        "plan": changes_table(plan),
        "rejected": h("ul", rejected, class_="rejections")
        if rejected
        else h("p", "Nothing.", class_="small"),
        "request": requests_block(plan.requests),
    }
    return {name: write(part) for name, part in made.items()}


def _status(remarks: list[Remark]) -> str:
    """A sentence for who listens: how many findings, and the first."""
    errors = [one for one in remarks if one.level == Severity.ERROR]
    first = next(iter(errors or remarks), None)
    if first is None:
        return "No findings"
    others = len(remarks) - len(errors)
    counts = [counted(len(errors), "error")] if errors else []
    counts += [counted(others, "other finding")] if others and errors else []
    counts += [counted(others, "finding")] if others and not errors else []
    return f"{', '.join(counts)}. {first.editor}, line {first.line}: {first.message}"
