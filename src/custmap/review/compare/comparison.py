"""`Comparison`: two versions of a mapping or a source: what means something else, and what that does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.review.compare.effect import NO_LONGER_SENT, NOW_CLEARED, Effect
from custmap.review.compare.told import CLEAR, HARMS, REJECT, REMOVE, MeaningChange

FORMAT_VERSION: Final = 1
Status = Literal["same", "changed", "added", "removed", "broken"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two versions of a mapping; false if nothing does.

    `mapping`   its name; `old` and `new` what the two versions are called.
    `kind`      `mapping` or `source`.
    `status`    `added` and `removed`: there is one version only; `broken`: one cannot be loaded.
    `changes`   of meaning, those of requests first, then rules by target.
    `effect`    over fixtures and records; None where nothing was sent.
    `findings`  of a version that cannot be loaded, with `old` or `new`.
    `remarks`   what limits the comparison, in sentences.

    `str()` is the text that `custmap compare` prints. Nothing in it is a value of a record.
    """

    mapping: str
    old: str
    new: str
    kind: Literal["mapping", "source"] = "mapping"
    status: Status = "same"
    changes: tuple[MeaningChange, ...] = ()
    effect: Effect | None = None
    findings: tuple[tuple[Literal["old", "new"], Diagnostic], ...] = ()
    remarks: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.status != "same"

    @property
    def harms(self) -> frozenset[str]:
        """What it may do: `clear`, `reject`, `remove`; from the changes of meaning, and from the records."""
        found = {harm for one in self.changes for harm in one.harms}
        if self.status == "removed":
            found.add(REMOVE)
        if self.effect is not None:
            found |= {CLEAR} if self.effect.having(NOW_CLEARED) else set()
            found |= {REMOVE} if self.effect.having(NO_LONGER_SENT) else set()
            found |= {REJECT} if self.effect.rejected else set()
        return frozenset(found)

    def __str__(self) -> str:
        return self.picture()

    def picture(self, *, color: bool = False) -> str:
        """The text that `custmap compare` prints, without a line end."""
        from custmap.review.compare.as_text import comparison_picture

        return comparison_picture(self, color=color)

    def to_dict(self) -> dict[str, Any]:
        """The comparison as JSON values."""
        return {
            "format_version": FORMAT_VERSION,
            "mapping": self.mapping,
            "kind": self.kind,
            "old": self.old,
            "new": self.new,
            "status": self.status,
            "harms": [one for one in HARMS if one in self.harms],
            "changes": [one.to_dict() for one in self.changes],
            "records": None if self.effect is None else self.effect.to_dict(),
            "findings": [{"side": side, **_finding(one)} for side, one in self.findings],
            "remarks": list(self.remarks),
        }

    def to_markdown(self) -> str:
        """A section for a pull request: a summary, a table, and what is longer behind a click."""
        from custmap.review.compare.as_markdown import comparison_markdown

        return comparison_markdown(self)


def _finding(one: Diagnostic) -> dict[str, Any]:
    place = one.span
    return {
        "code": one.code,
        "severity": str(one.level),
        "message": f"{one.title}: {one.message}",
        "file": None if place is None else place.file,
        "line": None if place is None else place.line,
        "column": None if place is None else place.column,
        "help": one.help,
    }


def document_of(comparisons: Sequence[Comparison], against: str | None) -> dict[str, Any]:
    """Several comparisons as JSON values; `against`: the revision that is the old side."""
    return {
        "format_version": FORMAT_VERSION,
        "against": against,
        "comparisons": [
            {name: one for name, one in each.to_dict().items() if name != "format_version"}
            for each in comparisons
        ],
    }
