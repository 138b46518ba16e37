"""A letter that is changed in any name of the shipped mappings is found, and help names the right word.

A name is a key of the language, a part of a target or source path, a function, a parameter, a listed
word, the document and its operation. Texts for people, formats and constants of the vendor's own are none.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.functions.table import with_functions
from custmap.loader import check_mapping
from custmap.schema.customer_schema import customer_schema
from custmap.syntax.node import ListNode, MapNode, Node, ScalarNode
from custmap.syntax.yaml_reader import read_yaml

ROOT = Path(__file__).parents[2]
FILES = sorted(
    path for path in ROOT.glob("mappings/*/*.yaml") if "\ncontract: {openapi:" in path.read_text("utf-8")
)
"""Those with a document: a contract in the mapping is open, and a name that it does not list may be one."""
FUNCTIONS = with_functions([])
LONG = os.environ.get("CUSTMAP_LAWS") == "long"

_TOKEN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(?<!-)")
_QUOTED = re.compile(r"'(?:\\.|[^'\\])*'")
# Texts for people, and for the vendor: nobody lists them.
_TEXTS = {"summary", "note", "assumed", "format"}
# Words that stand in a list somewhere; other constants of expressions are data.
_LISTED = {
    word
    for words in re.findall(r'"enum": (\[[^\]]*\])', json.dumps(customer_schema()))
    for word in json.loads(words)
}


# What follows is a key of a free map, and so data, of which nobody has a list.
_FREE = re.compile(r"\b(attributes|consent|custom_fields)\.$")


@dataclass(frozen=True)
class Token:
    """A name at an offset of the file's text."""

    start: int
    word: str


def tokens(file: Path) -> Iterator[Token]:
    """The names of a mapping, in the order of its text."""
    text = file.read_text("utf-8")
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    for node in _named(read_yaml(text.encode(), file.name), ""):
        span = node.span
        start, end = starts[span.line - 1] + span.column - 1, starts[span.end_line - 1] + span.end_column - 1
        written = text[start:end]
        for found in _TOKEN.finditer(written):
            word = found.group()
            if _FREE.search(written, 0, found.start()):
                continue
            if len(word) > 2 and word not in ("true", "false", "null") and _is_name(written, found):
                yield Token(start + found.start(), word)


def _named(node: Node, key: str) -> Iterator[ScalarNode]:
    """The scalars that name something; `key` is what they stand under."""
    match node:
        case MapNode():
            for name, value in node:
                yield name
                if str(name.value) not in _TEXTS and key != "ignored":
                    yield from _named(value, str(name.value))
        case ListNode():
            for item in node:
                yield from _named(item, key)
        case ScalarNode(value=str()):
            yield node


def _is_name(written: str, found: re.Match[str]) -> bool:
    """Constants in an expression are data, unless they are of a list."""
    inside = written[1:-1] if written[0] == '"' == written[-1] else written
    shift = len(written) - len(inside)
    quoted = [one.span() for one in _QUOTED.finditer(inside) if written[0] != "'"]
    at = found.start() - shift // 2
    return found.group() in _LISTED or not any(low <= at < high for low, high in quoted)


def changed(text: str, token: Token) -> str:
    """One letter in the middle of a name becomes another; `q` and `z` stand in few words."""
    at = token.start + len(token.word) // 2
    letter = text[at]
    other = "z" if letter.lower() == "q" else "q"
    return text[:at] + (other.upper() if letter.isupper() else other) + text[at + 1 :]


def project(folder: Path, file: Path) -> Path:
    """A copy of a mapping with its contract, in a project of its own."""
    place = folder / "mappings" / file.parent.name
    place.mkdir(parents=True)
    shutil.copy(file.parent / "openapi.yaml", place)
    return place / file.name


def names(token: Token, found: tuple[Diagnostic, ...]) -> bool:
    """Does the help of some finding name the right word? Of a list of what there is, the rule has it."""
    told = [one.message if one.code == "CM513" else one.help or "" for one in found]
    told += [one.help or "" for one in found]
    return any(re.search(rf"(?<!\w){re.escape(token.word)}(?!\w)", one) for one in told)


def cases() -> list[tuple[Path, list[Token]]]:
    made = []
    for file in FILES:
        found = list(tokens(file))
        made.append((file, found if LONG else found[::9]))
    return made


@pytest.mark.parametrize(("file", "sample"), cases(), ids=lambda value: getattr(value, "stem", ""))
def test_a_changed_letter_is_found(file: Path, sample: list[Token], tmp_path: Path) -> None:
    text = file.read_text("utf-8")
    place = project(tmp_path, file)
    place.write_text(text, "utf-8")
    as_it_is = {(one.code, one.message) for one in check_mapping(place, FUNCTIONS)[1]}
    missed, unnamed = [], []
    for token in sample:
        place.write_text(changed(text, token), "utf-8")
        found = tuple(
            one for one in check_mapping(place, FUNCTIONS)[1] if (one.code, one.message) not in as_it_is
        )
        line = text.count("\n", 0, token.start) + 1
        if not found:
            missed.append((line, token.word))
        elif not names(token, found):
            unnamed.append((line, token.word, [(one.code, one.message, one.help) for one in found]))
    assert not missed
    assert len(unnamed) <= len(sample) * 0.05, unnamed
