"""The tables of structured-merge-diff (Kubernetes), said in this language: 293 cases, 227 run, 66 left out.

Each schema becomes a canonical schema and a mapping: a map with fields an object, a free map `entries`, an
associative list a `set` or, with keys, `keyed`, an atomic thing one value. Then
- symdiff: the changes of `diff(lhs, rhs, absent="clear")` are where the table has something removed,
  modified or added, and the vendor ends with `rhs`;
- merge: `diff(lhs, rhs)` takes a vendor that holds `lhs` to `out`;
- remove: as symdiff, from the object to what is left of it;
- validate: valid objects are taken, the others are a RecordError (duplicates are valid in a `set`).
What structured-merge-diff looks at more finely (an item of a set, a member of an item) is looked at here
where the plan names it. Cases that mean something else there are in structured_merge.yaml, by name and
with the reason; a case that is listed has to fail, so the list cannot grow old.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from declared import Declared

import custmap
from custmap.diagnostics.errors import RecordError
from custmap.values.equality import same
from custmap.values.paths import Member, Segment, Select, format_path
from laws import Case, Customer, differences

SUITES = os.environ.get("CUSTMAP_SUITES")
pytestmark = pytest.mark.skipif(SUITES is None, reason="CUSTMAP_SUITES is not set")
LISTED = yaml.safe_load(Path(__file__).with_name("structured_merge.yaml").read_text(encoding="utf-8"))
ROOT = "root"
"""A record is an object: a root that is a free map stands below this member."""
BOTH = "both"
"""A list has one key here; of two, one is made."""
SCALARS = {"string": "string", "numeric": "number", "number": "number", "boolean": "boolean"}
Type = dict[str, Any]
Rules = dict[str, Any]


@dataclass(frozen=True)
class One:
    """A case: its table, its schema's name, its place there, and what it says."""

    table: str
    schema: str
    name: str
    types: str
    root: str
    says: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.table}: {self.schema}: {self.name}"


def _cases() -> Iterator[One]:
    if SUITES is None:
        return
    for table in ("symdiff", "merge", "remove_extract", "extract_with_keys", "validate"):
        text = (Path(SUITES) / "smd" / f"{table}.json").read_text(encoding="utf-8")
        for schema in json.loads(text):
            head = (table, schema["name"])
            tail = (schema["schema"], schema["rootTypeName"])
            for number, says in enumerate(schema.get("cases", ())):
                yield One(*head, str(number), *tail, says)
            for word in ("valid", "invalid", "duplicates"):
                for number, object_ in enumerate(schema.get(f"{word}Objects", ())):
                    yield One(*head, f"{word} {number}", *tail, {"object": object_})


CASES = list(_cases())


def _listed() -> dict[str, str]:
    """Each case that is left out, to the reason."""
    return {
        f"{table}: {schema}: {name}": reason
        for reason, tables in LISTED.items()
        for table, schemas in tables.items()
        for schema, names in schemas.items()
        for name in str(names).split(", ")
    }


