"""The error of an input that cannot be read as records at all."""

from __future__ import annotations


class InputError(Exception):
    """An input is in no known format, or is damaged; `advice` is one sentence that says what to do.

    It is about the whole input. A record that is wrong is a `BadLine`, and reading continues.
    """

    def __init__(self, message: str, advice: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __reduce__(self) -> tuple[type[InputError], tuple[str, str | None]]:
        return type(self), (self.message, self.advice)
