"""The examples in the docstrings of the lowest rooms run."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import custmap.diagnostics
import custmap.syntax
import custmap.values

MODULES = [
    f"{package.__name__}.{module.name}"
    for package in (custmap.values, custmap.diagnostics, custmap.syntax)
    for module in pkgutil.iter_modules(package.__path__)
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
