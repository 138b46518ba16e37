"""A contract in the mapping itself, for vendors that have a web page but no OpenAPI document.

    contract:
      method: POST
      url: https://api.acme.example/v1/customers/{id}
      fields: {id: {type: string, required: true}, email: string, phone.type: {enum: [MOBILE, HOME]}}
      form: brackets        # the body is a form; left out, JSON

Members that are not listed are open: nothing is known about them, so they are not checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec import Struct, field

from custmap.contract.contract import Contract, Parameter, Response, ServerVariable, open_places, variables_in
from custmap.contract.form_body import INLINE, Form
from custmap.contract.media_type import FORM, JSON, WRITABLE, can_write, is_form
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import MappingError
from custmap.diagnostics.meant import Meant
from custmap.diagnostics.span import Span
from custmap.schema.json_schema import Definitions, type_of
from custmap.syntax.node import ListNode, MapNode, Node, ScalarNode, plain
from custmap.values.absent import ABSENT
from custmap.values.nearest import nearest
from custmap.values.paths import Index, Member, PathError, Select, TargetPath, parse_path
from custmap.values.types import KINDS, STRING, Type

KEYS: Final = ("method", "url", "fields", "query", "headers", "path", "response", "media_type", "form")
METHODS: Final = ("POST", "PUT", "PATCH", "GET", "DELETE")

_TEXTS: Final = ("format", "pattern", "description", "title")
_LIMITS: Final = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_COUNTS: Final = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")
_ANYTHING: Final = ("const", "default", "examples", "deprecated", "readOnly", "writeOnly")
_SCHEMAS: Final = ("items", "additionalProperties", "not", "contains", "propertyNames")
_SCHEMA_LISTS: Final = ("allOf", "anyOf", "oneOf", "prefixItems")
WORDS: Final = (
    *("type", "enum", "required", "uniqueItems", "properties", "patternProperties"),
    *_TEXTS,
    *_LIMITS,
    "multipleOf",
    *_COUNTS,
    *_ANYTHING,
    *_SCHEMAS,
    *_SCHEMA_LISTS,
)
"""The JSON Schema keywords that an inline field may use."""


def inline_contract(node: MapNode, name: str) -> Contract:
    """The contract of an inline form.

    MappingError with all problems and their places: CM201 unknown key or keyword, CM202 missing key,
    CM203 wrong kind of value, CM207 fields or keys that contradict each other, CM209 a path that cannot be
    read, CM215 a media type that cannot be written.
    """
    reader = _Reader()
    contract = reader.contract(node, name)
    if reader.problems:
        raise MappingError(reader.problems)
    return contract


def fields_type(node: MapNode) -> Type:
    """The type of an object whose fields are listed by target path; MappingError as `inline_contract`."""
    reader = _Reader()
    schema = reader._table(node, "copy")
    if reader.problems:
        raise MappingError(reader.problems)
    return type_of(schema, Definitions(schema))


def columns_schema(node: MapNode) -> dict[str, Any]:
    """The schema of a row whose columns are listed by name; MappingError as `inline_contract`."""
    reader = _Reader()
    columns = {str(key.value): reader._field(value)[0] for key, value in node}
    if reader.problems:
        raise MappingError(reader.problems)
    return {"type": "object", "properties": columns}


class _Reader(Struct):
    problems: list[Diagnostic] = field(default_factory=list)

    def contract(self, node: MapNode, name: str) -> Contract:
        self._check_keys(node, KEYS, "contract")
        method = self._method(node)
        url = self._url(node)
        servers, path = _split(url)
        fields = node.get("fields")
        body = self._table(fields, "body") if fields is not None else None
        answer = self._table(found, "response") if (found := node.get("response")) is not None else None
        type_ = type_of(body, Definitions(body)) if body is not None else None
        media_type, form = self._media_type(node, frozenset(type_.members if type_ else ()))
        parameters = {
            place: self._parameters(node.get(place), place) for place in ("path", "query", "headers")
        }
        for variable in variables_in(path):
            parameters["path"].setdefault(variable, Parameter(STRING, required=True))
        return Contract(
            name=name,
            method=method,
            servers=servers,
            path=path,
            source=node.span.file,
            variables={variable: ServerVariable() for variable in variables_in(servers)},
            parameters=parameters,
            body=type_,
            body_required=bool(type_ and type_.required),
            body_schema=body,
            media_type=media_type,
            form=form,
            accept=JSON,
            responses=(_response(answer),),
            closed=False,
            opens=open_places(type_, closed=False),
        )

    def _method(self, node: MapNode) -> str:
        found = node.get("method")
        if found is None:
            self._say("CM202", "`contract` needs `method`", node.span, "Add it, e.g. `method: POST`.")
            return "POST"
        text = found.value if isinstance(found, ScalarNode) else None
        if isinstance(text, str) and text.upper() in METHODS:
            return text.upper()
        close = nearest(text.upper(), METHODS) if isinstance(text, str) else None
        self._say("CM203", f"expected one of {', '.join(METHODS)}", found.span, _meant(close))
        return "POST"

    def _url(self, node: MapNode) -> str:
        found = node.get("url")
        if found is None:
            help = "Add it, e.g. `url: https://{host}/v1/customers/{id}`."
            self._say("CM202", "`contract` needs `url`", node.span, help)
            return "https://host"
        text = found.value if isinstance(found, ScalarNode) else None
        if isinstance(text, str) and _split(text)[0]:
            return text
        self._say("CM203", "expected a URL with a scheme", found.span, "Write it like `https://{host}/v1/…`.")
        return "https://host"

    def _media_type(self, node: MapNode, names: frozenset[str]) -> tuple[str, Form | None]:
        """The body's media type, and how it is written if it is a form."""
        stated, style = node.get("media_type"), node.get("form")
        media_type = FORM if style is not None else JSON
        if stated is not None:
            text = stated.value if isinstance(stated, ScalarNode) else None
            if not isinstance(text, str):
                self._say("CM203", "`media_type` must be text", stated.span, f"Write {WRITABLE}.")
            elif not can_write(text):
                message = f"custmap cannot write a body of the type `{text}`"
                self._say("CM215", message, stated.span, f"It writes {WRITABLE}.")
            elif style is not None and not is_form(text):
                message = f"`form` says that the body is a form, and `media_type` that it is `{text}`"
                self._say("CM207", message, style.span, "Remove one of the two.")
            else:
                media_type = text
        if not is_form(media_type):
            return media_type, None
        word = style.value if isinstance(style, ScalarNode) else None
        if style is not None and (not isinstance(word, str) or word not in INLINE):
            close = nearest(word, INLINE) if isinstance(word, str) else None
            self._say("CM203", f"expected one of {', '.join(INLINE)}", style.span, _meant(close))
        return media_type, Form(INLINE.get(str(word), INLINE["brackets"]), names=names)

    def _parameters(self, node: Node | None, place: str) -> dict[str, Parameter]:
        made: dict[str, Parameter] = {}
        for key, value in self._entries(node, place):
            schema, required = self._field(value)
            type_ = type_of(schema, Definitions(schema))
            default = schema.get("default", ABSENT)
            made[str(key.value)] = Parameter(type_, required or place == "path", default=default)
        return made

    def _table(self, node: Node, place: str) -> dict[str, Any]:
        """Fields by target path as one schema."""
        schema: dict[str, Any] = {}
        written: dict[TargetPath, Span] = {}
        for key, value in self._entries(node, place):
            made, required = self._field(value)
            path = self._path(key)
            if path is None:
                continue
            if path in written:
                self._say("CM207", "this field is listed twice", key.span, "Keep one of the two.")
                continue
            written[path] = key.span
            if not _put(schema, path, made, required):
                self._say("CM207", "this contradicts another field's path", key.span, _NO_PLACE)
        schema.setdefault("type", "object")
        return schema

    def _path(self, key: ScalarNode) -> TargetPath | None:
        try:
            return parse_path(str(key.value))
        except PathError as error:
            text = str(key.value)
            quote = key.span.end_column - key.span.column >= len(text) + 2
            span = key.span.within(error.offset + quote)
            self._say("CM209", error.reason, span, "Write e.g. `name.firstName` or `profiles[0].email`.")
            return None

    def _field(self, node: Node) -> tuple[dict[str, Any], bool]:
        """A field's schema, given as a type's name or as keywords; and whether it is required."""
        if isinstance(node, ScalarNode):
            if isinstance(node.value, str) and node.value in KINDS:
                return {"type": node.value}, False
            self._no_kind(node)
            return {}, False
        if isinstance(node, ListNode):
            self._say("CM203", "expected the name of a type or JSON Schema keywords, got a list", node.span)
            return {}, False
        required = node.get("required")
        own = MapNode(tuple(entry for entry in node if entry[0].value != "required"), node.span)
        if isinstance(required, ScalarNode) and isinstance(required.value, bool):
            return self._schema(own), required.value
        return self._schema(node), False

    def _no_kind(self, node: ScalarNode) -> None:
        close = nearest(node.value, KINDS) if isinstance(node.value, str) else None
        help = _meant(close) or f"Write one of {', '.join(sorted(KINDS))}."
        self._say("CM203", "expected the name of a type", node.span, help)

    def _schema(self, node: Node) -> dict[str, Any]:
        """JSON Schema keywords, each checked for its type."""
        if not isinstance(node, MapNode):
            return self._field(node)[0]
        self._check_keys(node, WORDS, "JSON Schema")
        made: dict[str, Any] = {}
        for key, value in node:
            word = str(key.value)
            if word in _SCHEMAS and not (isinstance(value, ScalarNode) and isinstance(value.value, bool)):
                made[word] = self._schema(value)
            elif word in ("properties", "patternProperties"):
                made[word] = {
                    str(name.value): self._schema(inner) for name, inner in self._entries(value, word)
                }
            elif word in _SCHEMA_LISTS and isinstance(value, ListNode):
                made[word] = [self._schema(inner) for inner in value]
            elif self._fits(word, value):
                made[word] = plain(value)
        return made

    def _fits(self, word: str, node: Node) -> bool:
        """Has a keyword's value the right type? A problem if not."""
        value = plain(node)
        if word not in WORDS:
            return False
        if word == "type":
            names = node.items if isinstance(node, ListNode) else (node,)
            wrong = [name for name in names if not (isinstance(name, ScalarNode) and name.value in KINDS)]
            for name in wrong:
                self._no_kind(name if isinstance(name, ScalarNode) else ScalarNode(None, name.span))
            return not wrong
        what, fits = _expected(word, value)
        if not fits:
            self._say("CM203", f"`{word}` must be {what}", node.span)
        return fits

    def _entries(self, node: Node | None, place: str) -> Iterator[tuple[ScalarNode, Node]]:
        if isinstance(node, MapNode):
            yield from node
        elif node is not None:
            self._say("CM203", f"`{place}` must be a map from name to type", node.span)

    def _check_keys(self, node: MapNode, known: tuple[str, ...], where: str) -> None:
        for key, _ in node:
            if key.value not in known:
                close = nearest(str(key.value), known)
                self._say("CM201", f"`{where}` has no key `{key.value}`", key.span, _meant(close))

    def _say(self, code: str, message: str, span: Span, help: str | None = None) -> None:
        self.problems.append(Diagnostic(code, message, span, help))


