"""The form of a mapping file: its keys and the type of each.

One pydantic model serves both the loader, which checks files against it, and editors, which get its JSON
Schema. The meaning of values is checked later, when names can be resolved. Keys that may be left out are
`optional`; their types do not allow null, since null would look meaningful without being so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StrictBool,
    StrictInt,
    StrictStr,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from custmap.mapping.file import Word
from custmap.values.docstrings import docstring


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.__doc__ = docstring(cls) or None  # a description in the schema, under `python -OO` too


def _unset() -> None:
    return None


def optional(description: str, **facts: Any) -> Any:
    """A key that may be left out; with a factory, since editors would propose a plain default."""
    return Field(default_factory=_unset, description=description, **facts)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a Literal, each with its meaning, which editors show next to the word.

    `table` is what editors insert for the long form, if the type has one. The long form is not part of the
    choice of words, so that a wrong key is reported as such, and not as an unknown word.
    """

    texts: Mapping[str, str]
    table: str | None = None

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        shown = handler(core)
        words: list[Any] = [{"const": word, "description": text} for word, text in self.texts.items()]
        if self.table is None:
            return {"anyOf": words}
        insert = {"label": self.table.replace("$1", "…"), "bodyText": self.table}
        offered = {"not": {}, "defaultSnippets": [insert]}  # matches nothing: only for its snippet
        long = [one for one in shown["anyOf"] if "$ref" in one]
        return {"anyOf": [*words, {"type": "object"}, offered], "allOf": long}


class LongForm(Part):
    """A table in a place where a word is allowed too; see `Words`."""

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler.resolve_ref_schema(handler(core))
        kept = ("properties", "required", "additionalProperties")
        return {key: schema[key] for key in kept if key in schema}


# Any JSON value. Editors insert a colon after a key only if its schema has a type or a choice.
Literally = Annotated[Any, WithJsonSchema({"anyOf": [{}]})]
# Anything by name. The schema must say that names are text: in YAML a key can be a number.
ByName = Annotated[dict[str, Any], WithJsonSchema({"type": "object", "propertyNames": {"type": "string"}})]


class ParamModel(Part):
    """A value that the caller gives besides the customer."""

    summary: StrictStr = optional("A description for readers.")
    default: Literally = optional('Used when the caller gives no value, e.g. "12".')
    secret: StrictBool = optional("A secret is shown as {{name}} in all output.")


class ClearModel(LongForm):
    send: Literally = optional("This value is sent.")
    write: ByName = optional("These members are written instead: target path to value.")
    name_in: StrictStr = optional(
        "The name is listed in the array at this target path of the body.",
        examples=["keysToRemove", "people[0].clear_fields"],
    )
    key_in: StrictStr = optional(
        "The name is a member of the object at this target path of the body.", examples=["unset"]
    )
    with_: Literally = optional("The value of that member, e.g. true.", alias="with")
    as_: StrictStr = optional("The name, if it is not the last part of the target path.", alias="as")
    item: Literally = optional("With `changes`: this item of the list says so; {name}, {path} as there.")


class WayModel(Part):
    """How the vendor is told of an item that came or went: at a place, or by an item that says so."""

    in_: StrictStr = optional(
        "The value is listed in the array at this target path of the body.", alias="in", examples=["tags.add"]
    )
    item: Literally = optional("An item of the target's list; {value}, {name} and {path} in it are filled.")


class UnmappedDefault(LongForm):
    default: Literally = Field(description="The vendor value that is sent instead.")


Clear = Annotated[
    Word | ClearModel,
    Words(
        {
            "send_null": "Null is sent.",
            "send_empty": 'An empty value is sent: "", [] or {}, as the contract has it there.',
            "mask": "The member is left out and named in the file's `mask`, which clears it.",
            "omit": "The member is left out, which clears it where the vendor replaces the whole container.",
            "impossible": "This vendor cannot be told: the change is rejected and reported (the default).",
            "skip": "This vendor cannot be told, and that is accepted: the plan notes it.",
        },
        "{name_in: $1}",
    ),
]
Empty = Annotated[
    Literal["value", "clear", "reject"],
    Words(
        {
            "value": '"" is a value like any other (the default).',
            "clear": '"" means that the value is gone: it is cleared as `clear` says.',
            "reject": 'This vendor does not accept "": the change is rejected and reported.',
        }
    ),
]
Merge = Annotated[
    Literal["fields", "whole", "entries", "set", "keyed", "add-only", "items"],
    Words(
        {
            "fields": "Object: the vendor merges members; what changed is sent (the default of objects).",
            "whole": "The vendor replaces it; all of it is sent when a part changed (the default of lists).",
            "entries": "Map with free keys: the vendor merges key by key; what changed is sent.",
            "set": "List: the vendor replaces it; order and repeats have no meaning.",
            "keyed": "List with `key`: the vendor matches items by key; changed items are sent as a whole.",
            "add-only": "List with `key`: only new items can be sent; changed or missing ones are rejected.",
            "items": "List of scalars: items are added and taken away one by one, as `added` and `gone` say.",
        }
    ),
]
Unmapped = Annotated[
    Literal["reject", "pass", "skip"] | UnmappedDefault,
    Words(
        {
            "reject": "The value is rejected and reported (the default).",
            "pass": "The value is sent as it is.",
            "skip": "The member is left out.",
        },
        "{default: $1}",
    ),
]


