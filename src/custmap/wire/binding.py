"""From parameters to what they fill: riders of the body, path, query, headers and server variables.

Parameters change rarely and customers often, so everything that depends only on parameters is made once per
set of parameters, by `bind`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from math import isfinite
from types import MappingProxyType
from typing import Any, Final, Generic, NamedTuple, TypeVar

from msgspec import Struct

from custmap.border.careful import copy_carefully
from custmap.border.classes import inherits
from custmap.contract.style import SIMPLE, Style
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import RecordError
from custmap.expressions.function import FunctionError
from custmap.model.checked import Checked, Operation, RiderOrigin
from custmap.model.nodes import ObjectNode, Rider
from custmap.model.walkers import children
from custmap.running.calls import fill, fresh
from custmap.running.fits import misfit
from custmap.values.absent import ABSENT
from custmap.values.nearest import nearest
from custmap.values.types import ANY, OBJECT, Type
from custmap.values.words import word_for
from custmap.wire.parameters import PlaceError, header_text
from custmap.wire.url import BoundUrl

_SCALARS: Final = (str, int, bool, float, type(None))
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,40}")
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,4})?")
"""How people write numbers: Python's own reading takes `1_0`, `nan` and other scripts too."""
_NONE: Final[dict[str, Any]] = {}
_OTHER: Final = object()
_TRUE: Final = {"true": True, "false": False}
Filled = TypeVar("Filled")


class Bound(Struct):
    """Everything that a set of parameters determines. `missing` are required parameters that were not given;
    `shares`: a rider is a list or an object, so each call needs a copy.

    `url` is set by the first request.
    """

    riders: tuple[Any, ...]
    variables: Mapping[str, Any]
    path: dict[str, Any]
    query: dict[str, Any]
    headers: dict[str, Any]
    missing: tuple[Diagnostic, ...]
    shares: bool
    url: BoundUrl | None = None

    def own(self) -> tuple[Any, ...]:
        """The riders for one call, copied since the owner of a request may modify it."""
        return tuple(map(fresh, self.riders)) if self.shares else self.riders


class _Last(NamedTuple, Generic[Filled]):
    """The last parameters, all of plain classes, and what they fill."""

    given: dict[str, Any]
    bound: Filled


class Binder(Generic[Filled]):
    """Fills in parameters, and caches what the last ones filled, since batches repeat them."""

    __slots__ = ("_last", "_made")

    def __init__(self, made: Callable[[Mapping[str, Any]], Filled]) -> None:
        self._made = made
        self._last: _Last[Filled] | None = None

    def bind(self, params: Mapping[str, Any] | None) -> Filled:
        """What parameters fill: the cache of one entry is read and written as one reference, so it is
        thread-safe."""
        params = _NONE if params is None else params
        last = self._last
        if last is not None and type(params) is dict and len(params) == len(last.given):
            given = last.given
            for name, value in params.items():
                held = given.get(name, _OTHER) if type(name) is str else _OTHER
                # Only what is known to be plain is compared; the usual batch has the same values.
                if held is not value and (type(held) is not type(value) or held != value):
                    break
            else:
                return last.bound
        bound = self._made(params)
        if type(params) is dict and all(map(_is_plain, params.items())):
            self._last = _Last(dict(params), bound)
        return bound


def _is_plain(entry: tuple[object, object]) -> bool:
    name, value = entry
    return type(name) is str and any(type(value) is kind for kind in _SCALARS)


def bind(checked: Checked, params: Mapping[str, Any]) -> Bound:
    """The riders and parts that the parameters fill.

    ValueError for an undeclared parameter; RecordError (CM709) for one that does not fit where it is used.
    Missing ones are reported when a request is made.
    """
    operation, given = checked.operation, _given(checked, params)
    problems: list[Diagnostic] = []
    missing: list[Diagnostic] = []
    riders = tuple(_rider(origin, given, problems, missing) for origin in operation.riders)
    variables = _variables(operation, given, problems, missing)
    headers = fixed_headers(operation)
    for name, value in _part(operation.headers, riders).items():
        for standing in [known for known in headers if known.lower() == name.lower()]:
            del headers[standing]
        headers[name] = value
    styles = operation.contract.styles("headers")
    for name, value in headers.items():
        headers[name] = _in_header(name, value, styles.get(name, SIMPLE), problems)
    if problems:
        raise RecordError(problems)
    return Bound(
        riders=riders,
        variables=variables,
        path=_part(operation.path, riders),
        query=_part(operation.query, riders),
        headers=headers,
        missing=tuple(missing),
        shares=any(rider.__class__ in (dict, list) for rider in riders),
    )


def stand_ins(checked: Checked, riders: tuple[Any, ...]) -> Bound:
    """What `bind` gives for parameters that nobody gave, with `riders` in their places."""
    operation = checked.operation
    path, query = _part(operation.path, riders), _part(operation.query, riders)
    return Bound(riders, dict.fromkeys(operation.contract.variables, "x"), path, query, {}, (), shares=True)


