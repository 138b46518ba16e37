"""`Checked`: a mapping in which every name is resolved: its head and its operations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from msgspec import Struct

from custmap.contract.contract import Contract
from custmap.contract.form_body import FormStyle
from custmap.diagnostics.span import Span
from custmap.expressions.function import FunctionSpec
from custmap.mapping.file import MappingFile, Rule
from custmap.model.answer import Answer
from custmap.model.changes import Changes
from custmap.model.clear import Named
from custmap.model.filled_list import FilledList
from custmap.model.mask import Mask
from custmap.model.nodes import Container, Leaf, ObjectNode, Table
from custmap.model.privacy import EVERY_ITEM, Step
from custmap.schema.canonical import Canonical
from custmap.values.absent import ABSENT
from custmap.values.equality import fingerprint
from custmap.values.paths import TargetPath
from custmap.values.types import Type

PARTS: Final = ("path", "query", "headers")
"""The parts of a request that are flat tables of parameters; the fourth is the body."""
_NO_ROW: Final = object()


class CheckedParam(Struct, frozen=True):
    name: str
    default: Any
    has_default: bool
    secret: bool
    summary: str | None = None


@dataclass(frozen=True, slots=True)
class RiderOrigin:
    """A rider: a parameter by name, or a constant.

    `type` is the contract's at its place; `form` is how it is written there, where the body is a form.
    """

    target: str
    param: str | None
    value: Any
    format: str | None
    type: Type | None
    required: bool
    values: tuple[tuple[Any, Any], ...] | None = None
    unmapped: str = "reject"
    unmapped_default: Any = None
    default: Any = ABSENT
    form: FormStyle | None = None
    rule: Rule | None = field(default=None, compare=False, repr=False)

    def translated(self, value: Any) -> Any:
        """What `values` makes of a value; ABSENT where it is skipped, LookupError without a row for it."""
        if self.values is None:
            return value
        rows = {fingerprint(left): right for left, right in self.values}
        others = {"pass": value, "skip": ABSENT, "default": self.unmapped_default}
        found = rows.get(fingerprint(value), others.get(self.unmapped, _NO_ROW))
        if found is _NO_ROW:
            raise LookupError("has no row in `values`")
        return found


class Bulk(Struct, frozen=True):
    """Many customers in one request: the operation's body is that of an item of a list.

    `into`      the names that lead to the list; (): the body itself is the list.
    `most`, `most_bytes`  how many items a request may have, and bytes of its content; None: any number.
    `envelope`  the body around the list: riders only.
    """

    into: tuple[str, ...]
    most: int | None
    most_bytes: int | None
    envelope: ObjectNode

    def items(self, body: Any) -> list[Any]:
        """The items of a body; none if it has no such list."""
        for name in self.into:
            body = body.get(name) if type(body) is dict else None
        return body if type(body) is list else []


@dataclass(frozen=True, slots=True)
class Operation:
    """One call to the vendor.

    `table`     all slots of the operation; its root is the body. `path`, `query` and `headers` share them.
    `riders`    parameters and constants, by the index that `Rider` nodes have.
    `variables` the server variables that parameters fill, with the parameters' names.
    `name_places` the places where clearing writes names, in order, and the form that does.
    `answer`    how the vendor's answer is read.
    `bulk`      a request has a list of bodies; the contract's body is then that of an item.
    `mask`      where a request names what it sets or clears.
    `changes`   changes are said as items of a list; `body` is then the vendor's copy, with what stays around.
    `name`, `after`  of one of several: the name of its requests, and of those that must have succeeded.
    `clears`    its requests say that an entry or item is gone.
    `lists`     the lists that what changed fills, and that the contract limits.
    `item`      what names the customer in templates; `named` are its rules, as templates number them.
    """

    contract: Contract
    riders: tuple[RiderOrigin, ...]
    variables: Mapping[str, str]
    table: Table
    path: ObjectNode
    query: ObjectNode
    headers: ObjectNode
    name_places: Mapping[TargetPath, type[Named]] = field(default_factory=dict)
    answer: Answer = field(default_factory=Answer)
    bulk: Bulk | None = None
    mask: Mask | None = None
    changes: Changes | None = None
    name: str = ""
    after: tuple[str, ...] = ()
    clears: bool = False
    item: ObjectNode | None = None
    named: tuple[Leaf, ...] = ()
    lists: tuple[FilledList, ...] = ()

    @property
    def body(self) -> Container:
        """The root node of the body: an object, or a list whose items are named."""
        return self.table.root

    @property
    def flat(self) -> dict[str, ObjectNode]:
        """The root nodes of path, query and headers, by name."""
        return {"path": self.path, "query": self.query, "headers": self.headers}

    @property
    def parts(self) -> dict[str, Container]:
        """The root nodes of path, query, headers and body, by name, and of what templates name."""
        item = {} if self.item is None else {"item": self.item}
        return {**self.flat, **item, "body": self.body}

    @property
    def body_at(self) -> tuple[Step, ...]:
        """Where in a request the rules of the body stand."""
        return ("body",) if self.bulk is None else ("body", *self.bulk.into, EVERY_ITEM)

    @property
    def roots(self) -> list[tuple[tuple[Step, ...], Container]]:
        """The root nodes, the envelope's too, each with its place in a request."""
        around: list[tuple[tuple[Step, ...], Container]] = []
        if self.bulk is not None:
            around.append((("body",), self.bulk.envelope))
        flat = [((part,), node) for part, node in self.flat.items()]
        return [*flat, *around, (self.body_at, self.body)]


