"""Reads a page as browsers do, and asserts that it is well-formed: every element that opens also closes."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br", "hr", "img", "col", "wbr"}


@dataclass
class Seen:
    """An element: its name, its attributes, and the names of the elements around it."""

    tag: str
    attributes: dict[str, str | None]
    around: tuple[str, ...]
    text: str = ""


@dataclass
class Page(HTMLParser):
    """`elements` in their order; `texts` outside of style and script."""

    elements: list[Seen] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    open: list[Seen] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"{tag} has an attribute twice"
        seen = Seen(tag, dict(attrs), tuple(one.tag for one in self.open))
        self.elements.append(seen)
        if tag not in VOID:
            self.open.append(seen)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1].tag == tag, f"</{tag}> closes {self.open[-1:]}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open:
            self.open[-1].text += data
        if not self.open or self.open[-1].tag not in ("style", "script"):
            self.texts.append(data)

    def all(self, tag: str) -> list[Seen]:
        return [one for one in self.elements if one.tag == tag]

    @property
    def ids(self) -> list[str]:
        return [one.attributes["id"] or "" for one in self.elements if "id" in one.attributes]


def parsed(text: str) -> Page:
    """The page; AssertionError if it is not well-formed, or an id stands twice, or a label leads nowhere."""
    page = Page()
    page.feed(text)
    page.close()
    assert not page.open, f"open at the end: {[one.tag for one in page.open]}"
    ids = page.ids
    assert len(set(ids)) == len(ids), "an id stands twice"
    for one in page.elements:
        for name in ("aria-labelledby", "aria-describedby", "for"):
            for id in (one.attributes.get(name) or "").split():
                assert id in ids, f"{one.tag} {name}={id} leads nowhere"
        href = one.attributes.get("href") or ""
        assert not href.startswith("#") or href[1:] in ids, f"{href} leads nowhere"
    return page
