"""Tests of mappings: fixtures as data, and for tests in Python one assertion and what draws customers.

    from custmap.testing import assert_request, customer_pairs, customers, rows

Names are imported when they are used, so this needs neither pytest nor hypothesis: hypothesis is what
strategies draw with (`pip install 'custmap[prove]'`), and pytest finds its plugin in here.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from custmap.testing.assertion import assert_request
    from custmap.testing.strategies import customer_pairs, customers, rows

_HOMES = {
    "assert_request": "custmap.testing.assertion",
    "customer_pairs": "custmap.testing.strategies",
    "customers": "custmap.testing.strategies",
    "rows": "custmap.testing.strategies",
}

__all__ = ["assert_request", "customer_pairs", "customers", "rows"]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module `custmap.testing` has no `{name}`")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
