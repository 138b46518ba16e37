"""What a new version of a vendor's document means to a mapping: only what its rules touch, at their lines.

The mapping is checked against both documents. What is found with the new one alone makes the mapping wrong,
or may; and for each place that a rule meets in both, the types are compared. Text is never compared.
"""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from custmap.check.documented import documented
from custmap.contract.openapi import open_document
from custmap.diagnostics.codes import Severity
from custmap.diagnostics.diagnostic import Diagnostic, in_order
from custmap.diagnostics.errors import MappingError
from custmap.diagnostics.span import Span
from custmap.expressions.function import FunctionSpec
from custmap.functions.table import LIBRARY
from custmap.loader import examine_mapping, stops_loading
from custmap.mapping.find import find_mapping
from custmap.model.checked import Checked
from custmap.review.drift_answers import is_list_of_values, reads, type_at
from custmap.review.drift_calls import call_changes
from custmap.review.drift_documents import (
    NewDocument,
    named_documents,
    open_new,
    operation_of,
    replaced,
)
from custmap.review.drift_met import Met, inside, met
from custmap.review.drift_places import Places, places_of
from custmap.review.drift_renamed import with_new_name
from custmap.review.drift_told import Told, joined, with_place
from custmap.review.drift_types import Difference, Way, differences, required
from custmap.syntax.document import documents_kept
from custmap.values.absent import ABSENT
from custmap.values.equality import fingerprint
from custmap.values.files import real, unsaved
from custmap.values.json_text import dump_json
from custmap.values.paths import Member, TargetPath, format_path
from custmap.values.types import ANY, ARRAY, NEVER, Type

_NOT_TOLD: Final = frozenset({"CM513", "CM514", "CM518"})
"""What checks say of all members at once: of single rules it is told here, and of others it is no matter. And
that a comment ignores nothing any more, which follows from what is told."""
STDIN: Final = "-"
_UNKNOWN: Final = frozenset({"CM516", "CM520"})
"""What follows where an operation is not found at all."""


def drift(
    mapping: str | os.PathLike[str],
    document: str | os.PathLike[str] | bytes,
    *,
    contract: str | os.PathLike[str] | None = None,
    functions: Mapping[str, FunctionSpec] = LIBRARY,
    root: str | os.PathLike[str] | None = None,
) -> tuple[Diagnostic, ...]:
    """What changes for a mapping with a new version of its contract, in the order of the mapping's lines.

    `mapping`   a name or path, as `load` takes it; `root` too.
    `document`  the new OpenAPI document, or its bytes: what they refer to is then looked up beside the old
                one, and they are called `-`.
    `contract`  the document that it replaces, if the mapping has several.

    Errors mean that the mapping is wrong with the new document. MappingError if the mapping is wrong now, or
    if the new document cannot be read; `WrongDocument`, a ValueError, if it replaces none.
    """
    new = Path(STDIN) if isinstance(document, bytes) else Path(document)
    with ExitStack() as stack:
        stack.enter_context(documents_kept())
        path, _ = find_mapping(mapping)
        old, found = examine_mapping(mapping, functions, root=root)
        wrong = [one for one in found if stops_loading(one)]
        if old is None or wrong:
            raise MappingError(wrong or found)
        chosen = None if contract is None else Path(contract)
        place = replaced(named_documents(old, path), new, chosen, old.name)
        if isinstance(document, bytes):
            new = place.parent / STDIN
            stack.enter_context(unsaved({real(new): document}))
        instead = open_new(path, place, new, STDIN if isinstance(document, bytes) else str(new))
        before = _places_before(old, place, instead)
        for call in before:
            instead.find(call.checked, call.places)
        now, found_now = examine_mapping(mapping, functions, root=root, contracts=instead.contract)
        known = set(map(_same, found))
        fresh = [one for one in found_now if one.code not in _NOT_TOLD and _same(one) not in known]
        if now is None:
            return tuple(fresh)
        comparison = _Comparison(instead, before, now)
        return tuple(in_order(dict.fromkeys(comparison.told(fresh))))


@dataclass(frozen=True, slots=True)
class _Before:
    """A call of the mapping as it is, its number among the calls, and its operation in the old document."""

    number: int
    checked: Checked
    places: Places


def _places_before(old: Checked, place: Path, instead: NewDocument) -> list[_Before]:
    root, references = open_document(place)
    found = []
    for number, call in enumerate(old.calls):
        stated = operation_of(call.file)
        if stated is None or not instead.is_of(call.file):
            continue
        places = places_of(root, references, str(stated.value), call.operation.contract)
        if places is not None:
            found.append(_Before(number, call, places))
    return found


def _same(found: Diagnostic) -> tuple[object, ...]:
    """What tells two findings apart: not their help, which lists other names of the contract.

    A warning says how far a type may not fit; how that has changed is told by comparing the types.
    """
    message = found.message if found.level is Severity.ERROR else None
    return found.code, found.span, message, found.target


