"""The guard around every declared function: checks argument types and raises only FunctionError.

The calling code has usually checked the types already, but an unchecked record must lead to a rejection, too.
The usual case, one argument of one type, costs one comparison.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from math import isfinite
from typing import Any, Final, NoReturn, TypeVar, cast

from custmap.expressions.function import Argument, FunctionError
from custmap.expressions.helpers import KIND_CLASSES, copied, kind_of
from custmap.values.absent import ABSENT
from custmap.values.types import KINDS
from custmap.values.words import counted, words_for

_F = TypeVar("_F", bound=Callable[..., Any])

_OF_BLANKS: Final = "without_blanks"
"""Where a function that leaves empty texts keeps the one that does not look at them."""

# Records are nested at most 64 deep, so results of functions may not be deeper.
_DEEPEST: Final = 64


def checked(
    implementation: Callable[..., Any], arguments: tuple[Argument, ...], variadic: bool
) -> Callable[..., Any]:
    """`implementation` with a check of its arguments; any exception becomes a FunctionError."""
    classes = _classes(arguments[0]) if len(arguments) == 1 and not variadic else frozenset()
    if classes and int not in classes:
        call = _one(implementation, arguments[0], classes)
    else:
        call = _several(implementation, arguments, variadic)
    return wraps(implementation)(call)


def guarded(call: Callable[..., Any]) -> Callable[..., Any]:
    """`call` without a check of its arguments; any exception becomes a FunctionError."""

    @wraps(call)
    def inner(*values: Any) -> Any:
        try:
            return call(*values)
        except FunctionError:
            raise
        except Exception as problem:
            raise _failed(problem) from None

    return inner


def guarded_inverse(call: Callable[..., Any], further: tuple[Any, ...] = ()) -> Callable[[Any], Any]:
    """`call` with further arguments, guarded; an empty text stays one, for a rule's `empty` to decide."""
    call = getattr(call, _OF_BLANKS, call)

    def inner(value: Any) -> Any:
        if value == "" and type(value) is str:
            return value
        try:
            return call(value, *further)
        except FunctionError:
            raise
        except Exception as problem:
            raise _failed(problem) from None

    return inner


def blank_stays(call: _F) -> _F:
    """`call`, except that an empty text is returned unchanged, for the rule's `empty` to decide."""

    @wraps(call)
    def inner(value: Any, *further: Any) -> Any:
        return value if value == "" else call(value, *further)

    setattr(inner, _OF_BLANKS, call)
    return cast(_F, inner)


def same_text(value: Any) -> Any:
    """The inverse of a function that only changes a text's form: the text itself."""
    if type(value) is not str:
        raise FunctionError(f"expected text, got {kind_of(value)}")
    return value


def _one(
    implementation: Callable[..., Any], argument: Argument, classes: frozenset[type]
) -> Callable[..., Any]:
    # `guarded`, inlined: this is called for every record.
    def call(value: Any) -> Any:
        if type(value) not in classes:
            _refuse(argument, value)
        try:
            return implementation(value)
        except FunctionError:
            raise
        except Exception as problem:
            raise _failed(problem) from None

    return call


def _several(
    implementation: Callable[..., Any], arguments: tuple[Argument, ...], variadic: bool
) -> Callable[..., Any]:
    made = guarded(implementation)
    rows = [(argument, _classes(argument)) for argument in arguments]
    needed = sum(not argument.optional for argument in arguments)
    # Optional arguments are mostly left out.
    usual = rows[0][1] if rows and needed == 1 else frozenset()

    def call(*values: Any) -> Any:
        if usual and len(values) == 1 and type(values[0]) in usual:
            try:
                return implementation(values[0])
            except FunctionError:
                raise
            except Exception as problem:
                raise _failed(problem) from None
        if len(values) < needed or (len(values) > len(rows) and not variadic):
            raise FunctionError(f"takes {counted(len(rows), 'argument')}, got {len(values)}")
        given = list(values)
        for position, value in enumerate(values):
            argument, classes = rows[min(position, len(rows) - 1)]
            if type(value) not in classes:
                given[position] = _default_or_whole(argument, value)
        return made(*given)

    return call


def _classes(argument: Argument) -> frozenset[type]:
    """The exact classes that pass; for an argument of any type, all JSON classes."""
    if argument.type.kinds == KINDS:
        return frozenset({type(None), bool, int, float, str, list, dict, type(ABSENT)})
    return frozenset(one for word in argument.type.kinds for one in KIND_CLASSES[word])


def _default_or_whole(argument: Argument, value: Any) -> Any:
    """A null optional argument gets its default; in JSON a number without a fraction is an integer."""
    if value is None and argument.optional:
        return argument.default
    if type(value) is float and "integer" in argument.type.kinds and value.is_integer():
        return int(value)
    return _refuse(argument, value)


def _refuse(argument: Argument, value: Any) -> NoReturn:
    raise FunctionError(f"expected {words_for(argument.type.kinds)}, got {kind_of(value)}")


def _failed(problem: Exception) -> FunctionError:
    """The text of a foreign exception may quote the value; its class cannot."""
    return FunctionError(f"failed with {type(problem).__name__}")


def answering_json(call: Callable[..., Any]) -> Callable[..., Any]:
    """`call` with copies of its arguments, failing if it returns something that is not JSON.

    custmap's own functions are tested; a project's could return a date, a set or NaN, which would be sent
    in whatever form the JSON library chooses, change what it is given, or show the order of a record's keys.
    """

    def guarded(*values: Any) -> Any:
        result = call(*map(copied, values))
        if result is not ABSENT and not _is_json(result, 0):
            raise FunctionError("returned a value that is not JSON")
        return result

    return guarded


def _is_json(value: Any, depth: int) -> bool:
    plain = type(value)
    if plain is str or plain is int or plain is bool or value is None:
        return True
    if plain is float:
        return isfinite(value)
    if depth > _DEEPEST:
        return False
    if plain is list:
        return all(_is_json(item, depth + 1) for item in value)
    if plain is dict:
        return all(type(key) is str and _is_json(item, depth + 1) for key, item in value.items())
    return False
