"""From the vendor's copy back to a customer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

from msgspec import Struct

from custmap.back.layer import Layer
from custmap.back.laying import Echo, lay, part_at
from custmap.back.whole_name import joined_name
from custmap.border.intake import copy_plain
from custmap.codegen.define import Functions
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import RecordError
from custmap.diagnostics.span import Span
from custmap.invert.invert import Inverse, Tree, invert
from custmap.model.checked import Checked
from custmap.model.clear import Send
from custmap.model.nodes import ItemsNode
from custmap.model.note import Note
from custmap.model.walkers import own_objects
from custmap.running.calls import fresh
from custmap.running.requests import put
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.paths import found_at
from custmap.values.types import ANY
from custmap.values.words import word_for

_NO_NOTES: Final[tuple[Note, ...]] = ()


class Copy(Struct, frozen=True):
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
        self.form: type = list if isinstance(checked.operation.body, ItemsNode) else dict
        self._riders = (ABSENT,) * len(checked.operation.riders)
        operation = checked.operation
        if operation.changes is not None:  # what the vendor has is the copy, and not a list of changes
            forward = Functions(checked, replace(operation, changes=None))
        self._gone = [
            (node.path, node.clear.value)
            for node in own_objects(operation.body)
            if node.path and isinstance(node.clear, Send)
        ]
        """What is in the place of an object that is gone."""
        self._forward = forward
        self.inverse: Inverse = invert(checked)
        self.tables = [one.checked for one in self.inverse.layers]
        self.layers = [Layer(one.checked, one.tree) for one in self.inverse.layers]

    @cached_property
    def _quick(self) -> Callable[[Any], dict[str, Any]] | None:
        """What reads a document in which nothing is unusual, if there is one layer."""
        return self.layers[0].quick if len(self.layers) == 1 else None

    def read(
        self, document: object, base: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], tuple[Note, ...]]:
        """The customer that a document states, and notes about what of it could not be read.

        `base`  a customer, taken in: what the document does not hold is kept from it.

        RecordError if the document has not the form of the body: a JSON object, or a list.
        """
        if base is None and self._quick is not None and type(document) is self.form:
            try:
                return self._quick(self._with_nulls(document) if self._gone else document), _NO_NOTES
            except Exception:  # the careful way says what is unusual
                pass
        notes: list[Note] = []
        made = self._in_layers(self.plain(document), notes)
        read = self._together(made)
        if self._disagreements(made):  # a rule with a loss agrees if the vendor would be sent just that
            notes += self._disagreements(made, self._echoes(read))
        if base is None:
            return read, tuple(notes)
        echoes = self._echoes(base)
        laid = base
        for layer, part, echo in reversed(list(zip(self.layers, made, echoes, strict=True))):
            laid = lay(laid, part, layer.tree, Echo(base, echo))
        if self._is_customer and not any(map(Layer.takes_name, self.layers, made)):
            name: Any = read.get("name")
            if news := _news(name, self._together(echoes).get("name")):
                laid = {**laid, "name": joined_name(base.get("name"), name, news)}
        return laid, tuple(notes)

    def _with_nulls(self, document: Any) -> Any:
        """The document, or a copy of it with null in place of each object that is gone."""
        for path, value in self._gone:
            if same(found_at(document, path), value):
                document = fresh(document)
                put(document, path, None)
        return document

    def plain(self, document: object) -> Any:
        """A document as plain, new values; RecordError if it is not JSON, or has not the form of the body."""
        if self.form is dict:
            return copy_plain(document, ANY)
        plain = copy_plain({"document": document}, ANY)["document"]
        if type(plain) is not list:
            message = f"expected a list, got {word_for(plain)}"
            raise RecordError([Diagnostic("CM701", message, path="", help="The vendor's copy is a list")])
        return plain

    def copy(self, document: Any) -> Copy:
        """What a document reads back as, rule by rule; the document is plain JSON."""
        notes: list[Note] = []
        made = self._in_layers(document, notes)
        read = self._together(made)
        apart = {
            rule: own
            for layer, part in zip(self.layers, made, strict=True)
            for rule, own in layer.apart(part, read)
        }
        return Copy(read, apart, frozenset(note.span for note in notes))

    def _in_layers(self, document: Any, notes: list[Note]) -> list[dict[str, Any]]:
        """What each layer reads."""
        document = self._with_nulls(document)
        return [layer.carefully(document, notes) for layer in self.layers]

    def _echoes(self, record: dict[str, Any]) -> list[dict[str, Any]]:
        """What each layer would read if the vendor had what it would be sent of a customer."""
        parts, _ = self._forward.carefully(record, self._riders)
        return self._in_layers(self.form() if parts is None else parts[0], [])

    def _together(self, made: list[dict[str, Any]]) -> dict[str, Any]:
        """What all layers read, the first over the others."""
        read: dict[str, Any] = {}
        for layer, part in zip(reversed(self.layers), reversed(made), strict=True):
            read = lay(read, part, layer.tree)
        return read

    def _disagreements(
        self, made: list[dict[str, Any]], echoes: list[dict[str, Any]] | None = None
    ) -> list[Note]:
        """Places of which layers read two things; with `echoes`, those that both of them may say are none."""
        read: dict[str, Any] = {}
        known: dict[str, Any] = {}
        told: list[Note] = []
        below = zip(self.layers, made, echoes or [{}] * len(made), strict=True)
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


_DISAGREE: Final = "two members of the vendor's copy disagree"


def _differing(held: dict[str, Any], new: dict[str, Any], tree: Tree, prefix: str, echo: Any) -> list[Note]:
    """Places that two rules read back, and of which the vendor's copy says two things.

    `echo` is what would be held if the vendor had what was read from it in the end.
    """
    found: list[Note] = []
    for name, value in new.items():
        known = part_at(echo, name)
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
