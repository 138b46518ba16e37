"""The form of a mapping file: which keys there are and what each takes.

One pydantic model says it once: the loader checks files against it, and editors get its JSON Schema.
What the values mean is checked later, where names can be resolved.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StrictBool,
    StrictStr,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


def _short_form(text: str) -> JsonSchemaValue:
    return {"type": "string", "description": text}


class ParamModel(Part):
    """What the caller gives beside the customer."""

    summary: StrictStr | None = Field(None, description="What it is, for people.")
    default: Any = Field(None, description='Used when the caller gives none, e.g. "12".')
    secret: StrictBool = Field(False, description="Shown as {{name}} in everything that people read.")


class OperationContract(Part):
    """An operation of an OpenAPI 3.0 or 3.1 document beside the mapping."""

    openapi: StrictStr = Field(
        description="The document's file name, e.g. openapi.yaml.", examples=["openapi.yaml"]
    )
    operation: StrictStr = Field(description="Its operationId, or e.g. `POST /customers`.")


class ClearModel(Part):
    """How the vendor is told that a value is gone."""

    send: Any = Field(None, description="This value is sent.")
    write: dict[str, Any] | None = Field(
        None, description="These members are written instead: target path to value."
    )
    name_in: StrictStr | None = Field(
        None, description="The name is listed in the array at this path of the body."
    )
    key_in: StrictStr | None = Field(
        None, description="The name is a member of the object at this path of the body."
    )
    with_: Any = Field(None, alias="with", description="The value of that member, e.g. true.")
    as_: StrictStr | None = Field(
        None, alias="as", description="The name, where it is not the target's last part."
    )


ClearWord = Literal["send_null", "send_empty", "omit", "impossible", "skip"]
EmptyWord = Literal["value", "clear", "reject"]
MergeWord = Literal["fields", "whole", "entries", "set", "keyed", "add-only"]


class UnmappedDefault(Part):
    default: Any = Field(description="The vendor value that stands for every value that is not listed.")


class RuleModel(Part):
    """One line of the table: where a value comes from, and what change and clear mean to the vendor."""

    from_: StrictStr | None = Field(
        None,
        alias="from",
        description="JMESPath over the customer; over the item inside `each`.",
        examples=["email", "given_name(name)", "coalesce(company, 'none')"],
    )
    param: StrictStr | None = Field(None, description="A parameter's name.", examples=["token"])
    value: Any = Field(None, description="A constant.", examples=["web", True])
    fields: dict[str, RuleModel] | None = Field(
        None, description="A table of rules, read from this rule's source."
    )
    each: StrictStr | None = Field(
        None, description="JMESPath: one target item for each item of this list.", examples=["channels"]
    )
    first: list[RuleModel] | None = Field(
        None, description="Sources in order: the first that says something.", min_length=1
    )
    key: StrictStr | None = Field(
        None, description="The target member that tells items apart.", examples=["type"]
    )
    values: dict[Any, Any] | None = Field(
        None, description="Canonical value to vendor value.", examples=[{"active": "A", "inactive": "I"}]
    )
    unmapped: Literal["reject", "pass", "skip"] | UnmappedDefault = Field(
        "reject", description="A value that `values` does not list."
    )
    format: StrictStr | None = Field(None, description="Puts the value into a text.", examples=["Bearer {}"])
    default: Any = Field(None, description="Used when the value is absent, never for null.")
    when: StrictStr | None = Field(
        None, description="The rule speaks only when this expression is true.", examples=["type == 'mobile'"]
    )
    otherwise: Literal["clear"] | None = Field(
        None, description="When `when` turns false, the value is cleared."
    )
    merge: MergeWord | None = Field(
        None, description="What happens to a container when a part of it changes."
    )
    clear: ClearWord | ClearModel | None = Field(
        None,
        description="How the vendor is told that the value is gone.",
        examples=["send_null", {"send": ""}, {"name_in": "keysToRemove"}],
    )
    empty: EmptyWord | None = Field(None, description='What this vendor makes of "".')
    send: Literal["always"] | None = Field(None, description="In every update that has something to say.")
    identity: StrictBool | None = Field(None, description="Names which customer: always sent, never changed.")
    immutable: StrictBool | None = Field(None, description="The vendor refuses a change.")
    transitions: dict[Any, list[Any]] | None = Field(
        None, description="Allowed moves, in the vendor's values.", examples=[{"guest": ["member"]}]
    )
    repeatable: StrictBool | None = Field(None, description="false: sending it twice is not sending it once.")
    one_way: StrictBool | None = Field(None, description="It has no inverse, and that is meant.")
    note: StrictStr | None = Field(None, description="Why.")
    assumed: StrictStr | None = Field(None, description="The policy rests on this guess about the vendor.")

    @model_validator(mode="before")
    @classmethod
    def _plain_string(cls, data: Any) -> Any:
        return {"from": data} if isinstance(data, str) else data

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        long = handler.resolve_ref_schema(handler(core))
        described = long.pop("description", "")
        return {
            "description": described,
            "anyOf": [_short_form("An expression: JMESPath over the customer."), long],
        }


class ResponseFieldsModel(Part):
    each: StrictStr | None = Field(None, description="JMESPath over {status, body}: the list to read.")
    field: StrictStr | None = Field(None, description="The vendor's name of the field, from each item.")
    code: StrictStr | None = Field(None, description="The vendor's code, from each item.")
    message: StrictStr | None = Field(None, description="The vendor's message, from each item.")


class ResponseModel(Part):
    """What the vendor's answer means."""

    ok: StrictStr | None = Field(None, description="JMESPath over {status, body}; left out: any status 2xx.")
    customer: StrictStr | None = Field(None, description="Where the vendor's copy of the customer is.")
    fields: dict[str, RuleModel] | None = Field(
        None, description="Canonical path from a path in the vendor's copy."
    )
    errors: ResponseFieldsModel | list[ResponseFieldsModel] | None = Field(
        None, description="Where errors are; of several lists, all are read."
    )
    warnings: ResponseFieldsModel | list[ResponseFieldsModel] | None = Field(
        None, description="As `errors`, for what went through with a remark."
    )
    failed: StrictStr | None = Field(None, description="What failed in part: then the answer is not ok.")