Paths = Annotated[
    Literal["dotted", "pointer", "scim"],
    Words(
        {
            "dotted": "As a target path: emails[type=work].value (the default).",
            "pointer": "As a JSON Pointer (RFC 6901): /emails/0/value.",
            "scim": 'As SCIM has it (RFC 7644): emails[type eq "work"].value.',
        }
    ),
]


class RuleModel(Part):
    """One line of the table: where a value comes from, and what change and clear mean to the vendor."""

    from_: StrictStr = optional(
        "JMESPath over the customer; over the item inside `each`.",
        alias="from",
        examples=["email", "given_name(name)", "coalesce(company, 'none')"],
    )
    param: StrictStr = optional("A parameter's name.", examples=["token"])
    value: Literally = optional("A constant.", examples=["web", True])
    fields: dict[str, RuleModel] = optional("A table of rules, read from this rule's source.")
    each: StrictStr = optional("JMESPath: one target item for each item of this list.", examples=["channels"])
    first: list[RuleModel] = optional("Sources in order: the first that is not absent.", min_length=1)
    key: StrictStr = optional("The target member that tells items apart.", examples=["type"])
    values: dict[Any, Any] = optional("Canonical value to vendor value.")
    unmapped: Unmapped = optional("What to do with a value that `values` does not list.")
    format: StrictStr = optional("Puts the value into a text.", examples=["Bearer {}"])
    default: Literally = optional("Used when the value is absent, never for null.")
    when: StrictStr = optional(
        "The rule applies only when this expression is true.", examples=["type == 'mobile'"]
    )
    otherwise: Literal["clear"] = optional("The value is cleared when `when` is no longer true.")
    merge: Merge = optional("What the vendor does with a container when a part of it is sent.")
    clear: Clear = optional("How the vendor is told that the value is gone.")
    set: Literally = optional("With `changes`: the item that says this rule's value.")
    add: Literally = optional("With `changes`: the item that says it where the vendor has no value.")
    added: WayModel = optional("With `merge: items`: how the vendor is told of an item that came.")
    gone: WayModel = optional("With `merge: items`: how the vendor is told of an item that went.")
    empty: Empty = optional('What this vendor makes of "".')
    send: Literal["always"] = optional("`always`: sent with every update that has a change.")
    identity: StrictBool = optional("Identifies the customer: always sent, never changed.")
    immutable: StrictBool = optional("The vendor does not accept a change.")
    transitions: dict[Any, list[Any]] = optional(
        "Allowed transitions, in the vendor's values: old value to new values."
    )
    repeatable: StrictBool = optional("false: sending it twice is not the same as sending it once.")
    one_way: StrictBool = optional("It has no inverse, and that is intended.")
    note: StrictStr = optional("Why.")
    assumed: StrictStr = optional("The policy rests on this guess about the vendor.")

    @model_validator(mode="before")
    @classmethod
    def _plain_string(cls, data: Any) -> Any:
        return {"from": data} if isinstance(data, str) else data

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        # Not `anyOf` a text and a table: editors could not say which of the two a wrong key belongs to.
        long = handler.resolve_ref_schema(handler(core))
        return {**long, "type": ["string", "object"]}


class BulkModel(Part):
    """Many customers in one request: the rules of the body describe an item of a list in it."""

    into: StrictStr = Field(
        description='The list in the body; "[]": the body itself is the list.', examples=["inputs"]
    )
    most: Annotated[StrictInt, Field(ge=1)] = optional("How many customers a request may have.")
    most_bytes: Annotated[StrictInt, Field(ge=1)] = optional("How many bytes its content may have.")