@dataclass(frozen=True, slots=True)
class SequenceStep:
    """An entry of `requests`: one call, or calls for each entry of a map or item of a list.

    Each call is a mapping of its own, with one operation. Those of entries have a canonical schema of their
    own, `{key, value, customer}`.

    `call`     what is called; of entries, for each that is new or has changed.
    `clear`    what is called for an entry that is gone; None: it cannot be cleared.
    `entries`  a mapping with one rule, whose value is the map or list; None: it is one call.
    `rule`     that rule, without what the calls read of the customer beside an entry.
    """

    name: str
    span: Span
    call: Checked
    clear: Checked | None = None
    entries: Checked | None = None
    rule: Leaf | None = None

    @property
    def calls(self) -> tuple[Checked, ...]:
        return (self.call,) if self.clear is None else (self.call, self.clear)

    @property
    def managed(self) -> Checked:
        """The mapping whose rules say what of the customer goes to the vendor."""
        return self.call if self.entries is None else self.entries


@dataclass(frozen=True, slots=True)
class Checked:
    """A whole resolved mapping: what applies to all of it, and its operations in order.

    `steps`  the entries of `requests`; (): it has one request.
    """

    file: MappingFile
    name: str
    summary: str
    canonical: Canonical
    functions: Mapping[str, FunctionSpec]
    params: tuple[CheckedParam, ...]
    operations: tuple[Operation, ...]
    steps: tuple[SequenceStep, ...] = ()

    @property
    def operation(self) -> Operation:
        """The only operation; TypeError if the mapping has several requests."""
        if self.steps:
            raise TypeError(f"{self.name} has several requests: see `requests`")
        return self.operations[0]

    @property
    def bulk(self) -> Bulk | None:
        """How its request has many customers, if it does."""
        return None if self.steps else self.operation.bulk

    @property
    def calls(self) -> tuple[Checked, ...]:
        """The mappings of its calls, each with one operation; of a mapping with one, itself."""
        if self.steps or not self.operations:  # none of several requests may be readable
            return tuple(call for step in self.steps for call in step.calls)
        return (self,)

    def with_functions(self, functions: Mapping[str, FunctionSpec]) -> Checked:
        """The same mapping, with other functions in all of its calls."""
        steps = tuple(
            replace(
                step,
                call=step.call.with_functions(functions),
                clear=step.clear and step.clear.with_functions(functions),
                entries=step.entries and step.entries.with_functions(functions),
            )
            for step in self.steps
        )
        return replace(self, functions=functions, steps=steps)
