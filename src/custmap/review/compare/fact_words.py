"""Facts in words: what changed, what that does, and which harm it may do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from custmap.review.compare.meaning import CONTAINER, HEAD, YES, Fact, Subject
from custmap.review.compare.told import CLEAR, REJECT

_LONGEST: Final = 90
_CALL: Final = re.compile(r"(?P<name>[a-z][a-z0-9_]*)\((?P<rest>.*)\)")
_FORMS: Final = {"e164": "E.164"}
_MERGE: Final = {
    "fields": "only the members that changed are sent",
    "members": "only the members that changed are sent",
    "whole": "all of it is sent when a part of it changed: the vendor is taken to replace it",
    "entries": "only the keys that changed are sent",
    "set": "it is a set: order and repeats mean nothing",
    "keyed": "only the items that changed are sent",
    "add-only": "only new items are sent: one that changed or is gone is rejected",
    "items": "single items are added and taken away",
}
_FLAGS: Final = {
    "identity": ("names the customer: always sent, and must not differ", "no longer names the customer"),
    "send: always": ("sent in every update that has something to say", "sent only when it changed"),
    "immutable": ("a change of it is now rejected", "a change of it is now sent"),
    "required": ("every request has it; without it a record is refused", "a request may be without it"),
    "repeatable: false": ("sending it twice is no longer sending it once", "it may be sent twice"),
    "otherwise: clear": (
        "it is cleared when its condition turns false",
        "it is left when its condition turns false",
    ),
    "assumed": ("its policy is now a guess about the vendor", "its policy is now said to be known"),
    "secret": ("hidden in all output", "no longer hidden in output"),
    "clear": ("what is gone has a request", "what is gone is rejected"),
}
_WHEN: Final = ("sent only where this is true", "sent in any case", "sent under another condition")
_EMPTY: Final = {
    "value": '"" is sent as it is',
    "clear": '"" means that there is no value',
    "reject": '"" is rejected',
}
_UNMAPPED: Final = {"reject": "rejected", "pass": "sent as it is", "skip": "not sent"}
_OF_RULES: Final = {
    "format": "sends another text",
    "key": "items are told apart by another member",
    "reads back": "the vendor's copy is read back otherwise",
    "added": "items that came are told in another way",
    "gone": "items that went are told in another way",
    "set": "it is told by another item",
    "add": "what is new is told by another item",
}
_OF_REQUESTS: Final = {
    "merge": "a request replaces the whole record, or no longer does",
    "accept": "another form of the answer is asked for",
    "method": "another method is called",
    "url": "another address is called",
    "media type": "the body is written in another form",
    "form": "the body is written in another form",
    "after": "it waits for other requests",
    "order": "requests are sent in another order",
    "mask": "other names are in the mask",
    "bulk": "other customers are in one request",
    "changes": "changes are told in another way",
    "server": "another address is called",
    "nulls": "NULL means something else",
    "timezone": "a time without an offset means another moment",
    "default": "another value where the caller gives none",
}


def text_of(name: str, old: Fact | None, new: Fact | None, subject: Subject) -> str:
    """What changed: `clear: send_null → impossible`."""
    if name == "assumed":
        return "known → a guess" if old is None else "a guess → known"
    if YES in (old, new):
        return f"{name} {'added' if old is None else 'removed'}"
    if "read" in {one.text for one in (old, new) if one is not None} and old != new and None in (old, new):
        return f"{name} {'now read' if old is None else 'no longer read'}"
    usual = _usual(name, subject)
    left = usual if old is None else old.text
    right = usual if new is None else new.text
    if left is None:
        return f"{name}: {_cut(right or '')} added"
    if right is None:
        return f"{name}: {_cut(left)} removed"
    left, right = _short(left, right) if name == "from" else (left, right)
    change = f"{_cut(left)} → {_cut(right)}"
    return change if name == "from" else f"{name}: {change}"


def _usual(name: str, subject: Subject) -> str | None:
    """What is so where nothing is said."""
    if name == "merge":
        return "fields" if subject.kind in (CONTAINER, HEAD) else "whole"
    return {"empty": "value", "clear": "impossible"}.get(name)


def _short(old: str, new: str) -> tuple[str, str]:
    """Two forms of a phone by their names: of `phone_e164(phone)`, `phone_digits(phone)` E.164, digits."""
    left, right = _CALL.fullmatch(old), _CALL.fullmatch(new)
    if left is None or right is None or left["rest"] != right["rest"]:
        return old, new
    topic = left["name"].partition("_")[0]
    if topic != "phone" or not right["name"].startswith(f"{topic}_"):
        return old, new
    names = (one["name"].removeprefix(f"{topic}_") for one in (left, right))
    first, second = (_FORMS.get(name, name.replace("_", " ")) for name in names)
    return first, second


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def meaning_of_fact(name: str, old: Fact | None, new: Fact | None, was: Subject, now: Subject) -> str | None:
    """What the change of a fact does, in a sentence; None where the states say it."""
    if name == "from":
        return _of_source(was, now)
    if name in _FLAGS and YES in (old, new):
        return _FLAGS[name][old is not None]
    if name.startswith("values "):
        return _of_row(name.removeprefix("values "), new, now)
    if name in ("clear", "empty"):
        return None if now.states else _of_clearing(name, old, new)
    if name.startswith("transitions "):
        return _of_moves(name.removeprefix("transitions "), new, was, now)
    if name.startswith(("contract ", "schema ")):
        return "values outside it are rejected" if narrows(name, old, new) else "more values are allowed"
    if now.key.target == "response":
        return "answers are read otherwise"
    if now.kind == HEAD:
        return _OF_REQUESTS.get(name, _OF_REQUESTS.get(name.partition(" ")[0]))
    return _of_step(name, old, new, now)


def _of_clearing(name: str, old: Fact | None, new: Fact | None) -> str:
    """Of what has no states, which say it in more detail."""
    if name == "empty":
        return _EMPTY["value" if new is None else new.text]
    harms = set(_harms_of_clear(old, new))
    if REJECT in harms:
        return "what is gone is now rejected"
    return f"what is gone is {'now cleared' if CLEAR in harms else 'told in another way'}"


def _of_step(name: str, old: Fact | None, new: Fact | None, now: Subject) -> str | None:
    match name:
        case "merge":
            return _of_merge(old, new, now)
        case "when":
            return _one(old, new, *_WHEN)
        case "default":
            gone = "what is absent is no longer sent"
            return gone if new is None else f"what is absent is sent as {_cut(new.text)}"
        case "unmapped":
            return None if new is None else f"a value without a row is {_unmapped(new.text)}"
    return _OF_RULES.get(name)


def stated_of(sentence: str) -> str:
    """The same of a source, whose rules send nothing: they state what a customer is."""
    parts = sentence.split("`")
    words = {"sends": "states", "sent": "stated"}
    for at in range(0, len(parts), 2):
        parts[at] = re.sub(r"\b(sends|sent)\b", lambda found: words[found[0]], parts[at])
    return "`".join(parts)


def _of_merge(old: Fact | None, new: Fact | None, now: Subject) -> str | None:
    if old is not None and old.text == "set" and new is None:
        return "its order and repeats count now"
    return _MERGE.get((_usual("merge", now) or "") if new is None else new.text)


def _has_moves(subject: Subject) -> bool:
    return any(name.startswith("transitions ") for name in subject.facts)


def _of_moves(left: str, new: Fact | None, was: Subject, now: Subject) -> str:
    """Without a table all moves are allowed; with one, only those that it lists."""
    if not _has_moves(was):
        return "moves that are not listed are rejected"
    if not _has_moves(now):
        return "all moves are allowed"
    return f"{left} may no longer change" if new is None else f"{left} may become {new.text}"


def _one(old: Fact | None, new: Fact | None, added: str, removed: str, changed: str) -> str:
    if old is None:
        return added
    return removed if new is None else changed


def _of_source(was: Subject, now: Subject) -> str:
    if set(was.reads) == set(now.reads):
        return f"sends another form of the same {_thing(now)}"
    gained, lost = ([one for one in a.reads if one not in b.reads] for a, b in ((now, was), (was, now)))
    if gained and lost:
        return f"sends {_listed(gained)}, no longer {_listed(lost)}"
    if gained:
        return f"reads {_listed(gained)}, too"
    return f"no longer reads {_listed(lost)}" if lost else "sends another value"


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _thing(subject: Subject) -> str:
    source = subject.facts["from"].text
    if source.startswith("phone_"):
        return "number"
    return "name" if re.match(r"[a-z]+_name\(", source) else "value"


def _of_row(left: str, new: Fact | None, now: Subject) -> str:
    if new is not None:
        return f"{left} is sent as {_cut(new.text)}"
    unmapped = now.facts.get("unmapped")
    return f"{left} is sent as it is" if unmapped is None else f"{left} is {_unmapped(unmapped.text)}"


def _unmapped(text: str) -> str:
    return _UNMAPPED.get(text, f"sent as {text.removeprefix('default ')}")


def harms_of_fact(name: str, old: Fact | None, new: Fact | None, was: Subject, now: Subject) -> Iterator[str]:
    """The harm that a change of a fact may do, beside that of the states."""
    if name == "clear" and not now.states:
        yield from _harms_of_clear(old, new)
    elif name == "otherwise: clear" and new is not None:
        yield CLEAR
    elif _rejects(name, old, new, was, now):
        yield REJECT


def _rejects(name: str, old: Fact | None, new: Fact | None, was: Subject, now: Subject) -> bool:
    """May the change of a fact reject what was sent?"""
    if name.startswith(("contract ", "schema ")):
        return narrows(name, old, new)
    unmapped = now.facts.get("unmapped")
    rejects = unmapped is not None and unmapped.text == "reject"
    if name.startswith("values ") or name == "unmapped":
        return rejects and (new is None or name == "unmapped")
    if name == "merge":
        return new is not None and new.text == "add-only"
    if name.startswith("transitions "):
        return _has_moves(now) and (not _has_moves(was) or narrows("moves", new, old))
    if name == "empty":
        return new is not None and new.text == "reject" and not now.states
    return new is not None and name in ("immutable", "required")


def _harms_of_clear(old: Fact | None, new: Fact | None) -> Iterator[str]:
    """Of what has no states: the members of items, entries, and objects as a whole."""
    was, now = ("impossible" if one is None else one.text for one in (old, new))
    silent = ("impossible", "skip")
    if now == "impossible":
        yield REJECT
    elif was in silent and now not in silent:
        yield CLEAR


def narrows(name: str, old: Fact | None, new: Fact | None) -> bool:
    """Are fewer values allowed than before?"""
    if new is None or old is None:
        return new is not None
    if isinstance(old.form, tuple) and isinstance(new.form, tuple):
        return not set(old.form) <= set(new.form)
    if isinstance(old.form, int | float) and isinstance(new.form, int | float):
        return new.form < old.form if "max" in name.lower() else new.form > old.form
    if name.endswith(" type"):
        kinds = (set(re.split(r", | or ", one.text)) for one in (old, new))
        was, now = kinds
        return not was <= now
    return True
