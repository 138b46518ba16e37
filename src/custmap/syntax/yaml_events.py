"""YAML text as a stream of events that is safe to read.

PyYAML's C parser composes nodes by recursion and takes the process with it at depth 50,000. Its
events come one at a time without recursion: whoever reads them counts depth and stops in time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

import yaml

from custmap.diagnostics.diagnostic import Diagnostic, Note
from custmap.syntax.text import Text

LOADER: Final[Any] = getattr(yaml, "CLoader", yaml.Loader)

# libyaml compares each directive with all before it, before the first event: 32 MiB of them take hours.
_DIRECTIVE: Final = re.compile("^%", re.MULTILINE)
_DIRECTIVES: Final = 100

_HELP: Final = {
    "mapping values are not allowed": "A text with `: ` in it stands in quotes.",
    "cannot start any token": "A text that starts with this sign stands in quotes.",
    "could not find expected ':'": "Write `key: value`, the values of one map in one column.",
    "did not find expected key": "Keys of one map stand in one column.",
    "did not find expected '-' indicator": "Items of one list stand in one column.",
    "while scanning a quoted scalar": "Close the quotes.",
}


class EventError(Exception):
    """The text is not YAML; carries the diagnostic."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


def events(text: Text) -> Iterator[Any]:
    """PyYAML's events, in order, one at a time; EventError where the text stops to be YAML."""
    directives = list(islice(_DIRECTIVE.finditer(text.text), _DIRECTIVES + 1))
    if len(directives) > _DIRECTIVES:
        at = directives[-1].start()
        message = f"more than {_DIRECTIVES} directives"
        raise EventError(Diagnostic("CM104", message, text.span(at, at + 1), "Leave them out."))
    try:
        yield from yaml.parse(text.text, Loader=LOADER)
    except yaml.YAMLError as error:
        raise EventError(_not_yaml(error, text)) from None


def _not_yaml(error: yaml.YAMLError, text: Text) -> Diagnostic:
    what = str(getattr(error, "problem", None) or "the text is not YAML")
    context = str(getattr(error, "context", None) or "")
    mark = getattr(error, "problem_mark", None)
    index = min(mark.index if mark else 0, len(text.text))
    help = next((help for part, help in _HELP.items() if part in what or part in context), None)
    code = "CM110" if "invalid Unicode character escape" in what else "CM102"
    began = getattr(error, "context_mark", None)
    notes: tuple[Note, ...] = ()
    if began and began.index < index:
        notes = (Note(text.span(began.index, began.index + 1), context or "it began here"),)
    return Diagnostic(code, what, text.span(index, index + 1), help, notes)