class MaskModel(Part):
    """The names of all that a request sets or clears: the vendor replaces these, and nothing else."""

    query: StrictStr = optional("The query parameter that has the names.", examples=["updateMask"])
    body: StrictStr = optional("The list in the body that has the names, by its target path.")
    paths: Literal["dotted"] = optional("How a name is written: `name.given` (the default).")
    depth: Literal[1, "all"] = optional(
        "1: names of the body's own members (the default); all: of the members in them, too."
    )
    join: Annotated[StrictStr, Field(min_length=1)] = optional(
        "What stands between the names in the query; default: a comma."
    )


class ChangesModel(Part):
    """The body has a list of changes; {value}, {path} and {name} in its items are filled."""

    into: StrictStr = Field(
        description='The list in the body; "[]": the body itself is the list.', examples=["Operations"]
    )
    set: Literally = optional("The item that says a value.")
    add: Literally = optional("The item that says a value where the vendor is known to have none.")
    clear: Literally = optional("The item that says that a value is gone.")
    paths: Paths = optional("How {path} is written.")
    if_absent: Literal["fails"] = optional("`fails`: so does a clear of what the vendor does not have.")
    copy_: ByName = optional("The types of the vendor's copy: target path to JSON Schema.", alias="copy")


class ResponseFieldsModel(Part):
    """A list of messages, and what is read from each."""

    each: StrictStr = optional("JMESPath over {status, body}: the list to read.")
    field: StrictStr = optional("The vendor's name of the field, from each item.")
    code: StrictStr = optional("The vendor's code, from each item.")
    message: StrictStr = optional("The vendor's message, from each item.")
    item: StrictStr = optional("Of a request with many customers: the position, from 0, that it is about.")
    key: StrictStr = optional("Of a request with many: the value of the identity, or a list of such values.")
    retry: StrictBool | StrictStr = optional("Is the request worth another try where this message came?")


class ResultsModel(Part):
    """What an answer says of each customer of a request, in their order."""

    each: StrictStr = Field(description="JMESPath over {status, body}: a list with one element each.")
    ok: StrictStr = optional("Of an element: did the vendor do what was asked?")
    customer: StrictStr = optional("Where in an element the vendor's copy of the customer is.")
    errors: ResponseFieldsModel | list[ResponseFieldsModel] = optional("Where in an element errors are.")


class ResponseModel(Part):
    """How the vendor's answer is read."""

    ok: StrictStr = optional("JMESPath over {status, body}; default: any status 2xx.")
    customer: StrictStr = optional("Where the vendor's copy of the customer is.")
    fields: dict[str, RuleModel] = optional("Canonical path from a path in the vendor's copy.")
    errors: ResponseFieldsModel | list[ResponseFieldsModel] = optional(
        "Where errors are; of several lists, all are read."
    )
    warnings: ResponseFieldsModel | list[ResponseFieldsModel] = optional(
        "As `errors`, for warnings about what was accepted."
    )
    failed: StrictStr = optional("What failed in part; the answer is not ok if there is any.")
    results: ResultsModel = optional("Of a request with many customers: what became of each.")
    retry: StrictBool | StrictStr = optional(
        "Is the request worth another try? Default: with status 429 and from 500 on."
    )
    applied: StrictBool | StrictStr | None = optional(
        "Did the vendor make the change? true, false, or null: nobody knows."
    )


class CallModel(Part):
    """One call of several: its operation and its rules."""

    contract: ByName = Field(
        description="What the vendor takes: {openapi, operation}, or inline {method, url, fields, …}."
    )
    path: dict[str, RuleModel] = optional("Parameters in the path: name to rule.")
    query: dict[str, RuleModel] = optional("Parameters in the query: name to rule.")
    headers: dict[str, RuleModel] = optional("Headers, beside those of the head: name to rule.")
    body: dict[str, RuleModel] = optional("Members of the body: target path to rule.")
    response: ResponseModel = optional("What the vendor's answer means, in place of the head's `response`.")
    ignored: dict[str, StrictStr] = optional("Target paths that are left out on purpose: path to reason.")


class EntryModel(CallModel):
    """One entry of `requests`: a call, or a call for each entry of a map or item of a list."""

    name: StrictStr = Field(description="The name of its requests.", examples=["customer", "attributes"])
    after: list[StrictStr] = optional("Earlier entries whose requests must have succeeded.")
    for_each: StrictStr = optional(
        "JMESPath over the customer: a free map, or a list. `set` and `clear` read {key, value, customer}.",
        examples=["custom_fields", "tags"],
    )
    key: StrictStr = optional("Of a list of objects: the member that tells them apart.")
    set: CallModel = optional("With `for_each`: the call for an entry that is new or has changed.")
    clear: CallModel = optional("With `for_each`: the call for an entry that is gone.")
    contract: ByName = optional(
        "What the vendor takes: {openapi, operation}, or inline {method, url, fields, …}."
    )


