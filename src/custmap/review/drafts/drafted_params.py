"""The parameters that a draft declares: what a customer record does not have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from custmap.testing.write_yaml import flow

_BORDER = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_OTHER = re.compile(r"[^A-Za-z0-9]+")
_NO_TEXT = ("null", "true", "false")
"""Words that are no text in YAML."""


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of a mapping.

    `sample`  a value for fixtures, ABSENT if none is known.
    `needed`  there is no request without it.
    """

    name: str
    summary: str
    sample: Any
    secret: bool = False
    needed: bool = True


@dataclass(slots=True)
class Params:
    """The parameters of a draft, by name."""

    known: dict[str, Param] = field(default_factory=dict)

    def add(
        self, wanted: str, summary: str, sample: Any, *, secret: bool = False, needed: bool = True
    ) -> str:
        """Declare one; the name that it gets."""
        plain = snake(wanted)
        name, count = plain, 1
        while name in self.known:
            count += 1
            name = f"{plain}_{count}"
        self.known[name] = Param(name, summary, sample, secret, needed)
        return name

    def lines(self) -> Iterator[str]:
        """The `params:` of a mapping; none without parameters."""
        if not self.known:
            return
        yield "params:"
        width = max(map(len, self.known)) + 2
        for one in self.known.values():
            secret = ", secret: true" if one.secret else ""
            yield f"  {f'{one.name}:'.ljust(width)}{{summary: {flow(one.summary)}{secret}}}"


def snake(name: str) -> str:
    """The name of a parameter for what a vendor calls so.

    >>> snake("orderId"), snake("X-API-Key"), snake("2fa"), snake("null")
    ('order_id', 'x_api_key', 'p_2fa', 'p_null')
    """
    words = _OTHER.sub("_", _BORDER.sub("_", name)).strip("_").lower() or "value"
    return f"p_{words}" if words[0].isdigit() or words in _NO_TEXT else words
