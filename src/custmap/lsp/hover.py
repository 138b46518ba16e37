"""Hover: the contract's facts at a target, the schema's at a canonical path, and what each state becomes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from custmap.contract.contract import type_at
from custmap.diagnostics.plain import plain
from custmap.expressions.builtins import BUILTINS
from custmap.expressions.inference import format_source
from custmap.lineage.lineage import Line
from custmap.lsp.facts import described, in_schema, of_contract, of_function, required_at, sentences
from custmap.lsp.forms import form_of
from custmap.lsp.open_file import OpenFile
from custmap.lsp.outline import scalar_text
from custmap.lsp.spots import call_of
from custmap.lsp.under_cursor import Name, Under, name_under, target_under, under
from custmap.lsp.workspace import Workspace
from custmap.mapper import Mapping
from custmap.model.checked import Checked
from custmap.values.paths import Member, TargetPath

_BREAK: Final = "\n\n"


@dataclass(frozen=True, slots=True)
class Told:
    """A text in Markdown about the characters from `start` up to `end`."""

    text: str
    start: int
    end: int


@dataclass(slots=True)
class Lineages:
    """The lineage of the mapping that was asked for last: it is made by compiling it."""

    _checked: Checked | None = None
    _lines: tuple[Line, ...] = field(default=())

    def of(self, checked: Checked) -> tuple[Line, ...]:
        if checked is not self._checked:
            self._lines, self._checked = Mapping(checked).explain().lines, checked
        return self._lines


def hover(workspace: Workspace, lineages: Lineages, file: OpenFile, offset: int) -> Told | None:
    """What is known of the thing under the cursor."""
    with workspace.reading():
        found = under(workspace, file, offset)
        if found is None:
            return None
        text, start, end = _about(found, workspace, lineages)
    return Told(text, start, end) if text else None


def _about(found: Under, workspace: Workspace, lineages: Lineages) -> tuple[str, int, int]:
    scalar, spot = found.cursor.scalar, found.spot
    places = scalar.start, scalar.end
    form = form_of(found.examined.kind)
    match spot.kind:
        case "target" if (target := target_under(found)) is not None:
            return _target(found, target, lineages), *places
        case "expression":
            name = name_under(found, workspace)
            return ("", *places) if name is None else (_name(name, found, workspace), name.start, name.end)
        case "param":
            return _param(found, scalar.text), *places
        case "operation":
            return _operation(found), *places
    if found.cursor.role == "key":
        if found.cursor.path == ("params",):
            return _param(found, scalar.text), *places
        return form.keys(found.cursor.path).get(scalar.text, ""), *places
    words = form.words(found.cursor.path)
    return next((one.about for one in words if one.text == scalar.text), ""), *places


def _target(found: Under, target: TargetPath, lineages: Lineages) -> str:
    spot = found.spot
    type_ = type_at(spot.type, target[len(spot.path) :])
    shown = f"{spot.shown}.{found.cursor.scalar.text}" if spot.shown else found.cursor.scalar.text
    parts = [f"**{plain(shown)}**"]
    contract = spot.operation.contract if spot.operation is not None else None
    if type_ is None:
        parts.append("The contract has no such member.")
    elif spot.part == "canonical" or contract is None:
        parts += sentences(type_, description=_customer(found, in_schema(target)))
    elif spot.part == "body":
        description = described(contract.body_schema, in_schema(target))
        parts += sentences(type_, required=required_at(contract.body, target), description=description)
    else:
        last = target[-1]
        name = last.name if isinstance(last, Member) else ""
        parts += sentences(type_, required=name in spot.type.required)
    runs = found.examined.runs
    if runs is not None:
        request = _request(found)
        lines = (one for one in lineages.of(runs) if one.target == shown and one.request in ("", request))
        parts += [_states(one) for one in lines]
    return _BREAK.join(parts)


def _operation(found: Under) -> str:
    checked = found.examined.checked
    call = None if checked is None else call_of(checked, found.spot.call)
    contracts = [one.contract for one in call.operations if one.contract.method] if call is not None else []
    return _BREAK.join(f"`{plain(of_contract(one))}`" for one in contracts)


def _request(found: Under) -> str:
    return scalar_text(found.outline.value(*found.spot.call[:2], "name")) or ""


def _states(line: Line) -> str:
    """A rule of the lineage: what it reads, and what each state becomes."""
    rows = [f"from `{plain(line.expression)}`" + "".join(f" · {plain(one)}" for one in line.steps)]
    compares = any(compared for _, compared in line.states.values())
    table = ["| | apply | diff, from a value |", "|---|---|---|"] if compares else ["| | |", "|---|---|"]
    for state, (applied, compared) in line.states.items():
        cells = (state, applied, compared) if compares else (state, applied)
        table.append(f"| {' | '.join(map(plain, cells))} |")
    rows += ["\n".join(table)] if line.states else []
    rows += [f"reads back: {line.back}"] if line.back else []
    rows += [f"note: {plain(line.note)}"] if line.note else []
    rows += [f"assumed: {plain(line.assumed)}"] if line.assumed else []
    return _BREAK.join(rows)


def _name(name: Name, found: Under, workspace: Workspace) -> str:
    if name.type is None:
        spec = BUILTINS.get(name.text) or workspace.functions.get(name.text)
        return of_function(spec) if spec is not None else ""
    shown = format_source(name.path) if name.path is not None else name.text
    steps = [0 if one == "*" else one for one in name.path or ()]
    description = _customer(found, steps) if name.path else ""
    return _BREAK.join([f"**{plain(shown)}**", *sentences(name.type, description=description)])


def _customer(found: Under, path: list[str | int]) -> str:
    return described(found.examined.canonical_schema, path)


def _param(found: Under, name: str) -> str:
    table = ("params", name)
    if found.outline.value("params") is None:
        return ""
    facts = [f"**{plain(name)}**, a parameter"]
    summary, default = found.outline.said(*table, "summary"), found.outline.said(*table, "default")
    facts += [plain(summary)] if summary else []
    facts += [f"default `{plain(default)}`"] if default is not None else []
    is_secret = found.outline.said(*table, "secret") == "true"
    facts += ["secret: shown as `{{" + plain(name) + "}}`"] if is_secret else []
    return _BREAK.join(facts)
