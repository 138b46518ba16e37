"""A comparison as Markdown for a pull request: a summary, a table, and the counts behind a click.

Texts of mappings come from whoever wrote the branch, so they stand in code spans, where Markdown, HTML and
mentions mean nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from custmap.diagnostics.plain import plain
from custmap.review.compare.comparison import Comparison
from custmap.review.compare.rows import effect_rows, lines_of, state_of, title_of
from custmap.review.compare.told import HARMS, MeaningChange
from custmap.values.words import counted

_SIGNS: Final = re.compile(r"([\\`*_{}\[\]<>|~&$!])")
_LINKS: Final = re.compile(r"(@|#|:(?=//))")
"""What makes links of names, numbers and addresses, also where it is escaped."""
_MOST: Final = 60_000
"""Characters: a comment of GitHub has at most 65,536."""


def comparison_markdown(one: Comparison) -> str:
    """The section of one comparison, with a line end."""
    name, versions = title_of(one)
    lines = [f"### {_code(name)} {_escaped(versions)}", ""]
    if (state := state_of(one)) is not None:
        lines += [f"{_escaped(state[0].upper() + state[1:])}.", ""]
    if one.effect is not None:
        lines += [f"{_bold_numbers(_escaped(str(one.effect)))}", ""]
    if one.changes:
        lines += ["| | target | what changes | what that does |", "|---|---|---|---|"]
        lines += [row for change in one.changes for row in _rows(change)]
        lines.append("")
    lines += _details(one)
    lines += [f"> {_escaped(remark)}\n" for remark in one.remarks]
    return "\n".join(lines)


def comparisons_markdown(comparisons: Sequence[Comparison], against: str | None) -> str:
    """All sections under a summary; those that are too many for a comment are only named."""
    since = f" since {_code(plain(against))}" if against is not None else ""
    other = f" from {_code(plain(against))}" if against is not None else ""
    if not comparisons:
        return f"## Mappings\n\nNo change of meaning{since}.\n"
    changed = sum(bool(one) for one in comparisons)
    word = "mapping or source differs" if changed == 1 else "mappings and sources differ"
    broken = " Some cannot be compared." if any(one.status == "broken" for one in comparisons) else ""
    harms = [word for word in HARMS if any(word in one.harms for one in comparisons)]
    lines = [f"## Mappings\n\n**{changed} {word}{other}.** {_harm_words(harms)}{broken}", ""]
    left: list[str] = []
    size = 0
    for one in comparisons:
        section = comparison_markdown(one)
        size += len(section)
        if size > _MOST:
            left.append(_code(plain(one.mapping)))
        else:
            lines.append(section)
    if left:
        lines += [f"Not shown, since a comment has an end: {', '.join(left)}.", ""]
    return "\n".join(lines)


def _harm_words(harms: Sequence[str]) -> str:
    words = {"clear": "something is now cleared", "reject": "something is now rejected"}
    words["remove"] = "something is no longer sent"
    text = ", ".join(words[harm] for harm in harms)
    return (
        f"{text[0].upper()}{text[1:]}." if text else "Nothing is newly cleared, rejected or no longer sent."
    )


def _rows(change: MeaningChange) -> Iterator[str]:
    for line in lines_of(change):
        mark = {"+": "➕", "-": "➖"}.get(line.mark, "")  # the signs of a list are others
        cells = (mark, _code(line.target), _code(line.text), _escaped(line.means))
        yield f"| {' | '.join(cells)} |"


def _details(one: Comparison) -> Iterator[str]:
    rows = effect_rows(one)
    if rows:
        yield from _folded(f"{counted(len(rows), 'target')} over {one.effect.over}" if one.effect else "")
        yield from ("| target | fixtures and records |", "|---|---|")
        yield from (f"| {_code(target)} | {_escaped(counts)} |" for target, counts in rows)
        yield from ("", "</details>", "")
    states = [(change, state) for change in one.changes for state in change.states]
    if states:
        yield from _folded("State by state")
        yield from ("| target | state | | before | after |", "|---|---|---|---|---|")
        for change, state in states:
            cells = (change.target, state.state, state.way, state.old, state.new)
            yield f"| {' | '.join(_code(plain(cell)) for cell in cells)} |"
        yield from ("", "</details>", "")
    for side, found in one.findings:
        yield f"- {_escaped(one.old if side == 'old' else one.new)}: {_escaped(plain(str(found)))}"
    if one.findings:
        yield ""


def _folded(summary: str) -> Iterator[str]:
    yield from (f"<details><summary>{summary}</summary>", "")


def _code(text: str) -> str:
    """A code span, in a cell of a table too; its fence is longer than any in it."""
    if not text:
        return ""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    blank = " " if longest else ""
    return f"{fence}{blank}{text.replace('|', chr(92) + '|')}{blank}{fence}"


def _escaped(text: str) -> str:
    """A text in which no sign means anything to Markdown; parts in backticks become code spans."""
    parts = re.split(r"(`[^`]+`)", text)
    return "".join(_code(one[1:-1]) if at % 2 else _plain(one) for at, one in enumerate(parts))


def _plain(text: str) -> str:
    return _LINKS.sub("\\1\u200b", _SIGNS.sub(r"\\\1", text))


def _bold_numbers(text: str) -> str:
    """The first count of each part stands out."""
    return re.sub(r"(?<=: |· )([\d,]+)", r"**\1**", text)
