"""Comparison of JSON numbers as decimals, of any size.

In a contract 0.3 is a multiple of 0.1, but not as floats; and an integer of 400 digits has no float. A float
counts as its shortest text, which is what JSON contains.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm, log10
from typing import Final

_EXACT: Final = 2**53
"""Up to here a float and its text lie on the same side of every integer."""
_SHOWN_BITS: Final = 128


def below(a: float, b: float) -> bool:
    """Is `a` less than `b`?

    >>> below(10**23 - 1, 1e23), below(10**23, 1e23), below(10**400, 1e308)
    (True, False, False)
    """
    if a.__class__ is b.__class__ or -_EXACT <= a <= _EXACT:
        return a < b
    return _decimal(a) < _decimal(b)


def is_multiple(value: float, step: float) -> bool:
    """Is `value` a whole number of steps? `step` is above 0.

    >>> is_multiple(0.3, 0.1), is_multiple(1e308, 0.01), is_multiple(10**400 + 1, 2)
    (True, True, False)
    """
    if value.__class__ is int and step.__class__ is int:
        return value % step == 0
    return (_decimal(value) / _decimal(step)).denominator == 1


def common_multiple(a: float, b: float) -> float:
    """The least step whose multiples are multiples of both; `a` if no number represents it.

    >>> common_multiple(0.1, 0.25), common_multiple(4, 6)
    (0.5, 12)
    """
    one, other = _decimal(a), _decimal(b)
    step = _number(Fraction(lcm(one.numerator, other.numerator), gcd(one.denominator, other.denominator)))
    return a if step is None else step


def moved(start: float, step: float, many: int) -> float | None:
    """The number `many` steps further; None if it cannot be represented.

    >>> moved(0.3, 0.1, -1), moved(1e308, 1, 0) == 10**308, moved(0.3, 1e-300, 1)
    (0.2, True, None)
    """
    return _number(_decimal(start) + many * _decimal(step))


def shown(number: float) -> str:
    """A number's text for messages; for a very long one its length.

    >>> shown(100000000), shown(0.1), shown(-(10**400))
    ('100000000', '0.1', 'a number of 401 digits')
    """
    if isinstance(number, float):
        return str(int(number)) if number.is_integer() and abs(number) < _EXACT else repr(number)
    size = number.bit_length()
    if size <= _SHOWN_BITS:
        return str(number)
    # Python does not write integers of more than 4,300 digits, so the number of digits is computed from bits.
    digits = 1 + int((size - 1) * log10(2))
    return f"a number of {digits + (abs(number) >= 10**digits)} digits"


def _number(exact: Fraction) -> float | None:
    """The integer, or the float whose text is this decimal."""
    if exact.denominator == 1:
        return exact.numerator
    try:
        made = float(exact)
    except OverflowError:
        return None
    return made if Fraction(repr(made)) == exact else None


@lru_cache(maxsize=512)  # called with the same limits of a contract again and again
def _decimal(number: float) -> Fraction:
    return Fraction(number) if number.__class__ is int else Fraction(repr(number))
