"""Where a document says something: the places that `Contract` no longer knows, found in the raw document.

Types forget where they come from, and what says nothing about values (`deprecated`, `default`, `writeOnly`).
Both are read here, through references and combinations, at the same places as the rules' targets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from custmap.contract.contract import Contract
from custmap.contract.openapi import PLACES, all_operations, is_named
from custmap.contract.references import Located, References
from custmap.contract.schema_places import parts_of, schema_place, schemas_at, word_place
from custmap.contract.security import schemes
from custmap.diagnostics.span import Span
from custmap.values.absent import ABSENT
from custmap.values.paths import Member, TargetPath


@dataclass(frozen=True, slots=True)
class Facts:
    """What a document says of a member beside its type; `default` is ABSENT where there is none."""

    deprecated: bool = False
    write_only: bool = False
    default: Any = ABSENT


@dataclass(frozen=True, slots=True)
class Places:
    """One operation of a document. `media`: the media type of its body that is meant, None: all of them."""

    root: Located
    operation: Located
    item: Located
    references: References
    media: str | None = None

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
        return schemas_at(self.references, self.body, path)[0]

    @property
    def body(self) -> list[Located]:
        content = self.references.follow(self.operation.inner("requestBody")).inner("content")
        return self._schemas(content, self.media)

    def place(self, part: str, path: TargetPath, word: str | None = None) -> Span:
        """Where a member, or a keyword of it, is described; if it is not, what is around it."""
        if part != "body":
            found = self.member(part, path)
            schemas = found if word in ("required", None) else [one.inner("schema") for one in found]
            at_word = word_place(self.references, schemas, word)
            return at_word or (found[0].span if found else self.span(("parameters",)))
        at_word = None
        if word == "required":
            around = schemas_at(self.references, self.body, path[:-1])[0]
            at_word = word_place(self.references, around, word)
        return at_word or schema_place(self.references, self.body, path, word) or self.span(("requestBody",))

    def answer_place(self, path: TargetPath, word: str | None = None) -> Span:
        """As `place`, in the bodies of the operation's answers."""
        schemas: list[Located] = []
        for status in self.operation.inner("responses").map:
            at = self.references.follow(self.operation.inner("responses", status))
            schemas += self._schemas(at.inner("content"), None)
        return schema_place(self.references, schemas, path, word) or self.span(("responses",))

    def facts(self, part: str, path: TargetPath) -> Facts:
        """What the document says of a member beside its type."""
        found = self.member(part, path)
        schemas = [one.inner("schema") for one in found] if part != "body" else found
        chains = [list(parts_of(self.references, one, ("allOf",))) for one in schemas]
        said = [one.map for chain in chains for one in chain]
        own = [one.map for one in found] if part != "body" else []
        default = next((one["default"] for one in (*said, *own) if "default" in one), ABSENT)
        return Facts(
            deprecated=any(one.get("deprecated") is True for one in (*said, *own)),
            write_only=any(one.get("writeOnly") is True for one in said),
            default=default,
        )

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


def places_of(root: Located, references: References, name: str, contract: Contract) -> Places | None:
    """The places of the operation of this name; None if the document has none."""
    aside = References(references.folder, references.documents)
    for found in all_operations(root, aside):
        if is_named(found, name):
            return Places(root, found[0], found[1], aside, contract.media_type)
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