Rules = Annotated[dict[str, RuleModel], Field(default_factory=dict)]


class MappingModel(Part):
    """A source-to-target table: how the canonical customer maps to one vendor operation."""

    custmap: Any = Field(description="The language version: 1.")
    name: StrictStr = Field(
        description="vendor/operation, the same as folder/file.", examples=["fabric/update-customer"]
    )
    summary: StrictStr | None = Field(None, description="What the operation does, in one line.")
    contract: dict[str, Any] = Field(
        description="What the vendor takes: {openapi, operation}, or inline {method, url, fields, …}.",
        examples=[
            {"openapi": "openapi.yaml", "operation": "updateCustomer"},
            {"method": "POST", "url": "https://api.acme.example/customers", "fields": {"email": "string"}},
        ],
    )
    source: StrictStr | None = Field(
        None, description="The canonical schema's file; left out: the built-in Customer."
    )
    params: dict[str, ParamModel | None] = Field(
        default_factory=dict, description="What the caller gives beside the customer, by name."
    )
    path: Rules = Field(description="Parameters in the path: name to rule.")
    query: Rules = Field(description="Parameters in the query: name to rule.")
    headers: Rules = Field(description="Headers: name to rule.")
    body: Rules = Field(description="Members of the body: target path to rule.")
    response: ResponseModel | None = Field(None, description="What the vendor's answer means.")
    clear: ClearWord | ClearModel | None = Field(
        None, description="How values are cleared where a rule does not say."
    )
    empty: EmptyWord | None = Field(
        None, description='What this vendor makes of "" where a rule does not say.'
    )
    ignored: dict[str, StrictStr] = Field(
        default_factory=dict,
        description="Target paths left alone on purpose: path to reason.",
        examples=[{"legacyId": "Deprecated"}],
    )


def mapping_schema() -> dict[str, Any]:
    """The JSON Schema of a mapping file, for editors."""
    schema = MappingModel.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["properties"]["custmap"] = {"const": 1, "description": "The language version."}
    return schema
