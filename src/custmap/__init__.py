"""custmap keeps customers in sync with vendors.

    mapping = custmap.load("fabric/update-attributes")
    request = mapping.apply(customer, params)       # the exact HTTP request
    plan = mapping.diff(before, after, params)      # the smallest update, and what the vendor cannot be told

Names are loaded when they are first used, so `import custmap` is cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from custmap.diagnostics.version import VERSION

if TYPE_CHECKING:
    from custmap.back.outcome import NOT_SENT, Outcome
    from custmap.diagnostics.diagnostic import Diagnostic
    from custmap.diagnostics.errors import CustmapError, MappingError, RecordError
    from custmap.functions.declare import function
    from custmap.functions.expression import compile_expression
    from custmap.mapper import Mapping, load
    from custmap.model.change import Change, Rejection
    from custmap.plan.plan import Plan
    from custmap.records.many import Result
    from custmap.review.compare.compare import compare
    from custmap.review.compare.comparison import Comparison
    from custmap.schema.customer import Customer
    from custmap.tables.source import Source, source
    from custmap.wire.request import Request

__version__ = VERSION

_HOMES = {
    "Change": "custmap.model.change",
    "Comparison": "custmap.review.compare.comparison",
    "CustmapError": "custmap.diagnostics.errors",
    "Customer": "custmap.schema.customer",
    "Diagnostic": "custmap.diagnostics.diagnostic",
    "Mapping": "custmap.mapper",
    "MappingError": "custmap.diagnostics.errors",
    "NOT_SENT": "custmap.back.outcome",
    "Outcome": "custmap.back.outcome",
    "Plan": "custmap.plan.plan",
    "RecordError": "custmap.diagnostics.errors",
    "Rejection": "custmap.model.change",
    "Request": "custmap.wire.request",
    "Result": "custmap.records.many",
    "Source": "custmap.tables.source",
    "compare": "custmap.review.compare.compare",
    "compile_expression": "custmap.functions.expression",
    "function": "custmap.functions.declare",
    "load": "custmap.mapper",
    "source": "custmap.tables.source",
}

__all__ = [
    "NOT_SENT",
    "Change",
    "Comparison",
    "CustmapError",
    "Customer",
    "Diagnostic",
    "Mapping",
    "MappingError",
    "Outcome",
    "Plan",
    "RecordError",
    "Rejection",
    "Request",
    "Result",
    "Source",
    "__version__",
    "compare",
    "compile_expression",
    "function",
    "load",
    "source",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module `custmap` has no `{name}`")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
