"""`Proof`: the result of `prove`, as text and as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from custmap.diagnostics.plain import plain, plain_lines
from custmap.prove.found import Assumed, Counterexample, Remark
from custmap.values.words import counted

FORMAT_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Proof:
    """The result of `Mapping.prove`. `examples`: how many cases were tested.

    `unsent`: why no case had a request, or one of several requests, so that nothing is proved of it; None if
    all had.
    """

    mapping: str
    counterexamples: tuple[Counterexample, ...]
    assumed: tuple[Assumed, ...]
    remarks: tuple[Remark, ...]
    examples: int
    seed: int
    unsent: str | None = None

    @property
    def ok(self) -> bool:
        """Was anything sent, and is there no counterexample?"""
        return not self.counterexamples and self.unsent is None

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        parts = [str(found) for found in self.counterexamples]
        if self.assumed:
            parts.append("\n".join(["assumed, not proved:", *_table(self.assumed)]))
        if self.remarks:
            parts.append("\n".join(["remarks:", *_remarks(self)]))
        if self.unsent is not None:
            parts.append(f"nothing is proved where no request could be made:\n  {self.unsent}")
        parts.append(_sum(self))
        return plain_lines("\n\n".join(parts))

    def to_dict(self) -> dict[str, Any]:
        """The proof as JSON values."""
        return {
            "format_version": FORMAT_VERSION,
            "mapping": self.mapping,
            "ok": self.ok,
            "examples": self.examples,
            "seed": self.seed,
            "unsent": self.unsent,
            "counterexamples": [found.to_dict() for found in self.counterexamples],
            "assumed": [{"target": one.target, "text": one.text, "line": one.line} for one in self.assumed],
            "remarks": [
                {"target": one.target, "line": one.line, "text": one.text, "count": one.count}
                for one in self.remarks
            ],
        }


def _table(rows: Any) -> list[str]:
    targets = [plain(row.target) for row in rows]
    width = max(map(len, targets))
    return [
        f"  {target:<{width}}  line {row.line:<4} {plain(row.text)}"
        for target, row in zip(targets, rows, strict=True)
    ]


def _remarks(proof: Proof) -> list[str]:
    lines = _table(proof.remarks)
    return [
        f"{line} ({remark.count} of {proof.examples})" if remark.count else line
        for line, remark in zip(lines, proof.remarks, strict=True)
    ]


def _sum(proof: Proof) -> str:
    found = len(proof.counterexamples)
    told = counted(found, "counterexample") if found else "no counterexample"
    return f"{proof.mapping}: {told} in {counted(proof.examples, 'example')} (seed {proof.seed})"
