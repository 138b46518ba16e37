"""One operation of an OpenAPI 3.0 or 3.1 document as a `Contract`.

A vendor's document loads unchanged: JSON or YAML, with thousands of operations and circular references. Only
what the operation refers to is read, and all its problems are reported at once.
https://spec.openapis.org/oas/v3.1.1
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NoReturn, TypeAlias

from msgspec import Struct

from custmap.contract.bundle import Bundle
from custmap.contract.contract import (
    Contract,
    Parameter,
    Response,
    ServerVariable,
    open_places,
    variables_in,
)
from custmap.contract.form_body import STYLES, Form, FormStyle, openapi_style
from custmap.contract.media_type import is_form, is_json
from custmap.contract.references import Located, References
from custmap.contract.security import authorization
from custmap.contract.style import style_of
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import MappingError
from custmap.diagnostics.meant import Meant
from custmap.diagnostics.span import Span
from custmap.schema.json_schema import Definitions, default_of, type_of
from custmap.syntax.document import read_document
from custmap.values.files import real
from custmap.values.nearest import nearest
from custmap.values.types import STRING, Type

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
PLACES: Final = {"path": "path", "query": "query", "header": "headers"}
_HOSTLESS: Final = "{scheme}://{host}"
"""Stands before a server URL that has no host: who calls knows where the server is."""
_NAMED = re.compile(r"([A-Za-z]+)\s+(/.*)")


def load_openapi(
    path: Path, operation: str, *, shown_as: str | None = None, asked_at: Span | None = None
) -> Contract:
    """The operation named by its operationId or as `POST /customers`.

    `shown_as` is the file's name in messages; `asked_at` the span where the mapping names the operation.
    MappingError with all problems: CM210 not an OpenAPI document, CM211 no such operation, CM212 and
    CM213 references, CM1xx a file that cannot be read.
    """
    return contract_of(find_operation(path, operation, shown_as=shown_as, asked_at=asked_at))


def contract_of(found: FoundOperation) -> Contract:
    """The contract of an operation; MappingError as `load_openapi`."""
    reader = _Reader(found.root, found.is_30, found.references)
    contract = reader.contract(found.name, found.value, found.item, found.method, found.path)
    if found.references.problems:
        raise MappingError(found.references.problems.values())
    return contract


class FoundOperation(Struct, frozen=True):
    """An operation in its document: `value` itself, and the path item that holds it.

    `name`  what it was asked for by.
    """

    name: str
    root: Located
    references: References
    is_30: bool
    value: Located
    item: Located
    method: str
    path: str


def find_operation(
    path: Path, operation: str, *, shown_as: str | None = None, asked_at: Span | None = None
) -> FoundOperation:
    """The operation with this operationId, or this method and path; MappingError as `load_openapi`."""
    root, references = open_document(path, shown_as)
    found = _find(root, operation, references, asked_at)
    return FoundOperation(operation, root, references, _version(root), *found)


def open_document(path: Path, shown_as: str | None = None) -> tuple[Located, References]:
    """An OpenAPI document, and what follows its references; MappingError (CM210, CM1xx) for anything else."""
    document = read_document(path, shown_as)
    place = real(path)
    root = Located(document.data, document, place)
    _version(root)
    return root, References(place.parent, {place: document})


def _version(root: Located) -> bool:
    """Is it OpenAPI 3.0 (else 3.1)? CM210 for anything else."""
    version = root.inner("openapi").text or ""
    if version.startswith(("3.0", "3.1")):
        return version.startswith("3.0")
    if root.inner("swagger").value is not None:
        where, message = root.inner("swagger"), "this is Swagger 2.0, not OpenAPI 3"
        help = "Convert it to OpenAPI 3.0 or 3.1, or write the contract inline."
    elif version:
        where, message = root.inner("openapi"), "this is neither OpenAPI 3.0 nor 3.1"
        help = "Save the document as OpenAPI 3.0 or 3.1."
    else:
        where, message = root, "this is not an OpenAPI document: it has no `openapi: 3.…`"
        help = "Name an OpenAPI 3.0 or 3.1 document, or write the contract inline."
    raise MappingError([Diagnostic("CM210", message, where.span, help)])


Found: TypeAlias = tuple[Located, Located, str, str]
"""An operation with its path item, method and path."""


def all_operations(root: Located, references: References) -> Iterator[Found]:
    """Each operation with its path item, method and path."""
    for where in root.inner("paths").map:
        item = references.follow(root.inner("paths", where))
        for method in METHODS:
            if method in item.map:
                yield item.inner(method), item, method.upper(), str(where)


def operations_of(path: Path) -> Iterator[tuple[str, str, str]]:
    """Each operation of a document: operationId (else method and path), method and path, summary."""
    for operation, _, method, where in all_operations(*open_document(path)):
        place = f"{method} {where}"
        yield operation.inner("operationId").text or place, place, operation.inner("summary").text or ""


def is_named(found: Found, operation: str) -> bool:
    """Is it the operation of that operationId, or `POST /customers`?"""
    named = _NAMED.fullmatch(operation.strip())
    wanted = (named.group(1).upper(), named.group(2)) if named else None
    return found[0].inner("operationId").text == operation or (found[2], found[3]) == wanted


def _find(root: Located, operation: str, references: References, asked_at: Span | None) -> Found:
    # Ignore problems here: a broken path item elsewhere in the document does not matter.
    aside = References(references.folder, references.documents)
    known: list[str] = []
    for found in all_operations(root, aside):
        if is_named(found, operation):
            return found
        name = found[0].inner("operationId").text
        known += [text for text in (name, f"{found[2]} {found[3]}") if text]
    close = nearest(operation, known)
    help = Meant(close) if close else "Write its operationId, or method and path, e.g. `POST /customers`."
    span = asked_at or root.inner("paths").span
    message = f"`{root.document.file}` has no operation `{operation}`"
    raise MappingError([*aside.problems.values(), Diagnostic("CM211", message, span, help)])


class _Reader(Struct, frozen=True):
    """Reads one operation of a document."""

    root: Located
    is_30: bool
    references: References

    def contract(self, name: str, operation: Located, item: Located, method: str, path: str) -> Contract:
        server, variables = self._server(operation, item)
        asked = self.references.follow(operation.inner("requestBody"))
        body, media = self._content(asked)
        schema = self._bundle(body, request=True) if body else None
        body_type = type_of(schema, Definitions(schema)) if schema is not None else None
        responses = tuple(self._responses(operation))
        ok = next((response for response in responses if response.ok), None)
        return Contract(
            name=name,
            method=method,
            servers=server,
            path=path.partition("#")[0],  # a fragment only tells operations apart
            source=self.root.document.file,
            variables=variables,
            parameters=self._parameters(operation, item, path),
            body=body_type,
            body_required=asked.map.get("required") is True,
            body_schema=schema,
            media_type=media,
            form=self._form(asked.inner("content", media), body_type) if media and is_form(media) else None,
            accept=ok.media_type if ok else None,
            responses=responses,
            opens=open_places(body_type, closed=True),
        )

    def _form(self, at: Located, body: Type | None) -> Form:
        """How a form is written: the styles that its Encoding Objects state, and OpenAPI's default."""
        members = {str(name): self._encoding(at.inner("encoding", name)) for name in at.inner("encoding").map}
        return Form(openapi_style(None, None, None), members, frozenset(body.members if body else ()))

    def _encoding(self, at: Located) -> FormStyle:
        """The style that an Encoding Object states; MappingError (CM215) for one that cannot be written."""
        explode, style, content = at.map.get("explode"), at.inner("style").text, at.inner("contentType").text
        if explode is not None and not isinstance(explode, bool):
            self._no_encoding(at.inner("explode"), "`explode` is true or false")
        if style is not None and style not in STYLES:
            self._no_encoding(at.inner("style"), f"the styles of a form are {', '.join(STYLES)}")
        as_text = content is None or is_json(content) or content.partition(";")[0].strip() == "text/plain"
        if style is None and explode is None and not as_text:
            self._no_encoding(at.inner("contentType"), "a value is written as text or as JSON")
        return openapi_style(style, explode, content)

    def _no_encoding(self, at: Located, reason: str) -> NoReturn:
        message = f"the document states an encoding that cannot be written: {reason}"
        raise MappingError([Diagnostic("CM215", message, at.span)])

    def _server(self, operation: Located, item: Located) -> tuple[str, dict[str, ServerVariable]]:
        """The first server of the innermost list (operation, path, document), and its variables."""
        listed = next((at for at in (operation, item, self.root) if at.inner("servers").list), None)
        server = listed.inner("servers", 0) if listed else self.root.inner("servers", 0)
        url = server.inner("url").text or ""
        declared = {name: self._variable(server.inner("variables", name)) for name in variables_in(url)}
        if "://" in url:
            return url.rstrip("/"), declared
        schemes = ServerVariable("https", ("https", "http"))
        hostless = _HOSTLESS + "/" + url.strip("/")
        return hostless.rstrip("/"), {"scheme": schemes, "host": ServerVariable(), **declared}

    def _variable(self, at: Located) -> ServerVariable:
        """OpenAPI requires a default; an empty one, or the name in angle brackets, counts as no default."""
        default = at.inner("default").text
        listed = tuple(value for value in at.inner("enum").list if isinstance(value, str))
        is_real = bool(default) and not str(default).startswith("<")
        return ServerVariable(default if is_real else None, listed or None)

    def _parameters(self, operation: Located, item: Located, path: str) -> dict[str, dict[str, Parameter]]:
        """The parameters of the operation, then of the path, and those that security schemes need."""
        made: dict[str, dict[str, Parameter]] = {place: {} for place in PLACES.values()}
        for holder in (item, operation):
            for position in range(len(holder.inner("parameters").list)):
                at = self.references.follow(holder.inner("parameters", position))
                place, name = PLACES.get(at.inner("in").text or ""), at.inner("name").text
                # Accept and Content-Type are not parameters, whatever the document says (§ 4.8.12).
                if place is None or name is None or (place, name.lower()) in _OURS:
                    continue
                made[place][name] = self._parameter(at, place)
        for name in variables_in(path):
            made["path"].setdefault(name, Parameter(STRING, required=True))
        for place, name, parameter in authorization(self.root, operation, self.references):
            if not any(_same_name(place, name, known) for known in made[place]):
                made[place][name] = parameter
        return made

    def _parameter(self, at: Located, place: str) -> Parameter:
        body, _ = self._content(at)
        schema = self._bundle(body or at.inner("schema"), request=True)
        definitions = Definitions(schema)
        type_ = type_of(schema, definitions)
        explode = at.map.get("explode")
        return Parameter(
            type_,
            required=place == "path" or at.map.get("required") is True,
            style=style_of(place, at.inner("style").text, explode if isinstance(explode, bool) else None),
            default=default_of(schema, definitions),
        )

    def _responses(self, operation: Located) -> Iterator[Response]:
        read: dict[Any, dict[str, Any]] = {}
        for status in sorted(operation.inner("responses").map):
            at = self.references.follow(operation.inner("responses", status))
            body, media = self._content(at)
            schema = None
            if body is not None:
                # Error answers often share a schema by reference: it is bundled for the first of them.
                place = (body.path, str(body.map.get("$ref"))) if "$ref" in body.map else body.pointer
                if place not in read:
                    read[place] = self._bundle(body, request=False)
                schema = read[place]
            yield Response(str(status), media, schema)

    def _content(self, at: Located) -> tuple[Located | None, str | None]:
        """The schema of the media type that is written best: JSON, else a form, else the first one."""
        listed = [str(name) for name in at.inner("content").map]
        if not listed:
            return None, None
        chosen = min(listed, key=_rank)
        media = "application/json" if "*" in chosen else chosen
        return at.inner("content", chosen, "schema"), media

    def _bundle(self, at: Located, *, request: bool) -> dict[str, Any]:
        return Bundle(self.references, self.is_30, request).bundle(at)


_OURS: Final = {("headers", "accept"), ("headers", "content-type")}


def _rank(media: str) -> int:
    if is_json(media):
        return "+json" in media.lower()
    if "*" in media:
        return 2
    return 3 if is_form(media) else 4


def _same_name(place: str, one: str, other: str) -> bool:
    return one == other or (place == "headers" and one.lower() == other.lower())