_KEY: Final = {"type": "string"}
"""The member by which a path tells items apart, where nothing else says what it is."""
_NO_PLACE: Final = "A path is an object, a list or a single value, not two of these."


def _meant(close: str | None) -> str | None:
    return Meant(close) if close else None


def _expected(word: str, value: Any) -> tuple[str, bool]:
    """What the value of a keyword must be, and whether this one is."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if word in _TEXTS:
        return "text", isinstance(value, str)
    if word in _LIMITS:
        return "a number", number
    if word in _COUNTS:
        return "a whole number, 0 or more", number and value >= 0 and value == int(value)
    if word in _SCHEMA_LISTS:
        return "a list", False
    match word:
        case "multipleOf":
            return "a number above 0", number and value > 0
        case "enum":
            return "a list with at least one value", isinstance(value, list) and bool(value)
        case "required":
            return "true, false, or names", isinstance(value, list) and _all_text(value)
        case "uniqueItems":
            return "true or false", isinstance(value, bool)
    return "", True


def _all_text(values: list[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


def _split(url: str) -> tuple[str, str]:
    """Server and path; no server if the URL has no scheme."""
    scheme, found, rest = url.partition("://")
    if not found:
        return "", url
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host}" if host else "", slash + path


def _response(schema: Mapping[str, Any] | None) -> Response:
    if schema is None:
        return Response("2XX", JSON)
    return Response("2XX", JSON, dict(schema))


def _put(schema: dict[str, Any], path: TargetPath, made: dict[str, Any], required: bool) -> bool:
    """Add a field to the schema; False if another field says that the place is something else."""
    here = schema
    for position, segment in enumerate(path):
        match segment:
            case Member(name):
                if not _take_kind(here, "object"):
                    return False
                if required and position == len(path) - 1 and made.get("readOnly") is not True:
                    here.setdefault("required", []).append(name)
                here = here.setdefault("properties", {}).setdefault(name, {})
            case Index() | Select():
                if not _take_kind(here, "array"):
                    return False
                here = here.setdefault("items", {})
                if isinstance(segment, Select):
                    if not _take_kind(here, "object"):
                        return False
                    here.setdefault("properties", {}).setdefault(segment.key, dict(_KEY))
    return _lay(here, made)


def _take_kind(here: dict[str, Any], kind: str) -> bool:
    """Make a place an object or a list; False if it is declared as something else."""
    if "type" not in here and not ("enum" in here or "const" in here):
        here["type"] = kind
    stated = here.get("type")
    return stated == kind or (isinstance(stated, list) and kind in stated)


def _lay(here: dict[str, Any], made: dict[str, Any]) -> bool:
    """Add a field's keywords to what other fields have declared inside its place."""
    inside = "object" if "properties" in here else "array" if "items" in here else None
    if inside and not _take_kind(made, inside):
        return False
    stated = made.get("properties", {})
    inner = here.get("properties", {}).items()
    names = {**stated, **{name: said for name, said in inner if name not in stated or said != _KEY}}
    required = [*made.get("required", []), *here.get("required", [])]
    items = here.get("items", made.get("items"))
    here.update(made)
    for word, value in (("properties", names), ("required", required), ("items", items)):
        if value:
            here[word] = value
    return True
