"""The table of rules: where each target comes from, and what each state of its source becomes.

The words are those of the lineage, which are what the planner does; here they only get a column each, and a
colour by what they mean to the vendor's copy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal

from custmap.lineage.lineage import Line, Lineage
from custmap.pages.html import Child, Element, h

Meaning = Literal["quiet", "sent", "cleared", "refused"]

_CODED: Final = re.compile(r" \((CM\d{3}): [^()]*\)")
_COLUMNS: Final = (
    ("absent", ("absent",)),
    ("null", ("null", "NULL")),
    ("empty", ('""', "[]", "{}")),
    ("a value", ("value",)),
    ("gone", ("gone",)),
)
"""The columns of the table, each with the states that stand in it."""
_QUIET: Final = ("nothing", "keeps it", "leaves it out", "says nothing", "not sent, noted")
_SENT: Final = ("sends it", "sends an item that says so", "says it", "a request for each entry")


def anchor(line: Line, index: int) -> str:
    """The id of a rule's row: rules have no shorter name that is theirs alone."""
    return f"rule-{index + 1}-line-{line.line}"


def meaning(words: str) -> Meaning:
    """What a cell's words mean to the vendor's copy."""
    if words.startswith(("rejected", "refused")):
        return "refused"
    if words in _QUIET:
        return "quiet"
    return "sent" if words in _SENT else "cleared"


def states_table(lineage: Lineage, caption: str) -> Element:
    """The table; rules that have no states, such as parameters, have a row without cells."""
    columns = [(head, states) for head, states in _COLUMNS if _has(lineage.lines, states)]
    head = h(
        "tr", h("th", "Rule", scope="col", role="columnheader"),
        [h("th", name, scope="col", role="columnheader") for name, _ in columns], role="row",
    )  # fmt: skip
    rows = [_row(line, anchor(line, index), columns) for index, line in enumerate(lineage.lines)]
    return h(
        "table",
        h("caption", caption),
        h("thead", head, role="rowgroup"),
        h("tbody", rows, role="rowgroup"),
        class_="states", role="table",
    )  # fmt: skip


def codes_in(lineage: Lineage) -> list[str]:
    """The codes that its states name, sorted."""
    words = (word for line in lineage.lines for both in line.states.values() for word in both)
    return sorted({code for word in words for code in _CODED.findall(word)})


def _has(lines: Iterable[Line], states: Sequence[str]) -> bool:
    return any(state in line.states for line in lines for state in states)


def _row(line: Line, id: str, columns: Sequence[tuple[str, tuple[str, ...]]]) -> Element:
    cells: list[Child] = [_rule(line, id)]
    if not line.states:
        cells.append(h("td", h("span", _unstated(line), class_="said quiet"), colspan=len(columns) or None,
                       role="cell", class_="all"))  # fmt: skip
    else:
        cells += [h("td", list(_cell(line, states)), role="cell", data_head=head) for head, states in columns]
    return h("tr", cells, role="row", data_find=" ".join((line.target, *line.sources, line.expression)))


def _unstated(line: Line) -> str:
    if "identity" in line.steps:
        return "names the customer: always sent, never changed"
    if "rides along" in line.steps:
        return "rides along with every request that has something to say"
    return "told by the rule of the list or map around it"


def _rule(line: Line, id: str) -> Element:
    shown_steps = [step for step in line.steps if not step.startswith("values ")]
    tags = [h("span", step, class_="tag") for step in shown_steps]
    if len(shown_steps) < len(line.steps):
        tags.append(h("span", "values", class_="tag"))
    if line.assumed:
        tags.append(h("span", "assumed", class_="tag assumed"))
    return h(
        "th",
        h("code", line.target, class_="target"),
        h("span", "from ", h("code", line.expression), class_="origin"),
        h("span", tags, class_="tags") if tags else None,
        h("span", _place(line), class_="place"),
        scope="row", role="rowheader", id=id, tabindex=-1,
    )  # fmt: skip


def _place(line: Line) -> str:
    parts = [f"line {line.line}"]
    parts += [line.request] if line.request else []
    parts += [line.back] if line.back else []
    parts += [f"columns {', '.join(line.columns)}"] if line.columns else []
    return " · ".join(parts)


def _cell(line: Line, states: Sequence[str]) -> Iterator[Child]:
    for state in states:
        if state not in line.states:
            continue
        applied, compared = line.states[state]
        name = h("code", state, class_="state") if len(states) > 2 else None
        if not compared or applied == compared:
            yield h("span", name, _said(applied), class_="one")
            continue
        yield h("span", name, h("span", "apply", class_="verb"), _said(applied), class_="one")
        yield h("span", h("span", "diff", class_="verb"), _said(compared), class_="one")


def _said(words: str) -> Element:
    """`rejected (CM803: value cannot be cleared)` is `rejected CM803`: the codes are told below the table."""
    return h("span", _CODED.sub(r" \1", words), class_=f"said {meaning(words)}")
