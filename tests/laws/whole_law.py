"""Compiled is interpreted, for whole mappings: one seed draws a mapping, its pairs and how they are compared.

A case prints its seed, mapping and pair; the same seed gives the same case.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from operator import eq
from random import Random
from typing import Any, Final

from form_law import Misread, check_form
from whole_loading import as_yaml, fields_of, load
from whole_mappings import draw
from whole_records import Customer, Records

from custmap.border.intake import take
from custmap.diagnostics.errors import RecordError
from custmap.model.checked import PARTS
from custmap.model.nodes import Leaf
from custmap.model.note import Fact, Note
from custmap.model.walkers import leaves
from custmap.plan.plan import Plan
from custmap.prove.redaction import veiled_target
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.wire.binding import bind
from custmap.wire.request import Request
from oracle.records import TEXT_PARTS, laid_over, taken
from oracle.request import Parts, Planned, Refused, Whole

PAIRS = 30
"""Pairs a mapping: loading it takes as long as comparing ten of them."""


@dataclass(frozen=True)
class Case:
    """A pair under a mapping, and the options of the call."""

    seed: int
    mapping: dict[str, Any]
    before: Customer | None
    after: Customer
    options: dict[str, Any]
    params: dict[str, Any]

    def __str__(self) -> str:
        shown = [f"seed {self.seed}", as_yaml(self.mapping)]
        shown += [f"before {json.dumps(self.before)}", f"after  {json.dumps(self.after)}"]
        return "\n".join([*shown, f"options {self.options} params {self.params}"])


class Differs(AssertionError):
    """Compiled and interpreted disagree; `what` names the part."""

    def __init__(self, case: Case, what: str, compiled: Any, interpreted: Any) -> None:
        super().__init__(f"{what}\n{case}\ncompiled    {compiled}\ninterpreted {interpreted}")
        self.case, self.what, self.compiled, self.interpreted = case, what, compiled, interpreted


PARAMS: Final[tuple[dict[str, Any], ...]] = ({}, {"who": "me"}, {"who": "x"})


UNMENTIONED: Final[tuple[Customer, ...]] = (
    {
        "id": "C-7", "email": "zoe@example.com", "company": "Z", "status": "inactive", "blocked": True,
        "role": "tester", "priority": 3, "tags": ["z"], "attributes": {"plan": "z"},
        "custom_fields": {"z": "z"}, "identifiers": {"acme": "7"},
        "name": {"formatted": "Dr. Zoe Y. Z", "prefix": "Dr.", "given": "Zoe", "middle": "Y.", "family": "Z"},
        "phone": {"number": "+12065550199", "type": "work", "extension": "7"},
        "payment_card": {"provider": "ADYEN", "token": "z", "default": False},
        "loyalty": {"account_id": "z", "member": True, "enrollments": [{"program_id": 1, "tier": 2}]},
        "addresses": [{"label": "z", "city": "Z"}], "channels": [{"type": "line", "value": "z"}],
    },
    {"name": {"suffix": "Jr."}, "payment_card": {"default": True}, "blocked": False, "loyalty": {}},
)  # fmt: skip
"""What an after may not mention."""


def _params_fit(loaded: Any) -> bool:
    """May the contract have every value of the parameter, and the constants? Else no call says anything."""
    try:
        for params in PARAMS if "who" in loaded.params else ({},):
            bind(loaded.checked, params)
    except RecordError:
        return False
    return True


def document(mapping: Any, record: Customer, params: dict[str, Any], rng: Random) -> Any:
    """A copy that a vendor may hold: what a request said, and of every other one a few things differ."""
    body = _body(mapping, record, params, "drop") or mapping.back.form()
    for _ in range(rng.choice((0, 0, 0, 1, 2, 3))):
        change_copy(body, rng)
    return body


def _body(mapping: Any, record: Customer, params: dict[str, Any], on_rejected: str) -> Any:
    """The body of a request; None where none is made."""
    try:
        return deepcopy(
            mapping.apply(deepcopy(record), params, on_rejected=on_rejected).body or mapping.back.form()
        )
    except RecordError:
        return None


def change_copy(held: Any, rng: Random) -> None:
    """Something in a vendor's copy is gone, null, written in another way, or another value."""
    places = list(held) if isinstance(held, dict) else list(range(len(held)))
    if not places:
        return
    at = rng.choice(places)
    value = held[at]
    if isinstance(value, dict | list) and value and rng.random() < 0.7:
        change_copy(value, rng)
    elif isinstance(value, str) and rng.random() < 0.5:
        held[at] = rng.choice((value.upper(), value.lower(), f"{value} "))
    elif isinstance(held, dict) and rng.random() < 0.3:
        del held[at]
    else:
        held[at] = rng.choice((None, "", "other", 0, 7, True, [], {}, ["x"], {"x": 1}))


