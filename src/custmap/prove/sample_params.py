"""Parameters for `prove`: for each one a value that fits where it is used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from custmap.model.checked import Checked
from custmap.prove.samples import Hints, matching, samples
from custmap.values.types import STRING, Type


def sample_params(checked: Checked) -> Mapping[str, Any]:
    """A value for every parameter that has no default; texts long enough for the contract."""
    made: dict[str, Any] = {}
    for param in checked.params:
        if param.has_default:
            continue
        made[param.name] = _variable(checked, param.name) or _landing(checked, param.name)
    return made


def _variable(checked: Checked, name: str) -> str | None:
    """A value for a variable of the server's URL."""
    for operation in checked.operations:
        for variable, param in operation.variables.items():
            if param == name:
                known = operation.contract.variables[variable]
                return known.default or (known.enum[0] if known.enum else "example.com")
    return None


def _landing(checked: Checked, name: str) -> Any:
    for rider in (rider for operation in checked.operations for rider in operation.riders):
        if rider.param != name:
            continue
        if rider.rule is not None and rider.rule.values:
            return rider.rule.values[0].left
        return _sample(rider.type)
    return next(iter(samples(STRING, Hints((), (), ()))), "x")


def _sample(type_: Type | None) -> Any:
    if type_ is None or not type_.known:
        return "x"
    if type_.only("array"):
        return [_sample(type_.items)] * max(1, type_.min_items or 0)
    if type_.only("object"):
        return {name: _sample(type_.member(name)) for name in sorted(type_.asked)}
    if type_.only("string") and not type_.enum:
        text = "x" * max(1, type_.min_length or 1)
        return next(iter(matching(type_)), text)
    return next(iter(samples(type_, Hints((), (), ()))), "x")
