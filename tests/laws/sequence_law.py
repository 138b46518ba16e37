"""Several requests: compiled is interpreted, sequences converge, and settled nights do.

One seed draws a mapping, customers, faults. `python tests/laws/sequences.py 0 2000` runs a range of seeds.
"""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from whole_loading import as_yaml, load
from whole_records import Records

from custmap.back.outcome import Outcome
from custmap.diagnostics.errors import RecordError
from custmap.values.equality import same
from oracle.records import laid_over, taken
from oracle.request import Refused
from oracle.sequence import Said, Sequence

Rules = dict[str, Any]
FIELDS: Final = ("email", "company", "name", "priority", "tags", "addresses", "attributes", "custom_fields")
LEAVES: Final = ("email", "company", "given_name(name)", "priority", "lower(email)", "attributes.plan")
PAIRS: Final = 12
CHANGES: Final = {
    "into": "ops",
    "set": {"set": "{path}", "to": "{value}"},
    "clear": {"remove": "{path}"},
    "paths": "pointer",
}
HEADS: Final[list[Rules]] = [{}, {}, {"merge": "whole"}, {"mask": {"query": "names"}}, {"changes": CHANGES}]
"""How a request that is not for an entry changes what the vendor has."""
GONE: Final = {"merge": "omit", "mask": "mask"}
"""How it may be told that a value is gone."""


class Differs(AssertionError):
    def __init__(self, seed: int, mapping: Rules, what: str, *told: Any) -> None:
        lines = [what, f"seed {seed}", as_yaml(mapping), *map(str, told)]
        super().__init__("\n".join(lines))


class Drawing:
    """A mapping of two to four entries; `asks`: rules of calls have conditions."""

    def __init__(self, rng: Random, *, asks: bool = False) -> None:
        self.rng = rng
        self.asks = asks
        self.named = rng.random() < 0.6

    def mapping(self) -> Rules:
        kinds = [self.plain, self.of_map, self.of_scalars, self.of_objects]
        entries = [self.rng.choice(kinds)(f"e{at}") for at in range(self.rng.randint(2, 4))]
        for at, entry in enumerate(entries):
            if at and self.rng.random() < 0.3:
                entry["after"] = [self.rng.choice(entries[:at])["name"]]
        head = {"custmap": 1, "name": "acme/whole", "clear": "send_null", "requests": entries}
        return head | ({"headers": {"x-who": {"value": "w"}}} if self.rng.random() < 0.3 else {})

    def call(self, name: str, source: str, path: Rules, body: Rules | None) -> Rules:
        rules = {"customer": f"{source}identifiers.acme"} if self.named else {}
        rules |= path
        url = "https://acme.example/" + "/".join([name, *(f"{{{one}}}" for one in rules)])
        made: Rules = {"contract": {"method": "PUT", "url": url}}
        return made | ({"path": rules} if rules else {}) | ({"body": body} if body else {})

    def plain(self, name: str) -> Rules:
        head = self.rng.choice(HEADS)
        gone = next((way for key, way in GONE.items() if key in head), None)
        clear = {"clear": gone} if gone and self.rng.random() < 0.6 else {}
        sources = self.rng.sample(LEAVES, self.rng.randint(1, 3))
        body = {f"f{at}": {"from": one, **clear} for at, one in enumerate(sources)}
        if self.rng.random() < 0.3:
            body["t"] = {"from": "tags", "merge": "set", "clear": "send_empty"}
        if self.rng.random() < 0.3:
            body["o"] = {"from": "attributes", "merge": "whole" if gone else "entries"}
        if not gone and self.rng.random() < 0.4:
            ways = self.rng.choice([("added",), ("gone",), ("added", "gone")])
            body["i"] = {"from": "tags", "merge": "items"} | {way: {"in": f"{way}.i"} for way in ways}
        return {"name": name, **head, **self.call(name, "", {}, body)}

    def body(self, value: Rules) -> Rules | None:
        if self.rng.random() < 0.2:
            return None
        texts = ["customer.email", "lower(customer.email)", "to_string(customer.attributes)"]
        whole = {"from": "customer.attributes", "merge": self.rng.choice(["whole", "entries"])}
        extra = {"more": self.rng.choice([*texts, whole])}
        if self.asks:
            asked = {"from": "customer.email", "when": "customer.priority > `1`"}
            extra |= {"asked": asked | self.rng.choice([{}, {"otherwise": "clear"}])}
        return value | (extra if self.rng.random() < 0.4 else {})

    def entries(self, name: str, source: str, value: Rules, **keys: Any) -> Rules:
        path = {"key": "key"}
        set_ = self.call(name, "customer.", path, self.body(value))
        clear = self.call(name, "customer.", path, None)
        clear["contract"]["method"] = "DELETE"
        made = {"name": name, "for_each": source, **keys, "set": set_}
        return made | ({"clear": clear} if self.rng.random() < 0.8 else {})

    def of_map(self, name: str) -> Rules:
        source = self.rng.choice(["attributes", "custom_fields", "text_values(attributes)"])
        return self.entries(name, source, {"v": self.rng.choice(["value", "text(value)", "integer(value)"])})

    def of_scalars(self, name: str) -> Rules:
        return self.entries(name, "tags", {"v": self.rng.choice(["value", "key", "lower(value)"])})

    def of_objects(self, name: str) -> Rules:
        members = self.rng.sample(["city", "postal_code", "phone"], self.rng.randint(1, 3))
        return self.entries(name, "addresses", {one: f"value.{one}" for one in members}, key="label")


