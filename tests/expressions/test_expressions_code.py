"""The code that is written: readable, read once, and without any text of the user's."""

from __future__ import annotations

import doctest
from importlib import import_module

import pytest
from expressions_running import FUNCTIONS, source_of

from custmap.expressions.emitter import Emitter, Names
from custmap.expressions.parse import parse
from custmap.expressions.plain import compile_expression


def lines(*texts: str) -> list[str]:
    source, _ = source_of(*texts, known_object=True)
    return [line[4:] for line in source.splitlines()[1:-1]]


def test_a_path_is_as_written_by_hand() -> None:
    otherwise = "(None if name is None else ABSENT)"
    assert lines("email", "name.given") == [
        'email = customer.get("email", ABSENT)',
        'name = customer.get("name", ABSENT)',
        f'name_given = name.get("given", ABSENT) if type(name) is dict else {otherwise}',
    ]


def test_a_call_is_one_test() -> None:
    assert lines("lower(email)")[1:] == [
        'value = lower(email) if type(email) is str else refuse((email, "string"))'
    ]
    assert lines("same_thing(email)")[1:] == [
        "value = same_thing(email) if email is not ABSENT and email is not None else email"
    ]


def test_what_code_made_is_not_tested_again() -> None:
    assert lines("if(a == 'x', 'b', 'c')")[1:] == [
        'matches = ABSENT if a is ABSENT else a == "x"',
        "chosen = matches",
        "if matches is not ABSENT:",
        "    if matches is True:",
        '        chosen = "b"',
        "    else:",
        '        chosen = "c"',
    ]


def test_what_was_read_is_read_once() -> None:
    scope = Emitter(Names(), FUNCTIONS).scope("customer", known_object=True)
    first = scope.emit(parse("name.given"))
    second = scope.emit(parse("[name.given, name.family]"))
    assert len(first.prelude) == 2
    assert [line.split(" = ")[0] for line in second.prelude] == ["name_family"]


@pytest.mark.parametrize(
    "hint", ["class", "None", "len", "ABSENT", "same", "__debug__", "é", "a b", "", "1", "match"]
)
def test_names_are_new_and_plain(hint: str) -> None:
    names = Names()
    made = [names.fresh(hint) for _ in range(3)] + [names.fresh(f"{hint}_2"), names.fresh(hint)]
    assert len(set(made)) == 5
    assert all(name.isidentifier() and name.isascii() for name in made)
    assert not {"class", "None", "len", "ABSENT", "same", "__debug__"} & set(made)


def test_one_value_has_one_global() -> None:
    names, table = Names(), {"a": 1}
    assert names.bind(table, "table") == names.bind(table, "other") == "table"
    assert names.bind({"a": 1}, "table") == "table_2"
    assert names.globals["table"] is table


@pytest.mark.parametrize("part", ['"""', "'''", "\\", "\n", "\u2028", "\u202e", "{}", "#", "😀"])
def test_text_of_the_user_stays_data(part: str) -> None:
    name = part.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    function = compile_expression(f'"{name}"')
    assert function({part: 1}) == 1
    assert "\u202e" not in function.source and "\u2028" not in function.source  # type: ignore[attr-defined]


@pytest.mark.parametrize("module", ["inference", "python_names", "plain"])
def test_examples_hold(module: str) -> None:
    assert doctest.testmod(import_module(f"custmap.expressions.{module}")).failed == 0
