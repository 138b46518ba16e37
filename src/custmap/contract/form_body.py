"""How a form writes the lists and objects of a body, and what it cannot write.

A form is a list of pairs of texts, so a list or an object becomes several pairs, or one whose parts are
joined. A value is refused if a form has no text for it (null), or if its text would be read as another value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from typing import Any, Final

from custmap.contract.media_type import is_json
from custmap.values.paths import Member, Segment, TargetPath
from custmap.values.words import word_for

BRACKETS: Final = "brackets"
REPEAT: Final = "repeat"
FLAT: Final = "flat"
NEVER: Final = "never"
SEPARATORS: Final = {",": "a comma", " ": "a space", "|": "`|`"}
"""What joins items, and its name in messages."""


@dataclass(frozen=True, slots=True)
class FormStyle:
    """How a form writes a list or an object at some place.

    `lists`    `brackets` (`a[0]=x`), `repeat` (`a=x&a=y`), `never`, or a separator (`a=x,y`).
    `objects`  `brackets` (`a[b]=x`), `flat` (`b=x`), `never`, or a separator (`a=b,x`).
    `json`     every value is written as a JSON text.
    `taken`    where objects are `flat`: the names of other members, which no key may have.
    `joined`   the separator that joins a value of this place with others; "" if none does.
    """

    lists: str
    objects: str = BRACKETS
    json: bool = False
    taken: Set[str] = frozenset()
    joined: str = ""

    @property
    def of_scalars(self) -> bool:
        """May a single value be one that cannot be written?"""
        return bool(self.joined)

    @property
    def in_list(self) -> FormStyle:
        """The style of the items of a list."""
        return self._inside(self.lists)

    @property
    def in_object(self) -> FormStyle:
        """The style of the members of an object."""
        return self._inside(self.objects)

    def _inside(self, way: str) -> FormStyle:
        if self.json:
            return self
        return FormStyle(NEVER, NEVER, joined=way) if way in SEPARATORS else FormStyle(self.lists)

    def unwritable(self, value: Any) -> str | None:
        """Why a value cannot be written, in a phrase without the value; None if it can."""
        if self.json:
            return None
        if value is None:
            return "includes null, which a form cannot write"
        kind = type(value)
        if kind is not dict and kind is not list:
            return _not_apart(value, self.joined)
        if (self.objects if kind is dict else self.lists) == NEVER:
            return f"includes {word_for(value)} where the contract joins single values"
        if kind is list:
            return _first(map(self.in_list.unwritable, value))
        inside = self.in_object
        return _first(self.unwritable_key(key) or inside.unwritable(item) for key, item in value.items())

    def unwritable_key(self, key: str) -> str | None:
        """Why an object's key cannot be written; None if it can."""
        if self.json:
            return None
        if self.objects == FLAT and key in self.taken:
            return "has a key that another member has as its name, and is written without its own name"
        if not key and self.objects == BRACKETS:
            return "has an empty key, which a form reads as an item of a list"
        if "[" in key or "]" in key:
            return "has a key with `[` or `]`, which a form reads as a place in an object"
        return _not_apart(key, self.objects)


def _not_apart(value: Any, way: str) -> str | None:
    """Why a value that is joined with others would be read as two."""
    if way in SEPARATORS and type(value) is str and way in value:
        return f"has an item with {SEPARATORS[way]}, which would be read as two items"
    return None


def _first(reasons: Iterable[str | None]) -> str | None:
    return next((reason for reason in reasons if reason is not None), None)


SINGLE: Final = FormStyle(NEVER, NEVER)
"""Where only single values can be written."""

INLINE: Final[dict[str, FormStyle]] = {
    "brackets": FormStyle(BRACKETS),
    "repeat": FormStyle(REPEAT),
    "comma": FormStyle(","),
}
"""The words of `form` in an inline contract."""


STYLES: Final = ("form", "deepObject", "spaceDelimited", "pipeDelimited")
"""The styles that an Encoding Object may state."""


def openapi_style(name: str | None, explode: bool | None, content_type: str | None) -> FormStyle:
    """The style of an Encoding Object (OpenAPI 3.1 § 4.8.15.1.2); a stated style overrules its media type."""
    if name is None and explode is None and content_type is not None and is_json(content_type):
        return FormStyle(NEVER, NEVER, json=True)
    match name:
        case "deepObject":
            return FormStyle(BRACKETS)
        case "spaceDelimited":
            return FormStyle(" ", " ")
        case "pipeDelimited":
            return FormStyle("|", "|")
    return FormStyle(",", ",") if explode is False else FormStyle(REPEAT, FLAT)


@dataclass(frozen=True, slots=True)
class Form:
    """How a form writes a body: the style of each member that has its own, and that of the others.

    `names`  the names of members, which the keys of an object without its own name must not have.
    """

    default: FormStyle
    members: Mapping[str, FormStyle] = field(default_factory=dict)
    names: Set[str] = frozenset()

    def style(self, name: str) -> FormStyle:
        """The style of a member of the body."""
        return self.members.get(name, self.default)

    def at(self, path: TargetPath) -> FormStyle:
        """The style of a place of the body."""
        head, *rest = path
        if not isinstance(head, Member):  # a form is an object
            return SINGLE
        style = self.style(head.name)
        if style.objects == FLAT:
            style = replace(style, taken=self.names - {head.name})
        return style_at(style, rest)


def style_at(style: FormStyle, path: Iterable[Segment]) -> FormStyle:
    """The style of a place inside a list or an object."""
    for segment in path:
        style = style.in_object if isinstance(segment, Member) else style.in_list
    return style
