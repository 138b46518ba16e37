"""Requests that carry several customers: the body around the items, and the packs that they are put into."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Final

from msgspec import Struct, field
from msgspec.structs import replace

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import RecordError
from custmap.model.checked import Bulk, Operation
from custmap.model.nodes import ItemsNode, Leaf, ObjectNode, Rider, TargetNode
from custmap.model.walkers import identities
from custmap.running.calls import fresh
from custmap.values.absent import ABSENT
from custmap.values.equality import fingerprint
from custmap.values.json_text import finite_bytes
from custmap.values.paths import Member, Select, TargetPath, found_at
from custmap.wire.binding import Binder, Bound
from custmap.wire.request import Request

_NONE: Final = object()
_COMMA: Final = 1
_TEXTS: Final = frozenset({str})


class Envelope:
    """The body around the items of one operation."""

    __slots__ = ("_bulk", "_is_bare")

    def __init__(self, bulk: Bulk) -> None:
        self._bulk = bulk
        self._is_bare = len(bulk.into) == 1 and not bulk.envelope.members

    def around(self, items: list[Any], riders: tuple[Any, ...]) -> Any:
        """A body with these items; RecordError (CM815) for one item that is too large for a request."""
        into = self._bulk.into
        if self._is_bare:
            body: Any = {into[0]: items}
        else:
            body = _with(_filled(self._bulk.envelope, riders), into, items)
        self._require_room(body, items)
        return body

    def _require_room(self, body: Any, items: list[Any]) -> None:
        most = self._bulk.most_bytes
        if most is not None and len(items) == 1 and (size := len(finite_bytes(body))) > most:
            message = f"the request of this customer alone has {size:,} bytes; the vendor takes {most:,}"
            raise RecordError([Diagnostic("CM815", message)])


def _filled(node: TargetNode, riders: tuple[Any, ...]) -> Any:
    """What riders fill of an envelope; ABSENT for nothing."""
    match node:
        case Rider(index=index):
            return fresh(riders[index])
        case ObjectNode(members=members):
            made = {one.name: held for one in members if (held := _filled(one, riders)) is not ABSENT}
            return made if made or not node.path else ABSENT
        case ItemsNode(items=items):
            held = [(segment, _filled(one, riders)) for segment, one in items]
            return [
                {segment.key: segment.value, **one} if isinstance(segment, Select) else one
                for segment, one in held
                if one is not ABSENT
            ] or ABSENT
        case Leaf():
            return ABSENT


class _Opened(Struct):
    """A pack that may take more: the request of its first customer, and what all of it have in common."""

    first: Request
    params: Any
    riders: tuple[Any, ...]
    size: int
    items: list[Any] = field(default_factory=list)
    records: list[int] = field(default_factory=list)


class Packs:
    """Puts the items of single customers together, in order.

    A request is full with `most` items, or if another would exceed `most_bytes`. A customer who comes again,
    and other parameters, begin a new one.
    """

    def __init__(self, operation: Operation, binder: Binder[Bound]) -> None:
        bulk = operation.bulk
        assert bulk is not None
        self._bulk = bulk
        self._binder = binder
        self._envelope = Envelope(bulk)
        self._identities = [leaf.path for leaf in identities(operation.body)]
        self._name_at = _names_of(self._identities)
        self._params: Any = _NONE
        self._riders: tuple[Any, ...] = ()
        self._around = 0
        self._opened: _Opened | None = None
        self._named: set[Hashable] = set()

    def add(self, index: int, request: Request, params: Any) -> Request | None:
        """Put in the request of a record, whose body is an item; the pack before it, if that is complete.

        RecordError (CM815) for an item that is too large for any request.
        """
        bulk, item = self._bulk, request.body
        if params is not self._params and params != self._params:
            self._params, self._riders = params, self._binder.bind(params).riders
            self._around = len(finite_bytes(self._envelope.around([], self._riders)))
        size = 0 if bulk.most_bytes is None else len(finite_bytes(item)) + _COMMA
        if bulk.most_bytes is not None and self._around + size - _COMMA > bulk.most_bytes:
            self._envelope.around([item], self._riders)
        names = self._names(item)
        full, opened = None, self._opened
        if opened is not None and not (
            opened.params is self._params
            and (bulk.most is None or len(opened.items) < bulk.most)
            and (bulk.most_bytes is None or opened.size + size <= bulk.most_bytes)
            and self._named.isdisjoint(names)
        ):
            full, opened = self.close(), None
        if opened is None:
            opened = self._opened = _Opened(request, self._params, self._riders, self._around - _COMMA)
        opened.size += size
        opened.items.append(item)
        opened.records.append(index)
        self._named.update(names)
        return full

    def close(self) -> Request | None:
        """The pack as it is, if anything is in it."""
        opened, self._opened = self._opened, None
        self._named.clear()
        if opened is None:
            return None
        body = self._envelope.around(opened.items, opened.riders)
        return replace(opened.first, body=body, records=tuple(opened.records))

    def _names(self, item: dict[str, Any]) -> Iterable[Hashable]:
        """All that names the customer of an item: who has one name of another is the same customer."""
        if self._name_at is not None:
            named = tuple(map(item.get, self._name_at))
            if _TEXTS.issuperset(map(type, named)):  # as nearly all are
                return tuple(enumerate(named))
        held = ((at, found_at(item, path)) for at, path in enumerate(self._identities))
        return [(at, fingerprint(name)) for at, name in held if name is not ABSENT and name is not None]


def _names_of(paths: Sequence[TargetPath]) -> tuple[str, ...] | None:
    """The members of an item that name its customer; None where something else does."""
    firsts = [path[0] for path in paths if len(path) == 1]
    names = tuple(one.name for one in firsts if isinstance(one, Member))
    return names if names and len(names) == len(paths) else None


def _with(body: Any, into: Sequence[str], items: list[Any]) -> Any:
    """A body with the items in their place; the members around them are in order."""
    if not into:
        return items
    held = _with(body.get(into[0], {}), into[1:], items)
    return dict(sorted({**body, into[0]: held}.items()))


def alone(operation: Operation, request: Request) -> Request:
    """The request of one customer with the item as its body, as if there were no list."""
    if operation.bulk is None:
        return request
    (item,) = operation.bulk.items(request.body)
    return replace(request, body=item)