def check(loaded: Any, whole: Whole, case: Case) -> None:
    """All that the law asks of one pair."""
    planned = check_diff(loaded, whole, case)
    applied = check_apply(loaded, whole, case, "raise")
    if isinstance(applied, tuple):
        applied = check_apply(loaded, whole, case, "drop")
    alone = case.before is None and "vendor" not in case.options
    if alone and isinstance(planned, Planned) and planned.request and isinstance(applied, Parts):
        _compare(case, "diff(None, x) is apply(x)", planned.request, applied)
    again = Case(
        case.seed, case.mapping, case.after, deepcopy(case.after), _without(case, "vendor"), case.params
    )
    same_again = check_diff(loaded, whole, again)
    if not isinstance(same_again, tuple) and (same_again.request or same_again.changes):
        raise Differs(again, "diff(x, x) says something", same_again, None)
    if "vendor" in case.options:
        check_silent(loaded, case)
        check_sent(loaded, case)
        check_unmentioned(loaded, case)


@dataclass(frozen=True)
class Drawing:
    """What is drawn, and what is asked of it.

    `copy`  what a vendor may hold of a record that was sent.
    """

    mapping: Callable[[Random], dict[str, Any]] = draw
    records: type[Records] = Records
    copy: Callable[[Any, Customer, dict[str, Any], Random], Any] = document
    check: Callable[[Any, Whole, Case], None] = check


ANY: Final = Drawing()


def cases(seed: int, pairs: int = PAIRS, drawing: Drawing = ANY) -> Iterator[tuple[Any, Whole, Case]]:
    """The loaded mapping, its interpreter, and its cases."""
    rng = Random(seed)
    mapping = drawing.mapping(rng)
    while (loaded := load(mapping)) is None or not _params_fit(loaded):
        mapping = drawing.mapping(rng)
    records = drawing.records(rng, fields_of(mapping), named="identifiers" in as_yaml(mapping))
    params = rng.choice(PARAMS) if "params" in mapping else {}
    whole = Whole(loaded.checked, params)
    for _ in range(pairs):
        before, after = records.pair()
        options: dict[str, Any] = {}
        if rng.random() < 0.25:
            options["absent"] = "clear"
        if rng.random() < 0.1:
            options["nulls"] = "absent"
        is_copy = loaded.checked.operation.changes is None  # else a body is no copy of the customer
        if before is not None and rng.random() < 0.15 and is_copy:
            options["vendor"] = drawing.copy(loaded, before, params, rng)
            before = None
        yield loaded, whole, Case(seed, mapping, before, after, options, params)


def hold(seeds: Iterable[int], pairs: int = PAIRS, drawing: Drawing = ANY) -> None:
    """Differs for the first pair of these seeds that breaks the law."""
    for seed in seeds:
        for loaded, whole, case in cases(seed, pairs, drawing):
            drawing.check(loaded, whole, case)