class Translation:
    """A schema of structured-merge-diff as a canonical schema and a table of rules."""

    def __init__(self, types: str, root: str) -> None:
        self.types = {one["name"]: one for one in yaml.safe_load(types)["types"]}
        type_ = self.types[root]
        self.wraps = "fields" not in type_.get("map", {})
        self.fields = {ROOT: type_} if self.wraps else self.members(type_)

    def members(self, type_: Type) -> dict[str, Type]:
        return {field["name"]: self.named(field["type"]) for field in type_["map"]["fields"]}

    def named(self, type_: Type) -> Type:
        # One schema names a type that it does not have: anything.
        return self.types.get(type_["namedType"], {"scalar": "untyped"}) if "namedType" in type_ else type_

    def kind(self, type_: Type) -> str:
        """object, entries, set, keyed, or value."""
        map_, list_ = type_.get("map"), type_.get("list")
        if map_ is not None and map_.get("elementRelationship") != "atomic":
            return "object" if "fields" in map_ else "entries"
        if map_ is None and list_ is not None and list_["elementRelationship"] == "associative":
            return "keyed" if "keys" in list_ else "set"
        return "value"

    def keys(self, type_: Type) -> list[str]:
        return list(type_["list"]["keys"])

    def body(self) -> Rules:
        return {name: self.rule(name, type_) for name, type_ in self.fields.items()}

    def rule(self, name: str, type_: Type, *, inside: bool = False) -> Rules:
        clear = "omit" if inside else "send_null"
        match self.kind(type_):
            case "object":
                members = self.members(type_).items()
                fields = {key: self.rule(key, one) for key, one in members}
                return {"from": name, "fields": fields, "clear": "send_null"}
            case "keyed":
                return {**self._items(name, type_), "merge": "keyed", "clear": {"name_in": f"{name}_gone"}}
            case "entries" | "set" as kind:
                return {"from": name, "merge": "whole" if inside else kind, "clear": clear}
        return {
            "from": name,
            "clear": clear,
            **({"merge": "whole"} if type_.keys() & {"list", "map"} else {}),
        }

    def _items(self, name: str, type_: Type) -> Rules:
        item, keys = self.named(type_["list"]["elementType"]), self.keys(type_)
        if self.kind(item) == "value":
            return {"from": name, "key": keys[0]}
        rules = {key: self.rule(key, one, inside=True) for key, one in self.members(item).items()}
        if len(keys) == 1:
            return {"each": name, "key": keys[0], "fields": {**rules, keys[0]: keys[0]}}
        made = f"join(' ', [{', '.join(f'to_string({key})' for key in keys)}])"
        said = " && ".join(f"{key} != `null`" for key in keys)
        return {"each": name, "key": BOTH, "fields": {**rules, BOTH: {"from": made, "when": said}}}

    def schema(self) -> Rules:
        return self._closed({name: self._json(type_) for name, type_ in self.fields.items()})

    def _closed(self, members: Rules) -> Rules:
        return {"type": ["object", "null"], "properties": members, "additionalProperties": False}

    def _json(self, type_: Type, *, item: bool = False) -> Rules:
        if type_.get("scalar") == "untyped":
            return {"type": ["object", "null"]} if type_ is self.fields.get(ROOT) else {}
        if "scalar" in type_:
            kind = SCALARS[type_["scalar"]]
            return {"type": kind if item else [kind, "null"]}
        if "list" in type_:
            inner = self._json(self.named(type_["list"]["elementType"]), item=True)
            return {"type": ["array", "null"], "items": inner}
        if self.kind(type_) == "object":
            inner = self._closed({name: self._json(one) for name, one in self.members(type_).items()})
            return {**inner, "type": "object"} if item else inner
        element = self.named(type_["map"]["elementType"])
        free = {} if element.get("map") else self._json(element)
        return {"type": ["object", "null"], "additionalProperties": free}


class Table:
    """The mapping of a schema, beside the vendor that it declares."""

    def __init__(self, types: str, root: str, folder: Path) -> None:
        self.translation = Translation(types, root)
        mapping = {
            "custmap": 1,
            "name": "acme/case",
            "source": "record.schema.json",
            "contract": {"method": "PATCH", "url": "https://x.io/c", "fields": {"known": "string"}},
            "body": self.translation.body(),
        }
        home = folder / "acme"
        home.mkdir()
        schema = self.translation.schema() | {"type": "object"}
        (home / "record.schema.json").write_text(json.dumps(schema), encoding="utf-8")
        (home / "case.yaml").write_text(json.dumps(mapping), encoding="utf-8")
        self.case = Case(custmap.load(home / "case.yaml"), Declared(mapping, replaces=True).store())

    def record(self, text: str | None) -> Any:
        """A record from what a table has: some texts have a brace too many, and no text is nothing."""
        held = json.JSONDecoder().raw_decode(text)[0] if text else {}
        return {ROOT: held} if self.translation.wraps else held

    def targets(self, path: list[dict[str, Any]], *records: Customer) -> Iterator[str]:
        """Where a plan speaks of a path: at a leaf, an entry or an item, be the path longer or shorter."""
        steps = [ROOT] if self.translation.wraps else []
        steps += [next(iter(one.values())) for one in path]
        name, *below = steps
        type_ = self.translation.fields[name]
        at: tuple[Segment, ...] = (Member(name),)
        match self.translation.kind(type_):
            case "entries" | "keyed" as kind:
                parts: list[Any] = below[:1] or [one for held in records for one in held.get(name) or ()]
                keys = self.translation.keys(type_) if kind == "keyed" else []
                found = [Member(part) if kind == "entries" else select(keys, part) for part in parts]
                yield from (format_path((*at, one)) for one in found) if found else [format_path(at)]
            case "object":
                yield format_path((*at, *map(Member, below)))
            case _:
                yield format_path(at)

    def changes(self, before: Customer, after: Customer) -> set[tuple[str, str]]:
        plan = self.case.diff(before, after, "clear")
        assert not plan.rejected, plan.rejected
        return {(change.action, change.target) for change in plan.changes}

    def ends(self, before: Customer, after: Customer, wanted: Customer, absent: str) -> None:
        """The vendor that holds `before` ends where saying `wanted` would have brought it."""
        plan = self.case.diff(before, after, absent)
        assert not plan.rejected, plan.rejected
        ended = self.case.update(self.case.apply(before), plan)
        assert not differences(ended, self.case.apply(wanted), set())


