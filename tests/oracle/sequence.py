"""Several requests, interpreted: § 13 of the language page, entry by entry.

Each entry of `requests` is interpreted as a mapping with one request; what `for_each` adds is written here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from custmap.expressions.function import FunctionError
from custmap.model.checked import Checked, SequenceStep
from custmap.model.nodes import FromSource
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.json_text import dump_json
from oracle.expressions import evaluate
from oracle.records import laid_over, taken
from oracle.request import Parts, Refused, Whole

Record = dict[str, Any]
ANOTHER = "CM801"


@dataclass(frozen=True)
class Made:
    """A request, and whether it says that something is gone."""

    name: str
    clears: bool
    parts: Parts


@dataclass(frozen=True)
class Said:
    requests: tuple[Made, ...]
    changes: tuple[tuple[str, str], ...]
    rejected: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Sequence:
    """A mapping with several requests, with its parameters."""

    checked: Checked
    params: Record

    def diff(self, before: Record | None, after: Record, *, absent: str = "keep") -> Said:
        """The requests, changes and rejections; Refused with what stands in the way of all of them."""
        canonical = self.checked.canonical
        now = taken(after, canonical)
        then = None if before is None else taken(before, canonical)
        if then is not None and absent == "keep":
            now = laid_over(then, now, after, canonical)
        requests: list[Made] = []
        changes: list[tuple[str, str]] = []
        rejected: list[tuple[str, str]] = []
        for step in self.checked.steps:
            if step.entries is not None and (another := _another(step, then, now)):
                return Said((), (), (another,))
            if step.entries is None:
                planned = Whole(step.call, self.params).diff(before, after, absent=absent)
                if another := [one for one in planned.rejected if one[0] == ANOTHER]:
                    return Said((), (), tuple(another))
                if planned.request is not None:
                    requests.append(Made(step.name, False, planned.request))
                changes += [(one.action, one.target) for one in planned.changes]
                rejected += planned.rejected
                continue
            for made, told, refused in self._entries(step, then, _named(step, now, then)):
                requests += made
                changes += told
                rejected += refused
        return Said(tuple(requests), tuple(changes), tuple(rejected))

    def _entries(
        self, step: SequenceStep, then: Record | None, now: Record
    ) -> Iterator[tuple[Any, Any, Any]]:
        old, new = self._state(step, then), self._state(step, now)
        if isinstance(new, str):
            if not isinstance(old, str) or not same(_own(step, then), _own(step, now)):
                yield [], [], [(new, step.name)]
            return
        known = isinstance(old, dict) or (old is None and then is not None)
        if (new is None and not known) or (isinstance(old, str) and new in (None, ABSENT, {})):
            yield [], [], [("CM803", step.name)]
            return
        held = old if isinstance(old, dict) else {}
        stated = new if isinstance(new, dict) else {}
        keys = sorted({**held, **stated}, key=lambda mark: (mark[0] == "s", mark[1]))
        for key in keys:
            yield from self._gone(step, key, held, stated, known, now)
        for key in keys:
            yield from self._set(step, key, held, stated, then, now)

    def _gone(self, step: SequenceStep, mark: Any, held: Any, stated: Any, known: bool, now: Record) -> Any:
        """A clear for each entry that is gone or null; without `clear` it is rejected."""
        key, was = held.get(mark, (None, ABSENT))
        key, value = stated.get(mark, (key, ABSENT))
        if _is_there(value) or (not _is_there(was) and not (value is None and was is ABSENT and not known)):
            return
        target = _target(step, key)
        if step.clear is None:
            yield [], [], [("CM803", target)]
            return
        entry = {"key": key, "customer": now} | ({"value": was} if _is_there(was) else {})
        yield self._said(step.name, step.clear, entry, "clear", target, ())

    def _set(self, step: SequenceStep, mark: Any, held: Any, stated: Any, then: Any, now: Record) -> Any:
        """A set for each entry that is new, or for which another request would be made."""
        key, was = held.get(mark, (None, ABSENT))
        key, value = stated.get(mark, (key, ABSENT))
        if not _is_there(value):
            return
        entry = {"key": key, "value": value, "customer": now}
        known: Any = ()
        if _is_there(was):
            before = {"key": key, "value": was, "customer": _named(step, then or {}, now)}
            whole = Whole(step.call, self.params)
            maps = [read[1:] for leaf in _maps(whole) for read in leaf.reads if read[0] == "customer"]
            for path in maps:
                entry["customer"] = _with_nulls_at(entry["customer"], then, path)
            made = _made(whole, entry)
            if made in (_made(whole, before), _made(whole, before, nulls=False)):
                return  # what was null and is gone is no change
            request = isinstance(made[0], str)
            if request and made[1] and _sayable(whole, entry) == _sayable(whole, before, entry):
                yield [], [], [(code, _target(step, key)) for code, _ in made[1]]
                return  # all that has changed cannot be said
            if same(was, value):
                known = [one for one in _refused(whole, before) if one[0] != "CM814"]
            if any(len(path) > 1 for path in _reads(whole, "value")):
                entry["value"] = _with_nulls(value, was)  # what it no longer has is gone
            entry["customer"] = _with_nulls(now, then)
            for path in maps:
                entry["customer"] = _with_nulls_at(entry["customer"], then, path)
        made, told, refused = self._said(step.name, step.call, entry, "set", _target(step, key), known)
        if _is_there(was) and any(code != "CM814" for code, _ in refused):
            refused = [
                one for one in refused if one[0] != "CM814"
            ]  # nothing is said, to whom does not matter
        yield made, told, refused

    def _said(self, name: str, call: Checked, entry: Record, action: str, target: str, known: Any) -> Any:
        """The request, its change and what is rejected of it; `known`: what was rejected before already."""
        try:
            planned = Whole(call, self.params).diff(None, entry)
        except Refused as refused:
            codes = {code for code, _ in refused.about}
            unsaid = codes - {"CM710"} or codes  # what has nothing to say is not sent, wherever it would go
            return [], [], [(code, target) for code, _ in refused.about if code in unsaid]
        rejected = [(code, target) for code, at in planned.rejected if (code, at) not in known]
        in_body = any(not one.target.startswith("path.") for one in planned.changes)
        has_body = bool(getattr(call.operation.body, "members", ()))
        if planned.request is None or (planned.rejected and has_body and not in_body):
            return [], [], rejected
        return [Made(name, action == "clear", planned.request)], [(action, target)], rejected

    def _state(self, step: SequenceStep, record: Record | None) -> Any:
        """Entries by their keys, null, ABSENT, or the code of what is wrong."""
        if record is None:
            return ABSENT
        value = _read(step, record)
        if isinstance(value, str):
            return value
        if isinstance(value, dict):
            return {("s", key): (key, one) for key, one in value.items()}
        if not isinstance(value, list):
            return value
        member = _leaf(step).key
        found: dict[Any, Any] = {}
        for item in value:
            key = item if member is None else item.get(member) if isinstance(item, dict) else None
            if key is None or isinstance(key, dict | list):
                return "CM806"
            mark = ("s" if isinstance(key, str) else "n", key)
            if mark in found and member is not None:
                return "CM806"
            found[mark] = (key, item)
        return found


def _leaf(step: SequenceStep) -> Any:
    assert step.entries is not None
    return step.entries.operation.table.slots[0]


def _read(step: SequenceStep, record: Record | None) -> Any:
    """The map or list; the code of a failure, as a text."""
    source = _leaf(step).origin.source
    assert isinstance(source, FromSource) and step.entries is not None
    try:
        return evaluate(source.expression, record, step.entries.functions)
    except FunctionError:
        return "CM704"


def _own(step: SequenceStep, record: Any) -> Any:
    """The field from which the map or list is made."""
    assert step.entries is not None
    entry = step.call.canonical.entry
    path = entry.source if entry is not None and entry.source is not None else _leaf(step).reads[0]
    return _at(record, path)


def _made(whole: Whole, entry: Record, *, nulls: bool = True) -> Any:
    """The request that an entry would make; what it cannot say is part of it."""
    try:
        planned = whole.diff(None, entry)
    except Refused as refused:
        return sorted(refused.about), _sources(whole, entry, refused.about)
    request, rejected = planned.request, planned.rejected
    if request is None:
        return None, sorted(rejected), _sources(whole, entry, rejected)
    body = {name: one for name, one in request.body.items() if nulls or one is not None}
    for name in {leaf.target for leaf in _maps(whole)} & body.keys():
        if body[name] is not None:  # a null entry is one that is not there
            body[name] = {key: value for key, value in body[name].items() if value is not None}
    shown = dump_json([body, request.path, request.query, request.headers])
    return shown, sorted(rejected), _sources(whole, entry, rejected)


def _sayable(whole: Whole, entry: Record, other: Record | None = None) -> Any:
    """The body of an entry's request, without what cannot be said of it, or of another one."""
    refused = [target for one in (entry, other or entry) for _, target in _refused(whole, one)]
    names = {target.split(".")[0].split("[")[0] for target in refused}
    request = whole.diff(None, entry).request
    return None if request is None else {name: one for name, one in request.body.items() if name not in names}


