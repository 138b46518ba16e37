"""`FunctionSpec`: what expressions need to know about a function; the library is `custmap.functions`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from msgspec import Struct

from custmap.values.types import ANY, Type

LAZY: Final = frozenset({"coalesce", "if"})
"""Functions that choose without evaluating what is not chosen; the emitter generates code for them."""


class FunctionError(Exception):
    """A function cannot do its work on this value, so the rule is rejected.

    `reason`    a phrase for people that contains no value of the record ("is not a phone number").
    `argument`  the name of the argument that makes the call impossible, whatever the others are ("a length
                is 0 or more"); `validate` reports a mapping that passes such a constant.
    """

    def __init__(self, reason: str, argument: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.argument = argument

    def __reduce__(self) -> tuple[type[FunctionError], tuple[str, str | None]]:
        return type(self), (self.reason, self.argument)


class Argument(Struct, frozen=True):
    """A named argument of a function; `optional` ones come last and have a `default`."""

    name: str
    type: Type = ANY
    optional: bool = False
    default: Any = None


class Example(Struct, frozen=True):
    """`given` are the arguments, `gives` the result; `fails` instead: the function raises FunctionError."""

    given: tuple[Any, ...]
    gives: Any = None
    fails: bool = False


@dataclass(frozen=True, slots=True)
class FunctionSpec:
    """A function that expressions may call.

    `call`      takes plain JSON values, never None or ABSENT (the caller handles these), except None for
                an optional argument that is not given; it may return None or ABSENT only for a part of the
                value that is null or absent.
    `can_fail`  it may raise FunctionError for a value of the right type.
    `inverse`   from a result (and the call's other arguments) to the first argument, or, with `part`, to
                that member of it; None: there is no inverse.
    `part`      the member of the first argument that this function stands for: `given` for
                `given_name(name)`. A rule that calls it has the source `name.given`.
    `stated`    a text at `part` of the first argument is the result, and code may read it without a call.
    `doubt`     says what about a first argument is a guess, or None; it becomes a note.
    `lossy`     what the inverse does not restore, in a few words; empty: it restores every value.
    `surely`    says whether arguments of these types never make it fail; None: if `can_fail`, they may.
    `quick`     `call` without its guards, for one argument of the right type; it may raise anything.
    `grows`     it may make a text that is longer than all it is given; it asks the budget before.
    `sorts`     it takes a map in any order of its keys, checks what is in it, and makes a new value.
    `refine`    a more precise result type than `result`, from the arguments' types; a constant argument is a
                type with one `enum` value. Absence and null of arguments are added later.
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
    lossy: str = ""
    variadic: bool = False
    refine: Callable[[tuple[Type, ...]], Type] | None = None
    surely: Callable[[tuple[Type, ...]], bool] | None = None
    quick: Callable[..., Any] | None = None
    sorts: bool = False
    grows: bool = False
