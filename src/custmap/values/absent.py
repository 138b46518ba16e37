"""`ABSENT`: the record does not mention a field.

It is not `None`, which means that the field has no value. Its truth value is undefined, so that no code can
confuse the three states with `if value`.
"""

from __future__ import annotations

from typing import Final, NoReturn, final


@final
class Absent:
    """The type of `ABSENT`, which has one instance, also after copying and pickling."""

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
