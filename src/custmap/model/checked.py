"""`Checked`: a mapping in which every name is resolved: its head and its operations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from custmap.contract.contract import Contract
from custmap.contract.form_body import FormStyle
from custmap.expressions.function import FunctionSpec
from custmap.mapping.file import MappingFile, Rule
from custmap.model.answer import Answer
from custmap.model.changes import Changes
from custmap.model.clear import Named
from custmap.model.mask import Mask
from custmap.model.nodes import Container, ObjectNode, Table
from custmap.model.privacy import EVERY_ITEM, Step
from custmap.schema.canonical import Canonical
from custmap.values.absent import ABSENT
from custmap.values.equality import fingerprint
from custmap.values.paths import TargetPath
from custmap.values.types import Type

PARTS: Final = ("path", "query", "headers")
"""The parts of a request that are flat tables of parameters; the fourth is the body."""
_NO_ROW: Final = object()


@dataclass(frozen=True, slots=True)
class CheckedParam:
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


@dataclass(frozen=True, slots=True)
class Bulk:
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
        """The root nodes of path, query, headers and body, by name."""
        return {**self.flat, "body": self.body}

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
class Checked:
    """A whole resolved mapping: what applies to all of it, and its operations in order."""

    file: MappingFile
    name: str
    summary: str
    canonical: Canonical
    functions: Mapping[str, FunctionSpec]
    params: tuple[CheckedParam, ...]
    operations: tuple[Operation, ...]

    @property
    def operation(self) -> Operation:
        """The only operation; TypeError if the mapping has several."""
        if len(self.operations) != 1:
            raise TypeError(f"{self.name} has {len(self.operations)} operations: see `operations`")
        return self.operations[0]
