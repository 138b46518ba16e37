"""From the vendor's copy back to a customer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from custmap.back.whole_name import joined_name
from custmap.border.intake import copy_plain
from custmap.border.quick import require_text
from custmap.codegen.define import Functions
from custmap.diagnostics.span import Span
from custmap.invert.invert import Inverse, Tree, invert
from custmap.invert.peel import Step
from custmap.model.checked import Checked
from custmap.model.note import Note
from custmap.model.walkers import leaves
from custmap.values.absent import ABSENT
from custmap.values.equality import fingerprint, same, same_items
from custmap.values.paths import Index, Member, TargetPath, found_at
from custmap.values.types import ANY

_NO_NOTES: Final[tuple[Note, ...]] = ()


@dataclass(frozen=True, slots=True)
class Copy:
    """What a vendor's copy reads back as.

    `record`  the customer.
    `apart`   the rules of whose fields something else was read, each with the customer that it reads.
    `unread`  the rules of which the copy has something that cannot be read.
    """

    record: dict[str, Any]
    apart: dict[Span, dict[str, Any]]
    unread: frozenset[Span | None]


class Reverse:
    """Reads the vendor's copy of a customer."""

    def __init__(self, checked: Checked, forward: Functions) -> None:
        self._is_customer = checked.canonical.is_customer
        self._riders = (ABSENT,) * len(checked.operation.riders)
        self._forward = forward
        self.inverse: Inverse = invert(checked)
        self._layers = [_Layer(one.checked, one.tree) for one in self.inverse.layers]

    def read(
        self, document: object, base: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], tuple[Note, ...]]:
        """The customer that a document states, and notes about what of it could not be read.

        `base`  a customer, taken in: what the document does not hold is kept from it.

        RecordError if the document is no JSON object.
        """
        if len(self._layers) == 1 and base is None and type(document) is dict:
            try:
                return self._layers[0].quick(document), _NO_NOTES
            except Exception:  # the careful way says what is unusual
                pass
        notes: list[Note] = []
        made = self._in_layers(copy_plain(document, ANY), notes)
        read = self._together(made)
        if self._disagreements(made):  # a rule with a loss agrees if the vendor would be sent just that
            notes += self._disagreements(made, self._echoes(read))
        if base is None:
            return read, tuple(notes)
        echoes = self._echoes(base)
        laid = base
        for layer, part, echo in reversed(list(zip(self._layers, made, echoes, strict=True))):
            laid = lay(laid, part, layer.tree, Echo(base, echo))
        if self._is_customer and not any(map(_Layer.takes_name, self._layers, made)):
            name: Any = read.get("name")
            if news := _news(name, self._together(echoes).get("name")):
                laid = {**laid, "name": joined_name(base.get("name"), name, news)}
        return laid, tuple(notes)

    def copy(self, document: dict[str, Any]) -> Copy:
        """What a document reads back as, rule by rule; the document is plain JSON."""
        notes: list[Note] = []
        made = self._in_layers(document, notes)
        read = self._together(made)
        apart = {
            rule: own
            for layer, part in zip(self._layers, made, strict=True)
            for rule, own in layer.apart(part, read)
        }
        return Copy(read, apart, frozenset(note.span for note in notes))

    def _in_layers(self, document: dict[str, Any], notes: list[Note]) -> list[dict[str, Any]]:
        """What each layer reads."""
        return [layer.carefully(document, notes) for layer in self._layers]

    def _echoes(self, record: dict[str, Any]) -> list[dict[str, Any]]:
        """What each layer would read if the vendor had what it would be sent of a customer."""
        parts, _ = self._forward.carefully(record, self._riders)
        return self._in_layers({} if parts is None else parts[0], [])

    def _together(self, made: list[dict[str, Any]]) -> dict[str, Any]:
        """What all layers read, the first over the others."""
        read: dict[str, Any] = {}
        for layer, part in zip(reversed(self._layers), reversed(made), strict=True):
            read = lay(read, part, layer.tree)
        return read

    def _disagreements(
        self, made: list[dict[str, Any]], echoes: list[dict[str, Any]] | None = None
    ) -> list[Note]:
        """Places of which layers read two things; with `echoes`, those that both of them may say are none."""
        read: dict[str, Any] = {}
        known: dict[str, Any] = {}
        told: list[Note] = []
        below = zip(self._layers, made, echoes or [{}] * len(made), strict=True)
        for layer, part, echo in reversed(list(below)):
            told += _differing(read, part, layer.tree, "", known)
            read, known = lay(read, part, layer.tree), lay(known, _within(echo, part), layer.tree)
        return told