def check_silent(loaded: Any, case: Case) -> None:
    """A record that mentions nothing changes nothing that a vendor holds: no rule is spoken of."""
    nothing = Case(case.seed, case.mapping, None, {}, {"vendor": case.options["vendor"]}, case.params)
    try:
        plan = loaded.diff(None, {}, nothing.params, **nothing.options)
    except RecordError as error:
        if {one.code for one in error.diagnostics} != {"CM707"}:  # nobody is named, or a parameter misses
            raise Differs(nothing, "a record that mentions nothing is refused", error, None) from None
        return
    if plan.changes or plan.rejected:
        raise Differs(nothing, "a record that mentions nothing changes something", plan, None)


def check_sent(loaded: Any, case: Case) -> None:
    """A vendor that holds what it was sent of a record is sent nothing of it.

    But where what it holds reads as more than the record says: a default, or the text that stands for gone
    and may be a value, too. Other rules of that field may say it. And of rules outside the body the copy says
    only what its body's rules read, which may have lost something.
    """
    body = _body(loaded, case.after, case.params, "raise")
    ways = loaded.back.inverse.ways
    if body is None or any("default" in way.losses for way in ways) or _reads_as_more(loaded, case, body):
        return
    sent = Case(case.seed, case.mapping, None, case.after, {"vendor": body}, case.params)
    try:
        plan = loaded.diff(None, sent.after, sent.params, **sent.options)
    except RecordError as error:
        raise Differs(sent, "what a vendor was sent is sent again, and refused", error, None) from None
    lost = _lost(loaded)
    outside = {leaf.span for leaf in _outside(loaded) if _meet(leaf.reads, lost)}
    # Of single items a request says what came and went, so a copy of it is no copy of the list.
    outside |= {leaf.span for leaf in leaves(loaded.checked.operation.body) if leaf.ways is not None}
    if any(change.span not in outside for change in plan.changes) or (plan.request and not plan.changes):
        raise Differs(sent, "what a vendor was sent is sent again", plan.changes, plan.request)


def _reads_as_more(loaded: Any, case: Case, body: Any) -> bool:
    """Is more sent of what a vendor holds, with the record laid over it, than of the record alone?"""
    canonical = loaded.checked.canonical
    held = take(loaded.reverse(body), canonical).record
    known = laid_over(held, taken(case.after, canonical), case.after, canonical)
    return not same(_body(loaded, known, case.params, "raise"), body)


def _lost(loaded: Any) -> list[tuple[Any, ...]]:
    """What the rules of the body read that lose something on the way back, or have none."""
    lossless = {way.span for way in loaded.back.inverse.ways if not way.losses and way.why is None}
    body = leaves(loaded.checked.operation.table.root)
    return [path for leaf in body if leaf.span not in lossless for path in leaf.reads]


def _meet(some: Iterable[tuple[Any, ...]], others: Iterable[tuple[Any, ...]]) -> bool:
    """Is a path one of the others, in one, or around one?"""
    return any(all(map(eq, one, other)) for one in some for other in others)


def _outside(loaded: Any) -> Iterator[Leaf]:
    """The rules of the path, the query and the headers."""
    for part in PARTS:
        yield from leaves(loaded.checked.operation.parts[part])


def check_unmentioned(loaded: Any, case: Case) -> None:
    """What is said under `vendor` does not depend on what after does not mention.

    Who knows more says it, too: another customer is laid under what the vendor's copy says, and that under
    after. An object may have more members then; those that were said are the same. Of a rule that reads back,
    what neither mentions is absent: one that makes its value of several fields makes another one of more.
    """
    canonical = loaded.checked.canonical
    nulls = case.options.get("nulls", "clear")
    after = taken(case.after, canonical, nulls=nulls)
    options = {"vendor": case.options["vendor"], "nulls": nulls}
    try:
        plan = loaded.diff(None, case.after, case.params, **options)
    except RecordError:
        return
    held = take(loaded.reverse(case.options["vendor"]), canonical).record
    several = set(_of_several(loaded))
    for under in UNMENTIONED:
        known = laid_over(taken(under, canonical), held, held, canonical)
        more = laid_over(known, after, case.after, canonical)
        more |= {field: case.after[field] for field in TEXT_PARTS if isinstance(case.after.get(field), str)}
        try:
            knowing = loaded.diff(None, more, case.params, **options)
        except RecordError:
            continue
        if knowing.rejected:
            continue  # what cannot be said may be part of what is sent as one
        said = {change.target: change for change in knowing.changes}
        for change in plan.changes:
            if change.span in several or _says(said.get(change.target), change):
                continue
            if change.action != "clear" or not any(_is_around(one, change) for one in knowing.changes):
                raise Differs(case, "what is not mentioned decides", change, (more, said.get(change.target)))