class MappingModel(Part):
    """A source-to-target table: how the canonical customer maps to a vendor's operation, or to several."""

    custmap: Any = Field(description="The language version: 1.")
    name: StrictStr = Field(
        description="vendor/operation, the same as folder/file.", examples=["fabric/update-customer"]
    )
    summary: StrictStr = optional("What the operation does, in one line.")
    contract: ByName = optional(
        "What the vendor takes: {openapi, operation}, or inline {method, url, fields, …}."
    )
    requests: list[EntryModel] = optional("Several requests, in order, in place of one.", min_length=1)
    source: StrictStr = optional("The file of the canonical schema; default: the built-in Customer.")
    params: dict[str, ParamModel | None] = optional(
        "What the caller gives in addition to the customer, by name."
    )
    path: dict[str, RuleModel] = optional("Parameters in the path: name to rule.")
    query: dict[str, RuleModel] = optional("Parameters in the query: name to rule.")
    headers: dict[str, RuleModel] = optional("Headers: name to rule.")
    body: dict[str, RuleModel] = optional("Members of the body: target path to rule.")
    bulk: BulkModel = optional("Many customers go into one request; the body's rules are those of an item.")
    merge: Annotated[
        Literal["whole"],
        Words({"whole": "The request replaces the whole record: what it leaves out is gone (a PUT)."}),
    ] = optional("What the vendor does with the record of which a part is sent; default: it merges.")
    mask: MaskModel = optional("Where a request names all that it sets or clears.")
    changes: ChangesModel = optional("The request is a list of changes of the copy that rules describe.")
    envelope: dict[str, RuleModel] = optional("With `bulk`: the body around the list, the same for all.")
    response: ResponseModel = optional("What the vendor's answer means.")
    clear: Clear = optional("How values are cleared where a rule does not say.")
    empty: Empty = optional('What this vendor makes of "" where a rule does not say.')
    ignored: dict[str, StrictStr] = optional("Target paths that are left out on purpose: path to reason.")

    @model_validator(mode="after")
    def _one_or_several(self) -> MappingModel:
        if (self.contract is None) == (self.requests is None):
            raise ValueError("either")  # `form` and the resolver say what is wrong
        return self


_PARTS: Final[dict[str, type[BaseModel]]] = {
    **{"params": ParamModel, "response": ResponseModel, "bulk": BulkModel, "mask": MaskModel},
    "changes": ChangesModel,
}


def keys_of(place: Sequence[str | int]) -> list[str]:
    """The keys that are allowed at a place of the file."""
    model, place = _table(place)
    if place:
        head, last = place[0], place[-1]
        model = _PARTS.get(str(head), RuleModel)
        if last == "clear":
            model = ClearModel
        elif last == "unmapped":
            model = UnmappedDefault
        elif last in ("added", "gone"):
            model = WayModel
        elif head == "response" and len(place) > 1:
            tables: dict[str, type[BaseModel]] = {"fields": RuleModel, "results": ResultsModel}
            model = tables.get(str(place[1]), ResponseFieldsModel)
            if place[1] == "results" and "errors" in place:
                model = ResponseFieldsModel
    return [field.alias or name for name, field in model.model_fields.items()]


def _table(place: Sequence[str | int]) -> tuple[type[BaseModel], Sequence[str | int]]:
    """The outermost table that a place is in: the file, an entry of `requests`, or a call of one; and the
    place in it."""
    if len(place) < 2 or place[0] != "requests":
        return MappingModel, place
    if len(place) > 2 and place[2] in ("set", "clear"):
        return CallModel, place[3:]
    return EntryModel, place[2:]


def mapping_schema() -> dict[str, Any]:
    """The JSON Schema of a mapping file, for editors."""
    schema: dict[str, Any] = _for_editors(MappingModel.model_json_schema(by_alias=True))
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "custmap mapping"
    schema["properties"]["custmap"] = {"const": 1, "description": "The language version."}
    schema["oneOf"] = [{"required": ["contract"]}, {"required": ["requests"]}]
    return schema


def _for_editors(schema: Any) -> Any:
    """The schema without pydantic's titles."""
    if isinstance(schema, list):
        return [_for_editors(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    shown = (one for one in schema.items() if one[0] != "title" or not isinstance(one[1], str))
    return {key: _for_editors(one) for key, one in shown}