@dataclass
class Store:
    """A vendor: what a PUT says of a place is laid over what is there, a DELETE takes it away.

    `heads`  of requests that say what they do in another way: how.
    `items`  what all requests added to one list, and did not take away.
    """

    held: dict[str, Any]
    entries: frozenset[str]
    heads: Rules
    items: set[Any] = field(default_factory=set)

    def take(self, request: Any) -> None:
        place, head = f"{request.name} {request.path}", self.heads.get(request.name, {})
        held, body = self.held.get(place, {}), dict(request.body or {})
        self.items -= set(body.pop("gone", {}).get("i", ()))
        self.items |= set(body.pop("added", {}).get("i", ()))
        if request.method == "DELETE":
            self.held.pop(place, None)
        elif "merge" in head:
            self.held[place] = body
        elif "mask" in head:
            named = request.query["names"].split(",")
            rest = {name: one for name, one in held.items() if name not in named}
            self.held[place] = rest | {name: body[name] for name in named if name in body}
        elif "changes" in head:
            self.held[place] = _changed(held, body.get("ops", []))
        else:
            self.held[place] = _merged(held, body, 2)

    def seen(self) -> Any:
        """What it holds. An entry is there even where nothing is in it."""
        found = {place: _there(body) for place, body in self.held.items()}
        seen: Any = {place: one for place, one in found.items() if one or place.split()[0] in self.entries}
        return seen | {"items": sorted(map(str, self.items))}


def _changed(held: dict[str, Any], items: list[dict[str, Any]]) -> dict[str, Any]:
    """What is held, with each item done."""
    made = deepcopy(held)
    for item in items:
        path = item["set"] if "set" in item else item["remove"]
        *around, last = (one.replace("~1", "/").replace("~0", "~") for one in path[1:].split("/"))
        inside = made
        for name in around:
            inside = inside.setdefault(name, {})
        if "set" in item:
            inside[last] = item["to"]
        else:
            inside.pop(last, None)
    return made


def _merged(held: Any, body: Any, depth: int) -> Any:
    """A body over what is held; an entry of a map is one value."""
    if not depth or not isinstance(held, dict) or not isinstance(body, dict):
        return body
    return {**held, **{name: _merged(held.get(name), value, depth - 1) for name, value in body.items()}}


