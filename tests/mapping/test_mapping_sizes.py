"""Mappings of unusual size: they work, or an error names the limit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from custmap.diagnostics.errors import MappingError
from small_mappings import made

RECORD: dict[str, Any] = {"email": "a", "company": "c", "tags": ["x"], "blocked": True}


def nested(make: str, count: int, inner: str) -> str:
    for _ in range(count):
        inner = make % inner
    return inner


WORK = {
    "an option of 400": ("a: {first: [" + ", ".join(["middle_name(name)"] * 399) + ", email]}", {"a": "a"}),
    "options inside options": ("a: " + nested("{first: [middle_name(name), %s]}", 25, "email"), {"a": "a"}),
    "choices inside choices": ("a: '" + nested("coalesce(company, %s)", 50, "email") + "'", {"a": "c"}),
    "objects inside objects": (nested("l: {from: '@', fields: {%s}}", 25, "a: email"), None),
    "64 parts": (".".join(["a"] * 64) + ": email", None),
}


@pytest.mark.parametrize("name", WORK)
def test_it_works(name: str, tmp_path: Path) -> None:
    rules, body = WORK[name]
    mapping = made(tmp_path, f"body: {{{rules}}}")
    request = mapping.apply(RECORD)
    assert body is None or request.body == body
    plan = mapping.diff({}, RECORD)
    assert plan.request is not None and plan.request.body == request.body


REFUSED = {
    "65 parts": (".".join(["a"] * 65) + ": email", "CM209"),
    "300 parts": (".".join(["a"] * 300) + ": email", "CM209"),
    "300 positions": ('"a' + "[0]" * 300 + '": email', "CM209"),
    "lists in lists": (nested("l: {each: '[@]', fields: {%s}}", 60, "a: email"), "CM108"),
    "choices": ("a: '" + nested("coalesce(id, %s)", 70, "email") + "'", "CM306"),
    "10,001 rules": (", ".join(f"a{at}: id" for at in range(10_001)), "CM109"),
    "2,001 rules in five objects": (", ".join(f"a{at}.b.c.d.e: id" for at in range(2001)), "CM109"),
    "10,001 options": ("a: {first: [" + ", ".join(["id"] * 10_001) + "]}", "CM109"),
    "a thousand operands": ("a: '" + "||".join(["id"] * 1000) + "'", "CM306"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused(name: str, tmp_path: Path) -> None:
    rules, code = REFUSED[name]
    with pytest.raises(MappingError) as caught:
        made(tmp_path, f"body: {{{rules}}}")
    assert code in {one.code for one in caught.value.diagnostics}
