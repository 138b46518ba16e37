"""Many records: one result each, in order, lazily; a bad one changes nothing else."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import RecordError
from custmap.records.many import apply_many, diff_many
from custmap.wire.request import Request


class Fake:
    """A mapping that takes objects with an `id` and refuses everything else."""

    checked = SimpleNamespace(steps=())

    def __init__(self) -> None:
        self.calls: list[Any] = []

    def apply(self, customer: Any, params: Any = None, /, **keywords: Any) -> Request:
        self.calls.append((params, keywords))
        if not isinstance(customer, dict):
            raise RecordError([Diagnostic("CM701", "expected an object")])
        return Request("a/b", "PATCH", "https://x.io", {}, {}, {}, {"id": customer["id"]})

    def diff(self, before: Any, after: Any, params: Any = None, /, **keywords: Any) -> Any:
        self.calls.append((params, keywords))
        if after is None:
            raise RecordError([Diagnostic("CM701", "expected an object")])
        return (before, after)


def test_apply_many() -> None:
    fake = Fake()
    results = list(apply_many(fake, [{"id": 1}, 7, {"id": 3}], {"p": 1}, on_rejected="drop", nulls="absent"))
    assert [result.index for result in results] == [0, 1, 2]
    assert [result.request and result.request.body for result in results] == [{"id": 1}, None, {"id": 3}]
    assert [result.ok for result in results] == [True, False, True]
    assert results[1].error is not None and results[1].error.diagnostics[0].code == "CM701"
    assert fake.calls[0] == (
        {"p": 1},
        {
            "on_rejected": "drop",
            "absent": "keep",
            "nulls": "absent",
            "check": True,
            "strict": False,
            "source": None,
        },
    )


def test_lazily() -> None:
    def endless() -> Any:
        number = 0
        while True:
            yield {"id": number}
            number += 1

    fake = Fake()
    results = apply_many(fake, endless())
    assert fake.calls == []
    assert [next(results).index for _ in range(3)] == [0, 1, 2]
    assert len(fake.calls) == 3


def test_params_from_each_record() -> None:
    fake = Fake()
    list(apply_many(fake, [{"id": 1}, {"id": 2}], lambda record: {"n": record["id"]}))
    assert [params for params, _ in fake.calls] == [{"n": 1}, {"n": 2}]
    fake = Fake()
    list(diff_many(fake, [({"id": 1}, {"id": 2})], lambda record: {"n": record["id"]}))
    assert [params for params, _ in fake.calls] == [{"n": 2}]


def test_the_exception_of_a_callable_is_its_callers() -> None:
    results = apply_many(Fake(), [{"id": 1}], lambda record: 1 / 0)  # type: ignore[arg-type,return-value]
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_diff_many() -> None:
    fake = Fake()
    results = list(diff_many(fake, [(1, 2), (1, None), (None, 3)], absent="clear"))
    assert [result.plan for result in results] == [(1, 2), None, (None, 3)]
    assert [result.ok for result in results] == [True, False, True]
    assert fake.calls[0] == (
        None,
        {"absent": "clear", "nulls": "clear", "check": True, "strict": False, "source": None},
    )
