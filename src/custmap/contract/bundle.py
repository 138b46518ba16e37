"""A contract's schema as one self-contained plain JSON Schema.

References become `#/$defs/…`, and OpenAPI 3.0's own keywords become those of draft 2020-12, so all later
code reads one dialect. Only keywords at places of schemas are followed: a `$ref` in an example is data.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from msgspec import Struct, field

from custmap.contract.references import Located, Pointer, References, schema_reference
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import MappingError

_PLAIN: Final = (
    *("type", "enum", "const", "format", "pattern", "minLength", "maxLength"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("minItems", "maxItems", "uniqueItems", "minContains", "maxContains"),
    *("minProperties", "maxProperties", "dependentRequired"),
    *("title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly"),
)
_ONE: Final = (
    *("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames"),
    *("unevaluatedItems", "unevaluatedProperties", "contentSchema"),
)
_LISTS: Final = ("allOf", "anyOf", "oneOf", "prefixItems")
_MAPS: Final = ("properties", "patternProperties", "dependentSchemas")
_CHAIN: Final = 64
"""How many schemas may be made of one another in a row; real ones need ten."""
_HOLDS: Final[dict[str, str]] = {
    **dict.fromkeys(_PLAIN, "values"),
    **dict.fromkeys(_ONE, "schema"),
    **dict.fromkeys(_LISTS, "schemas"),
    **dict.fromkeys(_MAPS, "schemas by name"),
}
"""What stands behind each keyword; others mean nothing to a schema."""


class Bundle(Struct):
    """Makes one plain schema of a contract's schema: references under `$defs`, 3.0 converted to 3.1.

    `request`  members that are `readOnly` are not required in a request (OpenAPI 3.1 § 4.8.24).
    """

    references: References
    is_30: bool
    request: bool
    defs: dict[str, Any] = field(default_factory=dict)
    names: dict[tuple[Path, Pointer], str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    waiting: list[tuple[str, Located]] = field(default_factory=list)

    def bundle(self, here: Located) -> dict[str, Any]:
        """The schema at `here`, self-contained."""
        schema = self._schema(here)
        while self.waiting:
            name, found = self.waiting.pop()
            self.defs[name] = self._schema(found)
        whole = {True: {}, False: {"not": {}}}[schema] if isinstance(schema, bool) else schema
        self._check_chains(whole, here)
        named = {"$defs": dict(sorted(self.defs.items()))} if self.defs else {}
        return {"$schema": "https://json-schema.org/draft/2020-12/schema", **whole, **named}

    def _check_chains(self, whole: dict[str, Any], here: Located) -> None:
        """MappingError (CM108) if a chain of schemas that refer to each other is too long.

        Reading a schema first reads those it refers to, recursively; members and items are read later.
        """
        if len(self.defs) < _CHAIN:
            return
        depths: dict[str, int] = {}
        waiting = [("", _referred(whole))]
        while waiting:
            name, within = waiting[-1]
            fresh = next((one for one in within if one not in depths), None)
            if fresh is None:
                waiting.pop()
                depths[name] = 1 + max((depths[one] for one in within), default=0)
            else:
                depths[fresh] = 0  # until its own are known: a circular reference ends there
                waiting.append((fresh, _referred(self.defs[fresh])))
            if len(waiting) > _CHAIN or depths.get(name, 0) > _CHAIN:
                message = f"a chain of more than {_CHAIN} schemas that refer to one another"
                raise MappingError([Diagnostic("CM108", message, here.span)])

    def _schema(self, here: Located) -> Any:
        if isinstance(here.value, bool):
            return here.value
        source = here.map
        made: dict[str, Any] = {}
        if isinstance(source.get("$ref"), str):
            made["$ref"], found = self._named(here)
            if self.request and (variants := self._variants(here, found)):
                made["anyOf"] = variants
            if self.is_30:
                return _beside_reference(made, source)
        for word, value in source.items():
            match _HOLDS.get(word):
                case "values":
                    made[word] = value
                case "schema":
                    made[word] = self._schema(here.inner(word))
                case "schemas" if isinstance(value, list) and value:
                    within = here.inner(word)
                    made[word] = [self._schema(within.inner(position)) for position in range(len(value))]
                case "schemas by name":
                    within = here.inner(word)
                    made[word] = {name: self._schema(within.inner(name)) for name in within.map}
        if (mapping := here.inner("discriminator", "mapping").map) and isinstance(
            source["discriminator"], dict
        ):
            named = {str(name): self._of_mapping(str(one), here) for name, one in mapping.items()}
            known = {name: one for name, one in named.items() if one is not None}
            made["discriminator"] = {**source["discriminator"], "mapping": known}
        if "required" in source and (required := self._required(here)):
            made["required"] = required
        return _from_30(made, source) if self.is_30 else made

    def _variants(self, here: Located, found: Located) -> list[dict[str, str]]:
        """The schemas that extend the one referred to, where its `discriminator` lists them.

        Many documents list them only there, each with an `allOf` of the common one. In that `allOf` the
        common one means itself, to avoid infinite recursion.
        """
        listed = found.inner("discriminator", "mapping").map.values()
        if not listed or here.pointer[-2:-1] == ("allOf",) or "oneOf" in found.map or "anyOf" in found.map:
            return []
        named = (self._of_mapping(name, found) for name in listed if isinstance(name, str))
        return [{"$ref": name} for name in named if name is not None]

    def _of_mapping(self, name: str, here: Located) -> str | None:
        """`#/$defs/…` for what a discriminator's mapping names; None for names that cannot be resolved.

        Such lists are written for people, too.
        """
        reference = schema_reference(name)
        at = replace(here, value={"$ref": reference})
        aside = References(self.references.folder, self.references.documents)
        return self._named(at)[0] if aside.target(reference, at).value is not None else None

    def _named(self, here: Located) -> tuple[str, Located]:
        """`#/$defs/…` for what a reference names, and that schema; it is read later, once."""
        found = self.references.target(here.map["$ref"], here)
        place = (found.path, found.pointer)
        if found.value is None:
            return "#/$defs/" + self._lost(), found
        if place not in self.names:
            last = re.sub(
                r"[^A-Za-z0-9_.-]", "_", str(found.pointer[-1]) if found.pointer else found.path.stem
            )
            name, count = last, self.counts.get(last, 1)
            while name in self.defs:
                count += 1
                name = f"{last}_{count}"
            self.counts[last] = count
            self.names[place], self.defs[name] = name, {}
            self.waiting.append((name, found))
        return "#/$defs/" + self.names[place], found

    def _lost(self) -> str:
        """The replacement for a broken reference, so that other problems can still be found."""
        self.defs["_"] = {}
        return "_"

    def _required(self, here: Located) -> list[str]:
        names = [name for name in here.inner("required").list if isinstance(name, str)]
        if not self.request:
            return names
        return [name for name in names if not self._read_only(here.inner("properties", name))]

    def _read_only(self, member: Located) -> bool:
        waiting = [member]
        for one in waiting:
            found = self.references.follow(one)
            if one.map.get("readOnly") is True or found.map.get("readOnly") is True:
                return True
            if len(waiting) < _CHAIN:  # parts may refer to each other in a circle
                parts = found.inner("allOf")
                waiting += (parts.inner(position) for position in range(len(parts.list)))
        return False


def _beside_reference(made: dict[str, Any], source: Mapping[str, Any]) -> dict[str, Any]:
    """3.0 ignores keys next to a `$ref`, but `nullable` and `readOnly` there are clearly intended."""
    if source.get("readOnly") is True:
        made["readOnly"] = True
    return {"anyOf": [made, {"type": "null"}]} if source.get("nullable") is True else made


def _referred(schema: Any) -> list[str]:
    """The definitions that a schema itself refers to, without those of members and items."""
    found: list[str] = []
    waiting = [schema]
    for one in waiting:
        if isinstance(one, dict):
            found += [one["$ref"].rpartition("/")[2]] if "$ref" in one else []
            waiting += (inner for word in _LISTS[:3] for inner in one.get(word, ()))
    return found


def _from_30(made: dict[str, Any], source: Mapping[str, Any]) -> dict[str, Any]:
    """Convert OpenAPI 3.0's own keywords: `nullable`, and limits that are exclusive by a boolean."""
    for limit, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(made.get(exclusive), bool) and made.pop(exclusive) and limit in made:
            made[exclusive] = made.pop(limit)
    if source.get("nullable") is not True:
        return made
    if isinstance(made.get("enum"), list) and None not in made["enum"]:
        # Strictly, null is then not allowed (3.0.3, proposal 2019-10-31), but it is clearly intended.
        made["enum"] = [*made["enum"], None]
    if isinstance(made.get("type"), str):
        return {**made, "type": [made["type"], "null"]}
    if any(word in made for word in ("allOf", "anyOf", "oneOf")):
        return {"anyOf": [made, {"type": "null"}]}
    return made