def _there(value: Any) -> Any:
    """Nulls, and what is empty, are not there."""
    if not isinstance(value, dict):
        return value
    made = {name: _there(one) for name, one in value.items()}
    if isinstance(tags := made.get("t"), list):
        made["t"] = sorted(set(tags))  # a set
    return {name: one for name, one in made.items() if one not in (None, {}, [], "") or one is False}


def cases(seed: int, *, asks: bool = False) -> tuple[Any, Rules, list[tuple[Any, Any, str]]]:
    """A mapping, loaded (None if it has findings), and pairs."""
    rng = Random(seed)
    drawing = Drawing(rng, asks=asks)
    mapping = drawing.mapping()
    records = Records(rng, FIELDS, named=drawing.named)
    pairs = [(*records.pair(), rng.choice(["keep", "keep", "clear"])) for _ in range(PAIRS)]
    return load(mapping), mapping, pairs


def check(seed: int) -> int:
    """Check a seed; how many plans had several requests?"""
    loaded, mapping, pairs = cases(seed)
    if loaded is None:
        return 0
    several = 0
    assert str(loaded.explain())
    whole = Sequence(loaded.checked, {})
    for before, after, absent in pairs:
        several += _check_diff(seed, mapping, loaded, whole, before, after, absent)
        _check_ends(seed, mapping, loaded, before, after)
    _check_nights(seed, mapping, loaded)
    return several


def _check_diff(
    seed: int, mapping: Rules, loaded: Any, whole: Sequence, before: Any, after: Any, absent: str
) -> bool:
    """Requests, changes and rejections, compiled and interpreted."""
    about = (f"before {json.dumps(before)}", f"after  {json.dumps(after)}", absent)
    try:
        wanted: Said | None = whole.diff(before, after, absent=absent)
    except Refused:
        wanted = None
    try:
        plan = loaded.diff(deepcopy(before), deepcopy(after), absent=absent)
    except RecordError as error:
        if wanted is not None:
            raise Differs(seed, mapping, "raises", *about, error, wanted) from None
        return False
    if wanted is None:
        raise Differs(seed, mapping, "does not raise", *about, plan)
    made = [[one.name, one.clears, one.path, one.query, one.body or {}] for one in plan.requests]
    parts = [
        [one.name, one.clears, one.parts.path, one.parts.query, one.parts.body] for one in wanted.requests
    ]
    if not same(made, parts):
        raise Differs(seed, mapping, "requests", *about, made, parts)
    for what, found, told in (
        ("changes", [(one.action, one.target) for one in plan.changes], wanted.changes),
        ("rejected", [(one.code, one.target) for one in plan.rejected], wanted.rejected),
    ):
        if _written(found) != _written(told):
            raise Differs(seed, mapping, what, *about, sorted(found), sorted(told))
    carried = {one.request for one in plan.changes}
    if plan.changes and not carried >= set(range(len(plan.requests))):
        raise Differs(seed, mapping, "a request that no change is in", *about, plan)
    return len(plan.requests) > 1


def _written(told: Any) -> Any:
    """Changes or rejections; whether what cannot be written would have been said, the page does not say."""
    others = {target for code, target in told if code != "CM814"}
    told = [one for one in told if one[0] != "CM814" or one[1] not in others]  # nothing may be said then
    nameless = ('.""', '[""]', '=""]')
    return sorted(one for one in told if one[0] != "CM710" and not one[1].endswith(nameless))


def _check_ends(seed: int, mapping: Rules, loaded: Any, before: Any, after: Any) -> None:
    """The sequence converges; and any prefix of it, then all of it, ends where it ends."""
    about = (f"before {json.dumps(before)}", f"after  {json.dumps(after)}")
    try:
        plan = loaded.diff(before, after)
        again = loaded.diff(after, after)
        start = loaded.requests(before or {}, on_rejected="drop")
        canonical = loaded.checked.canonical
        laid = after if before is None else _laid(before, after, canonical)
        whole = loaded.requests(laid, on_rejected="drop")
        first = loaded.diff(None, before or {})
        last = loaded.diff(None, laid)
    except RecordError:
        return
    if again.requests or again.changes:
        raise Differs(seed, mapping, "nothing changed, and something is said", *about, again)
    store = _after(_empty(loaded), start)
    ended = _after(store, plan.requests)
    for arrived in range(len(plan.requests) + 1):
        retried = _after(_after(store, plan.requests[:arrived]), plan.requests)
        if not same(retried.seen(), ended.seen()):
            raise Differs(seed, mapping, f"{arrived} arrived, then all", *about, retried.seen(), ended.seen())
    if not (plan.rejected or first.rejected or last.rejected or plan.notes):
        wanted = _after(_empty(loaded), whole).seen()
        if not same(ended.seen(), wanted):
            raise Differs(seed, mapping, "does not converge", *about, ended.seen(), wanted)


