"""The advice "Did you mean …?": a text like other help, which also says what to write in place of what.

It is put together in some forty places, and passed on by five kinds of findings, which know of a text
alone. So what an editor needs travels inside that text (docs/decisions/0083-what-was-meant.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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

    def places(self, written: str) -> Iterator[tuple[int, int]]:
        """Where in the finding's place the word may stand that is wrong, likeliest first; else all of it.

        >>> list(Meant("given", "givn").places("name.givn"))
        [(5, 9), (0, 9)]
        """
        if self.word:
            word = re.compile(rf"(?<![\w$]){re.escape(self.word)}(?![\w$])")
            yield from reversed([found.span() for found in word.finditer(written)])
        if written[:1] in ("'", '"') and written[-1:] == written[:1] and len(written) > 1:
            yield 1, len(written) - 1
        yield 0, len(written)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.text, self.word, self._more)
