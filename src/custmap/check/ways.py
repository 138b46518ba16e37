"""The way back of each rule of the body: rules that have none, and vendor values that stand for several."""

from __future__ import annotations

from collections.abc import Iterator

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.span import Span
from custmap.invert.ways import NO_ITEMS, Way, ways_back
from custmap.mapping.file import all_rules
from custmap.model.checked import Checked, Operation
from custmap.resolve.resolve import at_the_border
from custmap.values.equality import fingerprint
from custmap.values.json_text import dump_json


def ways(operation: Operation, checked: Checked) -> Iterator[Diagnostic]:
    """CM522: no way back, and the rule does not say so; CM523: a vendor value with several meanings."""
    found = ways_back(operation.table.root, at_the_border(checked.canonical), checked.functions)
    for way in found.ways:
        if way.why is not None and not way.meant and way.why != NO_ITEMS:
            message = f"`{way.target}` is not read back from an answer: {way.why}"
            yield Diagnostic("CM522", message, way.span, "Write `one_way: true` if that is meant.")
        elif way.shared:
            yield Diagnostic("CM523", _shared(way), _place(way, checked), _HELP)


_HELP = "Say which row does not read back: `trial: {to: OPEN, back: false}`."


def _shared(way: Way) -> str:
    listed = ", ".join(f"`{_text(value)}`" for value in dict.fromkeys(map(_text, way.shared)))
    return f"{listed} stands for several canonical values, and is read back as the first"


def _text(value: object) -> str:
    return value if isinstance(value, str) else dump_json(value)


def _place(way: Way, checked: Checked) -> Span:
    """The second row with such a value."""
    for rule in all_rules(checked.file):
        if rule.span == way.span and rule.values is not None:
            marks = {fingerprint(value) for value in way.shared}
            rows = [pair for pair in rule.values if fingerprint(pair.right) in marks]
            return rows[-1].right_span if rows else way.span
    return way.span


def backs(operation: Operation, checked: Checked) -> Iterator[Diagnostic]:
    """CM203: `back` is true or false."""
    for rule in all_rules(checked.file):
        for pair in rule.values or ():
            if pair.back is not True and pair.back is not False:
                yield Diagnostic("CM203", "`back` must be true or false", pair.right_span)
