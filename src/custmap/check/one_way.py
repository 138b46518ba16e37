"""The way back of each rule of the body: rules that have none, and vendor values that stand for several."""

from __future__ import annotations

from collections.abc import Iterator

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.invert.ways import ways_back
from custmap.mapping.file import all_rules
from custmap.model.checked import Checked, Operation
from custmap.values.json_text import dump_json

_HELP = "Say which row does not read back: `trial: {to: OPEN, back: false}`."


def ways(operation: Operation, checked: Checked) -> Iterator[Diagnostic]:
    """CM522: no way back, and the rule does not say so; CM523: a vendor value with several meanings."""
    if checked.canonical.entry is not None:
        return  # nothing is read back of a request for one entry
    for way in ways_back(checked).ways:
        if way.why is not None and not (way.meant or way.of_items):
            message = f"`{way.target}` is not read back from an answer: {way.why}"
            yield Diagnostic("CM522", message, way.span, "Write `one_way: true` if that is meant.")
        if way.shared:
            listed = ", ".join(dict.fromkeys(f"`{_text(row.right)}`" for row in way.shared))
            message = f"{listed} stands for several canonical values, and is read back as the first"
            yield Diagnostic("CM523", message, way.shared[-1].right_span, _HELP)


def _text(value: object) -> str:
    return value if isinstance(value, str) else dump_json(value)


def backs(operation: Operation, checked: Checked) -> Iterator[Diagnostic]:
    """CM203: `back` is true or false."""
    for rule in all_rules(checked.file):
        for pair in rule.values or ():
            if pair.back is not True and pair.back is not False:
                yield Diagnostic("CM203", "`back` must be true or false", pair.right_span)
