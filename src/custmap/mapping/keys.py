"""The form of a mapping file: its keys and the type of each.

One pydantic model serves both the loader, which checks files against it, and editors, which get its JSON
Schema. The meaning of values is checked later, when names can be resolved.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, Field, StrictBool, StrictInt, StrictStr, model_validator

from custmap.mapping.rule_keys import (
    ByName,
    Clear,
    ClearModel,
    Empty,
    Literally,
    ParamModel,
    Part,
    Paths,
    RuleModel,
    UnmappedDefault,
    WayModel,
    Words,
    optional,
)


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


Merge = Annotated[
    Literal["whole"],
    Words({"whole": "The request replaces the whole record: what it leaves out is gone (a PUT)."}),
]
_MERGE: Final = "What the vendor does with the record of which a part is sent; default: it merges."
_MASK: Final = "Where a request names all that it sets or clears."
_CHANGES: Final = "The request is a list of changes of the copy that rules describe."


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
    merge: Merge = optional(_MERGE)
    mask: MaskModel = optional(_MASK)
    changes: ChangesModel = optional(_CHANGES)
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
    merge: Merge = optional(_MERGE)
    mask: MaskModel = optional(_MASK)
    changes: ChangesModel = optional(_CHANGES)
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
    schema: dict[str, Any] = for_editors(MappingModel.model_json_schema(by_alias=True))
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "custmap mapping"
    schema["properties"]["custmap"] = {"const": 1, "description": "The language version."}
    schema["oneOf"] = [{"required": ["contract"]}, {"required": ["requests"]}]
    return schema


def for_editors(schema: Any) -> Any:
    """The schema without pydantic's titles."""
    if isinstance(schema, list):
        return [for_editors(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    shown = (one for one in schema.items() if one[0] != "title" or not isinstance(one[1], str))
    return {key: for_editors(one) for key, one in shown}
