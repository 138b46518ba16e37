"""`FunctionSpec`: what expressions need to know of a function; the library itself is `custmap.functions`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from custmap.values.types import ANY, Type

LAZY: Final = frozenset({"coalesce", "if"})
"""Functions that choose without evaluating what is not chosen; the emitter writes them out."""


class FunctionError(Exception):
    """A function cannot do its work on this value: the rule is rejected.

    `reason`    a phrase for people without any value of the record ("is no phone number").
    `argument`  the name of the argument that makes the call impossible whatever the others are ("a length
                is 0 or more"); a mapping that writes such a constant is wrong before any record comes.
    """

    def __init__(self, reason: str, argument: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.argument = argument

    def __reduce__(self) -> tuple[type[FunctionError], tuple[str, str | None]]:
        return type(self), (self.reason, self.argument)


@dataclass(frozen=True, slots=True)
class Argument:
    """A named argument of a function; `optional` ones come last and have a `default`."""

    name: str
    type: Type = ANY
    optional: bool = False
    default: Any = None


@dataclass(frozen=True, slots=True)
class Example:
    """`given` are the arguments, `gives` the result; `fails` instead: the function raises FunctionError."""

    given: tuple[Any, ...]
    gives: Any = None
    fails: bool = False


@dataclass(frozen=True, slots=True)
class FunctionSpec:
    """A function that expressions may call.

    `call`      takes plain JSON values, never None or ABSENT (callers answer those themselves), but None for
                an optional argument that is not given; it may return None or ABSENT only when a part that
                the value states is null or not there.
    `can_fail`  it may raise FunctionError on a value of the right type.
    `inverse`   takes a result (and the call's further arguments) back to the first argument, or, with
                `part`, to that member of it; None: there is no way back.
    `part`      the member of the first argument that this function stands for: `given` for
                `given_name(name)`. A rule that calls it has the source `name.given`.
    `stated`    a text at `part` of the first argument is the result: code may read it without a call.
    `doubt`     says what is a guess about a first argument, or None: noted where the rule is used.
    `lossy`     the way back does not give the same value again for every value.
    `surely`    do arguments of these types never make it fail? None: they may, where `can_fail` says so.
    `refine`    the result's type from the arguments' types, where more can be said than `result`; a
                constant argument is a type with one `enum` value. States of arguments are added later.
    """

    name: str
    call: Callable[..., Any]
    arguments: tuple[Argument, ...]
    result: Type
    summary: str
    topic: str
    examples: tuple[Example, ...] = ()
    can_fail: bool = False
    inverse: Callable[..., Any] | None = None
    part: str | None = None
    stated: bool = False
    doubt: Callable[[Any], str | None] | None = None
    lossy: bool = False
    variadic: bool = False
    refine: Callable[[tuple[Type, ...]], Type] | None = None
    surely: Callable[[tuple[Type, ...]], bool] | None = None
