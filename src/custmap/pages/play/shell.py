"""The page of `play` itself: editors on the left, what becomes of them on the right."""

from __future__ import annotations

from typing import Final

from custmap.mapping.find import shown
from custmap.pages.html import Asset, Child, Data, Element, h
from custmap.pages.page_frame import STYLE, policy, whole
from custmap.pages.play.desk import Desk

_ASSETS: Final = (STYLE, Asset("play.css"), Asset("page.js"), Asset("editor.js"), Asset("play.js"))
_POLICY: Final = policy(*_ASSETS, connect="'self'") + "; img-src data:"
_PLAIN: Final = {"spellcheck": "false", "autocomplete": "off", "autocapitalize": "off", "wrap": "off"}
_TITLES: Final = {
    "mapping": "Mapping",
    "before": "Customer before",
    "after": "Customer after",
    "params": "Parameters",
}
_HINTS: Final = {"before": "empty: not known", "params": "secrets are shown as {{name}}"}


def play_policy() -> str:
    """The policy of the page, for its header."""
    return f"{_POLICY}; frame-ancestors 'none'"


def play_page(desk: Desk, key: str) -> str:
    """The whole page of a desk."""
    start = {"key": key, "texts": desk.texts.to_dict(), "case": desk.case, "summary": desk.summary}
    body = h(
        "body",
        h("a", "Skip to the results", href="#results", class_="skip"),
        _header(desk),
        h("main", _left(), _right(), class_="desk"),
        _dialog(desk),
        Data("start", start),
    )
    return whole(f"{desk.name} - custmap play", body, *_ASSETS, policy_text=_POLICY)


def _header(desk: Desk) -> Element:
    vendor, _, operation = desk.name.partition("/")
    return h(
        "header",
        h("h1", h("span", f"{vendor} / ", class_="vendor"), operation),
        h("p", "Reading", id="status", role="status"),
        h("button", "Save as fixture…", id="save", type="button", aria_keyshortcuts="Control+S"),
        h("p", shown(desk.path), class_="file"),
        class_="bar",
    )


def _left() -> Element:
    return h(
        "div",
        _editor("mapping"),
        h("div", _editor("before"), _editor("after"), class_="pair"),
        h("div", _editor("params"), _options(), class_="pair"),
        class_="left",
    )


def _editor(name: str) -> Element:
    hint = h("span", _HINTS[name], class_="hint") if name in _HINTS else None
    return h(
        "section",
        h("h2", h("label", _TITLES[name], for_=name), hint),
        h(
            "div",
            h(
                "div",
                h("div", class_="mirror", aria_hidden="true"),
                h("textarea", id=name, aria_describedby=f"{name}-findings", rows=1, **_PLAIN),
                class_="sheet",
            ),
            class_="editor", data_editor=name,
        ),
        h("ul", id=f"{name}-findings", class_="hidden", aria_label=f"Findings: {_TITLES[name]}"),
        class_=f"edit edit-{name}", aria_label=_TITLES[name],
    )  # fmt: skip


def _options() -> Element:
    return h(
        "section",
        h("h2", "Records"),
        _select("absent", "An absent field", keep="keeps its value", clear="is gone: records are whole"),
        _select("nulls", "A null", clear="clears", absent="says nothing"),
        h("p", "F8: next finding. Ctrl+S: save as fixture.", class_="small keys"),
        class_="edit options", aria_label="How records are read",
    )  # fmt: skip


def _select(name: str, label: str, **options: str) -> Element:
    made = [h("option", text, value=value) for value, text in options.items()]
    return h("p", h("label", label, for_=name), h("select", made, id=name))


def _right() -> Element:
    parts: list[Child] = [
        h("div", id="part-call", class_="about"),
        _findings(),
        _part("plan", "Plan"),
        _part("rejected", "Rejected"),
        _part("request", "Request"),
        _part("states", "States"),
        _part("fields", "Fields"),
    ]
    return h("div", parts, id="results", class_="right", tabindex=-1)


def _findings() -> Element:
    """Errors, which stop the request, and all others, folded: many warnings would push it out of sight."""
    folded = h(
        "details",
        h("summary", id="others-count"),
        h("ul", id="others", class_="told"),
        id="folded", hidden=True,
    )  # fmt: skip
    return _part("findings", "Findings", h("ul", id="errors", class_="told"), folded)


def _part(name: str, title: str, *inside: Child) -> Element:
    heading = f"{name}-title"
    return h(
        "section", h("h2", title, id=heading), h("div", inside, id=f"part-{name}"), aria_labelledby=heading,
        class_=f"part-{name}",
    )  # fmt: skip


def _dialog(desk: Desk) -> Element:
    where = f"In {shown(desk.fixtures)}/{desk.name}, with what custmap answers now. "
    return h(
        "dialog",
        h(
            "form",
            h("h2", "Save as fixture", id="dialog-title"),
            _field("case", "Name of the case", "mail-gone", required=True),
            _field("summary", "The fact that it proves", "A removed mail address is listed in unset"),
            h("p", where, "Secrets are written as {{name}}.", class_="small"),
            h("p", id="saved", role="alert"),
            h(
                "div",
                _button("confirm", "Save", "submit"),
                _button("close", "Close", "button"),
                class_="buttons",
            ),
            method="dialog",
            id="save-form",
        ),
        id="dialog",
        aria_labelledby="dialog-title",
    )


def _field(id: str, label: str, example: str, *, required: bool = False) -> Element:
    made = h("input", id=id, autocomplete="off", spellcheck="false", placeholder=example, required=required)
    return h("p", h("label", label, for_=id), made)


def _button(id: str, text: str, kind: str) -> Element:
    return h("button", text, id=id, type=kind)
