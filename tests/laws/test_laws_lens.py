"""The way back: what was sent of a customer is read as that customer, for drawn whole mappings.

A failure prints the mapping and the pair.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from random import SystemRandom
from typing import Any

import pytest
from lens_law import Differs, check, pairs

from custmap.back import laying, reverse
from custmap.back.reverse import Reverse
from custmap.invert.invert import Tree

LONG = os.environ.get("CUSTMAP_LAWS") == "long"
CHUNKS = 4
SEEDS = 400 if LONG else 12
PAIRS = 12


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_what_was_sent_is_read(chunk: int) -> None:
    first = SystemRandom().randrange(10**9) if LONG else chunk * SEEDS
    compared = 0
    for seed in range(first, first + SEEDS):
        for loaded, case in pairs(seed, PAIRS):
            compared += check(loaded, case)
    assert compared > SEEDS * 5


def _without_values(read: Callable[..., Any]) -> Callable[..., Any]:
    """Planted: the vendor's words are not translated back."""

    def planted(self: Reverse, document: Any, base: Any = None) -> Any:
        record, notes = read(self, document, base)
        words = {"active": "A", "inactive": "I", "tester": "T", "mobile": "M"}
        return {**record, **({"status": words[one]} if (one := record.get("status")) in words else {})}, notes

    return planted


def _without_a_base(read: Callable[..., Any]) -> Callable[..., Any]:
    """Planted: what the vendor does not hold is lost."""
    return lambda self, document, base=None: read(self, document, None)


def _nulls_are_absent(read: Callable[..., Any]) -> Callable[..., Any]:
    """Planted: null and absent are one."""

    def planted(self: Reverse, document: Any, base: Any = None) -> Any:
        record, notes = read(self, document, base)
        return {name: value for name, value in record.items() if value is not None}, notes

    return planted


def _the_document_is_shared(read: Callable[..., Any]) -> Callable[..., Any]:
    """Planted: the document is changed."""

    def planted(self: Reverse, document: Any, base: Any = None) -> Any:
        found = read(self, document, base)
        document.pop(next(iter(document), None), None)
        return found

    return planted


def _what_was_read_is_the_vendors(read: Callable[..., Any]) -> Callable[..., Any]:
    """Planted: a list of the document is in the customer."""

    def planted(self: Reverse, document: Any, base: Any = None) -> Any:
        record, notes = read(self, document, base)
        held = next((one for one in document.values() if one == record.get("tags")), None)
        return ({**record, "tags": held} if isinstance(held, list) else record), notes

    return planted


@pytest.mark.parametrize(
    "plant",
    [
        _without_values,
        _without_a_base,
        _nulls_are_absent,
        _the_document_is_shared,
        _what_was_read_is_the_vendors,
    ],
)
def test_a_planted_fault_is_found(plant: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Reverse, "read", plant(Reverse.read))
    _is_found()


def test_lists_that_replace_what_was_held_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: the base does not stand where the vendor holds what would be sent of it."""
    monkeypatch.setattr(reverse, "Echo", lambda base, read: laying._SILENCE)
    _is_found()


def test_a_list_by_positions_that_replaces_the_others_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def planted(held: list[Any], new: list[Any], tree: Tree, echo: Any) -> list[Any]:
        return new

    monkeypatch.setattr(laying, "_lay_positions", planted)
    _is_found()


def _is_found() -> None:
    for seed in range(400):
        for loaded, case in pairs(seed, 8):
            with suppress(TypeError, AttributeError):
                try:
                    check(loaded, case)
                except Differs:
                    return
    pytest.fail("no case to plant it in")
