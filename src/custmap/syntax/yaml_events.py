"""YAML text as a stream of events that is safe to read.

PyYAML's C parser composes nodes recursively and crashes the process at depth 50,000. Its events come one at a
time without recursion, so depth is counted here, independent of the parser's limit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any, Final

import yaml

from custmap.diagnostics.diagnostic import Diagnostic, Note
from custmap.syntax.indentation import SYMPTOMS, misindented
from custmap.syntax.source_text import Text

LOADER: Final[Any] = getattr(yaml, "CLoader", yaml.Loader)

# libyaml compares each directive with all earlier ones before the first event: 32 MiB of them take hours.
_DIRECTIVE: Final = re.compile("^%", re.MULTILINE)
_DIRECTIVES: Final = 100

_NESTING: Final = {
    yaml.MappingStartEvent: 1,
    yaml.SequenceStartEvent: 1,
    yaml.MappingEndEvent: -1,
    yaml.SequenceEndEvent: -1,
}

_HELP: Final = {
    "mapping values are not allowed": "Quote a text that contains `: `.",
    "cannot start any token": "Quote a text that starts with this character.",
    "could not find expected ':'": "Write `key: value`, with the keys of a map in one column.",
    "did not find expected key": "Write the keys of a map in one column.",
    "did not find expected '-' indicator": "Write the items of a list in one column.",
    "while scanning a quoted scalar": "Close the quotes.",
}


class EventError(Exception):
    """Reading cannot continue; carries the diagnostic."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


def events(text: Text, depth: int) -> Iterator[Any]:
    """PyYAML's events, in order, one at a time.

    EventError where the text is not valid YAML, and at the first container inside `depth` others.
    """
    directives = list(islice(_DIRECTIVE.finditer(text.text), _DIRECTIVES + 1))
    if len(directives) > _DIRECTIVES:
        at = directives[-1].start()
        message = f"more than {_DIRECTIVES} directives"
        raise EventError(Diagnostic("CM104", message, text.span(at, at + 1), "Remove them."))
    try:
        yield from _counted(text, len(text.text), depth)
    except yaml.YAMLError as error:
        # The scanner reads ahead of its events and may refuse nesting there, by a limit of its own.
        # The text before that is valid YAML so far: read alone, its events can be counted.
        with suppress(yaml.YAMLError):
            for _ in _counted(text, _index(error, text), depth):
                pass
        raise EventError(_not_yaml(error, text)) from None


def _counted(text: Text, end: int, depth: int) -> Iterator[Any]:
    """The events of the characters before `end`; EventError (CM108) at the first that is too deep."""
    open_now = 0
    parsed: Iterator[Any] = yaml.parse(text.text[:end], Loader=LOADER)
    for event in parsed:
        open_now += _NESTING.get(event.__class__, 0)
        if open_now > depth:
            start: int = event.start_mark.index
            message = f"lists and maps are nested more than {depth} levels deep"
            raise EventError(Diagnostic("CM108", message, text.span(start, start + 1), "Use fewer levels."))
        yield event


def _index(error: yaml.YAMLError, text: Text) -> int:
    """The index of the character that the parser refused."""
    mark = getattr(error, "problem_mark", None)
    return min(mark.index, len(text.text)) if mark else 0


def _not_yaml(error: yaml.YAMLError, text: Text) -> Diagnostic:
    what = str(getattr(error, "problem", None) or "the text is not valid YAML")
    context = str(getattr(error, "context", None) or "")
    index = _index(error, text)
    in_block = "flow" not in context and any(part in what for part in SYMPTOMS)
    if in_block and (found := misindented(text, index)) is not None:
        return found
    help = next((help for part, help in _HELP.items() if part in what or part in context), None)
    code = "CM110" if "invalid Unicode character escape" in what else "CM102"
    began = getattr(error, "context_mark", None)
    notes: tuple[Note, ...] = ()
    if began and began.index < index:
        notes = (Note(text.span(began.index, began.index + 1), context or "it begins here"),)
    return Diagnostic(code, what, text.span(index, index + 1), help, notes)
