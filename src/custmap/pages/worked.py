"""The section of the worked example: before and after side by side, what changes, and the request."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any, Final

from custmap.model.change import Change, Rejection
from custmap.model.privacy import shown_target
from custmap.pages.example import Example
from custmap.pages.html import Child, Element, h, wide
from custmap.pages.page_frame import Section
from custmap.plan.plan import Plan
from custmap.values.json_text import dump_json
from custmap.wire.request import Request

_LONGEST: Final = 80
_WIDTH: Final = 60
"""A container that is no wider stands on one line."""
_MARKS: Final = {"+": "added", "~": "changed", "-": "cleared", "!": "rejected"}


def example_section(example: Example) -> Section:
    """The example as a section of a page."""
    noun = "Row" if example.is_row else "Customer"
    after = _pretty(example.after)
    sides = [_side(noun, after)]
    if example.before is not None:
        before = _pretty(example.before)
        sides = [_side(f"{noun} before", _marked(before, after, "gone")),
                 _side(f"{noun} after", _marked(after, before, "came"))]  # fmt: skip
    return Section(
        "example",
        "Worked example",
        [
            h("div", sides, class_="sides"),
            h("h3", "What changes"),
            changes_table(example.plan),
            h("h3", "What is sent"),
            requests_block(example.requests),
        ],
        example.summary if example.summary.endswith(".") else f"{example.summary}.",
    )


def changes_table(plan: Plan) -> Element:
    """The changes and rejections of a plan; with values, and without secrets."""
    rows = [_change(change) for change in plan.changes] + [_rejection(one) for one in plan.rejected]
    if not rows:
        return h("p", "Nothing to do.", class_="small")
    head = [h("th", name, scope="col") for name in ("", "Target", "Before", "After", "From", "Line")]
    head[0] = h("th", h("span", "What", class_="hidden"), scope="col")
    table = h("table", h("thead", h("tr", head)), h("tbody", rows), class_="changes")
    notes = [h("li", str(note)) for note in plan.notes]
    return h("div", wide(table, "Changes"), h("ul", notes, class_="notes") if notes else None)


def _mark(mark: str) -> Element:
    return h(
        "td", h("span", mark, aria_hidden="true"), h("span", _MARKS[mark], class_="hidden"), class_="mark"
    )


def _change(change: Change) -> Element:
    told = change.to_dict(secrets=False)
    mark = "-" if change.action == "clear" else "+" if change.is_new else "~"
    return h(
        "tr", _mark(mark), h("td", h("code", told["target"])), h("td", _value(told["before"])),
        h("td", _value(told["after"])), h("td", h("code", change.source) if change.source else ""),
        h("td", str(change.line)), class_=_MARKS[mark],
    )  # fmt: skip


def _rejection(one: Rejection) -> Element:
    return h(
        "tr", _mark("!"), h("td", h("code", shown_target(one.place, personal=True))),
        h("td", f"{one.code} {one.message}", colspan=2), h("td", h("code", one.source) if one.source else ""),
        h("td", str(one.line)), class_="rejected",
    )  # fmt: skip


def _value(value: Any) -> Child:
    text = dump_json(value)
    return h("code", text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")


def requests_block(requests: Sequence[Request]) -> Element:
    """Each request as it goes out, with secrets as `{{name}}`."""
    if not requests:
        return h("p", "No request: there is nothing to send.", class_="small")
    return h("div", [_request(one) for one in requests], class_="requests")


def _request(request: Request) -> Element:
    told = request.to_dict(secrets=False)
    lines: list[Child] = [h("span", f"{told['method']} ", class_="method"), str(told["url"]), "\n"]
    for name, value in told["headers"].items():
        lines += [h("span", f"{name}: ", class_="header"), str(value), "\n"]
    if told["body"] is not None:
        body = told["content"] if "content" in told else _pretty(told["body"])
        lines += ["\n", str(body)]
    title = f"{request.name}, after {', '.join(request.after)}" if request.after else request.name
    return h(
        "div", h("p", title, class_="request-name") if request.name else None,
        h("pre", lines, tabindex=0, aria_label=f"Request {request.name}".strip(), role="region"),
    )  # fmt: skip


def _side(title: str, content: Child) -> Element:
    return h(
        "div",
        h("h3", title),
        h("pre", content, tabindex=0, role="region", aria_label=title),
        class_="one-side",
    )


def _pretty(value: Any) -> str:
    """Indented JSON, short containers on one line."""
    return "\n".join(_lines(value, ""))


def _lines(value: Any, indent: str) -> Iterator[str]:
    short = json.dumps(value, ensure_ascii=False)
    is_whole = not indent and isinstance(value, dict)
    fits = len(short) + len(indent) <= _WIDTH and not is_whole
    items: list[tuple[str, Any]]
    match value:
        case dict() if value and not fits:
            items = [(f"{json.dumps(key, ensure_ascii=False)}: ", one) for key, one in value.items()]
        case list() if value and not fits:
            items = [("", one) for one in value]
        case _:
            yield short
            return
    is_map = isinstance(value, dict)
    yield "{" if is_map else "["
    for index, (key, one) in enumerate(items):
        inner = list(_lines(one, indent + "  "))
        inner[0] = f"{key}{inner[0]}"
        inner[-1] += "" if index == len(items) - 1 else ","
        yield from (f"  {line}" for line in inner)
    yield "}" if is_map else "]"


def _marked(text: str, other: str, kind: str) -> Iterator[Child]:
    """The lines of a text, those that the other text does not have marked."""
    lines, others = text.split("\n"), other.split("\n")
    plain = [line.rstrip(",") for line in lines]
    same = {
        index
        for block in SequenceMatcher(
            None, plain, [line.rstrip(",") for line in others], autojunk=False
        ).get_matching_blocks()
        for index in range(block.a, block.a + block.size)
    }
    for index, line in enumerate(lines):
        end = "" if index == len(lines) - 1 else "\n"
        yield line + end if index in same else h("mark", line, class_=kind)
        if index not in same:
            yield end
