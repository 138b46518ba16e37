"""How a contract says that a parameter is written: OpenAPI's `style` and `explode`."""

from __future__ import annotations

from typing import Final

from msgspec import Struct


class Style(Struct, frozen=True):
    """How a list or an object is written.

    `name`     simple, label, matrix (path); form, spaceDelimited, pipeDelimited, deepObject (query).
    `explode`  each item of a list, or member of an object, is written as a parameter of its own.
    """

    name: str
    explode: bool = False


SIMPLE: Final = Style("simple")
FORM: Final = Style("form", explode=True)

_STYLES: Final = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "headers": ("simple",),
}
"""The styles that each place has; the first is its default."""


def style_of(place: str, name: str | None, explode: bool | None) -> Style:
    """The style that a contract states; the place's default for a style that is not valid there."""
    known = _STYLES[place]
    chosen = name if name in known else known[0]
    return Style(chosen, explode=chosen == "form" if explode is None else explode)
