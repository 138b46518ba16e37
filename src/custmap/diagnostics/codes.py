"""The table of codes. A code never changes its meaning; each has a page, `docs/codes/<code>.md`.

The first digit is the stage: 1 read, 2 load, 3 resolve, 4 types, 5 rules, 6 another version of the
contract, 7 apply and reverse, 8 plan, 9 ours. The title is the summary line of every message with that code.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from msgspec import Struct


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    """Worth knowing, and meant: `--strict` leaves it alone."""


class Code(Struct, frozen=True):
    """One row of the table: `title` names the kind of problem, never the user's names."""

    name: str
    title: str
    severity: Severity = Severity.ERROR

    @property
    def stops_loading(self) -> bool:
        """Does an error with this code stop loading? If not, its behaviour at run time is defined."""
        return self.name not in _RUNNABLE


_ERRORS = {
    # 1 read: bytes to nodes
    "CM101": "File is not UTF-8",
    "CM102": "Not YAML",
    "CM103": "Duplicate key",
    "CM104": "YAML feature is not allowed here",
    "CM105": "Ambiguous number",
    "CM106": "Tab",
    "CM107": "Not exactly one document",
    "CM108": "Nested too deeply",
    "CM109": "File is too large",
    "CM110": "Character is not allowed",
    "CM111": "File cannot be read",
    "CM112": "Not JSON",
    # 2 load: nodes to a mapping and its contract
    "CM201": "Unknown key",
    "CM202": "Key is missing",
    "CM203": "Wrong kind of value",
    "CM204": "Mapping or source not found",
    "CM205": "Name and file differ",
    "CM206": "Unknown language version",
    "CM207": "Keys contradict each other",
    "CM208": "Rule has no source",
    "CM209": "Target path cannot be read",
    "CM210": "Contract cannot be read",
    "CM211": "Unknown operation",
    "CM212": "Reference target does not exist",
    "CM213": "Reference is not allowed",
    "CM214": "Canonical schema cannot be read",
    "CM215": "Media type is not supported",
    "CM216": "Fixture cannot be used",
    "CM217": "Columns cannot be read",
    "CM218": "Unknown time zone",
    # 3 resolve: names to what they name
    "CM301": "Unknown source path",
    "CM302": "Unknown parameter",
    "CM303": "Unknown target path",
    "CM304": "Unknown function",
    "CM305": "Expression cannot be read",
    "CM306": "Expression is too large",
    "CM307": "Two rules write the same place",
    "CM308": "Wrong arguments",
    "CM309": "Required member has no rule",
    "CM310": "Member is read-only",
    # 4 types
    "CM401": "Types do not fit",
    "CM404": "Values are not covered",
    "CM408": "Expression never gives a value",
    "CM411": "Unknown value",
    # 5 rules
    "CM501": "Map without a merge policy",
    "CM502": "Merge policy does not fit",
    "CM503": "List without a key",
    "CM504": "Unknown key member",
    "CM505": "Null is not allowed by the contract",
    "CM506": "Not a list of names",
    "CM507": "Same name for two places",
    "CM508": "Omitting clears nothing",
    "CM509": "Way of clearing does not work here",
    "CM510": "Unknown state",
    "CM511": "Policies contradict each other",
    "CM512": "Clearing breaks the contract",
    "CM519": "Ignore comment without a reason",
    "CM521": "The file's clear does not fit",
    "CM530": "Name of an entry is taken",
    "CM531": "Unknown earlier entry",
    "CM532": "Call says nothing of its entry",
    "CM535": "There is no record to replace",
    "CM536": "A mask names it as one",
    "CM537": "There is no mask for it",
    "CM524": "Template cannot be read",
    "CM525": "Change cannot be said",
    "CM526": "Template does not belong here",
    "CM527": "Template does not fit the contract",
    # 7 apply and reverse: one record
    "CM701": "Record does not fit the canonical schema",
    "CM702": "Not a JSON value",
    "CM703": "Record is nested too deeply",
    "CM704": "Function failed",
    "CM705": "Value has no counterpart",
    "CM706": "Value is outside the contract",
    "CM707": "Required value is missing",
    "CM708": "Required parameter is missing",
    "CM709": "Parameter does not fit",
    "CM710": "Value is not allowed in the request",
    "CM711": "Line is not a record",
    "CM712": "Unknown member",
    "CM713": "Key appears in two records",
    "CM716": "Column is missing",
    # 8 plan: one change
    "CM801": "Identity differs",
    "CM802": "Value cannot be changed",
    "CM803": "Value cannot be cleared",
    "CM804": "Transition is not allowed",
    "CM805": "List accepts new items only",
    "CM806": "Items cannot be told apart",
    "CM807": "Empty text is not accepted",
    "CM808": "Plan does not converge",
    "CM814": "Nobody is named",
    "CM815": "Customer does not fit into a request",
    "CM816": "Record does not state all that is replaced",
    "CM817": "Change may have arrived already",
    # 9 ours
    "CM901": "This is a bug in custmap",
}

_WARNINGS = {
    "CM402": "Value may be null",
    "CM403": "Required value may be absent",
    "CM405": "Value may be too long",
    "CM406": "Value may be out of range",
    "CM407": "Value may have the wrong form",
    "CM409": "Null, empty and absent are confused",
    "CM410": "Function can fail",
    "CM412": "Value may have no counterpart",
    "CM413": "Types may not fit",
    "CM513": "Member is not in the contract",
    "CM514": "Contract member has no rule",
    "CM516": "Parameter is never used",
    "CM517": "Change is always rejected",
    "CM518": "Ignore comment matches nothing",
    "CM520": "Ignored member has a rule",
    "CM522": "Rule has no way back",
    "CM523": "Vendor value stands for several",
    # 6 another version of the contract: what does not make the mapping wrong
    "CM601": "Call has changed",
    "CM602": "Type has changed",
    "CM603": "Null is treated otherwise",
    "CM604": "Listed values have changed",
    "CM605": "Limit has changed",
    "CM606": "Form of texts has changed",
    "CM607": "Requirement has changed",
    "CM608": "Deprecated by the vendor",
    "CM609": "Default has changed",
    "CM610": "Member is no longer given back",
}

_INFOS = {
    "CM515": "Policy rests on a guess",
    "CM539": "Column has no rule",
}

_RUNNABLE: Final = frozenset({"CM404", "CM411", "CM509", "CM510", "CM512", "CM521"})
"""Errors that leave no doubt what the mapping does: a value without a counterpart and a clear that cannot be
said end in a rejection, a row too many is never asked for, and a clear sends what the file says."""

CODES: Final[dict[str, Code]] = {
    **{name: Code(name, title) for name, title in _ERRORS.items()},
    **{name: Code(name, title, Severity.WARNING) for name, title in _WARNINGS.items()},
    **{name: Code(name, title, Severity.INFO) for name, title in _INFOS.items()},
}
