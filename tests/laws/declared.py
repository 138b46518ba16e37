"""The vendor that a mapping declares: language § 5 and § 6 read from the vendor's side.

Written from the page alone and from the mapping as it stands in its file; it shares nothing with the
planner but the spelling of target paths. A state holds no trace of what is gone: where a mapping says
that `""` clears, a vendor that was told `""` holds nothing there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from stores.store import State, Store, hold, of_body

from custmap.values.equality import same
from custmap.values.paths import Index, Member, Select, format_path, name_of, parse_path

_POLICIES = {"merge", "clear", "empty", "send", "immutable", "repeatable", "assumed", "note"}
_NOTHING = object()


@dataclass
class Place:
    """What the vendor does at one place of the body.

    `kind`  object, positions, selected, or a leaf's: value, set, entries, keyed, add-only.
    """

    name: str = ""
    kind: str = "object"
    whole: bool = False
    clear: Any = None
    key: str = ""
    emptiness: Any = ""
    rider: bool = False
    always: bool = False
    identity: bool = False
    inside: dict[str, Place] = field(default_factory=dict)

    def is_cleared(self, value: Any) -> bool:
        """Is this how the vendor is told, at the place itself, that there is nothing?"""
        match self.clear:
            case "send_null":
                return value is None
            case "send_empty":
                return same(value, self.emptiness)
            case {"send": sent}:
                return same(value, sent)
        return False


class Declared:
    """A vendor's behaviour, from the `body` of a mapping. `replaces`: does it replace what is sent whole?"""

    def __init__(self, mapping: Mapping[str, Any], *, replaces: bool) -> None:
        self.replaces = replaces
        self.default = mapping.get("clear")
        self.root = Place()
        self.required = {
            name for name, known in mapping["contract"]["fields"].items()
            if isinstance(known, dict) and known.get("required")
        }  # fmt: skip
        self._table(self.root, mapping["body"], item=False)

    def _table(self, root: Place, rules: Mapping[str, Any], *, item: bool) -> None:
        for target, rule in rules.items():
            place = root
            for segment in parse_path(target):
                match segment:
                    case Member(name):
                        step = name
                    case Index(position):
                        place.kind, step = "positions", str(position)
                    case Select(key, value):
                        place.kind, place.key, step = "selected", key, value
                place = place.inside.setdefault(
                    step, Place(step if isinstance(segment, Member) else place.name)
                )
            self._rule(place, {"from": rule} if isinstance(rule, str) else rule, item=item)

    def _rule(self, place: Place, rule: Mapping[str, Any], *, item: bool) -> None:
        place.rider = "param" in rule or "value" in rule
        place.identity = "identity" in rule
        place.always = "send" in rule or place.identity
        place.whole = rule.get("merge") == "whole"
        plain = not ({"send", "param", "value", "identity"} & rule.keys()) and place.name not in self.required
        place.clear = rule.get("clear", self.default if plain else None)
        if set(rule) <= _POLICIES or ("fields" in rule and "each" not in rule):
            place.clear = rule.get("clear")
            self._table(place, rule.get("fields", {}), item=item)
            return
        merge = rule.get("merge")
        lists = merge in ("set", "keyed", "add-only") or rule.get("from") == "tags" or "each" in rule
        if lists or merge == "whole":
            place.emptiness = [] if lists else {}
        if "each" in rule or any(
            "each" in option for option in rule.get("first", ()) if isinstance(option, dict)
        ):
            place.kind = rule.get("merge", "whole")
            place.key = rule.get("key", "")
            if place.kind in ("keyed", "add-only"):
                item_place = place.inside.setdefault("item", Place())
                self._table(item_place, rule["fields"], item=True)
            else:
                place.kind = "value"
        else:
            merge = rule.get("merge", "members" if rule.get("from") in ("phone", "payment_card") else "value")
            place.kind = {"whole": "value", "members": "entries", "fields": "entries"}.get(merge, merge)

    def take(self, state: State, body: dict[str, Any]) -> None:
        hold(self.required <= body.keys(), f"required: {self.required - body.keys()}")
        hold(not (said_twice := self._named(body) & _said(self.root, body)), f"set and cleared: {said_twice}")
        self._elsewhere(self.root, state, body, body)
        for name in self._lists():
            _take_away(body, name)
        self._object(self.root, state, body)
        _prune(self.root, state)

    def _lists(self) -> set[str]:
        found: set[str] = set()

        def walk(place: Place) -> None:
            if isinstance(place.clear, dict):
                found.update(place.clear[form] for form in ("name_in", "key_in") if form in place.clear)
                found.update(place.clear.get("write", ()))
            for below in place.inside.values():
                walk(below)

        walk(self.root)
        return found

    def _named(self, body: Any) -> set[str]:
        """Entries that a list of names takes away, as `map.key`."""
        found: set[str] = set()

        def walk(place: Place, at: tuple[str, ...]) -> None:
            if isinstance(place.clear, dict) and place.kind == "entries":
                for form in ("name_in", "key_in"):
                    found.update(json.dumps([*at, name]) for name in _at(body, place.clear.get(form), ()))
            for name, below in place.inside.items():
                walk(below, (*at, name))

        walk(self.root, ())
        return found

    def _elsewhere(self, place: Place, state: State, body: Any, whole: Any) -> None:
        """What is cleared by a list of names, or by a member that is written instead."""
        for step, below in place.inside.items():
            clear = below.clear if isinstance(below.clear, dict) else {}
            names = _at(whole, clear.get("name_in") or clear.get("key_in"), ())
            if isinstance(names, dict):
                hold(all(same(mark, clear["with"]) for mark in names.values()), "the mark of what is gone")
            if below.kind in ("entries", "keyed"):
                for name in names:
                    if isinstance(held := state.get(step), dict):
                        held.pop(str(name), None)
            elif clear.get("as", below.name) in names:
                state.pop(step, None)
            if "write" in clear and all(same(_at(whole, p), v) for p, v in clear["write"].items()):
                state.pop(step, None)
            if below.kind in ("object", "positions", "selected") and isinstance(state.get(step), dict):
                self._elsewhere(below, state[step], body, whole)

    def _object(self, place: Place, state: State, sent: Any) -> None:
        hold(isinstance(sent, dict), "an object is expected")
        for name, value in sent.items():
            hold(name in place.inside, f"nothing is known of {name}")
            if not place.inside[name].rider:
                self._put(place.inside[name], state, name, value)

    def _put(self, place: Place, state: State, name: str, value: Any) -> None:
        whole_map = place.kind == "entries" and place.clear == "send_empty" and value == {}
        if whole_map or place.is_cleared(value):
            state.pop(name, None)
            return
        held = state.get(name)
        fresh = not isinstance(held, dict)
        match place.kind:
            case "value":
                state[name] = value
            case "set":
                state[name] = sorted({json.dumps(item, sort_keys=True) for item in value})
            case "entries":
                into = state[name] = {} if fresh else held
                hold(isinstance(value, dict), "a map is expected")
                for key, item in value.items():
                    into.pop(key, None)
                    if not place.is_cleared(item):
                        into[key] = item
            case "object":
                into = state[name] = {} if fresh or (place.whole and self.replaces) else held
                self._object(place, into, value)
            case "positions" | "selected":
                into = state[name] = {} if fresh or (place.whole and self.replaces) else held
                self._items(place, into, value)
            case "keyed" | "add-only":
                into = state[name] = {} if fresh else held
                self._keyed(place, into, value)
            case other:
                raise AssertionError(other)

    def _items(self, place: Place, state: State, sent: Any) -> None:
        for position, item in enumerate(sent):
            step = str(position) if place.kind == "positions" else str(item.get(place.key))
            if item == {}:
                continue
            hold(step in place.inside, f"nothing is known of item {step}")
            rest = {
                name: value
                for name, value in item.items()
                if not (place.kind == "selected" and name == place.key)
            }
            self._object(place.inside[step], state.setdefault(step, {}), rest)

    def _keyed(self, place: Place, state: State, sent: Any) -> None:
        hold(isinstance(sent, list), "a list is expected")
        for item in sent:
            hold(place.key in item, "an item has its key")
            key = _text(item[place.key])
            held = state.get(key)
            into: State = {} if self.replaces or held is None else dict(held)
            self._object(place.inside["item"], into, item)
            if place.kind == "add-only" and held is not None:
                hold(same(held, into), "an item that is there cannot be changed")
            state[key] = into

    def store(self) -> Store:
        """As a store that the laws can ask."""
        along: set[str] = set(self.required)
        identities: set[tuple[str, ...]] = set()
        whole: set[str] = set()
        selected: dict[str, str] = {}
        units: set[str] = set()

        def walk(place: Place, target: tuple[Member, ...]) -> None:
            if place.rider or place.always:
                along.add(place.name)
            if place.identity:
                identities.add(tuple(member.name for member in target))
            if place.kind == "selected":
                along.add(place.key)
            if place.kind in ("selected", "keyed", "add-only"):
                selected[".".join(member.name for member in target)] = place.key
            if place.kind in ("keyed", "add-only"):
                units.add(".".join(member.name for member in target))
            if place.kind in ("object", "positions") and place.whole:
                whole.add(format_path(target))
            for name, below in place.inside.items():
                walk(below, (*target, Member(name)))

        walk(self.root, ())
        return Store(
            "",
            {},
            of_body(self.take),
            {},
            (),
            whole=frozenset(whole),
            exempt=frozenset(identities),
            along=frozenset(along),
            selected=selected,
            units=frozenset(units),
        )


