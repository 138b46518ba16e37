"""The builder of pages: no text of others ever becomes markup, whatever is in it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_parser import parsed

from custmap.pages.html import Data, code, h, page, shown, write
from custmap.pages.page_frame import SCRIPT, STYLE, Section, document

HOSTILE = (
    "<script>alert(1)</script>", "</script>", "</style>", "]]>", "-->",
    "<!--", "' onload='x", '" onload="x',
    "\u2028", "\u2029", "\u202e", "\x00", "&amp;", "&#60;", "javascript:x", "\ud800", "a\nb", "</pre>", "`",
    "{{token}}",
)  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(), max_size=12),
    st.lists(st.sampled_from(HOSTILE), max_size=3).map("".join),
)


@settings(max_examples=100)
@given(TEXTS, TEXTS)
def test_texts_are_texts(text: str, other: str) -> None:
    """In an element, an attribute, a drawing and a table: what is read back is the text, and nothing else."""
    made = h(
        "main",
        h("p", text, title=other, data_find=text),
        h("svg", h("path", d=other), h("title", text), aria_label=text),
        h("pre", text),
        h("ul", h("li", code(text))),
    )
    read = parsed(page(h("html", h("head", h("title", other)), h("body", made))))
    assert [one.tag for one in read.elements if one.tag != "wbr"] == [
        "html", "head", "title", "body", "main", "p", "svg", "path", "title", "pre", "ul", "li", "code"
    ]  # fmt: skip
    (paragraph,) = read.all("p")
    assert paragraph.attributes == {"title": shown(other), "data-find": shown(text)}
    assert [one.text.strip("\n") for one in read.all("p") + read.all("pre")] == [shown(text).strip("\n")] * 2


@settings(max_examples=60)
@given(
    st.recursive(TEXTS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3))
)
def test_data_for_scripts(value: Any) -> None:
    """JSON in a script element: the same value, without a sign that could end the element."""
    written = write(Data("given", value))
    (script,) = parsed(written).elements
    assert json.loads(script.text) == value
    assert not set("<>&\u2028\u2029") & set(script.text)


def test_hidden_characters_are_seen() -> None:
    assert write(h("p", "a\u202eb")) == "\n<p>a\\u202eb</p>"
    assert write(h("p", title="a\u2028b\x00")) == '\n<p title="a\\u2028b\\u0000"></p>'


def test_no_commands_for_the_log_of_a_build() -> None:
    assert "\n::error" not in write(h("pre", "x\n::error ::y"))
    assert "##[error]" not in write(h("pre", "##[error]x"))


@pytest.mark.parametrize("name", ["a b", "on<x", "x=y", ""])
def test_names_are_ours(name: str) -> None:
    with pytest.raises(ValueError, match="never a text of others"):
        h("p", **{name: "x"})
    with pytest.raises(ValueError, match="never a text of others"):
        h(name)


def test_first_line_end_of_a_block_is_kept() -> None:
    assert write(h("pre", "\na")) == "\n<pre>\n\na</pre>"
    assert write(h("textarea", "\na")) == "<textarea>\n\na</textarea>"
    assert write(h("p", "\na")) == "\n<p>\na</p>"


def test_blocks_begin_lines() -> None:
    """So that two versions of a page can be compared line by line; what stands in a line stays in it."""
    blocks = (
        *(
            "html",
            "head",
            "body",
            "title",
            "header",
            "footer",
            "main",
            "nav",
            "section",
            "div",
            "h1",
            "h2",
            "h3",
        ),
        *(
            "p",
            "pre",
            "ol",
            "ul",
            "li",
            "dl",
            "dt",
            "dd",
            "figure",
            "figcaption",
            "table",
            "caption",
            "thead",
        ),
        *("tbody", "tr", "td", "th", "svg", "path", "details", "summary", "form"),
    )
    for tag in blocks:
        assert write(["a", h(tag, "b"), "c"]) == f"a\n<{tag}>b</{tag}>c"
    for tag in ("span", "code", "a", "b", "label", "button", "option"):
        assert write(["a", h(tag, "b"), "c"]) == f"a<{tag}>b</{tag}>c"
    assert write(["a", h("meta", charset="utf-8"), h("wbr"), "c"]) == 'a\n<meta charset="utf-8"><wbr>c'


def test_policy_lets_only_its_own_assets_run() -> None:
    """No other style or script, no address, no form: also if something got into the page."""
    read = parsed(document("x", h("h1", "x"), [Section("a", "A", "text")]))
    (policy,) = [one.attributes["content"] for one in read.all("meta") if one.attributes.get("http-equiv")]
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    assert f"style-src {STYLE.policy_hash};" in policy and f"script-src {SCRIPT.policy_hash};" in policy
    assert "unsafe" not in policy and "http" not in policy and "*" not in policy
    assert "base-uri 'none'; form-action 'none'" in policy
    assert [one.text for one in read.all("style")] == [STYLE.text]
    assert [one.text for one in read.all("script")] == [SCRIPT.text]


def test_assets_name_no_address() -> None:
    for asset in (STYLE, SCRIPT):
        assert "://" not in asset.text and "url(" not in asset.text and "@import" not in asset.text