def _news(read: Any, echo: Any) -> dict[str, Any]:
    """The members that were read and are not what the base says already."""
    known = echo if echo.__class__ is dict else {}
    read = read if read.__class__ is dict else {}
    return {part: value for part, value in read.items() if part not in known or not same(known[part], value)}


def _within(echo: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """The members that a part has, too."""
    return {
        name: _within(value, part[name])
        if value.__class__ is dict and part[name].__class__ is dict
        else value
        for name, value in echo.items()
        if name in part
    }


class _Layer:
    """One table of the inverse, compiled."""

    __slots__ = ("_code", "_rules", "tree")

    def __init__(self, checked: Checked, tree: Tree) -> None:
        self._code = Functions(checked, checked.operation)
        self._rules = tuple(leaves(checked.operation.table.root))
        self.tree = tree

    def quick(self, document: dict[str, Any]) -> dict[str, Any]:
        """What the layer reads from a document in which nothing is unusual; any exception if something is."""
        body: dict[str, Any] = self._code.apply(document, ())[0]
        require_text(body)
        return body

    def carefully(self, document: dict[str, Any], notes: list[Note]) -> dict[str, Any]:
        """What it reads from any document, with notes about what cannot be read."""
        parts, draft = self._code.carefully(document, ())
        notes += [Note(one.place, f"cannot be read: {one.message}", one.span) for one in draft.rejected]
        return {} if parts is None else parts[0]

    def apart(self, part: dict[str, Any], read: dict[str, Any]) -> Iterator[tuple[Span, dict[str, Any]]]:
        """The rules that read something else than was read in the end."""
        for rule in self._rules:
            if found_at(part, rule.path) is not ABSENT:
                own = lay(read, _alone(part, rule.path), self.tree)
                if not same(own, read):
                    yield rule.span, own

    def takes_name(self, read: dict[str, Any]) -> bool:
        """Is the name among what it read, and read as a whole?"""
        return "name" in read and not self.tree.members["name"].members


def _alone(part: Any, path: TargetPath) -> Any:
    """What was read, with nothing but what is at a path."""
    if not path:
        return part
    if isinstance(path[0], Index):
        return [{}] * path[0].position + [_alone(part[path[0].position], path[1:])]
    assert isinstance(path[0], Member)
    return {path[0].name: _alone(part[path[0].name], path[1:])}


_LEAF: Final = Tree()


class Echo(NamedTuple):
    """A part of a base, and what would be read of it if the vendor had it."""

    base: Any
    read: Any

    def at(self, step: Step) -> Echo:
        """The part of both at a member or position."""
        return Echo(_part(self.base, step), _part(self.read, step))


_SILENCE: Final = Echo(ABSENT, ABSENT)


def _part(value: Any, step: Step) -> Any:
    if value.__class__ is dict:
        return value.get(step, ABSENT)
    if value is None:
        return None  # a path through a null is null
    inside = value.__class__ is list and step.__class__ is int and 0 <= step < len(value)
    return value[step] if inside else ABSENT


def lay(held: dict[Any, Any], new: dict[Any, Any], tree: Tree, echo: Echo = _SILENCE) -> dict[Any, Any]:
    """What was read over what was held: objects into each other, items of lists with a key by their keys.

    Where the same was read as would be of the base, the base stands, with all that a vendor does not keep.
    """
    laid = held.copy()
    for name, value in new.items():
        below, kept, known = tree.members.get(name, _LEAF), held.get(name), echo.at(name)
        if below.members and value.__class__ is dict and kept.__class__ is dict:
            laid[name] = lay(kept, value, below, known)
        elif below.members and value.__class__ is list and kept.__class__ is list:
            laid[name] = _lay_positions(kept, value, below, known)
        elif same(value, known.read) or (below.is_set and _same_set(value, known.read)):
            if known.base is ABSENT:
                laid.pop(name, None)
            else:
                laid[name] = known.base
        elif below.items is not None and value.__class__ is list and kept.__class__ is list:
            laid[name] = _lay_items(kept, value, below, known)
        else:
            laid[name] = value
    return laid


def _same_set(one: Any, other: Any) -> bool:
    return one.__class__ is list and other.__class__ is list and same_items(one, other)


def _lay_positions(held: list[Any], new: list[Any], tree: Tree, echo: Echo) -> list[Any]:
    """Items that are read by their positions, over those that were held there; the others stay."""
    read = {at: item for at, item in enumerate(new) if at in tree.members}
    laid = lay(dict(enumerate(held)), read, tree, echo)
    return [laid.get(at, {}) for at in range(max(laid, default=-1) + 1)]


def _lay_items(held: list[Any], new: list[Any], tree: Tree, echo: Echo) -> list[Any]:
    assert tree.key is not None and tree.items is not None
    before, own = _by_key(held, tree.key), _own(echo, tree.key)
    made: list[Any] = []
    for item in new:
        key = _key(item, tree.key)
        known = own.get(key, _SILENCE)
        one = before.get(key)
        if one is None and known is not _SILENCE:
            one = before.get(_key(known.base, tree.key))
        if one is None or one.__class__ is not dict or item.__class__ is not dict:
            made.append(item)
        else:
            made.append(lay(one, item, tree.items, known))
    return made


def _own(echo: Echo, path: tuple[Step, ...]) -> dict[Any, Echo]:
    """The items of a base, and what would be read of them, by the keys that would be read.

    A key may have a spelling of its own in the base.
    """
    found: dict[Any, Echo] = {}
    if echo.base.__class__ is list and echo.read.__class__ is list and len(echo.base) == len(echo.read):
        for base, read in zip(echo.base, echo.read, strict=True):
            key = _key(read, path)
            found[key] = _SILENCE if key is None or key in found else Echo(base, read)
    return found


def _by_key(items: Any, path: tuple[Step, ...]) -> dict[Any, Any]:
    """The items by their keys; None where a key comes twice, or is missing."""
    found: dict[Any, Any] = {None: None}
    for item in items if items.__class__ is list else ():
        key = _key(item, path)
        found[key] = None if key in found else item
    return found


def _key(item: Any, path: tuple[Step, ...]) -> Any:
    for name in path:
        item = item.get(name, ABSENT) if item.__class__ is dict else ABSENT
    return None if item is ABSENT or item is None else fingerprint(item)


_DISAGREE: Final = "two members of the vendor's copy disagree"


def _differing(held: dict[str, Any], new: dict[str, Any], tree: Tree, prefix: str, echo: Any) -> list[Note]:
    """Places that two rules read back, and of which the vendor's copy says two things.

    `echo` is what would be held if the vendor had what was read from it in the end.
    """
    found: list[Note] = []
    for name, value in new.items():
        known = _part(echo, name)
        if name not in held or same(held[name], value) or same(held[name], known):
            continue
        below = tree.members.get(name, Tree())
        path = f"{prefix}.{name}" if prefix else name
        if value.__class__ is dict and held[name].__class__ is dict:
            lost = not below.members and not held[name].keys() <= value.keys()
            inner = [] if lost else _differing(held[name], value, below, path, known)
            found += [Note(path, _DISAGREE)] if lost else inner
        else:
            found.append(Note(path, _DISAGREE))
    return found
