"""The target as a tree of nodes: objects, lists of named items, leaves; and where each value comes from.

Every leaf has a slot: one customer gives one tuple of slot values, and two customers are compared slot by
slot. Generated code, planner, interpreter and prover use the same slots.

A slot holds ABSENT (not mentioned), None (there is no value), a value, SILENT (`when` is not true) or a
Failure (the value could not be computed).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from msgspec import Struct

from custmap.contract.form_body import FormStyle
from custmap.diagnostics.span import Span
from custmap.expressions.inference import Read, SourcePath
from custmap.expressions.parse import Expression
from custmap.mapping.file import MAKERS, Rule
from custmap.model.changes import Says
from custmap.model.clear import IMPOSSIBLE, Clear
from custmap.model.filling import Filling, NamedEntries
from custmap.model.item_ways import ItemWays
from custmap.model.kind import Kind
from custmap.model.mask import MaskedKeys
from custmap.model.privacy import PRIVATE, Privacy
from custmap.model.template import Hole
from custmap.values.paths import Index, Select, TargetPath
from custmap.values.types import ANY, Type


@dataclass(frozen=True, slots=True)
class Policy:
    """What change and clear mean to the vendor, at one target."""

    clear: Clear = IMPOSSIBLE
    empty: str = "value"
    always: bool = False
    identity: bool = False
    immutable: bool = False
    transitions: Mapping[Any, tuple[Any, ...]] | None = None
    repeatable: bool = True
    otherwise_clear: bool = False
    required: bool = False


class FromSource(Struct, frozen=True):
    expression: Expression
    type: Type


class RiderSource(Struct, frozen=True):
    """A parameter or a constant: `index` into the operation's riders."""

    index: int


class EachSource(Struct, frozen=True):
    expression: Expression
    table: Table
    type: Type = ANY


class FirstSource(Struct, frozen=True):
    origins: tuple[Origin, ...]


Source: TypeAlias = FromSource | RiderSource | EachSource | FirstSource


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from, in the order of a rule: when, source, default, values, format."""

    source: Source
    span: Span
    when: Expression | None = None
    default: Any = None
    has_default: bool = False
    values: tuple[tuple[Any, Any], ...] | None = None
    unmapped: str = "reject"
    unmapped_default: Any = None
    format: str | None = None
    rule: Rule | None = field(default=None, compare=False, repr=False)
    """The rule as written, for the checks and their spans."""

    @property
    def is_unknown(self) -> bool:
        """Is a key unreadable that determines the value? Then nothing is known about its type."""
        return self.rule is not None and not self.rule.unread.isdisjoint(MAKERS)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A rule that gives one value.

    `target`  the target as plans show it; `source` the canonical path, if there is one.
    `reads`   every source path that the value depends on, from the scope's root.
    `asks`    every source path that a `when` reads, the rule's own and those of its options.
    `needs`   both, with what of their values the expressions take.
    `privacy` what of its values may be shown.
    `form`    how the value is written, where the body is a form.
    `masked`  how the keys of a map are, where a mask names its entries.
    `ways`    how the vendor is told of single items, with `merge: items`.
    `says`    how its value is said in a list of changes, if it is an item of its own there.
    `limits`  what may be unable to write its value, or an entry of it.
    `in_maps` those that go through a free map, each with the number of segments that lead to the map.
    """

    slot: int
    name: str
    target: str
    path: TargetPath
    span: Span
    origin: Origin
    kind: Kind
    type: Type | None
    policy: Policy
    source: str | None
    reads: tuple[SourcePath, ...]
    in_maps: tuple[tuple[SourcePath, int], ...] = ()
    asks: tuple[SourcePath, ...] = ()
    needs: tuple[Read, ...] = ()
    privacy: Privacy = PRIVATE
    key: str | None = None
    assumed: str | None = None
    note: str | None = None
    one_way: bool = False
    form: FormStyle | None = None
    masked: MaskedKeys | None = None
    ways: ItemWays | None = None
    says: Says | None = None
    limits: tuple[FormStyle | MaskedKeys | Filling | NamedEntries, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        filling = None if self.says is None else self.says.filling
        names = None if self.type is None or not self.kind.is_map else self.type.names
        keys = None if names is None else NamedEntries(names)
        limits = tuple(one for one in (self.form, self.masked, filling, keys) if one is not None)
        object.__setattr__(self, "limits", limits)

    @property
    def clears_as_one(self) -> bool:
        """Can a map or list be cleared without its content? A template has to name it, not what is in it."""
        clear = self.policy.clear
        unsaid = self.says is not None and clear.at_place and Hole.PATH not in self.says.set.holes
        return clear.fits_container and not unsaid


class Rider(Struct, frozen=True):
    """A parameter or constant in the body: it goes along with the request and has no before."""

    index: int
    name: str
    target: str
    path: TargetPath
    span: Span
    required: bool


@dataclass(frozen=True, slots=True)
class ObjectNode:
    """An object that rules fill.

    `presence` tells the state of the source object (`from` with `fields`), else None.
    `clear`    its own way of clearing, if it states one.
    `slots`    the range of slots below it.
    `privacy`  what of its values may be shown, those of parameters in it included.
    """

    name: str
    target: str
    path: TargetPath
    span: Span
    members: tuple[TargetNode, ...]
    whole: bool = False
    clear: Clear | None = None
    policy: Policy = field(default_factory=Policy)
    presence: Presence | None = None
    slots: tuple[int, int] = (0, 0)
    source: str | None = None
    type: Type | None = None
    privacy: Privacy = PRIVATE
    says: Says | None = None


class ItemsNode(Struct, frozen=True):
    """A list whose items are named by rules: `profiles[0]` or `channels[type=email]`.

    `privacy` is that of an object.
    """

    name: str
    target: str
    path: TargetPath
    span: Span
    items: tuple[tuple[Index | Select, TargetNode], ...]
    whole: bool = False
    required: bool = False
    slots: tuple[int, int] = (0, 0)
    source: str | None = None
    privacy: Privacy = PRIVATE
    says: Says | None = None


Container: TypeAlias = ObjectNode | ItemsNode
TargetNode: TypeAlias = Leaf | Rider | ObjectNode | ItemsNode


@dataclass(frozen=True, slots=True)
class Presence:
    """The slot that says whether the source object of a `from` with `fields` is there.

    `needs` is what its `when` takes: whether the object is there, the members decide.
    """

    slot: int
    target: str
    span: Span
    origin: Origin
    source: str | None
    reads: tuple[SourcePath, ...]
    inner: int
    asks: tuple[SourcePath, ...] = ()
    needs: tuple[Read, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table of rules over one scope: the customer, or the item of a list.

    `root` is an object, or the body where that is a list.
    """

    root: Container
    slots: tuple[Leaf | Presence, ...]
    inside: tuple[int | None, ...]
    """For each slot, the slot of the Presence whose object it reads; None: the scope itself."""

    @property
    def item(self) -> ObjectNode:
        """The object that the rules of a list's item fill."""
        assert isinstance(self.root, ObjectNode)
        return self.root
