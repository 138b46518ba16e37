"""From strict YAML to `Node`; mapping and fixture files are strict YAML.

The rules are in docs/language.md, "Strict YAML". Every value is a JSON value, and there are no aliases.
Events are combined with a stack of open containers, without recursion, so depth is checked before anything
overflows.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import Any, Final

import yaml
from msgspec import Struct, field

from custmap.diagnostics.diagnostic import Diagnostic, Note
from custmap.diagnostics.errors import MappingError
from custmap.diagnostics.span import Span
from custmap.syntax import leniency
from custmap.syntax.leniency import Finding
from custmap.syntax.node import ListNode, MapNode, Node, ScalarNode
from custmap.syntax.scalars import Ambiguous, resolve
from custmap.syntax.source_text import MIB, Text, check_size, decode, forbidden, read_bytes, start_of
from custmap.syntax.yaml_events import EventError, events
from custmap.values.equality import fingerprint

DEPTH: Final = 64
_PROBLEMS = 50
_NO_ALIASES = "Write the value out where it is used."


def read_file(path: Path, shown_as: str | None = None, limit: int = MIB) -> Node:
    """The node of a file; `shown_as` is its name in messages. MappingError with every problem found."""
    file = shown_as or str(path)
    return _read(read_bytes(path, file, limit), file)


def read_yaml(data: bytes, file: str, *, null_is_name: bool = False) -> Node:
    """The node of a file's bytes, at most 1 MiB; MappingError with every problem found (CM101 to CM110).

    `null_is_name`: as a key, `null` is that text.
    """
    check_size(data, file, MIB)
    return _read(data, file, null_is_name=null_is_name)


def _read(data: bytes, file: str, *, null_is_name: bool = False) -> Node:
    text = decode(data, file)
    problems = forbidden(text)
    if problems:
        raise MappingError(problems)
    tabs = _tabs(text)
    # A last line of only spaces means the same with and without a line end, except to libyaml.
    end = "" if text.text.endswith("\n") else "\n"
    text = text.spelt(text.text.replace("\t", " ") + end)
    builder = _Builder(text, null_is_name)
    builder.problems += tabs
    try:
        for event in events(text, DEPTH):
            if not builder.take(event) or len(builder.problems) >= _PROBLEMS:
                break
    except EventError as error:
        # A file with tabs is rarely valid YAML; one report is enough.
        if not tabs or error.diagnostic.code != "CM102":
            builder.problems.append(error.diagnostic)
    if not builder.problems and builder.root is None:
        builder.problems.append(Diagnostic("CM107", "the file is empty", start_of(file)))
    if builder.problems or builder.root is None:
        raise MappingError(sorted(builder.problems, key=_order))
    return builder.root


def _order(problem: Diagnostic) -> tuple[int, int, str]:
    assert problem.span is not None
    return problem.span.line, problem.span.column, problem.code


def _tabs(text: Text) -> list[Diagnostic]:
    """A CM106 for each line with a tab, at its first one."""
    found: list[Diagnostic] = []
    last = 0
    at = text.text.find("\t")
    while at >= 0 and len(found) < _PROBLEMS:
        span = text.span(at, at + 1)
        if span.line != last:
            help = 'Indent with spaces; in a text in double quotes, write "\\t".'
            found.append(Diagnostic("CM106", "a tab is not allowed here", span, help))
            last = span.line
        at = text.text.find("\t", at + 1)
    return found


class _Open(Struct):
    """A container whose end has not come yet. A map's `key` is the one that waits for its value."""

    start: int
    flow: bool
    is_map: bool
    is_key: bool
    items: list[Node] = field(default_factory=list)
    entries: list[tuple[ScalarNode, Node]] = field(default_factory=list)
    key: ScalarNode | None = None
    awaits_value: bool = False
    seen: dict[Hashable, Span] = field(default_factory=dict)
    end: int = 0