def select(keys: list[str], item: Customer) -> Select:
    """How a plan names an item."""
    if len(keys) == 1:
        return Select(keys[0], item[keys[0]])
    return Select(BOTH, " ".join(str(item[key]) for key in keys))


def said(table: Table, before: Customer, after: Customer, paths: list[Any]) -> set[tuple[str, str]]:
    """(action, target) of the paths: what after has no value for is cleared."""
    standing = {
        target
        for name, held in after.items()
        for target, value in _standing(table.translation, name, held)
        if value is not None
    }
    found = {target for path in paths for target in table.targets(path, before, after)}
    return {("set" if target in standing else "clear", target) for target in found}


def _standing(translation: Translation, name: str, held: Any) -> Iterator[tuple[str, Any]]:
    """What a record has, at the places that plans name."""
    type_, at = translation.fields[name], (Member(name),)
    kind = translation.kind(type_)
    if held is not None and kind in ("entries", "object"):
        yield from ((format_path((*at, Member(key))), value) for key, value in held.items())
    elif held is not None and kind == "keyed":
        keys = translation.keys(type_)
        yield from ((format_path((*at, select(keys, item))), item) for item in held)
    else:
        yield format_path(at), held


def stands(held: Any, path: list[dict[str, Any]]) -> bool:
    """Is there something at the path? The tables remove what is not there, too."""
    for step in path:
        if "field" in step:
            if not isinstance(held, dict) or step["field"] not in held:
                return False
            held = held[step["field"]]
        elif "value" in step:
            return isinstance(held, list) and any(same(item, step["value"]) for item in held)
        else:
            items = [item for item in held or [] if step["key"].items() <= item.items()]
            if not items:
                return False
            held = items[0]
    return True


def hold(one: One, folder: Path) -> None:
    """AssertionError or ValueError where the case does not hold, or cannot be said."""
    table = Table(one.types, one.root, folder)
    says = one.says
    match one.table:
        case "symdiff":
            before, after = table.record(says["lhs"]), table.record(says["rhs"])
            paths = [path for name in ("removed", "modified", "added") for path in says[name]["set"]]
            assert table.changes(before, after) == said(table, before, after, paths)
            table.ends(before, after, after, "clear")
        case "merge":
            before, after = table.record(says["lhs"]), table.record(says["rhs"])
            table.case.mapping.apply(before)  # RecordError where a part of it is rejected
            table.ends(before, after, table.record(says["out"]), "keep")
        case "remove_extract":
            before, after = table.record(says["object"]), table.record(says["removeOutput"])
            paths = [path for path in says["set"]["set"] if stands(before, path)]
            assert table.changes(before, after) == said(table, before, after, paths)
            table.ends(before, after, after, "clear")
        case "validate" if not one.name.startswith("invalid"):
            table.case.mapping.apply(table.record(says["object"]))
        case "validate":
            with pytest.raises(RecordError):
                table.case.mapping.apply(table.record(says["object"]))
        case other:
            raise AssertionError(f"{other}: no update is in it")


@pytest.mark.parametrize("one", CASES, ids=str)
def test_case(one: One, tmp_path: Path) -> None:
    if str(one) in _listed():
        with pytest.raises((AssertionError, ValueError, RecordError, pytest.fail.Exception)):
            hold(one, tmp_path)
    else:
        hold(one, tmp_path)


def test_listed_cases_are_cases() -> None:
    assert set(_listed()) <= {str(one) for one in CASES}


def test_counts() -> None:
    left_out = len(_listed())
    assert f"{len(CASES)} cases, {len(CASES) - left_out} run, {left_out} left out" in (__doc__ or "")
