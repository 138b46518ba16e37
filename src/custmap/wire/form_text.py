"""A body as a form: pairs `name=value`, percent-encoded, in the order of the body.

What the form cannot write was refused when the body was made (`FormStyle.unwritable`); a body that the caller
has changed since may still have such a value.
"""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import quote_plus

from custmap.contract.form_body import BRACKETS, FLAT, NEVER, REPEAT, Form, FormStyle
from custmap.values.json_text import json_bytes
from custmap.values.numbers import scalar_text

_PLAIN: Final = re.compile(r"[A-Za-z0-9_.~-]*").fullmatch
_CONTAINERS: Final = frozenset({list, dict})
_WRITTEN: Final = {",": ",", " ": "+", "|": "%7C"}
"""What stands between joined items: a comma as it is, since OpenAPI and vendors' pages write it so."""


class FormError(ValueError):
    """A value that a form cannot write; without the value."""


def form_text(form: Form, body: dict[str, Any]) -> str:
    """The text of a form. FormError for a value that it cannot write.

    >>> form_text(Form(FormStyle("brackets")), {"a": {"b": ["x y", True]}, "c": ""})
    'a[b][0]=x+y&a[b][1]=true&c='
    """
    pairs: list[str] = []
    default, members = form.default, form.members
    for name, value in body.items():
        style = members.get(name, default) if members else default
        if style.json:
            pairs.append(f"{_name(name)}={quote_plus(json_bytes(value))}")
        else:
            _write(_name(name), value, style, pairs)
    return "&".join(pairs)


def _write(name: str, value: Any, style: FormStyle, pairs: list[str]) -> None:
    """Add the pairs of a value; `name` is encoded."""
    kind = value.__class__
    if kind is dict and value:
        _write_object(name, value, style, pairs)
    elif kind is list and value:
        _write_list(name, value, style, pairs)
    else:
        pairs.append(f"{name}={_text(value)}")


def _write_object(name: str, value: dict[str, Any], style: FormStyle, pairs: list[str]) -> None:
    if style.objects in (BRACKETS, FLAT):
        inside, flat = style.in_object, style.objects == FLAT
        for key, item in value.items():
            _write(_name(key) if flat else f"{name}[{_name(key)}]", item, inside, pairs)
    else:
        parts = [part for pair in value.items() for part in pair]
        pairs.append(f"{name}={_joined(parts, style.objects)}")


def _write_list(name: str, value: list[Any], style: FormStyle, pairs: list[str]) -> None:
    if style.lists == REPEAT and _CONTAINERS.isdisjoint(map(type, value)):
        pairs += [f"{name}={_text(item)}" for item in value]
    elif style.lists in (BRACKETS, REPEAT):
        inside = style.in_list
        for position, item in enumerate(value):
            _write(f"{name}[{position}]", item, inside, pairs)
    else:
        pairs.append(f"{name}={_joined(value, style.lists)}")


def _joined(items: list[Any], separator: str) -> str:
    """Single values as one text; an earlier position that says nothing is `{}`, and has none."""
    if separator == NEVER or any(item.__class__ in _CONTAINERS and item for item in items):
        raise FormError("a form cannot write a list or an object here")
    if any(item.__class__ is str and separator in item for item in items):
        raise FormError("an item with the separator in it would be read as two items")
    return _WRITTEN[separator].join(map(_text, items))


def _name(name: str) -> str:
    return name if _PLAIN(name) else quote_plus(name, safe="[]")


def _text(value: Any) -> str:
    """A single value; an empty list or object has no text."""
    if value.__class__ is str:
        return value if _PLAIN(value) else quote_plus(value)
    if value is None:
        raise FormError("a form cannot write null")
    if value.__class__ in _CONTAINERS:
        return ""
    return scalar_text(value)  # no sign of a number is encoded
