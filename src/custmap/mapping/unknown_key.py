"""The finding about a key that the language does not have."""

from __future__ import annotations

from collections.abc import Sequence

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.meant import Meant
from custmap.syntax.node import ScalarNode
from custmap.values.nearest import nearest


def unknown_key(key: ScalarNode, names: Sequence[str]) -> Diagnostic:
    close = nearest(str(key.value), names)
    known = ", ".join(f"`{name}`" for name in names)
    return Diagnostic(
        "CM201",
        f"unknown key `{key.value}`",
        key.span,
        help=Meant(close) if close else f"Known keys: {known}.",
    )
