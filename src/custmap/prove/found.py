"""The findings of `prove`: minimal counterexamples, assumptions and remarks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Final

from custmap.prove.flow import cut, flow

_ASIDE: Final = 40
"""What is sent stands beside its reason while it is no longer than this."""


@dataclass(frozen=True, slots=True)
class Counterexample:
    """The smallest case found in which a law is broken.

    `law`     the law's name; `sentence` what is wrong, in words.
    `before`  None if the law is about one customer only, or about an unknown before.
    `sent`    the body of the request; None if none was made.
    `file`, `line`, `rule`  the rule to blame; line 0 if there is none.
    `veiled`  the values replace those of real records.
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
        lines = [f"counterexample: {self.sentence}"]
        if self.before is not None:
            lines.append(f"  before  {cut(flow(self.before, quoted=False))}")
        lines.append(f"  after   {cut(flow(self.after, quoted=False))}")
        sent = "nothing" if self.sent is None else cut(flow(self.sent, quoted=True))
        if len(sent) <= _ASIDE:
            lines.append(f"  sent    {sent}      {self.why}")
        else:
            lines += [f"  sent    {sent}", f"  why     {self.why}"]
        if self.line:
            lines.append(f"  rule    {PurePath(self.file).name}:{self.line}  {self.rule}".rstrip())
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class Assumed:
    """A policy that depends on an assumption about the vendor."""

    target: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Remark:
    """Not a contradiction, but possibly surprising: `count` examples met it (0: it is always so)."""

    target: str
    line: int
    text: str
    count: int = 0
