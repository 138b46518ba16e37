"""Change one value of a YAML file where it stands: style, comments, quotes and order of the rest are kept.

The text is rebuilt from its own pieces. What is the same keeps its bytes, a changed scalar is replaced within
its quotes, a map or list in braces stays in braces, and one on lines of its own keeps its lines but for the
members that came, went or changed. A member that would make a line too long goes on lines of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any, Final, TypeAlias

import yaml

from custmap.syntax.node import ListNode, MapNode, Node, ScalarNode, plain
from custmap.testing.write_yaml import WIDTH, block, flow, item, quoted
from custmap.values.equality import same
from custmap.values.json_text import dump_json

_BREAKS: Final = "\r\n"
Part: TypeAlias = tuple[int | None, str]
"""The text of a member, with its place among the old ones; None for one that came."""


class Unsure(ValueError):
    """The text is of a form that is not changed in place."""


def rewritten(text: str, root: MapNode, key: str, new: Any, *, anew: bool = False) -> str:
    """The text of a file with a new value of one member of its map, which comes last if it is new; Unsure.

    `root`  what the strict reader reads in the text.
    `anew`  write the member on lines of its own, whatever its style was.
    """
    try:
        tree = yaml.compose(text.replace("\t", " "), Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise Unsure(str(error)) from error
    rewriter = _Rewriter(text, "\r\n" if "\r\n" in text else "\n")
    if not isinstance(tree, yaml.MappingNode) or tree.flow_style:
        raise Unsure("the file is one value in braces")
    at = next((place for place, (name, _) in enumerate(root) if name.value == key), None)
    if at is None:
        gap = "" if text.endswith(rewriter.newline) else rewriter.newline
        return text + gap + rewriter.newline.join([*block(key, new, open_up=True), ""])
    name, held = tree.value[at]
    start, end = name.start_mark.index, rewriter.end_of(held)
    stop = rewriter.line_end(end)
    if anew:
        entry = rewriter.opened(start, name, key, new, 0, text[end:stop], open_up=True)
    else:
        entry = rewriter.entry(tree.value[at], root.entries[at][1], key, new, 0)
    return text[:start] + entry + text[stop:]


@dataclass(frozen=True, slots=True)
class _Rewriter:
    """Pieces of a text; `newline` is how its lines end."""

    text: str
    newline: str

    # Where things are.

    def end_of(self, node: Any) -> int:
        """Where a value ends: a block collection ends with the last thing in it."""
        if isinstance(node, yaml.MappingNode) and not node.flow_style:
            return max(self.end_of(value) for _, value in node.value)
        if isinstance(node, yaml.SequenceNode) and not node.flow_style:
            return max(map(self.end_of, node.value))
        start: int = node.start_mark.index
        end: int = node.end_mark.index
        if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
            return start + len(self.text[start:end].rstrip())
        return end

    def line_end(self, at: int) -> int:
        """The end of a line, without its break."""
        found = [place for one in _BREAKS if (place := self.text.find(one, at)) >= 0]
        return min(found, default=len(self.text))

    def column(self, at: int) -> int:
        return at - max(self.text.rfind(one, 0, at) for one in _BREAKS) - 1

    def piece(self, node: Any) -> str:
        return self.text[node.start_mark.index : self.end_of(node)]

    # What they become.

    def value(self, node: Any, old: Node, new: Any) -> str:
        """The text of a value in the style that it has; that of a block goes to the end of its last line."""
        if same(plain(old), new):
            return self.piece(node)
        match node, old, new:
            case yaml.MappingNode(), MapNode(), dict() if new:
                return (self.flow_map if node.flow_style else self.block_map)(node, old, new)
            case yaml.SequenceNode(), ListNode(), list() if new:
                return (self.flow_list if node.flow_style else self.block_list)(node, old, new)
            case yaml.ScalarNode(style="'"), ScalarNode(), str() if new.isprintable():
                return "'" + new.replace("'", "''") + "'"
            case yaml.ScalarNode(style='"'), ScalarNode(), str():
                return quoted(new)
        return flow(new)

    def flow_map(self, node: Any, old: MapNode, new: dict[str, Any]) -> str:
        entries = {str(key.value): place for place, (key, _) in enumerate(old)}
        parts: list[Part] = []
        for name in merged([*entries], [*new]):
            value = new[name]
            if name not in entries:
                parts.append((None, f"{flow(name)}: {flow(value)}"))
                continue
            at = entries[name]
            key, held = node.value[at]
            between = self.text[key.start_mark.index : held.start_mark.index]
            parts.append((at, between + self.value(held, old.entries[at][1], value)))
        spans = [(key.start_mark.index, self.end_of(value)) for key, value in node.value]
        return self._in_braces(node, spans, parts)

    def flow_list(self, node: Any, old: ListNode, new: list[Any]) -> str:
        parts: list[Part] = []
        for at, value in aligned([plain(one) for one in old], new):
            if at is None:
                parts.append((None, flow(value)))
            else:
                parts.append((at, self.value(node.value[at], old.items[at], value)))
        spans = [(one.start_mark.index, self.end_of(one)) for one in node.value]
        return self._in_braces(node, spans, parts)

    def _in_braces(self, node: Any, spans: list[tuple[int, int]], parts: list[Part]) -> str:
        """The parts with what stood between them; what stood beside a part that went is gone with it."""
        start, end = node.start_mark.index, node.end_mark.index
        if not spans:
            inside = ", ".join(part for _, part in parts)
            return self.text[start] + inside + self.text[end - 1]
        made = self.text[start : spans[0][0]]
        before: int | None = None
        for place, (at, part) in enumerate(parts):
            if place:
                neighbours = at is not None and before is not None and at == before + 1
                made += self.text[spans[at - 1][1] : spans[at][0]] if neighbours and at is not None else ", "
            made += part
            before = at
        return made + self.text[spans[-1][1] : end]

    def block_map(self, node: Any, old: MapNode, new: dict[str, Any]) -> str:
        indent = self.column(node.start_mark.index)
        names = [str(key.value) for key, _ in old]
        chunks = [(key.start_mark.index, self.line_end(self.end_of(value))) for key, value in node.value]
        parts: list[Part] = []
        for name in merged(names, [*new]):
            value = new[name]
            if name not in names:
                parts.append((None, self._lines(block(name, value, indent))))
                continue
            at = names.index(name)
            parts.append((at, self.entry(node.value[at], old.entries[at][1], name, value, indent)))
        return self._on_lines(chunks, parts, indent)

    def entry(self, pair: Any, old: Node, name: str, new: Any, indent: int) -> str:
        """An entry of a block map, up to the end of its last line."""
        key, held = pair
        start, end = key.start_mark.index, self.end_of(held)
        rest = self.text[end : self.line_end(end)]
        if same(plain(old), new):
            return self.text[start:end] + rest
        lead = self.text[start : held.start_mark.index]
        is_block = isinstance(held, yaml.CollectionNode) and not held.flow_style
        if is_block and not (new and isinstance(new, type(plain(old)))):
            return self.opened(start, key, name, new, indent, rest)
        made = lead + self.value(held, old, new)
        if is_block:
            return made
        if self._is_too_long(made, indent, end - start) and isinstance(new, dict | list) and new:
            return self.opened(start, key, name, new, indent, rest, open_up=True)
        return made + rest

    def _is_too_long(self, made: str, indent: int, was: int) -> bool:
        return not set(_BREAKS) & set(made) and indent + len(made) > max(WIDTH, indent + was)

    def opened(
        self, start: int, key: Any, name: str, new: Any, indent: int, rest: str, *, open_up: bool = False
    ) -> str:
        """An entry written anew; its comment stays with its first line."""
        first, *more = block(name, new, indent, open_up=open_up)
        written = self.text[start : key.end_mark.index]
        first = written + first.lstrip(" ").removeprefix(flow(name))
        return self._lines([first + rest, *more])

    def block_list(self, node: Any, old: ListNode, new: list[Any]) -> str:
        dashes = [self._dash(one.start_mark.index) for one in node.value]
        indent = self.column(dashes[0])
        if any(self.column(one) != indent for one in dashes):
            raise Unsure("a list in a list begins on the same line")
        chunks = [
            (dash, self.line_end(self.end_of(one))) for dash, one in zip(dashes, node.value, strict=True)
        ]
        parts: list[Part] = []
        for at, value in aligned([plain(one) for one in old], new):
            if at is None:
                parts.append((None, self._lines(item(value, indent))))
            else:
                parts.append((at, self._item(dashes[at], node.value[at], old.items[at], value, indent)))
        return self._on_lines(chunks, parts, indent)

    def _item(self, dash: int, held: Any, old: Node, new: Any, indent: int) -> str:
        """An item of a block list, up to the end of its last line."""
        end = self.end_of(held)
        rest = self.text[end : self.line_end(end)]
        if same(plain(old), new):
            return self.text[dash:end] + rest
        is_block = isinstance(held, yaml.CollectionNode) and not held.flow_style
        stays = not is_block or (bool(new) and isinstance(new, type(plain(old))))
        made = self.text[dash : held.start_mark.index] + self.value(held, old, new) if stays else ""
        if is_block and stays:
            return made
        if not stays or self._is_too_long(made, indent, end - dash):
            first, *more = item(new, indent)
            return self._lines([first + rest, *more])
        return made + rest

    def _dash(self, at: int) -> int:
        """The `-` in front of an item."""
        before = self.text[:at].rstrip(" ")
        if not before.endswith("-"):
            raise Unsure("an item begins on another line than its `-`")
        return len(before) - 1

    def _on_lines(self, chunks: list[tuple[int, int]], parts: list[Part], indent: int) -> str:
        """The parts on lines of their own, with the comments and blank lines that stood between them."""
        gaps = [self.text[end:start] for (_, end), (start, _) in pairwise(chunks)]
        between = self.newline + " " * indent
        made = ""
        last = -1
        for place, (at, part) in enumerate(parts):
            if at is None:
                gap = between
            elif at == 0:
                gap, last = between, 0
            else:
                passed = gaps[max(last, 0) : at]
                gap, last = "".join(map(_without_line, passed[:-1])) + passed[-1], at
            # In front of the first part is what stood in front of the whole.
            made += (gap.lstrip(" " + _BREAKS) if place == 0 else gap) + part
        return made + "".join(map(_without_line, gaps[max(last, 0) :]))

    def _lines(self, lines: list[str]) -> str:
        """Lines of which the first has no indentation: it stands where something stood."""
        return self.newline.join([lines[0].lstrip(" "), *lines[1:]])


def _without_line(gap: str) -> str:
    """What stands in front of a member that went: comments and blank lines without the start of its line."""
    return gap[: max(gap.rfind(one) for one in _BREAKS)].rstrip("\r")


def merged(old: list[str], new: list[str]) -> list[str]:
    """The names of `new` in the order of `old`, and each other name behind the one that it follows.

    >>> merged(["b", "a", "c"], ["a", "x", "b"])
    ['b', 'a', 'x']
    """
    names = [name for name in old if name in new]
    for place, name in enumerate(new):
        if name not in old:
            names.insert(names.index(new[place - 1]) + 1 if place else 0, name)
    return names


def aligned(old: list[Any], new: list[Any]) -> Iterator[tuple[int | None, Any]]:
    """Each new item with the place of the old one that it is, or was; None for one that came."""
    texts = [[dump_json(one) for one in side] for side in (old, new)]
    for tag, first, last, start, stop in SequenceMatcher(
        a=texts[0], b=texts[1], autojunk=False
    ).get_opcodes():
        if tag == "delete":
            continue
        for place in range(start, stop):
            at = first + place - start
            yield (at if tag != "insert" and at < last else None), new[place]
