"""What happens to records before any rule: texts become objects, nulls go, after is laid over before.

Written from the language page, §§ 1, 7 and 10; of custmap it reads only the canonical type.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from custmap.schema.canonical import Canonical
from custmap.values.types import Type

TEXT_PARTS = {"name": "formatted", "phone": "number"}
"""§ 10: a plain text `name` becomes `{formatted: …}`, a plain text `phone` `{number: …}`."""


def taken(record: dict[str, Any], canonical: Canonical, *, nulls: str = "clear") -> dict[str, Any]:
    """The record as rules see it."""
    made = _sorted(deepcopy(record))
    if canonical.is_customer:
        for field, part in TEXT_PARTS.items():
            if isinstance(made.get(field), str):
                made[field] = {part: made[field]}
    if nulls == "absent":
        made = _without_nulls(made, canonical.type)
    assert isinstance(made, dict)
    return made


def _sorted(value: Any) -> Any:
    """The order of keys means nothing."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def _without_nulls(value: Any, type_: Type | None) -> Any:
    """Nulls of named fields are dropped at every depth; those of free maps and of lists stay."""
    if type_ is None:
        return value
    if isinstance(value, list):
        return [_without_nulls(item, type_.items) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _without_nulls(item, type_.member(name))
        for name, item in value.items()
        if item is not None or name not in type_.members
    }


def without_unknown(value: Any, type_: Type | None) -> Any:
    """§ 10: members that the model does not know are ignored."""
    if isinstance(value, list) and type_ is not None:
        return [without_unknown(item, type_.items) for item in value]
    if not isinstance(value, dict) or type_ is None or not type_.members:
        return value
    return {
        name: without_unknown(item, type_.member(name))
        for name, item in value.items()
        if name in type_.members or type_.extra is not None
    }


def all_stated(after: dict[str, Any], given: dict[str, Any], canonical: Canonical) -> dict[str, Any]:
    """After with the members that its plain texts, as in `given`, say are not there, as null."""
    if not canonical.is_customer:
        return after
    name, phone = canonical.type.member("name"), dict.fromkeys(("extension",))
    assert name is not None
    said = {"name": dict.fromkeys(name.members), "phone": phone}
    texts = [field for field in said if isinstance(given.get(field), str)]
    return {**after, **{field: {**said[field], **after[field]} for field in texts}}


def laid_over(
    before: dict[str, Any], after: dict[str, Any], stated: dict[str, Any], canonical: Canonical
) -> dict[str, Any]:
    """a⁺: named fields that after does not mention keep before's value. `stated` is after as it was given."""
    made = laid(before, after, canonical.type)
    if canonical.is_customer:
        if isinstance(stated.get("name"), str):
            made["name"] = after["name"]
        if isinstance(stated.get("phone"), str) and isinstance(before.get("phone"), dict):
            made["phone"] = {**before["phone"], **after["phone"]}
            made["phone"].pop("extension", None)
    return made


def laid(before: dict[str, Any], after: dict[str, Any], type_: Type) -> dict[str, Any]:
    """An object over another one of the same type: named members that it does not mention stay."""
    made = {**before, **after}
    for name in before.keys() & after.keys():
        inner = type_.member(name)
        both = isinstance(before[name], dict) and isinstance(after[name], dict)
        if both and name in type_.members and inner is not None and inner.members:
            made[name] = laid(before[name], after[name], inner)
    return made
