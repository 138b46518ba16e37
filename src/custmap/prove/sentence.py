"""A proof in words: counterexamples as short as they can be, then what is assumed, then remarks.

Customers are written as people write YAML, bodies with their texts in quotes; a line that grows long is
cut, since the whole of it stands in the JSON form.
"""

from __future__ import annotations

import json
import re
from pathlib import PurePath
from typing import Any, Final

from custmap.prove.proof import Counterexample, Proof

_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_ .@'-]*(?<! )")
_NAME: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$-]*")
_WORDS: Final = frozenset({"null", "true", "false", "yes", "no", "on", "off"})
_WIDTH: Final = 500
_ASIDE: Final = 40


def flow(value: Any, *, quoted: bool) -> str:
    """A JSON value on one line. `quoted`: texts always in quotes, as they are sent.

    >>> flow({"name": {"given": "Bo", "age": None}}, quoted=False)
    '{name: {given: Bo, age: null}}'
    """
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{_name(key)}: {flow(item, quoted=quoted)}" for key, item in value.items()) + "}"
        )
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(item, quoted=quoted) for item in value) + "]"
    if isinstance(value, frozenset):
        return "[" + ", ".join(sorted(flow(item, quoted=quoted) for item in value)) + "]"
    if isinstance(value, str):
        plain = not quoted and _PLAIN.fullmatch(value) and value.lower() not in _WORDS
        return value if plain else _text(value)
    return json.dumps(value)


def _name(key: Any) -> str:
    return key if isinstance(key, str) and _NAME.fullmatch(key) else _text(str(key))


def _text(value: str) -> str:
    """In quotes; what a terminal would obey or hide is escaped."""
    shown = json.dumps(value, ensure_ascii=False)
    return "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in shown)


def counterexample_text(found: Counterexample) -> str:
    """The five lines of interface § 5."""
    lines = [f"counterexample: {found.sentence}"]
    if found.before is not None:
        lines.append(f"  before  {_cut(flow(found.before, quoted=False))}")
    lines.append(f"  after   {_cut(flow(found.after, quoted=False))}")
    sent = "nothing" if found.sent is None else _cut(flow(found.sent, quoted=True))
    if len(sent) <= _ASIDE:
        lines.append(f"  sent    {sent}      {found.why}")
    else:
        lines += [f"  sent    {sent}", f"  why     {found.why}"]
    if found.line:
        lines.append(f"  rule    {PurePath(found.file).name}:{found.line}  {found.rule}".rstrip())
    return "\n".join(lines)


def _cut(text: str) -> str:
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1].rstrip() + "…"


def proof_text(proof: Proof) -> str:
    """The whole proof, as `custmap prove` prints it."""
    parts = [str(found) for found in proof.counterexamples]
    if proof.assumed:
        parts.append("\n".join(["assumed, and not proved:", *_table(proof.assumed)]))
    if proof.remarks:
        parts.append("\n".join(["remarks:", *_remarks(proof)]))
    parts.append(_sum(proof))
    return "\n\n".join(parts)


def _table(rows: Any) -> list[str]:
    width = max(len(row.target) for row in rows)
    return [f"  {row.target:<{width}}  line {row.line:<4} {row.text}" for row in rows]


def _remarks(proof: Proof) -> list[str]:
    lines = _table(proof.remarks)
    return [
        f"{line} ({remark.count} of {proof.examples})" if remark.count else line
        for line, remark in zip(lines, proof.remarks, strict=True)
    ]


def _sum(proof: Proof) -> str:
    found = len(proof.counterexamples)
    told = (
        "no counterexample" if not found else "1 counterexample" if found == 1 else f"{found} counterexamples"
    )
    return f"{proof.mapping}: {told} in {proof.examples} examples (seed {proof.seed})"
