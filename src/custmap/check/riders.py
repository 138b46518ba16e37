"""Constants and the defaults of parameters, checked against the place where they are used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from custmap.check.rule_types import constant
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.mapping.file import MAKERS, Constant
from custmap.model.checked import Checked, Operation, RiderOrigin
from custmap.resolve.findings import meant
from custmap.schema.misfit import misfit
from custmap.values.absent import ABSENT
from custmap.values.numbers import scalar_text
from custmap.values.types import Type
from custmap.values.words import word_for


def constants(operation: Operation, checked: Checked) -> Iterator[Diagnostic]:
    """CM401, CM404, CM411: a constant, or a rule's default, that the contract or the rule does not accept."""
    for rider in operation.riders:
        rule = rider.rule
        if rule is None or not rule.unread.isdisjoint(MAKERS):
            continue
        if rule.value is not None:
            yield from _constant(rider, rule.value)
        elif rider.type is not None and _plain(rider) and rider.default is not ABSENT and rule.default:
            value = converted(rider.default, rider.type)
            yield from constant(value, rider.type, rule.default.span, rider.target)


def _constant(rider: RiderOrigin, stated: Constant) -> Iterator[Diagnostic]:
    """A constant, as `values` and `format` leave it."""
    try:
        value = rider.translated(stated.value)
    except LookupError:
        help = "Add a row for it, or write `value` as the vendor has it and remove `values`."
        yield Diagnostic("CM404", "`values` has no row for it", stated.span, help, target=rider.target)
        return
    if value is ABSENT:
        return
    if rider.format is not None and value is not None:
        if isinstance(value, list | dict):
            message = f"`format` needs a single value, and this is {word_for(value)}"
            yield Diagnostic("CM401", message, stated.span, target=rider.target)
            return
        value = rider.format.replace("{}", scalar_text(value))
    if rider.type is not None:
        yield from constant(value, rider.type, stated.span, rider.target)


def _plain(rider: RiderOrigin) -> bool:
    unread = rider.rule is not None and not rider.rule.unread.isdisjoint(MAKERS)
    return rider.values is None and rider.format is None and not unread


def params(operation: Operation, checked: Checked) -> Iterator[Diagnostic]:
    """CM401, CM411: a parameter's default that does not fit where it is used, or in the server's URL."""
    stated = {param.name: param for param in checked.file.params if param.default is not None}
    for rider in operation.riders:
        param = stated.get(rider.param or "")
        if param is None or param.default is None or rider.type is None or not _plain(rider):
            continue
        value = converted(param.default.value, rider.type)
        for found in constant(value, rider.type, param.default.span, rider.target):
            yield (
                replace(found, message="the contract does not accept it", help=None)
                if param.secret
                else found
            )
    for name, variable in operation.contract.variables.items():
        param = stated.get(name)
        if param is None or param.default is None or variable.enum is None:
            continue
        value = param.default.value
        if value not in variable.enum:
            help = meant(str(value), variable.enum)
            message = "the contract's server URL does not allow this value"
            yield Diagnostic("CM411", message, param.default.span, help)


def converted(value: Any, type_: Type) -> Any:
    """A default as it will be sent: a text is converted to the contract's type, a number to a text."""
    if misfit(type_, value) is None:
        return value
    if isinstance(value, str):
        for make in (int, float):
            try:
                made: Any = make(value)
            except ValueError:
                continue
            if misfit(replace(type_, enum=None), made) is None:
                return made
        return {"true": True, "false": False}.get(value, value)
    if type_.only("string") and isinstance(value, bool | int | float):
        return scalar_text(value)
    return value
