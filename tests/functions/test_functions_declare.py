"""The decorator: what it reads, what it refuses, and a project's module beside the library."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import date
from types import ModuleType
from typing import Annotated, Any, Literal

import pytest

from custmap.expressions.function import Argument, Example, FunctionError, FunctionSpec
from custmap.expressions.plain import compile_expression
from custmap.functions.declare import declared, function
from custmap.functions.examples import broken
from custmap.functions.table import LIBRARY, with_functions
from custmap.values.absent import ABSENT, Absent
from custmap.values.types import ANY, BOOLEAN, INTEGER, NUMBER, OBJECT, STRING, Type

CARD = Type(kinds=OBJECT.kinds, members={"token": STRING})


def spec_of(target: object) -> FunctionSpec:
    spec = declared(target)
    assert spec is not None
    return spec


@function(examples=[("c-1001", "1001"), ("", FunctionError)])
def account_number(id: str) -> str:
    """The digits of a customer id.

    More of it.
    """
    if not id:
        raise FunctionError("is empty")
    return id.removeprefix("c-")


def test_the_function_stays_a_plain_function() -> None:
    assert account_number("c-7") == "7"
    assert account_number.__name__ == "account_number"


def test_the_declaration_is_read_from_the_function() -> None:
    spec = spec_of(account_number)
    assert spec.name == "account_number"
    assert spec.summary == "The digits of a customer id."
    assert spec.arguments == (Argument("id", STRING),)
    assert spec.result == STRING
    assert spec.examples == (Example(("c-1001",), "1001"), Example(("",), fails=True))
    assert spec.can_fail, "an example that fails says so"
    assert broken(spec) == []


def test_types_come_from_annotations() -> None:
    @function()
    def types_(
        a: int,
        b: float,
        c: bool,
        d: dict[str, int],
        e: list[str],
        f: Any,
        g: str | int,
        h: Annotated[dict[str, Any], CARD],
        i: Literal["x", "y"],
        j: str | None = None,
    ) -> str | Absent | None:
        """Types."""

    spec = spec_of(types_)
    kinds = [argument.type for argument in spec.arguments]
    assert spec.name == "types"
    assert kinds[:3] == [INTEGER, NUMBER, BOOLEAN]
    assert kinds[3].free and kinds[3].extra == INTEGER
    assert kinds[4].items == STRING
    assert kinds[5] == ANY
    assert kinds[6].kinds == {"string", "integer"}
    assert kinds[7] is CARD
    assert kinds[8].enum == ("x", "y")
    assert spec.arguments[9] == Argument("j", STRING, optional=True)
    assert spec.result.absent and spec.result.nullable and spec.result.only("string")


def test_a_variadic_function_repeats_its_last_argument() -> None:
    @function(examples=[("a", "b", "ab")])
    def glued(*parts: str) -> str:
        """All of them."""
        return "".join(parts)

    spec = spec_of(glued)
    assert spec.variadic and len(spec.arguments) == 1
    assert spec.call("a", "b", "c") == "abc"
    with pytest.raises(FunctionError, match="expected text, got a number"):
        spec.call("a", "b", 3)


def test_an_optional_argument_that_is_null_has_its_default() -> None:
    @function(examples=[("a", "a/1"), ("a", 2, "a/2"), ("a", None, "b", "a/1b")])
    def marked(text: str, mark: int = 1, end: str = "") -> str:
        """With a mark."""
        return f"{text}/{mark}{end}"

    spec = spec_of(marked)
    assert [argument.default for argument in spec.arguments] == [None, 1, ""]
    assert broken(spec) == []
    run = compile_expression("marked(a, b, c)", functions={"marked": spec})
    assert run({"a": "x", "b": None}) == "x/1"
    assert run({"a": "x", "c": "!"}) == "x/1!"


def test_an_argument_to_blame_crosses_processes() -> None:
    failure = pickle.loads(pickle.dumps(FunctionError("is too short", "length")))
    assert (failure.reason, failure.argument) == ("is too short", "length")


def _untyped(a, b: str) -> str:  # type: ignore[no-untyped-def]
    """Summary."""


def _silent(a: str):  # type: ignore[no-untyped-def]
    """Summary."""


def _set(a: set[str]) -> str:
    """Summary."""
    return ""


def _unknown(a: Nowhere) -> str:  # type: ignore[name-defined]  # noqa: F821
    """Summary."""
    return ""


def _number_keys(a: dict[int, str]) -> str:
    """Summary."""
    return ""


def _by_name(a: str, *, b: str) -> str:
    """Summary."""
    return ""


def _undocumented(a: str) -> str:
    return a


def _Capital(a: str) -> str:
    """Summary."""
    return a


def _none() -> str:
    """Summary."""
    return ""


def plain(a: str) -> str:
    """Summary."""
    return a


REFUSED: list[tuple[Callable[..., Any], dict[str, Any], type[Exception], str]] = [
    (_untyped, {"name": "f"}, TypeError, "the argument `a` has no type"),
    (_silent, {"name": "f"}, TypeError, "the result has no type"),
    (
        _set,
        {"name": "f"},
        TypeError,
        "`set` is not a JSON type; use str, int, float, bool, list, dict or Any",
    ),
    (_unknown, {"name": "f"}, TypeError, "an annotation names the unknown `Nowhere`"),
    (_number_keys, {"name": "f"}, TypeError, "the keys of an object must be `str`"),
    (_by_name, {"name": "f"}, TypeError, "mappings cannot give the argument `b` by name"),
    (_undocumented, {"name": "f"}, ValueError, "the docstring is missing; its first line is the summary"),
    (_Capital, {}, ValueError, "a name is lower-case letters, digits and `_`"),
    (plain, {"name": "a-b"}, ValueError, "a name is lower-case letters, digits and `_`"),
    (
        _none,
        {"name": "f", "part": "x"},
        ValueError,
        "`part` names a member of the first argument, and there are no arguments",
    ),
    (plain, {"lossy": True}, ValueError, "`lossy` describes the way back, so it needs an `inverse`"),
    (plain, {"inverse": "x"}, TypeError, "`inverse` must be a function"),
    (plain, {"examples": [()]}, TypeError, "an example must be a tuple of the arguments and the result"),
    (plain, {"examples": ["ab"]}, TypeError, "an example must be a tuple of the arguments and the result"),
    (plain, {"examples": [("a", "b", "c")]}, ValueError, "an example has 2 arguments"),
    (plain, {"examples": [("a",)]}, ValueError, "an example has 0 arguments"),
]


@pytest.mark.parametrize(
    ("implementation", "keys", "error", "sentence"), REFUSED, ids=[row[3] for row in REFUSED]
)
def test_refused(
    implementation: Callable[..., Any], keys: dict[str, Any], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error) as caught:
        function(**keys)(implementation)
    assert str(caught.value).endswith(sentence)
    assert str(caught.value).startswith("function `")


def test_only_plain_functions_are_declared() -> None:
    with pytest.raises(TypeError, match="a plain Python function"):
        function()(len)


def test_a_foreign_exception_is_a_failure_without_its_text() -> None:
    @function()
    def breaks(value: str) -> str:
        """Breaks."""
        raise ValueError(f"secret {value}")

    with pytest.raises(FunctionError) as caught:
        spec_of(breaks).call("Xqzv")
    assert caught.value.reason == "failed with ValueError"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_wrong_number_of_arguments_is_a_failure() -> None:
    for given in [(), ("a", "b")]:
        with pytest.raises((FunctionError, TypeError)):
            spec_of(account_number).call(*given)


def module(name: str, **members: Callable[..., Any]) -> ModuleType:
    made = ModuleType(name)
    for key, member in members.items():
        member.__module__ = name
        setattr(made, key, member)
    return made


def project_function(name: str, gives: Any = "x") -> Callable[..., Any]:
    @function(name=name)
    def implementation(value: str) -> Any:
        """A project's own."""
        return gives

    return implementation


