"""Where a document says something: the places that `Contract` no longer knows, found in the raw document.

Types forget where they come from, and what says nothing about values (`deprecated`, `default`, `writeOnly`).
Both are read here, through references and combinations, at the same places as the rules' targets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from custmap.contract.contract import Contract
from custmap.contract.openapi import PLACES, all_operations, is_named
from custmap.contract.references import Located, Pointer, References
from custmap.contract.security import schemes
from custmap.diagnostics.span import Span
from custmap.values.absent import ABSENT
from custmap.values.paths import Member, Segment, Select, TargetPath

_MOST = 64
"""So many schemas are looked at for one place; a schema may be made of itself."""
_MANY = ("allOf", "anyOf", "oneOf")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a document says of a member beside its type; `default` is ABSENT where there is none."""

    deprecated: bool = False
    write_only: bool = False
    default: Any = ABSENT


@dataclass(frozen=True, slots=True)
class Places:
    """One operation of a document."""

    root: Located
    operation: Located
    item: Located
    contract: Contract
    references: References

    def span(self, words: tuple[str, ...] = ()) -> Span:
        """The operation's place, or that of the first of these keys that it or the document has."""
        for word in words:
            for holder in (self.operation, self.item, self.root):
                if word in holder.map:
                    return holder.inner(word).key_span
        return self.operation.key_span

    def member(self, part: str, path: TargetPath) -> list[Located]:
        """All schemas at a place of a part of the request; none if the document does not describe it."""
        if part != "body":
            name = next((one.name for one in path if isinstance(one, Member)), "")
            found = self._parameter(part, name)
            return [] if found is None else [found]
        return self.at(self.body, path)[0]

    @property
    def body(self) -> list[Located]:
        content = self.references.follow(self.operation.inner("requestBody")).inner("content")
        return self._schemas(content, self.contract.media_type)

    def answers(self, path: TargetPath) -> tuple[list[Located], Located | None]:
        """As `at`, in the bodies of the operation's answers."""
        schemas: list[Located] = []
        for status in self.operation.inner("responses").map:
            at = self.references.follow(self.operation.inner("responses", status))
            schemas += self._schemas(at.inner("content"), None)
        return self.at(schemas, path)

    def at(self, schemas: list[Located], path: TargetPath) -> tuple[list[Located], Located | None]:
        """The schemas at a place inside others, and the last one found on the way there."""
        last = schemas[0] if schemas else None
        for segment in path:
            schemas = [inner for one in schemas for inner in self._step(one, segment)]
            if not schemas:
                break
            last = schemas[0]
        return schemas, last

    def place(self, part: str, path: TargetPath, word: str | None = None) -> Span:
        """Where a member, or a keyword of it, is described; if it is not, what is around it."""
        if part != "body":
            found = self.member(part, path)
            schemas = [one.inner("schema") for one in found] if word not in ("required", None) else found
            return self._word(schemas, word) or (found[0].span if found else self.span(("parameters",)))
        schemas, last = self.at(self.body, path)
        if word == "required":
            around = self.at(self.body, path[:-1])[0]
            if (found_word := self._word(around, word)) is not None:
                return found_word
        return self._word(schemas, word) or self._near(schemas, last) or self.span(("requestBody",))

    def _near(self, schemas: list[Located], last: Located | None) -> Span | None:
        """The place of what was found; of what was not, that of the members beside which it is missing."""
        if last is None:
            return None
        return (None if schemas else self._word([last], "properties")) or last.key_span

    def answer_place(self, path: TargetPath, word: str | None = None) -> Span:
        schemas, last = self.answers(path)
        return self._word(schemas, word) or self._near(schemas, last) or self.span(("responses",))

    def facts(self, part: str, path: TargetPath) -> Facts:
        """What the document says of a member beside its type."""
        found = self.member(part, path)
        schemas = [one.inner("schema") for one in found] if part != "body" else found
        chains = [list(self._parts(one, ("allOf",))) for one in schemas]
        said = [one.map for chain in chains for one in chain]
        own = [one.map for one in found] if part != "body" else []
        default = next((one["default"] for one in (*said, *own) if "default" in one), ABSENT)
        return Facts(
            deprecated=any(one.get("deprecated") is True for one in (*said, *own)),
            write_only=any(one.get("writeOnly") is True for one in said),
            default=default,
        )

    def _word(self, schemas: list[Located], word: str | None) -> Span | None:
        """The place of a keyword in these schemas, or in what they are made of."""
        if word is None:
            return None
        for schema in schemas:
            for one in self._parts(schema, _MANY):
                if word in one.map:
                    return one.inner(word).key_span
        return None

    def _parameter(self, part: str, name: str) -> Located | None:
        found = None
        for holder in (self.item, self.operation):
            for position in range(len(holder.inner("parameters").list)):
                at = self.references.follow(holder.inner("parameters", position))
                own = at.inner("name").text or ""
                same = own.lower() == name.lower() if part == "headers" else own == name
                if same and PLACES.get(at.inner("in").text or "") == part:
                    found = at
        return found

    def _schemas(self, content: Located, media: str | None) -> list[Located]:
        names = sorted(content.map, key=lambda name: str(name) != media)
        found = [content.inner(name, "schema") for name in names]
        return [one for one in (found[:1] if media else found) if one.value is not None]

    def _parts(self, schema: Located, words: tuple[str, ...]) -> Iterator[Located]:
        """A schema, what it refers to, and what it is made of."""
        waiting = [schema]
        met: set[tuple[Path, Pointer]] = set()
        for one in waiting:
            place = (one.path, one.pointer)
            if place in met or len(met) > _MOST:
                continue
            met.add(place)
            yield one
            if isinstance(one.map.get("$ref"), str):
                waiting.append(self.references.target(one.map["$ref"], one))
            for word in words:
                inner = one.inner(word)
                waiting += (inner.inner(position) for position in range(len(inner.list)))

    def _items(self, items: Located, segment: Segment) -> Iterator[Located]:
        """The schema of items; of several by the member that a path names, the one that is meant."""
        if not isinstance(segment, Select):
            yield items
            return
        found: list[Located] = []
        for one in self._parts(items, _MANY):
            mapping = one.inner("discriminator", "mapping").map
            if segment.key == one.inner("discriminator", "propertyName").text and segment.value in mapping:
                name = str(mapping[segment.value])
                reference = name if "/" in name or "." in name else f"#/components/schemas/{name}"
                yield self.references.target(reference, one)
                return
            for word in _MANY[1:]:
                branches = one.inner(word)
                for position in range(len(branches.list)):
                    branch = branches.inner(position)
                    if any(segment.value in _listed(at) for at in self._step(branch, Member(segment.key))):
                        found.append(branch)
        yield from found or [items]

    def _step(self, schema: Located, segment: Segment) -> Iterator[Located]:
        free: list[Located] = []
        named = False
        for one in self._parts(schema, _MANY):
            if not isinstance(segment, Member):
                if isinstance(one.map.get("items"), dict):
                    yield from self._items(one.inner("items"), segment)
            elif segment.name in one.inner("properties").map:
                named = True
                yield one.inner("properties", segment.name)
            elif isinstance(one.map.get("additionalProperties"), dict):
                free.append(one.inner("additionalProperties"))
        if not named:
            yield from free


