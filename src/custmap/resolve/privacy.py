"""Derives what of a rule's values may be shown: from all that it may read, and all that it may be given."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct

from custmap.expressions.ast import And, Call, Literal, MultiHash, Node, Or, plain_path
from custmap.expressions.inference import SourcePath
from custmap.model.checked import RiderOrigin
from custmap.model.kind import Kind
from custmap.model.nodes import (
    EachSource,
    FirstSource,
    FromSource,
    Leaf,
    Origin,
    Rider,
    RiderSource,
    TargetNode,
)
from custmap.model.privacy import EVERY_ITEM, Privacy, Secret, steps
from custmap.model.walkers import children, options
from custmap.resolve.origins import Made
from custmap.schema.canonical import Canonical
from custmap.values.paths import TargetPath

CHOOSE: Final = frozenset({"coalesce", "merge", "not_null"})
KEEP: Final = frozenset({"only_keys", "text_values", "without_keys", "without_nulls"})
"""Functions whose maps have the names of those that they are given: of all arguments, or of the first."""


class Privacies(Struct, frozen=True):
    """The privacy of the rules of one mapping.

    `secret`  the names of its secret parameters.
    `riders`  its parameters and constants so far.
    """

    canonical: Canonical
    secret: Collection[str]
    riders: Sequence[RiderOrigin]

    def of_leaf(self, made: Made, kind: Kind, key: str | None, *, item: bool) -> Privacy:
        """`key` names the items of a list. Inside an item it is not known where the list comes from."""
        reads = (*made.reads, *made.asks)
        return Privacy(
            item or not reads or self._any_personal(reads) or self._has_param(made.origin),
            tuple(self._secrets(made.origin)),
            all(map(self._has_open_names, options(made.origin)))
            if kind.is_map
            else key is not None
            and not item
            and all(self._is_open(one, made, key) for one in options(made.origin)),
        )

    def of_container(self, members: Iterable[TargetNode], path: TargetPath) -> Privacy:
        """The privacy of the object or list at `path`, of all in it together."""
        return Privacy(secrets=tuple(found for one in members for found in self._below(one, len(path))))

    def _has_param(self, origin: Origin) -> bool:
        """May a parameter, which no path is behind, be the value?"""
        sources = (option.source for option in options(origin))
        return any(self.riders[one.index].param for one in sources if isinstance(one, RiderSource))

    def _any_personal(self, reads: Iterable[SourcePath]) -> bool:
        return any(map(self.canonical.is_personal, reads))

    def _secrets(self, origin: Origin) -> Iterator[Secret]:
        """The secrets in the values of an origin."""
        found: Iterable[Secret]
        match origin.source:
            case RiderSource(index=index):
                found = self._in_rider(index)
            case FirstSource(origins=origins):
                found = (secret for one in origins for secret in self._secrets(one))
            case EachSource(table=table):
                found = (secret.below(EVERY_ITEM) for secret in table.item.privacy.secrets)
            case _:
                return
        for secret in found:
            yield secret if secret.place else Secret((), _formatted(origin.format, secret.shown))

    def _in_rider(self, index: int) -> Iterator[Secret]:
        rider = self.riders[index]
        if rider.param in self.secret:
            yield Secret((), _formatted(rider.format, "{{" + str(rider.param) + "}}"))

    def _below(self, node: TargetNode, depth: int) -> Iterator[Secret]:
        """The secrets of a node, with their places from `depth` segments on."""
        match node:
            case Rider(index=index, path=path):
                found: Iterable[Secret] = self._in_rider(index)
            case Leaf(privacy=privacy, path=path):
                found = privacy.secrets
            case _:
                found = (one for inner in children(node) for one in self._below(inner, depth))
                yield from found
                return
        yield from (secret.below(*steps(path[depth:])) for secret in found)

    def _has_open_names(self, origin: Origin) -> bool:
        """Are the names of a map's entries names already in the record or in the mapping, and no values?"""
        if isinstance(origin.source, FromSource):
            return keeps_names(origin.source.expression.ast)
        return not self._has_param(origin)  # `each` makes a list, never a map

    def _is_open(self, origin: Origin, made: Made, key: str) -> bool:
        """Is the key of the items that an origin makes not personal?"""
        source = origin.source
        if not isinstance(source, EachSource | FromSource):
            return False
        path = plain_path(source.expression.ast)
        if path is None or not made.scope.plain:
            return False
        if isinstance(source, FromSource):
            inner: tuple[SourcePath, ...] = ((key,),)
        else:
            keys = [one for one in source.table.item.members if one.name == key]
            if any(isinstance(one, Leaf) and self._has_param(one.origin) for one in keys):
                return False
            inner = tuple(read for one in keys if isinstance(one, Leaf) for read in (*one.reads, *one.asks))
        prefix = made.scope.prefix[0].path if made.scope.prefix else ()
        return bool(inner) and not self._any_personal((*prefix, *path, *read) for read in inner)


def keeps_names(node: Node) -> bool:
    """Has the map that an expression makes only names that are written in it, or of maps that it reads?"""
    match node:
        case Literal() | MultiHash():
            return True
        case Or(left=left, right=right) | And(left=left, right=right):
            return keeps_names(left) and keeps_names(right)
        case Call(name=name, arguments=arguments) if name in CHOOSE:
            return all(map(keeps_names, arguments))
        case Call(name=name, arguments=(first, *_)) if name in KEEP:
            return keeps_names(first)
        case _:
            return plain_path(node) is not None


def _formatted(format: str | None, shown: str) -> str:
    return shown if format is None else format.replace("{}", shown)
