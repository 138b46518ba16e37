"""The advice "Did you mean …?": a text like other help, which also says what to write in place of what.

It is put together in some forty places, and passed on by five kinds of findings, which know of a text
alone. So what an editor needs travels inside that text (docs/decisions/0083-what-was-meant.md).
"""

from __future__ import annotations

from typing import Any, Self


class Meant(str):
    """Help that names a replacement.

    `word`  what is wrong within the place of the finding; None: all of that place.
    `text`  what was probably meant.

    >>> help = Meant("email", "emial")
    >>> print(help), help.text, help.word
    Did you mean `email`?
    (None, 'email', 'emial')
    """

    __slots__ = ("_more", "text", "word")

    text: str
    word: str | None
    _more: str

    def __new__(cls, text: str, word: str | None = None, more: str = "") -> Self:
        """`more` is a further sentence of the help."""
        made = super().__new__(cls, f"Did you mean `{text}`?" + (f" {more}" if more else ""))
        made.text, made.word, made._more = text, word, more
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.text, self.word, self._more)
