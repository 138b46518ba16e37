"""`Proof`: what a rehearsal found, for people and for programs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from custmap.values.absent import ABSENT

FORMAT_VERSION: Final = 1
_KEY: Final = re.compile(r'\[([^=\[\]]+)=(?:"(?:[^"\\]|\\.)*"|[^\]]*)\]')


@dataclass(frozen=True, slots=True)
class Counterexample:
    """The smallest case that was found in which a law does not hold.

    `law`     the law's name; `sentence` what is wrong, in words.
    `before`  None where a law looks at one customer only, or at nothing known of the vendor.
    `sent`    the body of the request, None where none was made.
    `file`, `line`, `rule`  the rule to look at; line 0 where no rule is to blame.
    `veiled`  values stand for those of real records and are not shown.
    """

    law: str
    sentence: str
    before: dict[str, Any] | None
    after: dict[str, Any]
    sent: Any
    why: str
    target: str
    file: str
    line: int
    rule: str

    def __str__(self) -> str:
        from custmap.prove.sentence import counterexample_text

        return counterexample_text(self)

    def to_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class Assumed:
    """A policy that rests on a guess about the vendor."""

    target: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Remark:
    """What is no contradiction, and may yet surprise: `count` of the examples met it (0: it always holds)."""

    target: str
    line: int
    text: str
    count: int = 0


@dataclass(frozen=True, slots=True)
class Proof:
    """The result of `Mapping.prove`. `examples`: how many cases were rehearsed."""

    mapping: str
    counterexamples: tuple[Counterexample, ...]
    assumed: tuple[Assumed, ...]
    remarks: tuple[Remark, ...]
    examples: int
    seed: int

    @property
    def ok(self) -> bool:
        """Did every law hold in every example?"""
        return not self.counterexamples

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        from custmap.prove.sentence import proof_text

        return proof_text(self)

    def to_dict(self) -> dict[str, Any]:
        """The proof as JSON values."""
        return {
            "format_version": FORMAT_VERSION,
            "mapping": self.mapping,
            "ok": self.ok,
            "examples": self.examples,
            "seed": self.seed,
            "counterexamples": [found.to_dict() for found in self.counterexamples],
            "assumed": [{"target": one.target, "text": one.text, "line": one.line} for one in self.assumed],
            "remarks": [
                {"target": one.target, "line": one.line, "text": one.text, "count": one.count}
                for one in self.remarks
            ],
        }


def veiled_target(text: str) -> str:
    """Targets in a text, without the keys of items: those are data.

    >>> veiled_target("`programs[id=7].tier` is lost")
    '`programs[id=…].tier` is lost'
    """
    return _KEY.sub(r"[\1=…]", text)


def veiled(value: Any, known: dict[Any, str]) -> Any:
    """The same JSON with values replaced by names, equal ones by the same name.

    Records that somebody gave are real: nothing of them is shown. Empty texts, true and false stay.
    """
    if isinstance(value, dict):
        return {key: veiled(item, known) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [veiled(item, known) for item in value]
    if value is None or value is ABSENT or value == "" or isinstance(value, bool):
        return value
    kind = "text" if isinstance(value, str) else "number"
    return known.setdefault((kind, value), f"{kind} {len(known) + 1}")