def _of_several(loaded: Any) -> Iterator[Any]:
    """The rules that make their value of several fields, or take an object to pieces."""
    for slot in loaded.checked.operation.table.slots:
        if isinstance(slot, Leaf):
            values = [need for need in slot.needs if need.path not in slot.asks]
            if len(values) > 1 or any(need.whole is not None for need in values):
                yield slot.span


def _is_around(knowing: Any, change: Any) -> bool:
    """Is all cleared of which something is?"""
    return knowing.action == "clear" and f"{change.target}.".startswith(f"{knowing.target}.")


def _says(knowing: Any, change: Any) -> bool:
    return knowing is not None and _agrees(knowing.after, change.after, change.before)


def _agrees(known: Any, said: Any, held: Any) -> bool:
    """Is every member that is said, and was not held, known to be so?"""
    if isinstance(known, dict) and isinstance(said, dict):
        held = held if isinstance(held, dict) else {}
        news = [name for name, value in said.items() if not same(value, held.get(name, ABSENT))]
        return all(name in known and _agrees(known[name], said[name], held.get(name)) for name in news)
    return same(known, said)


def _without(case: Case, name: str) -> dict[str, Any]:
    return {key: value for key, value in case.options.items() if key != name}


def check_diff(loaded: Any, whole: Whole, case: Case) -> Planned | tuple[tuple[str, str], ...]:
    """`diff`, compiled and interpreted."""
    try:
        wanted: Any = whole.diff(case.before, case.after, **case.options)
    except Refused as refused:
        wanted = refused.about
    try:
        plan = loaded.diff(deepcopy(case.before), deepcopy(case.after), case.params, **case.options)
    except RecordError as error:
        compare_errors(case, error, wanted)
        return wanted  # type: ignore[no-any-return]
    check_plain(case, plan)
    if isinstance(wanted, tuple):
        raise Differs(case, "diff raises", plan, wanted)
    rejected = _sorted((one.code, one.target) for one in plan.rejected)
    _compare(case, "rejected", rejected, _sorted(wanted.rejected))
    compare_requests(case, "diff", plan.request, wanted.request, whole)
    changes = [[one.target, one.action, one.before, one.after] for one in plan.changes]
    interpreted = [[one.target, one.action, one.before, one.after] for one in wanted.changes]
    _compare(case, "changes", sorted(changes, key=repr), sorted(interpreted, key=repr))
    noted = _sorted({(str(fact), at) for fact, at in wanted.notes})
    # The page does not say of which rules, left alone under `vendor`, that are silent anyway there is a note.
    facts = [fact for fact in _facts(plan.notes) if fact[0] != Fact.NOT_STATED or fact in noted]
    _compare(case, "notes", facts, noted)
    return wanted  # type: ignore[no-any-return]


def check_apply(
    loaded: Any, whole: Whole, case: Case, on_rejected: str
) -> Parts | tuple[tuple[str, str], ...]:
    """`apply`, compiled and interpreted."""
    options = {key: value for key, value in case.options.items() if key == "nulls"}
    try:
        wanted: Any = whole.apply(case.after, on_rejected=on_rejected, **options)
    except Refused as refused:
        wanted = refused.about
    try:
        request = loaded.apply(deepcopy(case.after), case.params, on_rejected=on_rejected, **options)
    except RecordError as error:
        compare_errors(case, error, wanted)
        return wanted  # type: ignore[no-any-return]
    check_plain(case, request)
    if isinstance(wanted, tuple):
        raise Differs(case, "apply raises", request, wanted)
    compare_requests(case, "apply", request, wanted, whole)
    _compare(
        case, "notes of apply", _facts(request.notes), _sorted({(str(fact), at) for fact, at in wanted.notes})
    )
    return wanted  # type: ignore[no-any-return]


