"""What a member that is gone may be called now: one of those that are new beside it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from custmap.contract.contract import Contract
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.review.drift_met import Met
from custmap.values.nearest import nearest
from custmap.values.paths import Member

_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_SHORTEST: Final = 3


def with_new_name(found: Diagnostic, rule: Met | None, old: Contract, new: Contract) -> Diagnostic:
    """The finding that a member is unknown, with the name that it has now, if one is clearly meant.

    The check names the nearest member, which may be one that was there before.
    """
    if found.code != "CM303" or rule is None or not rule.path or not isinstance(rule.path[-1], Member):
        return found
    meant = renamed(rule.path[-1].name, _around(new, rule) - _around(old, rule))
    return found if meant is None else replace(found, help=f"Did you mean `{meant}`?")


def renamed(name: str, come: set[str]) -> str | None:
    """The new name that is meant: the nearest, the only one with a word in common, or the only one.

    >>> renamed("firstName", {"givenName", "mailingList"}), renamed("email", {"address", "contact"})
    ('givenName', None)
    """
    if close := nearest(name, sorted(come)):
        return close
    alike = [one for one in sorted(come) if _words(one) & _words(name)]
    return alike[0] if len(alike) == 1 else next(iter(come)) if len(come) == 1 else None


def _words(name: str) -> set[str]:
    found = _WORD.findall(name)
    return {word.lower() for word in found if len(word) >= _SHORTEST}


def _around(contract: Contract, rule: Met) -> set[str]:
    """The names of the members, or of the parameters, beside that of a rule."""
    if rule.part != "body":
        return set(contract.parameters.get(rule.part, {}))
    holder = contract.at(rule.path[:-1]) if rule.path else None
    return set() if holder is None else set(holder.members)