def _listed(schema: Located) -> list[Any]:
    """The values that a schema lists."""
    return [schema.map["const"]] if "const" in schema.map else schema.inner("enum").list


def places_of(root: Located, references: References, name: str, contract: Contract) -> Places | None:
    """The places of the operation of this name; None if the document has none."""
    aside = References(references.folder, references.documents)
    for found in all_operations(root, aside):
        if is_named(found, name):
            return Places(root, found[0], found[1], contract, aside)
    return None


def security(places: Places) -> frozenset[frozenset[str]]:
    """The ways to be allowed to call an operation, each with all that it needs, in words."""
    ways = schemes(places.root, places.operation, places.references)
    return frozenset(frozenset(_scheme(one.at, one.scopes) for one in way) for way in ways)


def _scheme(scheme: Located, scopes: Any) -> str:
    said: Mapping[str, Any] = scheme.map
    kind = str(said.get("type"))
    match kind:
        case "apiKey":
            return f"an API key in {said.get('in')} `{said.get('name')}`"
        case "http":
            return f"HTTP {str(said.get('scheme')).lower()}"
    listed = sorted(map(str, scopes)) if isinstance(scopes, list) else []
    needed = f" with {', '.join(f'`{one}`' for one in listed)}" if listed else ""
    return {"oauth2": "OAuth 2", "openIdConnect": "OpenID Connect"}.get(kind, kind) + needed