def _sources(whole: Whole, entry: Record, rejected: Any) -> Any:
    """What rules read that could not make their values, or of which the whole request could not be made; but
    for what names the customer."""
    targets = {target for _, target in rejected}
    no_request = any(code in ("CM710", "CM814") for code, _ in rejected)
    slots = [slot for slot in whole.checked.operation.table.slots if no_request or slot.target in targets]
    paths = [path for slot in slots for path in slot.reads if not getattr(slot, "policy", slot).identity]
    return dump_json([_shown(entry, path) for path in paths])


def _shown(value: Any, path: tuple[str, ...]) -> Any:
    """What is at a path, in a list; [] for what is absent."""
    for name in path:
        if not isinstance(value, dict) or name not in value:
            return None if value is None else []
        value = value[name]
    # An entry of a map that is null is one that is not there.
    return (
        [{key: one for key, one in value.items() if one is not None}] if isinstance(value, dict) else [value]
    )


def _refused(whole: Whole, entry: Record) -> Any:
    try:
        return whole.diff(None, entry).rejected
    except Refused as refused:
        return refused.about


def _identities(step: SequenceStep) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What names the customer: target and path."""
    for call in step.calls:
        for slot in call.operation.table.slots:
            if getattr(slot, "policy", None) is not None and slot.policy.identity:
                yield slot.target, slot.reads[0][1:]


def _at(record: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        record = record.get(name) if isinstance(record, dict) else None
    return record


def _another(step: SequenceStep, then: Record | None, now: Record) -> tuple[str, str] | None:
    """Do the two sides name different customers?"""
    for target, path in _identities(step):
        was, held = _at(then, path), _at(now, path)
        if was is not None and held is not None and not same(was, held):
            return ANOTHER, target
    return None


def _named(step: SequenceStep, record: Record, other: Record | None) -> Record:
    """A record with what names the customer, or what another one has where it names nobody."""
    for _, path in _identities(step):
        if _at(record, path) is None and (value := _at(other, path)) is not None:
            for name in reversed(path[1:]):
                value = {name: value}
            record = {**record, path[0]: value}
    return record


def _reads(whole: Whole, name: str) -> list[Any]:
    return [
        path for slot in whole.checked.operation.table.slots for path in slot.reads if path[:1] == (name,)
    ]


def _maps(whole: Whole) -> list[Any]:
    """The rules whose maps go entry by entry."""
    slots = whole.checked.operation.table.slots
    return [slot for slot in slots if getattr(slot, "kind", None) is not None and slot.kind.is_map]


def _with_nulls_at(value: Any, was: Any, path: tuple[str, ...]) -> Any:
    """An entry of a map that was null, and is no more, is said again as well: all of it is."""
    if not path:
        both = isinstance(value, dict | None) and isinstance(was, dict)
        return {**dict.fromkeys(was), **(value or {})} if both else value
    name = path[0]
    if not isinstance(value, dict) or not isinstance(was, dict) or name not in value:
        return value
    return {**value, name: _with_nulls_at(value[name], was.get(name), path[1:])}


def _with_nulls(value: Any, was: Any) -> Any:
    if not isinstance(value, dict) or not isinstance(was, dict):
        return value
    gone = {name: None for name, one in was.items() if name not in value and _is_there(one)}
    return {**value, **gone}


def _is_there(value: Any) -> bool:
    return value is not ABSENT and value is not None


def _target(step: SequenceStep, key: Any) -> str:
    """The entry's name with the key."""
    member = _leaf(step).key
    text = key if isinstance(key, str) else dump_json(key)
    if _leaf(step).kind.is_map:
        return f"{step.name}.{text if text.isidentifier() and text.isascii() else dump_json(text)}"
    plain = bool(text) and not any(char in '"] \t\n' for char in text)
    if member is None:
        plain = plain and not any(char in "=[" for char in text) and not text[0].isdigit()
    shown = text if plain else dump_json(text)
    return f"{step.name}[{shown}]" if member is None else f"{step.name}[{member}={shown}]"
