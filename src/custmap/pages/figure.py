"""The drawing of a lineage: canonical fields on the left, the vendor's members on the right, lines between.

Both sides are lists whose rows have the same height, so the lines need no script: they are drawn in a plane
that is stretched to the height of the lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from custmap.pages.html import Child, Element, code, h

_HEIGHT: Final = 1000
"""The drawing's own unit: it is stretched to the height of the lists."""
_WIDTH: Final = 100


@dataclass(frozen=True, slots=True)
class Row:
    """A target, and the sources that lead to it; `middle` stands between, `href` is where it is told."""

    target: str
    sources: tuple[str, ...]
    middle: Child = None
    href: str | None = None
    kind: str = ""


def figure(rows: Sequence[Row], left: str, right: str, caption: str) -> Element:
    """The drawing; `left` and `right` are the headings of its sides.

    Sources stand in the order of the middle of their targets, so that few lines cross.
    """
    sources = _ordered(rows)
    places = {name: index for index, name in enumerate(sources)}
    return h(
        "figure",
        h(
            "div",
            h("p", left, class_="side-head"),
            h("p", class_="side-head"),
            h("p", h("span", right), class_="side-head"),
            h("ol", [_source(name) for name in sources], class_="side from", aria_label=left),
            _lines(rows, places),
            h(
                "ol",
                [_target(index, row) for index, row in enumerate(rows)],
                class_="side to",
                aria_label=right,
            ),
            class_="lineage",
        ),
        h("figcaption", caption),
        class_="drawn",
    )


def _ordered(rows: Sequence[Row]) -> list[str]:
    found: dict[str, list[int]] = {}
    for index, row in enumerate(rows):
        for name in row.sources:
            found.setdefault(name, []).append(index)
    return sorted(found, key=lambda name: (sum(found[name]) / len(found[name]), name))


def _source(name: str) -> Element:
    kind = "param" if name.startswith("params.") else "constant" if name == "a constant" else "field"
    return h("li", h("span", code(name), class_=f"node {kind}"), data_source=name)


def _target(index: int, row: Row) -> Element:
    name = h("a", code(row.target), href=row.href) if row.href else code(row.target)
    between = h("span", row.middle, class_="between")
    return h(
        "li", between, h("span", name, class_=f"node {row.kind}".rstrip()), data_row=index,
        data_sources="\n".join(row.sources),
    )  # fmt: skip


def _lines(rows: Sequence[Row], places: dict[str, int]) -> Element:
    drawn = [
        h("path", d=_curve(_middle(places[name], len(places)), _middle(index, len(rows))),
          data_row=index, data_source=name)
        for index, row in enumerate(rows)
        for name in row.sources
    ]  # fmt: skip
    return h(
        "svg", drawn, class_="lines", viewBox=f"0 0 {_WIDTH} {_HEIGHT}", preserveAspectRatio="none",
        aria_hidden="true", focusable="false",
    )  # fmt: skip


def _middle(index: int, of: int) -> str:
    """The middle of a row, in the drawing's unit, to its hundredth: there can be more rows than units."""
    return f"{round((2 * index + 1) * _HEIGHT / (2 * of), 2):g}"


def _curve(start: str, end: str) -> str:
    half = _WIDTH // 2
    return f"M0 {start}C{half} {start} {half} {end} {_WIDTH} {end}"
