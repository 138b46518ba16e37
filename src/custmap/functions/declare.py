"""`function`: declare a function that mappings may call, in the library and in projects.

Types come from the Python annotations and optional arguments from the defaults, so nothing is stated
twice. The decorated function itself is unchanged; its declaration is the attribute `__custmap__`:

    @function(examples=[("c-1001", "1001")])
    def account_number(id: str) -> str:
        \"\"\"The digits of a customer id.\"\"\"
        return id.removeprefix("c-")
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, Protocol, TypeVar, cast, get_type_hints

from custmap.expressions.function import Argument, Example, FunctionError, FunctionSpec
from custmap.functions.annotations import AnnotationError, type_of
from custmap.functions.calling import checked, guarded
from custmap.values.docstrings import docstring
from custmap.values.types import Type
from custmap.values.words import counted

_F = TypeVar("_F", bound=Callable[..., Any])

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_OPEN: Final = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class Decorator(Protocol):
    """What `function(…)` returns; it returns the decorated function unchanged."""

    def __call__(self, implementation: _F, /) -> _F: ...


def function(
    *,
    name: str | None = None,
    inverse: Callable[..., Any] | None = None,
    part: str | None = None,
    can_fail: bool = False,
    stated: bool = False,
    doubt: Callable[[Any], str | None] | None = None,
    lossy: bool | str = False,
    examples: Sequence[tuple[Any, ...] | Example] = (),
    topic: str = "project",
    refine: Callable[[tuple[Type, ...]], Type] | None = None,
    surely: Callable[[tuple[Type, ...]], bool] | None = None,
    sorts: bool = False,
    grows: bool = False,
) -> Decorator:
    """Declare a function for mappings; the summary is the first line of its docstring.

    `name`      the name in mappings; default: the Python name without a trailing underscore.
    `inverse`   a function from a result (and the call's other arguments) to the first argument, or, with
                `part`, to that member of it.
    `part`      the member of the first argument that the function stands for, such as `given`.
    `can_fail`  it may raise `FunctionError` for a value of the right type.
    `stated`    if the first argument has a text at `part`, that is the result, and no call is generated.
    `doubt`     a function from the first argument to a phrase saying what is a guess, without any value of
                the argument; None if nothing is.
    `lossy`     what the inverse does not restore, in a few words; True: the spelling.
    `topic`     the section of the reference page.
    `refine`    computes a more precise result type from the arguments' types.
    `surely`    says whether arguments of these types never make it fail; default: if `can_fail`, they may.
    `grows`     it may make a text longer than what it is given, and calls `spend` before.
    `sorts`     it takes a map in any order of its keys, checks what is in it, and makes a new value.
    `examples`  tuples `(argument, …, result)`; `FunctionError` as the result means that the call fails.

    TypeError or ValueError for an invalid declaration: a bad name, an argument without a usable type, no
    docstring, an example with a wrong number of arguments.
    """

    def decorate(implementation: _F) -> _F:
        spec = _declared(
            implementation, name, topic, examples, inverse, part, can_fail, stated, doubt, lossy, refine
        )
        cast(Any, implementation).__custmap__ = replace(spec, surely=surely, sorts=sorts, grows=grows)
        return implementation

    return decorate


def declared(candidate: object) -> FunctionSpec | None:
    """The declaration of a decorated function, or None."""
    spec = getattr(candidate, "__custmap__", None)
    return spec if isinstance(spec, FunctionSpec) else None


def _declared(
    implementation: Callable[..., Any],
    name: str | None,
    topic: str,
    examples: Sequence[tuple[Any, ...] | Example],
    inverse: Callable[..., Any] | None,
    part: str | None,
    can_fail: bool,
    stated: bool,
    doubt: Callable[[Any], str | None] | None,
    lossy: bool | str,
    refine: Callable[[tuple[Type, ...]], Type] | None,
) -> FunctionSpec:
    if not inspect.isfunction(implementation):
        raise TypeError("`function` declares a plain Python function")
    chosen = name if name is not None else implementation.__name__.rstrip("_")
    if not _NAME.fullmatch(chosen):
        raise ValueError(f"function `{chosen}`: a name is lower-case letters, digits and `_`")
    arguments, variadic, result = _signature(implementation, chosen)
    if part is not None and not arguments:
        raise ValueError(
            f"function `{chosen}`: `part` names a member of the first argument, and there are no arguments"
        )
    if lossy and inverse is None:
        raise ValueError(f"function `{chosen}`: `lossy` describes the way back, so it needs an `inverse`")
    if inverse is not None and not callable(inverse):
        raise TypeError(f"function `{chosen}`: `inverse` must be a function")
    shown = tuple(_example(chosen, row, arguments, variadic) for row in examples)
    return FunctionSpec(
        name=chosen,
        call=checked(implementation, arguments, variadic),
        quick=inspect.unwrap(implementation),
        arguments=arguments,
        result=result,
        summary=_summary(implementation, chosen),
        topic=topic,
        examples=shown,
        can_fail=can_fail or any(row.fails for row in shown),
        inverse=guarded(inverse) if inverse is not None else None,
        part=part,
        stated=stated,
        doubt=doubt,
        lossy="spelling" if lossy is True else lossy or "",
        variadic=variadic,
        refine=refine,
    )


def _signature(implementation: Callable[..., Any], name: str) -> tuple[tuple[Argument, ...], bool, Any]:
    try:
        hints = get_type_hints(implementation, include_extras=True)
    except NameError as problem:
        raise TypeError(f"function `{name}`: an annotation names the unknown `{problem.name}`") from None
    arguments: list[Argument] = []
    variadic = False
    for parameter in inspect.signature(implementation).parameters.values():
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            variadic = True
        elif parameter.kind not in _OPEN:
            raise TypeError(
                f"function `{name}`: mappings cannot give the argument `{parameter.name}` by name"
            )
        if parameter.name not in hints:
            raise TypeError(f"function `{name}`: the argument `{parameter.name}` has no type")
        optional = parameter.default is not inspect.Parameter.empty
        type_ = _type(hints[parameter.name], name, optional)
        arguments.append(Argument(parameter.name, type_, optional, parameter.default if optional else None))
    if "return" not in hints:
        raise TypeError(f"function `{name}`: the result has no type")
    return tuple(arguments), variadic, _type(hints["return"], name, False)


def _type(annotation: Any, name: str, optional: bool) -> Any:
    """`None` in an optional argument's annotation only states its default: the function never gets a null."""
    try:
        found = type_of(annotation)
    except AnnotationError as problem:
        raise TypeError(f"function `{name}`: {problem}") from None
    return found.not_null() if optional else found


def _summary(implementation: Callable[..., Any], name: str) -> str:
    text = docstring(implementation)
    if not text:
        if sys.flags.optimize >= 2:
            return ""  # Python leaves docstrings out, and the source is not available
        raise ValueError(f"function `{name}`: the docstring is missing; its first line is the summary")
    return text.splitlines()[0]


def _example(
    name: str, row: tuple[Any, ...] | Example, arguments: tuple[Argument, ...], variadic: bool
) -> Example:
    if isinstance(row, Example):
        example = row
    elif not isinstance(row, tuple) or not row:
        raise TypeError(f"function `{name}`: an example must be a tuple of the arguments and the result")
    elif row[-1] is FunctionError:
        example = Example(row[:-1], fails=True)
    else:
        example = Example(row[:-1], row[-1])
    needed = sum(not argument.optional for argument in arguments)
    if len(example.given) < needed or (not variadic and len(example.given) > len(arguments)):
        raise ValueError(f"function `{name}`: an example has {counted(len(example.given), 'argument')}")
    return example
