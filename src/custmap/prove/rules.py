"""The rules of a file as written: found by their place, shown as their text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from custmap.diagnostics.span import Span
from custmap.mapping.file import MappingFile, Rule
from custmap.syntax.source_text import MIB
from custmap.values.files import read_start

_SHOWN: Final = 76
_COMMENT: Final = re.compile(r"\s#.*$")


def rules_of(file: MappingFile) -> Iterator[tuple[str, Rule]]:
    """Every rule with its target, including those of `fields` and `first`, in the order of the file."""
    for part in (file.path, file.query, file.headers, file.body):
        yield from _within(part, "")
    for entry in file.requests:
        for call in entry.calls:
            yield from _within(call.rules, "")


def _within(rules: Sequence[Rule], prefix: str) -> Iterator[tuple[str, Rule]]:
    for rule in rules:
        target = f"{prefix}.{rule.target.value}" if prefix else rule.target.value
        yield target, rule
        yield from _within(rule.fields or (), f"{target}[]" if rule.each else target)
        for option in rule.first or ():
            yield from _within(option.fields or (), f"{target}[]" if option.each else target)


def rule_at(file: MappingFile, span: Span) -> Rule | None:
    """The rule at a place."""
    return next((rule for _, rule in rules_of(file) if rule.span == span), None)


def shown_rule(span: Span) -> str:
    """A rule's text from the file, on one line; empty if the file no longer exists."""
    try:
        lines = read_start(Path(span.file), MIB).decode(errors="replace").splitlines()
    except OSError:
        return ""
    text = " ".join(" ".join(_COMMENT.sub("", line).split()) for line in lines[span.line - 1 : span.end_line])
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1].rstrip() + "…"