def _given(checked: Checked, params: Mapping[str, Any]) -> dict[str, Any]:
    declared = {param.name: param for param in checked.params}
    stated = _stated(params)
    for name in stated:
        if name not in declared:
            close = nearest(name, declared)
            hint = (
                f" Did you mean `{close}`?"
                if close
                else f" Known parameters: {', '.join(sorted(declared)) or 'none'}."
            )
            raise ValueError(f"{checked.name} has no parameter `{name}`.{hint}")
    type_ = replace(OBJECT, members={"params": replace(OBJECT, members=dict.fromkeys(declared, ANY))})
    plain = copy_carefully({"params": stated}, type_)["params"]
    return {
        name: plain.get(name, param.default)  # `own` copies a default
        for name, param in declared.items()
        if name in plain or param.has_default
    }


def _stated(params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that are not null. A subclass of dict is read without calling its own methods; no other
    mapping is read at all, since the text of its exceptions may contain a secret."""
    if type(params) is MappingProxyType:
        with suppress(Exception):  # it may stand before anything
            params = dict(params)
    if not inherits(params, dict):
        raise TypeError("params must be a dict of names and values")
    stated: dict[str, Any] = {}
    entries: Iterable[tuple[object, Any]] = dict.items(params)  # type: ignore[arg-type]  # it is one
    for name, value in entries:
        if not inherits(name, str):
            raise TypeError("the names of params must be text")
        if value is not None:
            stated[str.__str__(name)] = value
    return stated


def _rider(
    origin: RiderOrigin,
    given: Mapping[str, Any],
    problems: list[Diagnostic],
    missing: list[Diagnostic],
) -> Any:
    if origin.param is None:
        value: Any = origin.value
    elif origin.param in given:
        value = given[origin.param]
    else:
        value = origin.default
    try:
        if value is not ABSENT:
            value = _fit(origin, value)
        if value is ABSENT and origin.required:
            missing.append(_missing(str(origin.param), origin.target))
        return value
    except (FunctionError, LookupError, ValueError) as error:
        reason = getattr(error, "reason", str(error))
        path = None if origin.param is None else f"params.{origin.param}"
        problems.append(Diagnostic("CM709", reason, path=path, target=origin.target))
        return ABSENT


def _missing(name: str, target: str) -> Diagnostic:
    return Diagnostic(
        "CM708",
        f"`{target}` needs it",
        path=f"params.{name}",
        target=target,
        help=f"Give `{name}`: params={{'{name}': …}}, or -p {name}=… on the command line.",
    )


def _fit(origin: RiderOrigin, value: Any) -> Any:
    """The value in the type of the place where it is used."""
    value = fresh(origin.translated(value))
    if value is ABSENT:
        return ABSENT
    if origin.format is not None and value is not None:
        before, _, after = origin.format.partition("{}")
        value = fill(before, after, value)
    if origin.type is not None:
        if value.__class__ is str:
            value = _from_text(value, origin.type)
        elif origin.type.only("string") and value.__class__ in (int, float, bool):
            value = fill("", "", value)
        if reason := misfit(origin.type, value):
            raise ValueError(reason)
    if origin.form is not None and (reason := origin.form.unwritable(value)):
        raise ValueError(reason)
    return value


def _from_text(text: str, type_: Type) -> Any:
    """Convert a text to the contract's type, since command lines and environments have only texts."""
    if "string" in type_.kinds or not type_.known:
        return text
    if "boolean" in type_.kinds and text in _TRUE:
        return _TRUE[text]
    if "integer" in type_.kinds and _INTEGER.fullmatch(text):
        return int(text)
    if "number" in type_.kinds and _NUMBER.fullmatch(text) and isfinite(number := float(text)):
        return number
    return text


def _variables(
    operation: Operation, given: Mapping[str, Any], problems: list[Diagnostic], missing: list[Diagnostic]
) -> dict[str, Any]:
    filled: dict[str, Any] = {}
    for name, variable in operation.contract.variables.items():
        value = given.get(operation.variables.get(name, ""), variable.default)
        if value is None:
            missing.append(_missing(name, f"server.{name}"))
        elif reason := _not_allowed(value, variable.enum):
            problems.append(Diagnostic("CM709", reason, path=f"params.{name}", target=f"server.{name}"))
        else:
            filled[name] = value
    return filled


def _not_allowed(value: Any, enum: tuple[str, ...] | None) -> str | None:
    if not isinstance(value, str):
        return f"expected text, got {word_for(value)}"
    return f"is none of {', '.join(enum)}" if enum is not None and value not in enum else None


def fixed_headers(operation: Operation) -> dict[str, Any]:
    """The headers that the contract alone decides."""
    headers: dict[str, Any] = {}
    if operation.contract.accept:
        headers["Accept"] = operation.contract.accept
    if has_body(operation):
        headers["Content-Type"] = operation.contract.media_type
    return headers


def _part(node: ObjectNode, riders: tuple[Any, ...]) -> dict[str, Any]:
    return {
        member.name: riders[member.index]
        for member in node.members
        if isinstance(member, Rider) and riders[member.index] is not ABSENT
    }


def _in_header(name: str, value: Any, style: Style, problems: list[Diagnostic]) -> Any:
    """The value of a header: a scalar unchanged, a list or an object in the header's style."""
    try:
        text = header_text(name, value, style)
    except PlaceError as error:
        problems.append(Diagnostic(error.code, error.reason, target=error.place, path=error.place))
        return value
    return text if value.__class__ in (dict, list) else value


def has_body(operation: Operation) -> bool:
    """Do the mapping's requests have a body? An inline contract need not list its members."""
    return operation.contract.body is not None or bool(children(operation.body))