def test_a_projects_functions_stand_beside_the_library() -> None:
    table = with_functions([module("shop", f=project_function("loyalty_tier"))])
    assert table["loyalty_tier"].call("a") == "x"
    assert set(table) - set(LIBRARY) == {"loyalty_tier"}
    assert "loyalty_tier" not in LIBRARY


def test_no_module_is_the_library() -> None:
    assert dict(with_functions([])) == dict(LIBRARY)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("lower", "function `lower` of `shop` exists already in custmap"),
        ("sort_by", "function `sort_by` of `shop` exists already in JMESPath"),
    ],
)
def test_a_name_that_is_taken_is_refused(name: str, sentence: str) -> None:
    with pytest.raises(ValueError) as caught:
        with_functions([module("shop", f=project_function(name))])
    assert str(caught.value) == sentence


def test_two_modules_with_one_name_are_refused() -> None:
    modules = [module("shop", f=project_function("tier")), module("crm", f=project_function("tier"))]
    with pytest.raises(ValueError) as caught:
        with_functions(modules)
    assert str(caught.value) == "function `tier` of `crm` exists already in `shop`"


def test_a_module_that_declares_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="`empty` declares no function for mappings"):
        with_functions([module("empty")])


def test_what_a_module_imports_it_does_not_declare() -> None:
    shop = module("shop", f=project_function("tier"))
    crm = module("crm", g=project_function("segment"))
    crm.f = shop.f  # type: ignore[attr-defined]
    assert set(with_functions([shop, crm])) - set(LIBRARY) == {"tier", "segment"}


