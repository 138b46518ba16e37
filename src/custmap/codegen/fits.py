"""The contract's limits as Python conditions, written out once for each type.

A condition that is true is certain: the value fits. A false one means "look closer", which `check` of
`custmap.running.fits` does with words. So rare cases (a multiple, unique items) need no code of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from custmap.codegen.lines import Lines
from custmap.expressions.python_names import Names
from custmap.schema.misfit import CHECKED_FORMATS, matcher
from custmap.values.types import Type

_BIG: Final = 10**18
"""Integers up to here are compared in a few nanoseconds; longer ones are looked at more closely."""
_MOST: Final = 60
"""Types of one module that get a function: schemas may be large, or refer to themselves."""
_BITS: Final = {"int32": 31, "int64": 63}
_SCALARS: Final = frozenset({"string", "boolean", "integer", "number", "null"})


class FitsWriter:
    """Writes conditions, and functions where a condition needs a loop."""

    def __init__(self, names: Names, add_function: Callable[[Lines], None]) -> None:
        self._names = names
        self._add = add_function
        self._made: dict[int, str] = {}

    def condition(self, type_: Type | None, value: str, *, plain: bool = False) -> str | None:
        """A condition that is true only where the local `value` fits; None where there is no quick test.

        `plain`  the value is known to be of JSON's kinds.
        """
        if type_ is None or not type_.limited:
            return "True" if plain else None
        kinds = type_.kinds - {"null"}
        if kinds <= _SCALARS:
            return self._scalar(type_, kinds, value)
        if len(kinds) > 1 or type_.enum is not None or len(self._made) >= _MOST:
            return None
        if not plain or type_.names is not None:
            return None
        if kinds == {"array"}:
            return self._list(type_, value)
        return self._object(type_, value)

    def _scalar(self, type_: Type, kinds: frozenset[str], value: str) -> str | None:
        if type_.multiple_of is not None:
            return None
        tests = [test for kind in sorted(kinds) if (test := self._kind(type_, kind, value))]
        if not tests:
            return None
        return tests[0] if len(tests) == 1 else "(" + " or ".join(f"({test})" for test in tests) + ")"

    def _kind(self, type_: Type, kind: str, value: str) -> str | None:
        match kind:
            case "string":
                return self._text(type_, value)
            case "boolean":
                listed = self._listed(type_, bool, value)
                return None if listed is None else f"type({value}) is bool{listed}"
            case "integer":
                return self._integer(type_, value)
            case _:
                whole = self._integer(type_, value)
                if type_.enum is not None or whole is None:
                    return whole
                bounds = self._bounds(type_, value)
                return f"({whole} or (type({value}) is float and {value} - {value} == 0.0{bounds}))"

    def _text(self, type_: Type, value: str) -> str | None:
        test = f"type({value}) is str"
        if type_.enum is not None:
            listed = self._listed(type_, str, value)
            return None if listed is None else test + listed
        low, high = type_.min_length, type_.max_length
        if low is not None and high is not None:
            test += f" and {low} <= len({value}) <= {high}"
        elif low is not None:
            test += f" and len({value}) >= {low}"
        elif high is not None:
            test += f" and len({value}) <= {high}"
        if type_.pattern is not None:
            test += f" and {self._names.bind(matcher('pattern', type_.pattern), 'matches')}({value})"
        if type_.format in CHECKED_FORMATS:
            matches = matcher("format", type_.format or "")
            test += f" and {self._names.bind(matches, f'is_{type_.format}')}({value})"
        return test

    def _listed(self, type_: Type, kind: type, value: str) -> str | None:
        """The test for `enum`, of which only the values of one class count here."""
        if type_.enum is None:
            return ""
        values = frozenset(one for one in type_.enum if one.__class__ is kind)
        return f" and {value} in {self._names.bind(values, 'listed')}" if values else None

    def _integer(self, type_: Type, value: str) -> str | None:
        listed = self._listed(type_, int, value)
        if listed is None:
            return None
        if listed:
            return f"type({value}) is int{listed}"
        bounds = self._bounds(type_, value)
        bounded = type_.minimum is not None and type_.maximum is not None
        bounded = bounded or type_.format in _BITS
        small = "" if bounded else f" and {-_BIG} < {value} < {_BIG}"
        return f"type({value}) is int{small}{bounds}"

    def _bounds(self, type_: Type, value: str) -> str:
        tests = [
            f"{limit!r} {sign} {value}"
            for limit, sign in (
                (type_.minimum, "<="),
                (type_.exclusive_minimum, "<"),
                (type_.maximum, ">="),
                (type_.exclusive_maximum, ">"),
            )
            if limit is not None
        ]
        if bits := _BITS.get(type_.format or ""):
            tests.append(f"{-(2**bits)} <= {value} < {2**bits}")
        return "".join(f" and {test}" for test in tests)

    def _list(self, type_: Type, value: str) -> str:
        if (
            type_.items is None
            and type_.min_items is None
            and type_.max_items is None
            and not type_.unique_items
        ):
            return f"type({value}) is list"
        return f"{self._function(type_, self._write_list)}({value})"

    def _object(self, type_: Type, value: str) -> str:
        extra = type_.extra
        asks_others = extra is not None and (extra.limited or extra.read_only)
        if not (type_.members or asks_others or type_.required):
            return f"type({value}) is dict"
        return f"{self._function(type_, self._write_object)}({value})"

    def _function(self, type_: Type, write: Callable[[Type, Lines], None]) -> str:
        name = self._made.get(id(type_))
        if name is None:
            name = self._made[id(type_)] = self._names.declare("fits")
            self._names.bind(type_, "type")  # so that its id stays its own
            lines = Lines()
            with self._names.scope(), lines.block(f"def {name}(value):"):
                write(type_, lines)
                lines.add("return True")
            self._add(lines)
        return name

    def _write_list(self, type_: Type, lines: Lines) -> None:
        tests = ["type(value) is not list"]
        if type_.min_items is not None:
            tests.append(f"len(value) < {type_.min_items}")
        if type_.max_items is not None:
            tests.append(f"len(value) > {type_.max_items}")
        if type_.unique_items:
            tests.append("len(value) > 1")
        _refuse(lines, " or ".join(tests))
        inner = type_.items
        if inner is None or not inner.limited:
            return
        if classes := self._classes(inner):
            _refuse(lines, f"not {classes}.issuperset(map(type, value))")
            return
        self._each(inner, "for one in value:", lines)

    def _classes(self, type_: Type) -> str | None:
        """The set of classes that is all there is to test about a value."""
        allowed = classes_of(type_)
        return self._names.bind(allowed, "classes") if allowed is not None else None

    def _each(self, type_: Type, head: str, lines: Lines) -> None:
        test = self.condition(type_, "one", plain=True)
        with lines.block(head):
            if test is None:
                lines.add("return False")
            else:
                null = "one is not None and " if type_.nullable and "null" not in (type_.enum or ()) else ""
                _refuse(lines, f"{null}not ({test})")

    def _write_object(self, type_: Type, lines: Lines) -> None:
        _refuse(lines, "type(value) is not dict")
        for name in sorted(type_.asked):
            _refuse(lines, f"{name!r} not in value")
        for name in sorted(type_.members):
            member = type_.members[name]
            if member.read_only:
                _refuse(lines, f"{name!r} in value")
            elif member.limited:
                lines.add(f"one = value.get({name!r}, ABSENT)")
                test = self.condition(member, "one", plain=True)
                null = " and one is not None" if member.nullable and member.enum is None else ""
                _refuse(lines, f"one is not ABSENT{null}" + (f" and not ({test})" if test else ""))
        extra = type_.extra
        if extra is None or (not extra.limited and not extra.read_only):
            return
        if extra.read_only:
            _refuse(lines, "value")
            return
        if not type_.members and (classes := self._classes(extra)):
            _refuse(lines, f"not {classes}.issuperset(map(type, value.values()))")
            return
        known = self._names.bind(frozenset(type_.members), "known")
        test = self.condition(extra, "one", plain=True)
        with lines.block("for name, one in value.items():"):
            null = " and one is not None" if extra.nullable and extra.enum is None else ""
            _refuse(lines, f"name not in {known}{null}" + (f" and not ({test})" if test else ""))


def _refuse(lines: Lines, test: str) -> None:
    with lines.block(f"if {test}:"):
        lines.add("return False")


def classes_of(type_: Type) -> frozenset[type] | None:
    """The classes of a type's values, if a value of one of them is certain to fit."""
    bare = Type(kinds=type_.kinds, absent=type_.absent)
    limited = type_ != bare or type_.members or type_.extra is not None or type_.items is not None
    if limited or not type_.kinds <= {"string", "boolean", "null"}:
        return None
    classes = {"string": str, "boolean": bool, "null": type(None)}
    return frozenset(classes[kind] for kind in type_.kinds)
