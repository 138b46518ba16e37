"""`ExpressionError`: an expression that cannot be used, with the characters that cause it."""

from __future__ import annotations


class ExpressionError(Exception):
    """Something is wrong with an expression's text.

    `code` is in the table of codes, `offset` and `length` count characters of the text. It is not a
    `CustmapError`: the caller knows the file and makes a diagnostic from it.
    """

    def __init__(
        self, code: str, reason: str, offset: int = 0, length: int = 1, help: str | None = None
    ) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.offset = offset
        self.length = length
        self.help = help

    def __reduce__(self) -> tuple[type[ExpressionError], tuple[str, str, int, int, str | None]]:
        return type(self), (self.code, self.reason, self.offset, self.length, self.help)
