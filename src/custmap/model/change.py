"""The parts of a plan: changes in the vendor's terms, and rejections of what it cannot be told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal, NamedTuple

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import MOST, with_rest
from custmap.diagnostics.span import Span
from custmap.model.privacy import PRIVATE, ItemTarget, Privacy, plain_target, shown_target


def _shown(told: object, members: dict[str, Any]) -> str:
    """As a dataclass is shown; a place is its line."""
    return f"{type(told).__name__}({', '.join(f'{name}={value!r}' for name, value in members.items())})"


class Change(NamedTuple):
    """One change in the vendor's own terms.

    `place`   the place in the request, with what of it is a value apart.
    `target`  the same as a text (`tags`, `attributes.plan`, `channels[type=email]`).
    `source`  the canonical path behind it, or None.
    `before`, `after`  target values; None also if there was, or is, no value.
    `span`    the rule's place in the mapping file; identifies the rule, since two can be on one line.
    `request` the index of the plan's request that carries it; None if none does.
    `privacy` what of target and values may be shown.
    """

    action: Literal["set", "clear"]
    place: str
    source: str | None
    before: Any
    after: Any
    span: Span
    request: int | None = 0
    privacy: Privacy = PRIVATE

    @property
    def line(self) -> int:
        """The rule's line in the mapping file."""
        return self.span.line

    @property
    def target(self) -> str:
        return plain_target(self.place)

    @property
    def is_new(self) -> bool:
        """Is a value set where there was none?"""
        return self.before is None and self.action == "set"

    def __repr__(self) -> str:
        return _shown(self, self.to_dict(secrets=False))

    def to_dict(self, *, secrets: bool = True) -> dict[str, Any]:
        """The change as JSON values; `secrets=False` shows secrets as `{{name}}`."""
        before, after = self.before, self.after
        if not secrets:
            item = isinstance(self.place, ItemTarget)
            before = self.privacy.without_secrets(before, item=item)
            after = self.privacy.without_secrets(after, item=item)
        return {
            "action": self.action,
            "target": shown_target(self.place, personal=True, secrets=secrets),
            "source": self.source,
            "before": before,
            "after": after,
            "line": self.line,
            "request": self.request,
        }


new_change: Callable[[tuple[Any, ...]], Change] = partial(tuple.__new__, Change)
"""`Change(…)` of all of its members, in a third of the time."""


class Rejection(NamedTuple):
    """One change that the vendor cannot be told, and why; no value of the record is in `message`.

    `place` and `target` as in `Change`.
    """

    code: str
    place: str
    source: str | None
    span: Span
    message: str

    @property
    def target(self) -> str:
        return plain_target(self.place)

    @property
    def line(self) -> int:
        """The rule's line in the mapping file."""
        return self.span.line

    def __repr__(self) -> str:
        return _shown(self, self.to_dict(secrets=False))

    def to_dict(self, *, secrets: bool = True) -> dict[str, Any]:
        """The rejection as JSON values; `secrets=False` shows secrets as `{{name}}`."""
        return {
            "code": self.code,
            "target": shown_target(self.place, personal=True, secrets=secrets),
            "source": self.source,
            "line": self.line,
            "message": self.message,
        }


def problems_of(rejected: Sequence[Rejection]) -> list[Diagnostic]:
    """Rejections as problems of the record: the first of them, and how many more."""
    found = [
        Diagnostic(one.code, one.message, path=one.source, target=shown_target(one.place), span=one.span)
        for one in rejected[:MOST]
    ]
    return with_rest(found, len(rejected) - len(found))
