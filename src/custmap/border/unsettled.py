"""`unsettled`: the member of a settled record that names what may, or may not, have arrived at the vendor."""

from __future__ import annotations

from typing import Any, Final

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.schema.canonical import Canonical
from custmap.values.paths import Member, PathError, parse_path

UNSETTLED: Final = "unsettled"


def take_unsettled(
    record: dict[str, Any], canonical: Canonical, problems: list[Diagnostic]
) -> tuple[str, ...]:
    """The canonical paths that a record has as `unsettled`, which is taken out of it, sorted.

    A schema's own member of this name is left alone. What is no list of paths is a problem (CM701).
    """
    if UNSETTLED in canonical.type.members:
        return ()
    given = record.pop(UNSETTLED)
    if type(given) is not list:
        problems.append(_problem("expected a list of canonical paths", UNSETTLED))
        return ()
    for position, path in enumerate(given):
        try:
            if type(path) is not str:
                raise PathError("expected a text", 0)
            if not isinstance(parse_path(path, values=True)[0], Member):
                raise PathError("expected a name", 0)
        except PathError as error:
            problems.append(_problem(f"not a canonical path: {error.reason}", f"{UNSETTLED}[{position}]"))
    return () if problems else tuple(sorted(set(given)))


def _problem(message: str, path: str) -> Diagnostic:
    help = "`settle` writes it, such as `[email, attributes.plan]`; take it out if you know what arrived."
    return Diagnostic("CM701", message, path=path, help=help)