def compare_errors(case: Case, error: RecordError, wanted: Any) -> None:
    found = _sorted((one.code, one.target) for one in error.diagnostics)
    if not isinstance(wanted, tuple):
        raise Differs(case, "raises", found, wanted)
    codes = {"CM708": "CM707"}  # whether what misses is a parameter or a member, the page does not say
    # In errors the keys of items are hidden.
    ours = {(codes.get(code, code), _veiled(target or "")) for code, target in found}
    theirs = {(codes.get(code, code), _veiled(target)) for code, target in wanted}
    if any(one.path == "" for one in error.diagnostics):  # the rest is only counted
        ours = {(code, target) for code, target in ours if target}
        theirs = theirs if not ours <= theirs else ours
    if _outermost(ours) != _outermost(theirs):
        raise Differs(case, "errors", found, _sorted(wanted))


def _outermost(told: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Without what is missing in an object that is refused for what is missing in it: the page names one."""
    refused = tuple(f"{target}." for code, target in told if code == "CM707")
    return {(code, target) for code, target in told if code != "CM707" or not target.startswith(refused)}


def _veiled(target: str) -> str:
    """A target without keys; an item that is a number looks like a position, and is hidden, too."""
    return re.sub(r"\[[0-9]+\]$", "[…]", veiled_target(target))


def check_plain(case: Case, told: Plan | Request) -> None:
    """What is told is JSON: nothing that stands for a state inside custmap is in it, at any depth."""
    if not is_json(told.to_dict()):
        raise Differs(case, "what is told is no JSON", told, None)


def is_json(value: Any) -> bool:
    if type(value) is dict:
        return all(type(key) is str and is_json(item) for key, item in value.items())
    if type(value) is list:
        return all(map(is_json, value))
    return value is None or type(value) in (str, bool, int, float)


def compare_requests(case: Case, what: str, request: Any, wanted: Parts | None, whole: Whole) -> None:
    if request is None or wanted is None:
        if (request is None) != (wanted is None):
            raise Differs(case, f"{what}: is there a request", request, wanted)
        return
    _compare(case, f"{what}: body", request.body if request.body is not None else {}, wanted.body)
    for part in ("path", "query"):
        _compare(case, f"{what}: {part}", getattr(request, part), getattr(wanted, part))
    ours = {
        name: value if isinstance(value, str) else json.dumps(value) for name, value in wanted.headers.items()
    }
    theirs = {name: value for name, value in request.headers.items() if name in _ruled(whole)}
    _compare(case, f"{what}: headers", theirs, ours)
    _check_content(case, what, request)


def _check_content(case: Case, what: str, request: Request) -> None:
    """Somebody else reads what is sent as the body."""
    content = request.content
    if request.form is None or content is None:
        _compare(case, f"{what}: content", None if content is None else json.loads(content), request.body)
        return
    try:
        check_form(request.form, request.body, content.decode())
    except Misread as error:
        raise Differs(case, f"{what}: content", f"{content!r}: {error}", request.body) from None


def _ruled(whole: Whole) -> set[str]:
    return {member.name for member in whole.checked.operation.headers.members}


def _compare(case: Case, what: str, compiled: Any, interpreted: Any) -> None:
    if compiled != interpreted or not same(_plain(compiled), _plain(interpreted)):
        raise Differs(case, what, compiled, interpreted)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple | set) else value


def _facts(notes: tuple[Note, ...]) -> list[tuple[str, str]]:
    return _sorted({(str(note.fact), note.target) for note in notes if note.fact is not None})


def _sorted(pairs: Any) -> list[tuple[str, str]]:
    return sorted(pairs, key=repr)
