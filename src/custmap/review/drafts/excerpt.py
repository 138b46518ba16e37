"""One operation of a vendor's OpenAPI document, with all that it refers to, as a document of its own.

Each kind of object is copied by what the specification says of its members, so that a `$ref` in an example
stays data. What another file has, or another part of the document, becomes a component.
https://spec.openapis.org/oas/v3.1.1#schema-0
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from custmap.contract.openapi import FoundOperation
from custmap.contract.references import Located, Pointer, References, schema_reference
from custmap.contract.security import schemes

_SCHEMAS: Final = (
    *("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames"),
    *("unevaluatedItems", "unevaluatedProperties", "contentSchema"),
)
_LISTS: Final = ("allOf", "anyOf", "oneOf", "prefixItems")
_MAPS: Final = ("properties", "patternProperties", "dependentSchemas", "$defs", "definitions")
_WITH_CONTENT: Final = {"schema": "schema", "content": "media type by name"}
_INSIDE: Final[dict[str, dict[str, str]]] = {
    "path item": {"parameters": "parameters"},
    "operation": {
        "parameters": "parameters",
        "requestBody": "request body",
        "responses": "response by name",
    },
    "parameter": _WITH_CONTENT,
    "header": _WITH_CONTENT,
    "request body": {"content": "media type by name"},
    "response": {"headers": "header by name", "content": "media type by name"},
    "media type": {"schema": "schema", "encoding": "encoding by name"},
    "encoding": {"headers": "header by name"},
    "schema": {
        **dict.fromkeys(_SCHEMAS, "schema"),
        **dict.fromkeys(_LISTS, "schemas"),
        **dict.fromkeys(_MAPS, "schema by name"),
        "discriminator": "discriminator",
    },
}
"""The members of an object that hold other objects; all others are data."""
_LEFT_OUT: Final[dict[str, tuple[str, ...]]] = {
    "operation": ("callbacks", "security", "servers", "tags"),
    "response": ("links",),
    "parameter": ("examples",),
    "header": ("examples",),
    "media type": ("examples",),
}
"""What says nothing about what is sent and answered, or is written by `excerpt` itself."""
_SECTIONS: Final = {
    "schema": "schemas",
    "parameter": "parameters",
    "request body": "requestBodies",
    "response": "responses",
    "header": "headers",
}
_KINDS: Final = {section: kind for kind, section in _SECTIONS.items()}
_BY_NAME: Final = " by name"


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A document with one operation.

    `lost`  schemas that the whole document refers to and does not have.
    """

    document: dict[str, Any]
    lost: tuple[str, ...]


def excerpt(found: FoundOperation) -> Excerpt:
    """The document with this operation alone.

    Of a lost schema nothing is known: `{}` stands there. All other problems of references are in
    `found.references`.
    """
    copier = _Copier(found.root, References(found.references.folder, found.references.documents))
    document = copier.document(found)
    found.references.problems = copier.references.problems
    return Excerpt(document, tuple(copier.lost))


