"""`ABSENT`: the record says nothing about a field.

It is not `None`, which says that the field has no value. Its truth is not defined, so that no code
can confuse the three states by asking `if value`.
"""

from __future__ import annotations

from typing import Final, NoReturn, final


@final
class Absent:
    """The type of `ABSENT`; there is one instance, and copies and pickles are that instance."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> NoReturn:
        raise TypeError("ABSENT is neither true nor false: ask `is ABSENT`")

    def __reduce__(self) -> str:
        return "ABSENT"

    def __copy__(self) -> Absent:
        return self

    def __deepcopy__(self, memo: object) -> Absent:
        return self


ABSENT: Final = Absent()