class _Builder:
    """Takes events one by one; afterwards `root` is the node and `problems` are the findings."""

    def __init__(self, text: Text, null_is_name: bool = False) -> None:
        self.text = text
        self._null_is_name = null_is_name
        self.problems: list[Diagnostic] = []
        self.root: Node | None = None
        self.open: list[_Open] = []
        self.documents = 0
        self.last = 0

    def take(self, event: Any) -> bool:
        """Take one event; False if reading cannot continue."""
        match event:
            case yaml.ScalarEvent():
                self._scalar(event)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._start(event)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._end(event)
            case yaml.AliasEvent():
                self._alias(event)
            case yaml.DocumentStartEvent():
                return self._document(event)
        return True

    def _problem(self, code: str, message: str, span: Span, help: str, *notes: Note) -> None:
        self.problems.append(Diagnostic(code, message, span, help, notes))

    def _document(self, event: Any) -> bool:
        self.documents += 1
        start: int = event.start_mark.index
        if event.version or event.tags:
            help = "Remove it: the file is YAML 1.2."
            self._problem("CM104", "a directive", self.text.span(start, start + 1), help)
        if self.documents > 1:
            help = "Put each document into its own file."
            self._problem("CM107", "a second document begins", self.text.span(start, start + 3), help)
            return False
        return True

    def _alias(self, event: Any) -> None:
        end = event.end_mark.index
        span = self.text.span(event.start_mark.index, end)
        self._problem("CM104", "an alias", span, _NO_ALIASES)
        self._add(ScalarNode(f"*{event.anchor}", span), end)

    def _properties(self, event: Any) -> None:
        """Anchors and tags, which come before the value."""
        start = event.start_mark.index
        if event.anchor is not None:
            self._problem("CM104", "an anchor", self._word(start), _NO_ALIASES)
        if event.tag is not None:
            help = "Remove it; quote the value if it should be text."
            self._problem("CM104", "a tag", self._word(start), help)

    def _word(self, start: int) -> Span:
        end = start
        while end < len(self.text.text) and self.text.text[end] not in " \r\n,[]{}":
            end += 1
        return self.text.span(start, end)

    def _scalar(self, event: Any) -> None:
        self._properties(event)
        start, end = event.start_mark.index, event.end_mark.index
        self._between(start)
        value: str | int | float | bool | None = event.value
        if event.style in ("|", ">"):
            self._misread(leniency.block_text(self.text, start, end, self._column()))
            # A block's end is where the next value begins; spans end at its last line instead.
            end = start + len(self.text.text[start:end].rstrip())
        elif event.style in ("'", '"'):
            self._misread(leniency.after_value(self.text, end))
            self._indented(start, end)
        span = self.text.span(start, end)
        if not event.style:
            if self.open and self.open[-1].flow:
                self._misread(leniency.plain_in_brackets(self.text, start, event.value))
            value = self._plain(event.value, span)
        self._add(ScalarNode(value, span), end)

    def _plain(self, text: str, span: Span) -> str | int | float | bool | None:
        try:
            value = resolve(text)
        except Ambiguous as error:
            self._problem("CM105", str(error), span, "Quote it, or write it as a plain decimal number.")
            return text
        if value == "<<" and self._at_key():
            self._problem("CM104", "a merge key", span, _NO_ALIASES)
        return value

    def _misread(self, findings: Iterable[Finding]) -> None:
        for index, message, help in findings:
            self._problem("CM102", message, self.text.span(index, index + 1), help)

    def _between(self, start: int) -> None:
        if self.open and self.open[-1].flow:
            self._misread(leniency.between(self.text, self.last, start))

    def _indented(self, start: int, end: int) -> None:
        if self.open and not self.open[-1].flow:
            self._misread(leniency.unindented(self.text, start, end, self._column()))

    def _column(self) -> int:
        return self.text.place(self.open[-1].start)[1] if self.open else 0

    def _at_key(self) -> bool:
        return bool(self.open) and self.open[-1].is_map and not self.open[-1].awaits_value

    def _start(self, event: Any) -> None:
        self._properties(event)
        start = event.start_mark.index
        self._between(start)
        is_key = self._at_key()
        if is_key:
            self._complex_key(self.text.span(start, start + 1), "a list or map as a key")
        is_map = isinstance(event, yaml.MappingStartEvent)
        self.open.append(_Open(start, bool(event.flow_style), is_map, is_key))

    def _end(self, event: Any) -> None:
        done = self.open.pop()
        end = event.end_mark.index if done.flow else max(done.end, done.start)
        if done.flow:
            self._misread(leniency.between(self.text, self.last, end - 1))
            self._misread(leniency.after_value(self.text, end))
            self._indented(done.start, end)
        span = self.text.span(done.start, end)
        if done.is_map:
            self._add(MapNode(tuple(done.entries), span), end, done.is_key)
        else:
            self._add(ListNode(tuple(done.items), span), end, done.is_key)

    def _add(self, node: Node, end: int, is_key: bool = False) -> None:
        self.last = end
        if not self.open:
            self.root = node
            return
        into = self.open[-1]
        into.end = max(into.end, end)
        if not into.is_map:
            into.items.append(node)
        elif into.awaits_value:
            if into.key is not None:
                into.entries.append((into.key, node))
            into.awaits_value = False
        else:
            into.key = None if is_key else self._key(into, node)
            into.awaits_value = True

    def _key(self, into: _Open, node: Node) -> ScalarNode | None:
        assert isinstance(node, ScalarNode)
        if node.value is None and self._null_is_name:
            node = ScalarNode("null", node.span)
        if node.value is None:
            self._complex_key(node.span, "null as a key")
            return None
        same = fingerprint(node.value)
        first = into.seen.setdefault(same, node.span)
        if first is node.span:
            return node
        help = "Remove one of them."
        self._problem("CM103", "this key appears a second time", node.span, help, Note(first, "first here"))
        return None

    def _complex_key(self, span: Span, what: str) -> None:
        self._problem("CM104", what, span, "A key is text, a number or a boolean; quote this one.")
