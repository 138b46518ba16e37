"""An expression that is being typed: which value the word before the cursor is a member of.

What stands before the cursor is rarely an expression: `coalesce(name.` or `addresses[?type == 'w`. So the
text is scanned from its start, with a stack of the brackets that are open and of the value that each of them
looks at; the complete paths in it are typed as in any expression.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from custmap.expressions.ast import Filter, Flatten, Node, Pipe, Projection, ValueProjection, children
from custmap.expressions.expression_error import ExpressionError
from custmap.expressions.function import FunctionSpec
from custmap.expressions.infer import infer
from custmap.expressions.parse import parse
from custmap.values.types import ANY, Type

_TOKEN: Final = re.compile(
    r"""(?P<text>'(?:[^'\\]|\\.)*'|`[^`]*`|"(?:[^"\\]|\\.)*")|(?P<open>\[\?|[(\[{])|(?P<close>[)\]}])"""
    r"""|(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<pipe>\|(?!\|))|(?P<or>\|\||&&|[=!<>]=?)|(?P<comma>,)"""
    r"""|(?P<amp>&)|(?P<dot>\.)|(?P<other>.)""",
    re.DOTALL | re.VERBOSE,
)
_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


@dataclass(frozen=True, slots=True)
class Half:
    """What is known at the cursor.

    `word`   the letters before the cursor.
    `type`   of the value whose members may stand here.
    `member` a dot stands before the word, so no function can.
    `literal` the word is inside a text in single quotes; `type` is then that of what it is compared with.
    """

    word: str
    type: Type
    member: bool = False
    literal: bool = False


@dataclass(slots=True)
class _Open:
    """An open bracket: where its current part starts, and the value that this part looks at."""

    start: int
    scope: Type
    own: Type
    name: str = ""


def half_expression(text: str, scope: Type, functions: Mapping[str, FunctionSpec]) -> Half | None:
    """What may stand at the end of a text; None inside a constant about which nothing is known."""
    scan = _Scan(text, functions, [_Open(0, scope, scope)])
    return scan.run()


@dataclass(slots=True)
class _Scan:
    text: str
    functions: Mapping[str, FunctionSpec]
    stack: list[_Open]

    def run(self) -> Half | None:
        at = 0
        while at < len(self.text):
            found = _TOKEN.match(self.text, at)
            if found is None:
                break
            if found.lastgroup == "other" and found.group() in "'`\"":
                return self._in_text(at)
            self._take(found)
            at = found.end()
        return self._end()

    def _take(self, found: re.Match[str]) -> None:
        top, at = self.stack[-1], found.start()
        match found.lastgroup:
            case "open":
                self._open(found.group(), at, top)
            case "close":
                if len(self.stack) > 1:
                    self.stack.pop()
            case "pipe":
                top.scope, top.start = self._typed(self.text[top.start : at], top.scope), found.end()
            case "or":
                top.start = found.end()
            case "comma":
                top.scope, top.start = top.own, found.end()
            case "amp":
                top.start = found.end()
                if top.name:
                    top.scope = self._items(self.text[self._call_start(top) : at].rstrip(", "), top.own)

    def _call_start(self, top: _Open) -> int:
        return self.text.rindex(f"{top.name}(", 0, top.start) + len(top.name) + 1

    def _open(self, sign: str, at: int, top: _Open) -> None:
        base = self.text[top.start : at].strip()
        inside = at + len(sign)
        if sign == "(":
            name = _WORD.search(self.text, top.start, at)
            self.stack.append(_Open(inside, top.scope, top.scope, name.group() if name else ""))
        elif sign == "[?":
            scope = self._items(_path_end(base), top.scope)
            self.stack.append(_Open(inside, scope, scope))
        elif base.endswith("."):
            scope = self._value(_path_end(base[:-1]), top.scope)
            self.stack.append(_Open(inside, scope, scope))
        else:
            scope = top.scope if not _path_end(base) else self._typed(_path_end(base), top.scope)
            self.stack.append(_Open(inside, scope, scope))

    def _end(self) -> Half | None:
        top = self.stack[-1]
        part = self.text[top.start :]
        found = _WORD.search(part)
        word = found.group() if found is not None else ""
        before = part[: len(part) - len(word)].rstrip()
        if before.endswith("."):
            return Half(word, self._value(_path_end(before[:-1]), top.scope), member=True)
        if before.endswith((")", "]", "}")) or (before and before[-1].isalnum()):
            return None
        return Half(word, top.scope)

    def _in_text(self, at: int) -> Half | None:
        """Inside a text that is not closed: what it is compared with may list its values."""
        if self.text[at] != "'":
            return None
        back = self.text[:at].rstrip()
        if not back.endswith(("==", "!=")):
            return None
        left = back[:-2]
        # The last operator moved the start of the part behind itself: what is compared stands before it.
        cut = max((left.rfind(sign) for sign in ("(", ",", "?", "&&", "||", "{", "|")), default=-1)
        base = left[cut + 1 :].lstrip("&|? ").strip()
        return Half(self.text[at + 1 :], self._typed(base, self.stack[-1].scope), literal=True)

    def _typed(self, text: str, scope: Type) -> Type:
        return self._infer(text, scope)[0]

    def _value(self, text: str, scope: Type) -> Type:
        """The value whose members a dot behind a path reaches: of a projection that of an item."""
        if not text.strip():
            return scope
        type_, node = self._infer(text, scope)
        if node is not None and _projects(node):
            return (type_.items or ANY).present().not_null()
        return type_.present().not_null()

    def _items(self, text: str, scope: Type) -> Type:
        found = self._typed(text, scope) if text.strip() else scope
        return (found.items or ANY).present().not_null()

    def _infer(self, text: str, scope: Type) -> tuple[Type, Node | None]:
        try:
            expression = parse(text.strip() or "@")
            return infer(expression, scope, self.functions).type, expression.ast
        except ExpressionError:
            return ANY, None


def _projects(node: Node) -> bool:
    """Does what follows a path apply to each item?"""
    if isinstance(node, Projection | ValueProjection | Filter | Flatten):
        return True
    if isinstance(node, Pipe):
        return _projects(node.right)
    inner = children(node)
    return bool(inner) and hasattr(node, "base") and _projects(inner[0])


def _path_end(text: str) -> str:
    """The path at the end of a text: `a == b.c[0]` gives `b.c[0]`.

    >>> _path_end("a == b.c[0]"), _path_end("f(x).y"), _path_end("a &&")
    ('b.c[0]', 'f(x).y', '')
    """
    at = len(text.rstrip())
    text = text[:at]
    while at > 0:
        sign = text[at - 1]
        if sign in ")]}":
            at = _opening(text, at - 1)
        elif sign == '"':
            at = max(0, text.rfind('"', 0, at - 1))
        elif sign.isalnum() or sign in "_.@":
            at -= 1
        else:
            break
        if at < 0:
            return ""
    return text[at:].lstrip(".")


def _opening(text: str, at: int) -> int:
    """Where the bracket opens that closes at a place; -1 if it does not."""
    depth = 0
    for index in range(at, -1, -1):
        if text[index] in ")]}":
            depth += 1
        elif text[index] in "([{":
            depth -= 1
            if depth == 0:
                return index
    return -1


def word_at(text: str, index: int) -> tuple[int, int]:
    """The word around a character, as start and end."""
    start = end = max(0, min(index, len(text)))
    while start > 0 and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    while end < len(text) and (text[end].isalnum() or text[end] == "_"):
        end += 1
    return start, end