@dataclass(slots=True)
class _Copier:
    root: Located
    references: References
    components: dict[str, dict[str, Any]] = field(default_factory=dict)
    names: dict[tuple[Path, Pointer], str] = field(default_factory=dict)
    waiting: list[tuple[str, str, Located]] = field(default_factory=list)
    lost: dict[str, None] = field(default_factory=dict)

    def document(self, found: FoundOperation) -> dict[str, Any]:
        root = self.root
        item = (
            {"parameters": one} if (one := self._copy(found.item.inner("parameters"), "parameters")) else {}
        )
        operation = self._copy(found.value, "operation")
        holder = found.value if "security" in found.value.map else root
        if holder.inner("security").list:
            operation["security"] = holder.inner("security").value
        while self.waiting:
            section, name, at = self.waiting.pop()
            self.components[section][name] = self._copy(at, _KINDS[section])
        if named := self._security_schemes(found.value):
            self.components["securitySchemes"] = named
        info = {name: root.inner("info", name).text or text for name, text in _INFO.items()}
        made: dict[str, Any] = {"openapi": root.inner("openapi").value, "info": info}
        if dialect := root.inner("jsonSchemaDialect").text:
            made["jsonSchemaDialect"] = dialect
        servers = next((at for at in (found.value, found.item, root) if at.inner("servers").list), None)
        if servers is not None:
            made["servers"] = servers.inner("servers").value
        made["paths"] = {found.path: {**item, found.method.lower(): operation}}
        if self.components:
            made["components"] = {
                section: dict(sorted(named.items())) for section, named in sorted(self.components.items())
            }
        return made

    def _security_schemes(self, operation: Located) -> dict[str, Any]:
        """The schemes that the operation names, without references."""
        ways = schemes(self.root, operation, self.references)
        found = sorted({one.name: one.at.value for way in ways for one in way}.items())
        return {name: _plain(one) for name, one in found if isinstance(one, dict)}

    def _copy(self, here: Located, kind: str) -> Any:
        if kind.endswith(_BY_NAME):
            inner = kind.removesuffix(_BY_NAME)
            return {str(name): self._copy(here.inner(name), inner) for name in here.map}
        if kind in ("parameters", "schemas") or isinstance(here.value, list):
            inner = kind.removesuffix("s")
            return [self._copy(here.inner(position), inner) for position in range(len(here.list))]
        if not isinstance(here.value, dict):
            return here.value
        if kind == "discriminator":
            return self._discriminator(here)
        made: dict[str, Any] = {}
        left_out = _LEFT_OUT.get(kind, ())
        if kind in _SECTIONS and isinstance(reference := here.map.get("$ref"), str):
            left_out = (*left_out, "$ref")
            named = self._named(reference, here, kind)
            made |= {} if named is None else {"$ref": named}
        for name, value in here.map.items():
            if name in left_out or name.startswith("x-"):
                continue
            inside = _INSIDE[kind].get(name)
            made[name] = value if inside is None else self._copy(here.inner(name), inside)
        return made

    def _discriminator(self, here: Located) -> dict[str, Any]:
        made = _plain(here.map)
        if mapping := here.inner("mapping").map:
            made["mapping"] = {name: self._of_mapping(one, here) for name, one in mapping.items()}
        return made

    def _of_mapping(self, name: Any, here: Located) -> Any:
        """What a discriminator's mapping names; a name that leads nowhere stays, for people."""
        if not isinstance(name, str):
            return name
        reference = schema_reference(name)
        aside = References(self.references.folder, self.references.documents)
        if aside.target(reference, here).value is None:
            return name
        return self._named(reference, here, "schema") or name

    def _named(self, reference: str, here: Located, kind: str) -> str | None:
        """The reference in the new document; what it names is copied later, once. None: it leads nowhere."""
        aside = References(self.references.folder, self.references.documents)
        found = aside.target(reference, here)
        if found.value is None:
            if kind == "schema" and all(one.code == "CM212" for one in aside.problems.values()):
                self.lost[reference] = None
            else:
                self.references.problems |= aside.problems
            return None
        pointer = found.pointer
        if found.path == self.root.path and pointer[:1] == ("components",) and pointer[1:2]:
            section, name = str(pointer[1]), pointer[2:3]
            if section in _KINDS and name:
                self._keep(section, str(name[0]), self.root.inner(*pointer[:3]))
                return "#" + "".join(map(_part, pointer))
        place = found.path, pointer
        if place not in self.names:
            section = _SECTIONS[kind]
            name_ = self._free_name(section, str(pointer[-1]) if pointer else found.path.stem)
            self.names[place] = f"#/components/{section}/{name_}"
            self._keep(section, name_, found)
        return self.names[place]

    def _keep(self, section: str, name: str, at: Located) -> None:
        named = self.components.setdefault(section, {})
        if name not in named:
            named[name] = {}
            self.waiting.append((section, name, at))

    def _free_name(self, section: str, wanted: str) -> str:
        """A component's name that neither the document has nor the excerpt."""
        plain = re.sub(r"[^A-Za-z0-9_.-]", "_", wanted) or "_"
        taken = self.root.inner("components", section).map.keys() | self.components.get(section, {}).keys()
        name, count = plain, 1
        while name in taken:
            count += 1
            name = f"{plain}_{count}"
        return name


_INFO: Final = {"title": "An operation", "version": "1"}
"""What `info` must have, where a document does not say."""


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in value.items() if not name.startswith("x-")}


def _part(part: str | int) -> str:
    """A part of a pointer in a reference (RFC 6901 in a URI fragment)."""
    return "/" + str(part).replace("~", "~0").replace("/", "~1").replace("%", "%25")
