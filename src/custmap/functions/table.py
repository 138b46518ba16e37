"""The table of all functions: custmap's own and a project's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType, ModuleType
from typing import Final

from custmap.expressions.builtins import BUILTINS
from custmap.expressions.function import FunctionSpec
from custmap.functions import choice, collections, conversion, dates, hashes, names, phones, text
from custmap.functions.calling import answering_json
from custmap.functions.declare import declared


def _declared_in(module: ModuleType) -> list[FunctionSpec]:
    """The functions that a module itself declares, in the order of its text; without imported ones."""
    return [
        spec
        for member in vars(module).values()
        if (spec := declared(member)) is not None and member.__module__ == module.__name__
    ]


def _library() -> dict[str, FunctionSpec]:
    topics = (names, phones, text, conversion, dates, choice, collections, hashes)
    return {spec.name: spec for module in topics for spec in _declared_in(module)}


LIBRARY: Final[Mapping[str, FunctionSpec]] = MappingProxyType(_library())
"""custmap's own functions by name, in the order in which the reference shows them."""


def with_functions(modules: Sequence[ModuleType]) -> Mapping[str, FunctionSpec]:
    """The library and the functions that the modules declare.

    Results of a project's functions are checked to be JSON. ValueError if a name is already used by the
    library, by JMESPath or by another module, or if a module declares nothing.
    """
    table = dict(LIBRARY)
    owner = dict.fromkeys(LIBRARY, "custmap")
    for module in modules:
        added = _declared_in(module)
        if not added:
            raise ValueError(f"`{module.__name__}` declares no function for mappings")
        for spec in added:
            taken = "JMESPath" if spec.name in BUILTINS else owner.get(spec.name)
            if taken is not None:
                raise ValueError(f"function `{spec.name}` of `{module.__name__}` exists already in {taken}")
            table[spec.name] = replace(spec, call=answering_json(spec.call), quick=None)
            owner[spec.name] = f"`{module.__name__}`"
    return MappingProxyType(table)
