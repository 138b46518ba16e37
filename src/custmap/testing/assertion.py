"""`assert_request`: a fixture in one call, for tests that are written in Python."""

from __future__ import annotations

import os
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from custmap.diagnostics.plain import plain_lines
from custmap.mapper import Mapping as Loaded
from custmap.mapper import load
from custmap.syntax.node import ListNode, MapNode
from custmap.syntax.yaml_reader import read_yaml
from custmap.testing.expectation import Expectation, request_problems
from custmap.testing.fixture import Apply, Call, Diff, Fixture
from custmap.testing.run import Report, run_fixture
from custmap.testing.write_yaml import flow

if TYPE_CHECKING:
    from custmap.mapper import Mapping

NOTHING_GIVEN: Final[Any] = object()
_FILE: Final = "expected"


def assert_request(
    mapping: Mapping | str | os.PathLike[str],
    customer: object,
    expected: MappingOf[str, Any] | Sequence[MappingOf[str, Any]] | None,
    params: MappingOf[str, Any] | None = None,
    *,
    before: object = NOTHING_GIVEN,
    **options: Any,
) -> None:
    """AssertionError unless the mapping makes the expected request of a customer; it says where they differ.

    `mapping`   what `custmap.load` gives, or a name or path for it.
    `expected`  members of the request to compare: of `path`, `query` and `headers` those that are named, all
                others whole (`name`, `after`, `method`, `url`, `body`, `content`). A list for the requests of
                a mapping with several; None or [] for none, which only a diff makes.
    `before`    the customer as the vendor has it, None for one of whom nothing is known: the request is then
                that of the diff. Left out, it is that of apply.
    `options`   those of `apply` or `diff`: `absent`, `nulls`, and `on_rejected` for apply, `vendor` for diff.

    A record that is refused, or a rejection that apply raises, is a difference too. ValueError or TypeError
    for misuse: an unknown member, parameter or option.

    >>> update = load("microbase/customer-update")
    >>> to = {"host": "shop.example", "token": "t"}
    >>> ann = {"identifiers": {"microbase": "H7"}, "email": "ann@example.com"}
    >>> assert_request(update, ann, {"body": {"id": "H7", "email": "ann@example.com"}}, to)
    >>> assert_request(update, ann, None, to, before=ann)
    >>> assert_request(update, ann, {"body": {"id": "H7", "email": None}}, to)
    Traceback (most recent call last):
    AssertionError: microbase/customer-update does not make the expected request
      body.email: expected null, got "ann@example.com"
        from mappings/microbase/customer-update.yaml:20
    """
    __tracebackhide__ = True  # pytest shows the arguments of a frame, and these are a record and secrets
    loaded = load(mapping) if isinstance(mapping, str | os.PathLike) else mapping
    if not isinstance(loaded, Loaded):
        raise TypeError(f"`mapping` is a mapping, its name or its path, not {type(loaded).__name__}")
    if not (expected is None or isinstance(expected, MappingOf | list | tuple)):
        raise TypeError(f"`expected` is a dict, a list of them or None, not {type(expected).__name__}")
    several = not (expected is None or isinstance(expected, MappingOf))
    whole = _read("requests" if several else "request", expected)
    node = whole.entries[0][1]
    call: Call
    if before is NOTHING_GIVEN and "vendor" not in options:
        call = Apply(customer, options)
    else:
        call = Diff(None if before is NOTHING_GIVEN else before, customer, options)
    fixture = Fixture(
        path=Path(_FILE),
        name=_FILE,
        mapping=loaded.name,
        source=None,
        summary=None,
        params=dict(params or {}),
        call=call,
        expect=Expectation(
            node=whole,
            request=None if several else node,
            requests=node if isinstance(node, ListNode) else None,
        ),
        node=whole,
    )
    report = run_fixture(fixture, lambda *_, **__: loaded)
    if report.answer.misuse is not None:
        kind, _, message = report.answer.misuse.partition(": ")
        raise (TypeError if kind == "TypeError" else ValueError)(message)
    if not report.passed:
        raise AssertionError(_told(loaded, report))


def _told(mapping: Mapping, report: Report) -> str:
    lines = [f"{mapping.name} does not make the expected request"]
    for one in report.differences:
        lines.append(f"  {one}")
        if one.line is not None:
            lines.append(f"    from {mapping.checked.file.file}:{one.line}")
    return plain_lines("\n".join(lines))


def _read(name: str, expected: Any) -> MapNode:
    """The expectation as in a fixture; TypeError for what is no JSON, ValueError for unknown members."""
    whole = read_yaml(f"{name}: {flow(_plain(expected))}\n".encode(), _FILE)
    assert isinstance(whole, MapNode)
    node = whole.entries[0][1]
    for one in node if isinstance(node, ListNode) else (node,):
        if isinstance(one, MapNode):
            for problem in request_problems(one):
                help = f" {problem.help}" if problem.help else ""
                raise ValueError(f"`expected`: {problem.message}.{help}")
        elif isinstance(node, ListNode):
            raise TypeError("`expected`: a request is a dict of its members")
    return whole


def _plain(value: Any) -> Any:
    """The same as plain JSON values: a sequence is a list, a mapping a dict; TypeError for what is none."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, MappingOf):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    raise TypeError(f"`expected` has a value that is not JSON: {type(value).__name__}")