def _said(place: Place, body: Any, at: tuple[str, ...] = ()) -> set[str]:
    """Entries that the body sets, as `map.key`."""
    found: set[str] = set()
    if not isinstance(body, dict):
        return found
    for name, below in place.inside.items():
        if below.kind == "entries" and isinstance(body.get(name), dict):
            found |= {json.dumps([*at, name, key]) for key in body[name]}
        elif below.kind == "object":
            found |= _said(below, body.get(name), (*at, name))
    return found


def _text(key: Any) -> str:
    return key if isinstance(key, str) else json.dumps(key)


def _at(body: Any, path: str | None, otherwise: Any = _NOTHING) -> Any:
    """What stands at a place of the body."""
    for segment in parse_path(path) if path else ():
        match segment:
            case Member(name) if isinstance(body, dict) and name in body:
                body = body[name]
            case Index(position) if isinstance(body, list) and position < len(body):
                body = body[position]
            case Select(key, value) if isinstance(body, list) and value in [item.get(key) for item in body]:
                body = next({**item} for item in body if item.get(key) == value)
                del body[key]
            case _:
                return otherwise
    return body if path else otherwise


def _take_away(body: Any, path: str) -> None:
    segments = parse_path(path)
    if not all(isinstance(segment, Member) for segment in segments):  # items for clears alone
        body.pop(name_of(segments[:1]), None)
        return
    *way, last = (segment.name for segment in segments if isinstance(segment, Member))
    outer: list[tuple[Any, str]] = []
    for name in way:
        if not isinstance(body, dict) or name not in body:
            return
        outer.append((body, name))
        body = body[name]
    if isinstance(body, dict):
        body.pop(last, None)
    for holder, name in reversed(outer):
        if holder[name] == {}:
            del holder[name]


def _prune(place: Place, state: State) -> None:
    """An object that says nothing is nothing."""
    for name, below in place.inside.items():
        if below.kind in ("object", "positions", "selected") and isinstance(state.get(name), dict):
            _prune(below, state[name])
        if below.kind not in ("value", "set") and state.get(name) == {}:
            del state[name]
