"""Compiling an expression as generated code would, and a few functions of the kinds that there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from custmap.expressions.emitter import Emitter, Names
from custmap.expressions.function import Argument, FunctionError, FunctionSpec
from custmap.expressions.parse import parse
from custmap.values.absent import ABSENT
from custmap.values.types import ANY, ARRAY, BOOLEAN, INTEGER, NUMBER, STRING, Type


def _code(text: str) -> str:
    if not text.isalpha():
        raise FunctionError("is no code")
    return text.upper()


def _part(whole: Any) -> Any:
    return whole if isinstance(whole, str) else whole.get("part", ABSENT)


def _never(*_: Any) -> Any:
    raise AssertionError("lazy functions are written out")


TEXT = Argument("text", STRING)
_SPECS = (
    FunctionSpec("lower", str.lower, (TEXT,), STRING, "In small letters", "test"),
    FunctionSpec("cut", lambda text, n: text[:n], (TEXT, Argument("n", INTEGER)), STRING, "Cut", "test"),
    FunctionSpec("half", lambda n: n / 2, (Argument("n", NUMBER),), NUMBER, "Half", "test"),
    FunctionSpec("code", _code, (TEXT,), STRING, "Letters only", "test", can_fail=True),
    FunctionSpec(
        "first",
        lambda items: items[0] if items else ABSENT,
        (Argument("items", ARRAY),),
        ANY.maybe_absent(),
        "",
        "test",
    ),
    FunctionSpec("glue", lambda *texts: "".join(texts), (TEXT,), STRING, "In one", "test", variadic=True),
    FunctionSpec(
        "shown",
        lambda text, by=None: f"{text} by {by or 'default'}",
        (TEXT, Argument("by", STRING, optional=True)),
        STRING,
        "With its author",
        "test",
    ),
    FunctionSpec("same_thing", lambda value: value, (Argument("value"),), ANY, "Itself", "test"),
    FunctionSpec(
        "part",
        _part,
        (Argument("whole", Type(kinds=frozenset({"object", "string"}))),),
        STRING.maybe_absent().or_null(),
        "A part",
        "test",
        part="part",
    ),
    FunctionSpec("coalesce", _never, (Argument("value"),), ANY, "The first", "choice", variadic=True),
    FunctionSpec(
        "if", _never, (Argument("condition", BOOLEAN), Argument("a"), Argument("b")), ANY, "Either", "choice"
    ),
)
FUNCTIONS = {spec.name: spec for spec in _SPECS}


def source_of(*texts: str, known_object: bool = False) -> tuple[str, dict[str, Any]]:
    """A function of one record that gives the results of all expressions, and its globals."""
    names = Names()
    root = names.fresh("customer")
    scope = Emitter(names, FUNCTIONS).scope(root, known_object)
    lines, results = [], []
    for text in texts:
        made = scope.emit(parse(text))
        lines += [*made.prelude, *made.body]
        results.append(made.result)
    body = [*lines, f"return [{', '.join(results)}]"]
    return "\n".join([f"def run({root}):", *("    " + line for line in body), ""]), names.globals


def compiled(*texts: str, known_object: bool = False) -> Callable[[Any], list[Any]]:
    source, module = source_of(*texts, known_object=known_object)
    exec(compile(source, "<test>", "exec"), module := dict(module))
    run: Callable[[Any], list[Any]] = module["run"]
    return run