@dataclass(frozen=True, slots=True)
class _Comparison:
    instead: NewDocument
    before: list[_Before]
    now: Checked

    def told(self, fresh: list[Diagnostic]) -> Iterator[Diagnostic]:
        changes: dict[Told, None] = {}
        places: Places | None = None
        lost = False
        for before in self.before:
            call = self.now.calls[before.number]
            contract = call.operation.contract
            after = self.instead.places(call.file, contract) if contract.source else None
            if after is None:
                lost = True
                continue
            places = places or after
            changes |= dict.fromkeys(_of_call(before, call, after))
        problems = list(self.instead.problems)
        spans = {one.span for one in problems}
        fresh = [one for one in fresh if not (one.code == "CM211" and one.span in spans)]
        if lost:
            fresh = [one for one in fresh if one.code not in _UNKNOWN]
        yield from problems
        for one in joined(fresh, list(changes)):
            yield self._placed(one)

    def _placed(self, found: Diagnostic) -> Diagnostic:
        """A finding of a check with its place in the new document, and that of the whole at the operation."""
        if found.code == "CM211":
            return found
        calls = [self.now.calls[one.number] for one in self.before]
        call = next((one for one in calls if _is_in(found.span, one)), calls[0] if calls else None)
        if call is None:
            return found
        contract = call.operation.contract
        places = self.instead.places(call.file, contract) if contract.source else None
        if places is None:
            return found
        place = _place_of(found, call, places)
        old = next(one.checked for one in self.before if self.now.calls[one.number] is call)
        found = with_new_name(found, _rule_of(found, old), old.operation.contract, contract)
        if found.code == "CM309":  # no rule fills it, so it is a matter of the whole
            place = _required_at(found, call, places) or place
            found = replace(found, span=_operation_span(call))
        return with_place(found, place)


def _rule_of(found: Diagnostic, call: Checked) -> Met | None:
    """The rule that a finding speaks of: the last one that begins before it, or there."""
    behind = [
        one
        for one in met(call, _operation_span(call))
        if found.span is not None and _starts(one.span, found.span)
    ]
    if found.target is not None:
        behind = [one for one in behind if one.target == found.target] or behind
    return max(behind, key=lambda one: (one.span.line, one.span.column), default=None)


def _operation_span(call: Checked) -> Span:
    stated = operation_of(call.file)
    return stated.span if stated is not None else call.file.contract.span


def _is_in(span: Span | None, call: Checked) -> bool:
    """Does a finding speak of this call, of several?"""
    parts = (call.file.contract.span, *(rule.span for rule in call.file.rules))
    return span is not None and any(one.line <= span.line <= one.end_line for one in parts)


def _required_at(found: Diagnostic, call: Checked, places: Places) -> Span | None:
    """Where the new document describes a member that no rule fills."""
    contract = call.operation.contract
    for part, known in contract.parameters.items():
        for name in known:
            if f"`{name}` in `{part}`" in found.message:
                return places.place(part, (Member(name),))
    holders: list[tuple[TargetPath, str, Type | None]] = [((), "", contract.body)]
    for one in met(call, call.file.contract.span):
        if one.path is not None and one.shallow:
            holders.append((one.path, f" in `{one.target}`", one.type))
    for path, where, type_ in holders:
        for name in type_.required if type_ is not None else ():
            if found.message == f"the contract requires `{name}`{where}":
                return places.place("body", (*path, Member(name)))
    return None


def _place_of(found: Diagnostic, call: Checked, places: Places) -> Span:
    """What of the new document a finding speaks of: the member at its rule, or the operation."""
    rule = _rule_of(found, call)
    if rule is None or rule.path is None:
        return places.span()
    return places.place(rule.part, rule.path)


def _starts(one: Span, other: Span) -> bool:
    return (one.line, one.column) <= (other.line, other.column)


def _of_call(before: _Before, call: Checked, after: Places) -> Iterator[Told]:
    """All changes of one call."""
    place = _operation_span(before.checked)
    operation, contract = before.checked.operation, call.operation.contract
    for one in call_changes(operation, contract, before.places, after):
        yield Told(one.code, one.text, Severity.WARNING, place, "", one.place, one.help)
    old, new = ({one.key: one for one in met(side, place)} for side in (before.checked, call))
    for key in old.keys() | new.keys():
        was, now = old.get(key), new.get(key)
        if key[0] == "list":  # type: ignore[index]  # keys are tuples
            plain = was or now
            assert plain is not None
            yield from _of_list(was, now, plain, after)
        elif was is not None and now is not None and not _is_lost_with(was, old, new):
            yield from _of_rule(was, now, before.places, after)
    yield from _of_answers(before.checked, call, after)


