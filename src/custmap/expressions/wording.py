"""Helpful messages for expressions that cannot be read.

The parser knows only which token it could not use; the intention is guessed from the characters around it.
The guesses cover common mistakes: bare numbers, `-` in names, `=`, `and`.
"""

from __future__ import annotations

import re
from typing import Final

from jmespath.exceptions import EmptyExpressionError, IncompleteExpressionError

from custmap.expressions.expression_error import ExpressionError

_DASHED: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:[-$][A-Za-z0-9_]+)+")
_NUMBER: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WORDS: Final = {"and": "&&", "or": "||", "not": "!", "is": "==", "eq": "=="}
_QUOTES: Final = "“”„‘’‚´«»"


def syntax_error(text: str, error: Exception) -> ExpressionError:
    """CM305 for an exception of the `jmespath` package."""
    if isinstance(error, EmptyExpressionError) or not text.strip():
        return ExpressionError("CM305", "the expression is empty", 0, 1, "Write a path, such as `email`.")
    position = getattr(error, "lexer_position", getattr(error, "lex_position", None))
    at = min(position if isinstance(position, int) else len(text), len(text))
    if isinstance(error, IncompleteExpressionError) or at >= len(text.rstrip()):
        return ExpressionError(
            "CM305", "the expression ends too early", max(0, len(text) - 1), 1, _open(text)
        )
    return _unexpected(text, at)


def _open(text: str) -> str | None:
    """Which bracket is never closed?"""
    bare = re.sub(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|`(?:\\.|[^`\\])*`", "", text)
    for opening, closing in ("()", "[]", "{}"):
        if bare.count(opening) > bare.count(closing):
            return f"A `{opening}` is not closed; add `{closing}`."
    return None


def _unexpected(text: str, at: int) -> ExpressionError:
    sign = text[at]
    for dashed in _DASHED.finditer(text):
        if dashed.start() <= at < dashed.end() and not _quoted(text, dashed.start()):
            return ExpressionError(
                "CM305",
                f"a name with `{_other_sign(dashed.group())}` needs double quotes",
                dashed.start(),
                len(dashed.group()),
                f'Write "{dashed.group()}".',
            )
    if number := _NUMBER.match(text, at):
        found = number.group()
        if text[:at].rstrip().endswith("."):
            help = f"For an item of a list write `[{found}]` without a dot."
        else:
            help = f"Write constants in backticks: `{found}`."
        return ExpressionError("CM305", "a number needs backticks", at, len(found), help)
    if word_found := _WORD.match(text, at):
        word = word_found.group()
        meant = _WORDS.get(text[:at].split()[-1] if text[:at].split() else "") or _WORDS.get(word)
        help = f"Write `{meant}`." if meant else "An operator, a dot or a comma is missing before it."
        return ExpressionError("CM305", f"`{word}` is not expected here", at, len(word), help)
    return ExpressionError("CM305", _reason(sign), at, 1, _help(text, sign, at))


def _other_sign(word: str) -> str:
    return next(sign for sign in word if sign in "-$")


def _quoted(text: str, at: int) -> bool:
    """Is this place inside quotes or backticks?"""
    return any(text[:at].count(quote) % 2 for quote in "'\"`")


def _reason(sign: str) -> str:
    if sign in "'\"`":
        return f"this `{sign}` is not expected here"
    return f"`{sign}` is not expected here" if sign.isprintable() else "this character is not allowed"


def _help(text: str, sign: str, at: int) -> str | None:
    if sign == "=":
        return "Compare with `==`."
    if sign in _QUOTES:
        return "Use straight quotes: 'text' for text, \"name\" for a name."
    if sign in "'\"`":
        if text.count(sign) % 2:
            return f"The quote is not closed; inside the quotes write \\{sign}."
        return "Write text in single quotes, a name in double quotes, other JSON in backticks."
    if sign == "$":
        return "`@` is the current value; write a name with `$` in double quotes."
    if sign in "+-*/%":
        return "JMESPath has no arithmetic; use a function."
    if sign in ")]}":
        return f"There is one `{sign}` too many, or something is missing before it."
    return _open(text)
