"""The schemas of a list's items in a body: one, or several of which the item itself shows which is meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from msgspec import Struct

from custmap.contract.contract import Contract
from custmap.schema.json_schema import Definitions, type_of
from custmap.schema.misfit import misfit
from custmap.values.types import Type

_DEEPEST: Final = 64
Discriminator: TypeAlias = tuple[str, Mapping[str, Type]]


class Variants(Struct, frozen=True):
    """The types that an item may have.

    `whole`      what the items have in common, None: nothing is known.
    `several`    its variants, if there are any.
    `by`         the member whose value names the variant, and the variants by that value.
    """

    whole: Type | None
    several: tuple[Type, ...] = ()
    by: Discriminator | None = None

    def of(self, literals: Mapping[str, Any]) -> tuple[Type, ...]:
        """The types that an item with these members may have, none: nothing is known.

        LookupError if no variant has them.
        """
        if self.by is not None and (name := literals.get(self.by[0])) is not None:
            return (self.by[1][str(name)],)
        if not self.several:
            return () if self.whole is None else (self.whole,)
        found = tuple(one for one in self.several if _fits(one, literals))
        if not found:
            raise LookupError("no variant has these members")
        return found


def _fits(type_: Type, literals: Mapping[str, Any]) -> bool:
    held = ((type_.member(name), value) for name, value in literals.items())
    return all(one is None or (one.kinds and misfit(one, value) is None) for one, value in held)


def variants_at(contract: Contract, names: tuple[str, ...]) -> Variants:
    """Those of the items of the list that `names` lead to in the body."""
    schema: Any = contract.body_schema
    if schema is None:
        return Variants(None)
    resolve = Definitions(schema)
    for name in names:
        schema = next(
            (found for one in _same(schema, resolve) if (found := _inner(one, name)) is not None), None
        )
    items = next((one["items"] for one in _same(schema, resolve) if isinstance(one.get("items"), dict)), None)
    if items is None:
        return Variants(None)
    whole = type_of(items, resolve)
    several: list[Type] = []
    for one in _same(items, resolve):
        discriminator = one.get("discriminator")
        if isinstance(discriminator, dict) and isinstance(discriminator.get("mapping"), dict):
            found = discriminator["mapping"].items()
            by = {str(value): type_of({"$ref": reference}, resolve) for value, reference in found}
            return Variants(whole, tuple(by.values()), (str(discriminator.get("propertyName")), by))
        for word in ("oneOf", "anyOf"):
            several += [
                type_of(variant, resolve) for variant in one.get(word, ()) if isinstance(variant, dict)
            ]
    return Variants(whole, tuple(several))


def _inner(schema: Mapping[str, Any], name: str) -> Any:
    found = schema.get("properties", {}).get(name)
    return found if isinstance(found, dict) else None


def _same(schema: Any, resolve: Definitions) -> Iterator[dict[str, Any]]:
    """A schema, what it refers to, and what it is made of."""
    waiting = [schema]
    for one in waiting:
        if not isinstance(one, dict) or len(waiting) > _DEEPEST:
            continue
        yield one
        if isinstance(one.get("$ref"), str):
            waiting.append(resolve(one["$ref"]))
        waiting += one.get("allOf", [])
