"""The form of a rule: its keys and the type of each. Keys that may be left out are `optional`; their types do
not allow null, since null would look meaningful without being so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import Struct
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StrictBool,
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


class TextOrTable(Part):
    """A rule: a text says only from where."""

    @model_validator(mode="before")
    @classmethod
    def _plain_string(cls, data: Any) -> Any:
        return {"from": data} if isinstance(data, str) else data

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        # Not `anyOf` a text and a table: editors could not say which of the two a wrong key belongs to.
        long = handler.resolve_ref_schema(handler(core))
        return {**long, "type": ["string", "object"]}


def _unset() -> None:
    return None


def optional(description: str, **facts: Any) -> Any:
    """A key that may be left out; with a factory, since editors would propose a plain default."""
    return Field(default_factory=_unset, description=description, **facts)


class Words(Struct, frozen=True):
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


class RuleModel(TextOrTable):
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
