"""HTML that is safe by construction: a tree of elements, whose texts are escaped when it is written.

There is no way to put markup of others into a page: a text is a child or the value of an attribute, and
both are escaped; style and script are files of this package, named by their hash in the page's policy.
See docs/decisions/0085-pages-are-trees.md.
"""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Any, Final, TypeAlias

from custmap.diagnostics.plain import plain_lines

_NAME: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*")
_VOID: Final = frozenset({"meta", "link", "input", "br", "hr", "img", "col", "wbr"})
_KEEPS_FIRST_LINE: Final = frozenset({"pre", "textarea"})
"""Parsers drop a line end at their beginning."""
_BLOCKS: Final = frozenset(
    (
        *("html", "head", "body", "meta", "title", "header", "footer", "main", "nav", "section", "div"),
        *("h1", "h2", "h3", "p", "pre", "ol", "ul", "li", "dl", "dt", "dd", "figure", "figcaption"),
        *("table", "caption", "thead", "tbody", "tr", "td", "th", "svg", "path"),
        *("details", "summary", "form"),
    )
)
"""Elements that begin a line, so that pages can be compared line by line."""


@dataclass(frozen=True, slots=True)
class Element:
    """An element; `attributes` whose value is None stand without one."""

    tag: str
    attributes: tuple[tuple[str, str | None], ...]
    children: tuple[Child, ...]


@dataclass(frozen=True, slots=True)
class Asset:
    """Style or script of this package, by its file's name; `policy_hash` lets the page run it."""

    name: str

    @property
    def tag(self) -> str:
        return "style" if self.name.endswith(".css") else "script"

    @property
    def text(self) -> str:
        return _asset(self.name)

    @property
    def policy_hash(self) -> str:
        """The source expression for a Content-Security-Policy: `'sha256-…'`."""
        return f"'sha256-{b64encode(sha256(self.text.encode()).digest()).decode()}'"


@dataclass(frozen=True, slots=True)
class Data:
    """JSON that a script reads, in a `script` that is not run."""

    id: str
    value: Any


Child: TypeAlias = "Element | Asset | Data | str | Iterable[Child] | None"


def h(tag: str, *children: Child, **attributes: str | int | bool | None) -> Element:
    """An element. `class_` is `class`, `data_row` is `data-row`; None and False leave an attribute out.

    >>> write(h("a", "<b>", href='x"y', class_="name"))
    '<a href="x&quot;y" class="name">&lt;b&gt;</a>'
    """
    made = tuple(
        (name.rstrip("_").replace("_", "-"), None if value is True else str(value))
        for name, value in attributes.items()
        if value is not None and value is not False
    )
    for name in (tag, *(name for name, _ in made)):
        if not _NAME.fullmatch(name):
            raise ValueError("the name of an element or an attribute is never a text of others")
    return Element(tag, made, children)


def code(path: str) -> Element:
    """A path in `code`, which may break after its dots and underscores."""
    parts = [part for part in re.split(r"(?<=[._\[])", path) if part]
    return h("code", [(h("wbr") if index else None, part) for index, part in enumerate(parts)])


def wide(content: Child, label: str) -> Element:
    """What may be wider than the page: a region with a name, which the keyboard can scroll."""
    return h("div", content, class_="wide", tabindex=0, role="region", aria_label=label)


def write(child: Child) -> str:
    """The HTML of an element, a text or several."""
    return "".join(_pieces(child))


def page(root: Element) -> str:
    """A whole document, with a line end."""
    return f"<!DOCTYPE html>{write(root)}\n"


def shown(text: str) -> str:
    """A text as pages show it: what would be hidden, or would move what is around it, is an escape."""
    return plain_lines(text)


def _pieces(child: Child) -> Iterator[str]:
    match child:
        case None:
            return
        case str():
            yield html.escape(shown(child))
        case Asset():
            yield f"\n<{child.tag}>{child.text}</{child.tag}>"
        case Data():
            text = json.dumps(child.value, ensure_ascii=True, allow_nan=False)
            for sign in "<>&":
                text = text.replace(sign, f"\\u{ord(sign):04x}")
            yield f'\n<script type="application/json" id="{html.escape(child.id)}">{text}</script>'
        case Element():
            yield from _element(child)
        case _:
            for one in child:
                yield from _pieces(one)


def _element(element: Element) -> Iterator[str]:
    if element.tag in _BLOCKS:
        yield "\n"
    yield f"<{element.tag}"
    for name, value in element.attributes:
        yield f" {name}" if value is None else f' {name}="{html.escape(shown(value))}"'
    yield ">"
    if element.tag in _VOID:
        return
    inner = write(element.children)
    if element.tag in _KEEPS_FIRST_LINE and inner.startswith("\n"):
        yield "\n"
    yield f"{inner}</{element.tag}>"


@cache
def _asset(name: str) -> str:
    text = resources.files("custmap.pages").joinpath("assets", name).read_text(encoding="utf-8")
    assert f"</{'style' if name.endswith('.css') else 'script'}" not in text.lower()
    return text