def _is_lost_with(rule: Met, old: Mapping[Hashable, Met], new: Mapping[Hashable, Met]) -> bool:
    """Is what a rule meets gone with the object around it, of which that is told?"""
    if rule.path is None:
        return False
    for key, one in old.items():
        if one.shallow and one.path is not None and one.part == rule.part and one.type is not None:
            around = len(one.path) < len(rule.path) and rule.path[: len(one.path)] == one.path
            if around and key in new and not _has_inside(new[key].type):
                return True
    return False


def _has_inside(type_: Type | None) -> bool:
    return type_ is not None and bool(type_.kinds & {"object", "array"})


def _of_list(was: Met | None, now: Met | None, met: Met, after: Places) -> Iterator[Told]:
    old, new = (ARRAY if one is None or one.type is None else one.type for one in (was, now))
    for one in differences(old, new, ANY, met.way, deep=False):
        yield _told(one, met, after)


def _of_rule(was: Met, now: Met, before: Places, after: Places) -> Iterator[Told]:
    """What has changed for one rule, of its type and of what the document says beside it."""
    if was.type is not None and now.type is None:
        text = "the contract no longer has this"
        yield _told(Difference("CM513", text, Severity.WARNING), was, after)
        return
    if was.named and not now.named and now.type is not None:
        text = "the contract no longer lists this: it allows members of any name here"
        yield _told(Difference("CM513", text, Severity.WARNING), was, after)
    if now.type is not None and now.type.read_only and was.part == "body":
        return  # nothing else is of interest
    for one in differences(was.type or ANY, now.type or ANY, was.given, was.way, deep=not was.shallow):
        yield _told(one, was, after)
    if was.required is not None and now.required is not None and was.required != now.required:
        yield _told(required(now.required, was.way), was, after)
    if was.form != now.form and was.form is not None and now.form is not None:
        text = "lists and objects are now written in another style here"
        yield _told(Difference("CM601", text, Severity.WARNING, "style"), was, after)
    if was.path is not None:
        yield from _of_facts(was, before, after, was.path)


def _of_facts(was: Met, before: Places, after: Places, path: TargetPath) -> Iterator[Told]:
    old, new = before.facts(was.part, path), after.facts(was.part, path)
    if new.deprecated and not old.deprecated:
        text = "the vendor has deprecated this"
        help = "Look for what takes its place."
        yield _told(Difference("CM608", text, Severity.WARNING, "deprecated", help=help), was, after)
    if _default(old.default) != _default(new.default) and after.member(was.part, path):
        shown = [f"`{dump_json(one)}`" if one is not ABSENT else "none" for one in (new.default, old.default)]
        text = f"the default is now {shown[0]}, before {shown[1]}"
        yield _told(Difference("CM609", text, Severity.WARNING, "default"), was, after)
    if new.write_only and not old.write_only and was.part == "body":
        level = Severity.WARNING if was.way.reads else Severity.INFO
        text = "the vendor no longer gives this back: it is write-only now"
        yield _told(Difference("CM610", text, level, "writeOnly"), was, after)


def _default(value: object) -> object:
    return value if value is ABSENT else fingerprint(value)


def _told(one: Difference, met: Met, after: Places) -> Told:
    inner = inside(one.inside)
    text = f"`{inner}`: {one.text}" if inner else one.text
    place = after.span() if met.path is None else after.place(met.part, (*met.path, *one.inside), one.word)
    return Told(one.code, text, one.level, met.span, met.target, place, one.help)


def _of_answers(old: Checked, now_all: Checked, after: Places) -> Iterator[Told]:
    """What has changed of what `response` reads, and of the copy that rules read back."""
    old_body, new_body = (documented(one.operation.contract) for one in (old, now_all))
    made = {one.span: one.made for one in reads(now_all)}
    gone: list[TargetPath] = []
    for one in sorted(dict.fromkeys(reads(old)), key=lambda one: len(one.path)):
        was, now = type_at(old_body, one.path), type_at(new_body, one.path)
        shown = format_path(one.path).replace("[0]", "[*]") or "body"
        if any(one.path[: len(path)] == path and one.path != path for path in gone):
            continue
        if was is None and one.span in made:  # what is made of the answer is no place of it
            was, now = one.made, made[one.span]
        if was is None or not was.known:
            continue
        way = Way(sends=False, reads=True, known=one.known)
        if now is None or not now.known:
            code = "CM610" if one.rule is not None else "CM301"
            found = [Difference(code, f"no answer has `{shown}` any more", Severity.WARNING)]
            gone.append(one.path)
        else:
            deep = is_list_of_values(was) and is_list_of_values(now)
            changed = differences(was, now, NEVER, way, deep=deep)
            found = [replace(each, text=f"in the answer's `{shown}`: {each.text}") for each in changed]
        for difference in found:
            if one.rule is not None and difference.level is Severity.INFO:
                continue  # that less comes back changes nothing for a rule that reads it
            place = after.answer_place(one.path, difference.word)
            target = one.rule or ""
            yield Told(
                difference.code, difference.text, difference.level, one.span, target, place, difference.help
            )
