"""The form of a source file: its keys and the type of each, as `keys` has it for mapping files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StrictStr

from custmap.mapping.keys import for_editors
from custmap.mapping.rule_keys import (
    ByName,
    Empty,
    Literally,
    Part,
    TextOrTable,
    Unmapped,
    UnmappedDefault,
    Words,
    optional,
)

Nulls = Annotated[
    Literal["clear", "absent"],
    Words(
        {
            "clear": "NULL says that there is no value.",
            "absent": "NULL says nothing: what was there stays.",
        }
    ),
]


class SourceRuleModel(TextOrTable):
    """One line of the table: from which columns a field of the customer comes."""

    from_: StrictStr = optional(
        "JMESPath over the row; over the item inside `each`.",
        alias="from",
        examples=["first_name", "phone_e164(phone, country)"],
    )
    fields: dict[str, SourceRuleModel] = optional("A table of rules, read from this rule's source.")
    each: StrictStr = optional("JMESPath: one item of the customer for each item of this list.")
    first: list[SourceRuleModel] = optional("Sources in order: the first that is not absent.", min_length=1)
    values: dict[Any, Any] = optional("The column's value to the customer's.")
    unmapped: Unmapped = optional("What to do with a value that `values` does not list.")
    format: StrictStr = optional("Puts the value into a text.", examples=["C-{}"])
    default: Literally = optional("Used when the value is absent, never for null.")
    when: StrictStr = optional("The rule speaks only when this expression is true.")
    empty: Empty = optional('What "" says.')
    nulls: Nulls = optional("What NULL says in what this rule reads; default: what the file says.")
    note: StrictStr = optional("Why.")


class CsvModel(Part):
    """How a CSV file of this table is read."""

    null: StrictStr = optional(r"What stands for NULL beside an empty cell, such as \N.")


class SourceModel(Part):
    """How a row of a table becomes the canonical customer."""

    custmap: Any = Field(description="The language version: 1.")
    source: StrictStr = Field(description="The name, the same as folder/file.", examples=["crm/customers"])
    summary: StrictStr = optional("What the table is, in one line.")
    columns: ByName = Field(
        description="Column to type or JSON Schema; or {parquet: FILE}, {schema: FILE} beside this file."
    )
    key: StrictStr = optional("The column that tells customers apart.")
    nulls: Nulls = Field(description="What NULL says.")
    missing: None = optional("null: a column that a row leaves out is NULL; default: it is an error.")
    timezone: StrictStr = optional(
        "The time zone of timestamps without an offset.", examples=["Europe/Oslo", "UTC"]
    )
    csv: CsvModel = optional("How a CSV file of this table is read.")
    empty: Empty = optional('What "" says where a rule does not say.')
    customer: dict[str, SourceRuleModel] = Field(description="Field of the customer to rule.")


def source_keys_of(place: Sequence[str | int]) -> list[str]:
    """The keys that are allowed at a place of a source file."""
    model: type[BaseModel] = SourceModel
    if place:
        model = SourceRuleModel if place[0] == "customer" else CsvModel
        if place[-1] == "unmapped":
            model = UnmappedDefault
    return [field.alias or name for name, field in model.model_fields.items()]


def source_schema() -> dict[str, Any]:
    """The JSON Schema of a source file, for editors."""
    schema: dict[str, Any] = for_editors(SourceModel.model_json_schema(by_alias=True))
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "custmap source"
    schema["properties"]["custmap"] = {"const": 1, "description": "The language version."}
    return schema