def _deep(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [date(2024, 1, 1), {1, 2}, (1,), b"a", float("nan"), float("inf"), {1: 2}, [{"a": object()}], _deep(70)],
    ids=lambda value: type(value).__name__,
)
def test_a_project_gives_json_or_fails(value: Any) -> None:
    table = with_functions([module("shop", f=project_function("odd", value))])
    with pytest.raises(FunctionError, match="returned a value that is not JSON"):
        table["odd"].call("a")


@pytest.mark.parametrize(
    "value", [None, ABSENT, "", 0, False, 1.5, [], {"a": [None, {"b": True}]}, 10**30], ids=repr
)
def test_what_is_json_passes(value: Any) -> None:
    table = with_functions([module("shop", f=project_function("fine", value))])
    assert table["fine"].call("a") is value


def test_a_project_is_given_copies_in_the_order_of_keys() -> None:
    given = {"b": {"d": 1, "c": [{"f": 1, "e": 2}]}, "a": 2}
    asked: list[Any] = []

    @function()
    def spoiling(map: Any) -> int:
        """Changes what it is given."""
        asked.append(repr(map))
        map["b"]["c"][0].clear()
        map.clear()
        return 1

    table = with_functions([module("shop", f=spoiling)])
    assert table["spoiling"].call(given) == 1
    assert given == {"b": {"d": 1, "c": [{"f": 1, "e": 2}]}, "a": 2}
    assert asked == ["{'a': 2, 'b': {'c': [{'e': 2, 'f': 1}], 'd': 1}}"]


def test_examples_that_do_not_hold_are_named() -> None:
    @function(examples=[("a", "b"), ("a", FunctionError)])
    def same_again(value: str) -> str:
        """The same."""
        return value

    assert broken(spec_of(same_again)) == [
        "same_again('a',) gives 'a', not 'b'",
        "same_again('a',) gives 'a', but should fail",
    ]


def test_failures_cross_processes() -> None:
    failure = pickle.loads(pickle.dumps(FunctionError("is empty")))
    assert failure.reason == "is empty"
