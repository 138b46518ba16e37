"""A whole page: head, policy, navigation, and the frame around its sections.

Each page stands alone: its style and script are in it, so it can be mailed, and works from `file://`. The
policy in its head allows these two by their hash and nothing else, and no address of any host.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from custmap.pages.html import Asset, Child, Element, h, page

STYLE: Final = Asset("page.css")
SCRIPT: Final = Asset("page.js")


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page, in its navigation; `id` is a name of ours."""

    id: str
    title: str
    content: Child
    lead: Child = None
    count: str | None = None


def policy(*assets: Asset, connect: str = "'none'") -> str:
    """The Content-Security-Policy of a page with these assets: at least one style and one script."""
    of = {tag: " ".join(one.policy_hash for one in assets if one.tag == tag) for tag in ("style", "script")}
    rules = [
        "default-src 'none'",
        f"style-src {of['style']}",
        f"script-src {of['script']}",
        f"connect-src {connect}",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return "; ".join(rules)


def document(title: str, header: Child, sections: Sequence[Section], home: str | None = None) -> str:
    """The HTML of a page; `home` is the address of the index, relative to the page."""
    links = [
        h(
            "li",
            h("a", one.title, h("span", one.count, class_="count") if one.count else None, href=f"#{one.id}"),
        )
        for one in sections
    ]
    body = h(
        "body",
        h("a", "Skip to content", href="#content", class_="skip"),
        h(
            "header",
            h("nav", h("a", "All mappings", href=home), aria_label="Breadcrumb", class_="crumb")
            if home
            else None,
            header,
            h("nav", h("ul", links), aria_label="On this page", class_="parts")
            if len(sections) > 1
            else None,
            class_="top",
        ),
        h("main", [_section(one) for one in sections], id="content", tabindex=-1),
        h(
            "footer",
            h("p", "Made by custmap from the mapping files. Nothing on this page leaves your machine."),
        ),
    )
    return whole(title, body, STYLE, SCRIPT)


def whole(title: str, body: Element, *assets: Asset, policy_text: str | None = None) -> str:
    """A page with a body and assets of its own; the policy is theirs, if no other is given."""
    scripts = [asset for asset in assets if asset.tag == "script"]
    root = h(
        "html",
        h(
            "head",
            h("meta", charset="utf-8"),
            h("meta", http_equiv="Content-Security-Policy", content=policy_text or policy(*assets)),
            h("meta", name="viewport", content="width=device-width, initial-scale=1"),
            h("meta", name="color-scheme", content="light dark"),
            h("meta", name="referrer", content="no-referrer"),
            h("title", title),
            h("link", rel="icon", href="data:,") if policy_text else None,
            [asset for asset in assets if asset.tag == "style"],
        ),
        Element(body.tag, body.attributes, (*body.children, scripts)),  # at the end, where all has been read
        lang="en",
    )
    return page(root)


def _section(one: Section) -> Element:
    return h(
        "section",
        h("h2", one.title, id=f"{one.id}-title"),
        h("p", one.lead, class_="lead") if one.lead else None,
        one.content,
        id=one.id,
        aria_labelledby=f"{one.id}-title",
    )
