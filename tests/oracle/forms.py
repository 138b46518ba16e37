"""§ 12: what the form of an inline contract cannot write: null, brackets in keys, what cannot be joined."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from custmap.contract.form_body import FormStyle
from custmap.model.clear import Clear, KeyIn, NameIn
from custmap.model.mask import MaskedKeys
from custmap.running.states import Failure, Refusal
from custmap.values.json_text import dump_json


def hold(form: FormStyle | None, value: Any) -> None:
    """Refusal for a list or an object that the form of an inline contract cannot write."""
    if form is None or value is None:
        return
    if not _can_write(form, value) or (form.joined and isinstance(value, str) and form.joined in value):
        raise Refusal("CM710", "")


def hold_entry(form: FormStyle | MaskedKeys | None, key: str, value: Any) -> Any:
    """The entry of a map, or its failure."""
    if isinstance(form, MaskedKeys):
        named = value if form.is_deep and isinstance(value, dict) else {}
        keys = [key, *_keys(named)]
        is_apart = value is None or isinstance(value, Failure) or not any(form.join in one for one in keys)
        return value if is_apart else Failure("CM710", "", None, value)
    if form is None or value is None or isinstance(value, Failure):
        return value
    return value if _can_write(form, {key: value}) else Failure("CM710", "", None, value)


def _keys(value: Any) -> Iterator[str]:
    for key, inner in value.items():
        yield key
        if isinstance(inner, dict):
            yield from _keys(inner)


def can_name(clear: Clear, name: Any) -> bool:
    """May the name stand in the list of names, or as the key of a mark?"""
    if isinstance(clear, NameIn | KeyIn) and name in clear.others:
        return False  # it is that of another rule's value
    if not isinstance(clear, NameIn | KeyIn) or clear.form is None:
        return True
    name = clear.name or name
    if isinstance(clear, NameIn):
        return _can_write(clear.form, [name])
    return _can_write(clear.form, {name if isinstance(name, str) else dump_json(name): clear.value})


def can_list(form: FormStyle | None, item: Any) -> bool:
    """May the item stand in a list?"""
    return form is None or _can_write(form, [item])


def _can_write(form: FormStyle, value: Any) -> bool:
    single = form.lists == "never"
    return _is_plain(value, joined=form.lists == ",") and not (single and isinstance(value, list | dict))


def _is_plain(value: Any, *, joined: bool) -> bool:
    """No null, no bracket in a key; and where items are joined with commas, only texts without one."""
    if isinstance(value, dict):
        inner = all(_is_plain(item, joined=joined) for item in value.values())
        return inner and "" not in value and not any(sign in key for key in value for sign in "[]")
    if isinstance(value, list):
        if joined and any(isinstance(item, list | dict) for item in value):
            return False
        if joined and any("," in item for item in value if isinstance(item, str)):
            return False
        return all(_is_plain(item, joined=joined) for item in value)
    return value is not None
