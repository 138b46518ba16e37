"""`jmespath`'s lexer and parser, with positions and limits added.

The language is unchanged. Additions: each node knows its characters; nesting is limited to 64, before
Python's stack overflows; literals must be JSON that custmap supports (finite numbers, no lone surrogates).
The package reads a literal that is not JSON as text, with a warning; so does this, without the warning.
"""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any, Final, TypeAlias

from jmespath import lexer, parser

from custmap.expressions.expression_error import ExpressionError
from custmap.values.json_text import too_deep as too_deep_at

Form: TypeAlias = dict[str, Any]

MAX_DEPTH: Final = 64
# The package has types only for its public API; this extends its internals.
_Lexer: Any = lexer.Lexer
_Parser: Any = parser.Parser
_BLANKS: Final = " \t\n\r"


class PositionLexer(_Lexer):  # type: ignore[misc]
    """Tokens with a correct `end`; in the package's only `start` is correct."""

    def tokens(self, text: str) -> list[Form]:
        found: list[Form] = list(self.tokenize(text))
        for token, after in pairwise(found):
            token["end"] = len(text[: after["start"]].rstrip(_BLANKS))
        return found

    def _consume_literal(self) -> Form:
        start = self._position
        lexeme = self._consume_until("`").replace("\\`", "`")
        return {"type": "literal", "value": _literal(lexeme, start), "start": start, "end": start}

    def _consume_quoted_identifier(self) -> Form:
        token: Form = super()._consume_quoted_identifier()
        if not _whole(token["value"]):
            raise ExpressionError("CM305", "the name contains half of a surrogate pair", token["start"])
        return token


def _literal(lexeme: str, start: int) -> Any:
    def refuse(word: str) -> Any:
        raise ExpressionError("CM305", f"`{word}` is not a JSON number", start, len(lexeme) + 2)

    def decimal(digits: str) -> float:
        number = float(digits)
        return refuse(digits) if number in (float("inf"), float("-inf")) else number

    # Checked before the parser, whose own limit differs between Python versions.
    if too_deep_at(lexeme.encode(errors="replace"), MAX_DEPTH) is not None:
        raise too_deep(start)
    try:
        try:
            value = json.loads(lexeme, parse_constant=refuse, parse_float=decimal)
        except ValueError:
            value = json.loads(f'"{lexeme.lstrip()}"')
    except ValueError:
        raise ExpressionError(
            "CM305",
            "this is not valid JSON",
            start,
            len(lexeme) + 2,
            "Backticks are for JSON; write text in single quotes: 'text'.",
        ) from None
    if not _whole(value):
        raise ExpressionError(
            "CM305", "the literal contains half of a surrogate pair", start, len(lexeme) + 2
        )
    return value


def _whole(value: Any) -> bool:
    """Is a JSON value free of lone surrogates?"""
    if isinstance(value, str):
        return not any("\ud800" <= sign <= "\udfff" for sign in value)
    if isinstance(value, list):
        return all(map(_whole, value))
    if isinstance(value, dict):
        return all(_whole(key) and _whole(item) for key, item in value.items())
    return True


def too_deep(offset: int) -> ExpressionError:
    return ExpressionError(
        "CM306",
        f"it is nested more than {MAX_DEPTH} levels deep here",
        offset,
        1,
        "Split it into several rules.",
    )


class PositionParser(_Parser):  # type: ignore[misc]
    """The package's parser; its dicts get `start` and `end`."""

    def form(self, text: str) -> Form:
        """The parsed form; raises the package's exceptions and ExpressionError."""
        self._tokens = PositionLexer().tokens(text)
        self._index = 0
        self._depth = 0
        parsed: Form = self._expression(0)
        if self._current_token() != "eof":
            self._error_led_token(self._lookahead_token(0))
        return parsed

    def _expression(self, binding_power: int = 0) -> Form:
        """As in the package, with a mark of where each form starts and ends."""
        first = self._lookahead_token(0)
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise too_deep(first["start"])
        self._advance()
        read: Any = getattr(self, f"_token_nud_{first['type']}", self._error_nud_token)
        left = self._mark(read(first), first["start"])
        while binding_power < self.BINDING_POWER[self._current_token()]:
            extend: Any = getattr(self, f"_token_led_{self._current_token()}", None)
            if extend is None:
                self._error_led_token(self._lookahead_token(0))
            self._advance()
            left = self._mark(extend(left), first["start"])
        self._depth -= 1
        return left

    def _mark(self, form: Form, start: int) -> Form:
        form["start"] = start
        form["end"] = self._lookahead_token(-1)["end"]
        return form

    def _token_nud_quoted_identifier(self, token: Form) -> Form:
        form: Form = super()._token_nud_quoted_identifier(token)
        form["quoted"] = True
        return form

    def _parse_index_expression(self) -> Form:
        start = self._lookahead_token(-1)["start"]
        return self._mark(super()._parse_index_expression(), start)

    def _parse_multi_select_list(self) -> Form:
        start = self._lookahead_token(-1)["start"]
        return self._mark(super()._parse_multi_select_list(), start)

    def _parse_multi_select_hash(self) -> Form:
        start = self._lookahead_token(-1)["start"]
        return self._mark(super()._parse_multi_select_hash(), start)