def _laid(before: Any, after: Any, canonical: Any) -> Any:
    return laid_over(taken(before, canonical), taken(after, canonical), after, canonical)


def _empty(loaded: Any) -> Store:
    steps = loaded.checked.steps
    files = {step.name: step.call.file for step in steps if step.entries is None}
    heads = {
        name: {key: True for key in ("merge", "mask", "changes") if getattr(file, key) is not None}
        for name, file in files.items()
    }
    return Store({}, frozenset(step.name for step in steps if step.entries is not None), heads)


def _after(store: Store, requests: Any) -> Store:
    made = Store(deepcopy(store.held), store.entries, store.heads, set(store.items))
    for request in requests:
        made.take(request)
    return made


APPLIED, REFUSED, LOST, LOST_ARRIVED = range(4)


def _check_nights(seed: int, mapping: Rules, loaded: Any) -> None:
    """Whatever is lost or refused, after a night without fault the vendor holds what it would have."""
    rng = Random(seed * 7 + 1)
    records = Records(rng, FIELDS, named=False)
    truth = {"identifiers": {"acme": "7"}, **records.customer()}
    nights = [truth]
    for _ in range(3):
        nights.append({**records.near(nights[-1]), "identifiers": {"acme": "7"}})
    nights.append(_mentioning(nights))
    store, kept, held = _empty(loaded), None, None
    told = []
    for at, after in enumerate(nights):
        faults = at < len(nights) - 1
        try:
            plan = loaded.diff(kept, after)
            clean = loaded.diff(held, after)
        except RecordError:
            return
        if plan.rejected or clean.rejected or plan.notes or clean.notes:
            return
        fates = [
            rng.choice([APPLIED, REFUSED, LOST, LOST_ARRIVED]) if faults else APPLIED for _ in plan.requests
        ]
        for request, fate in zip(plan.requests, fates, strict=True):
            if fate in (APPLIED, LOST_ARRIVED):
                store.take(request)
        outcomes = {place: _outcome(loaded, fate) for place, fate in enumerate(fates)}
        told.append((json.dumps(kept), json.dumps(after), fates, [str(one.url) for one in plan.requests]))
        kept = loaded.settle(kept, after, plan, outcomes)
        held = after if held is None else _laid(held, after, loaded.checked.canonical)
    wanted = _empty(loaded)
    so_far = None
    for after in nights:
        wanted = _after(wanted, loaded.diff(so_far, after).requests)
        so_far = after if so_far is None else _laid(so_far, after, loaded.checked.canonical)
    if not same(store.seen(), wanted.seen()):
        raise Differs(seed, mapping, "nights do not converge", *told, store.seen(), wanted.seen())


def _mentioning(nights: list[Any]) -> Any:
    """The last night's record, with all that an earlier one mentions."""
    last = deepcopy(nights[-1])
    for night in nights:
        for name, value in night.items():
            if name not in last:
                last[name] = value
            elif name == "name" and isinstance(last[name], dict):
                held = {"formatted": value} if isinstance(value, str) else value
                last[name] = {**(held or {}), **last[name]}
    return last


def _outcome(loaded: Any, fate: int) -> Outcome | None:
    if fate in (LOST, LOST_ARRIVED):
        return None
    done = fate == APPLIED
    return Outcome(loaded.name, 200 if done else 400, done, done, False)
