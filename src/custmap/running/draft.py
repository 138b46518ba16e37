"""`Draft` collects what a comparison finds; `View` is how two rows of slots are compared.

Outcomes of a node: SAME (nothing to say), SAID (with what is sent because of it, or NOTHING where it
is said elsewhere, by name or by leaving out), KEPT (rejected or noted, with what stays at the vendor).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from msgspec import Struct, field
from msgspec.structs import replace

from custmap.expressions.inference import SourcePath
from custmap.model.change import Change, Rejection, new_change
from custmap.model.nodes import ItemsNode, Leaf, ObjectNode, Presence, TargetNode
from custmap.model.note import Fact, Note
from custmap.model.privacy import inside
from custmap.running.states import Failure, bare
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.path_styles import DOTTED
from custmap.values.paths import TargetPath

SAME: Final = "same"
SAID: Final = "said"
KEPT: Final = "kept"
NOTHING: Final = ABSENT
Outcome = tuple[str, Any]

UNCHANGED: Final[Outcome] = (SAME, NOTHING)
_LOOK_UP: Final = "an earlier request may have done it, and it must be done once: look it up at the vendor"


class Draft(Struct):
    """Changes, rejections and notes, and what clearing writes elsewhere in the body.

    `missing`  required members without a value, and their states in after.
    `unstated` rules of a body that replaces the whole record, of which nobody knows what would be lost.
    `clears`, `adds`, `sets`  items of a list of changes, with their targets.
    `omitted`  counts values that are cleared by leaving them out, `waiting` changes that must not be made
               twice.
    """

    changes: list[Change] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    names: dict[TargetPath, dict[Any, Any]] = field(default_factory=dict)
    marks: dict[TargetPath, dict[str, Any]] = field(default_factory=dict)
    missing: list[tuple[TargetNode, Any]] = field(default_factory=list)
    unstated: list[Leaf] = field(default_factory=list)
    omitted: int = 0
    waiting: int = 0
    writes: list[tuple[TargetPath, Any]] = field(default_factory=list)
    clears: list[tuple[str, Any]] = field(default_factory=list)
    adds: list[tuple[str, Any]] = field(default_factory=list)
    sets: list[tuple[str, Any]] = field(default_factory=list)

    def wrote(self, place: TargetPath) -> bool:
        """Did clearing write at this place?"""
        return place in self.names or place in self.marks or any(place == at for at, _ in self.writes)

    def mark(self) -> tuple[Any, ...]:
        """What is said so far, for `take_back`."""
        names = {place: dict(found) for place, found in self.names.items()}
        marks = {place: dict(found) for place, found in self.marks.items()}
        told = len(self.clears), len(self.adds), len(self.sets)
        return len(self.changes), names, marks, len(self.writes), self.omitted, told

    def take_back(self, mark: tuple[Any, ...]) -> None:
        """Forget what was said since: it is not sent after all. What was rejected or noted stays."""
        changes, self.names, self.marks, writes, self.omitted, told = mark
        del self.changes[changes:]
        del self.writes[writes:]
        for items, count in zip((self.clears, self.adds, self.sets), told, strict=True):
            del items[count:]

    def note(self, target: str, fact: Fact, rule: Leaf | ObjectNode | ItemsNode) -> None:
        self.notes.append(Note(target, fact, rule.span))


class View(Struct):
    """What two rows of slots are compared for; generated code passes it on.

    `known`     there is a before, so what a mentioned map or list of it lacks is known not to be there.
    `complete`  records are complete: absent means gone.
    `partial`   a body that replaces the whole record may be made of a part of it.
    `nothing`   the item is new: nothing is there that would have to be cleared.
    `full`      the container is sent whole: everything that stands goes with it.
    `writers`   write the items of a list of changes, by the numbers of templates; None without such a list.
    `paths`     how paths are written in them; `texts` are those of the rules of maps, by their slots.
    `fails`     a clear of what is not there fails.
    `item`      inside an item of a keyed list; changes are then the item's, and not recorded.
    """

    before_record: Any
    after_record: Any
    draft: Draft
    riders: tuple[Any, ...]
    known: bool
    complete: bool = False
    nothing: bool = False
    full: bool = False
    item: bool = False
    partial: bool = False
    prefix: str = ""
    source_prefix: str | None = None
    writers: Mapping[int, Callable[..., Any]] | None = None
    paths: str = DOTTED
    texts: Mapping[int, str | None] = {}
    fails: bool = False

    def whole(self) -> View:
        """The view inside a container that is sent whole."""
        return replace(self, full=True)

    def in_item(self, prefix: str, source: str | None, *, nothing: bool) -> View:
        """The view of an item."""
        return replace(
            self,
            before_record=None,
            after_record=None,
            nothing=nothing,
            full=True,
            item=True,
            prefix=prefix,
            source_prefix=source,
        )

    def completed(self) -> View:
        """The view in which what is absent is gone."""
        return replace(self, complete=True)

    def unsure(self) -> View:
        """The view of a place of which it is not known what is there."""
        return replace(self, nothing=False)

    def on_trial(self) -> View:
        """The view with a draft that is thrown away."""
        return replace(self, draft=Draft())

    def target(self, text: str) -> str:
        return inside(self.prefix, text) if self.prefix else text

    def source(self, text: str | None) -> str | None:
        if self.source_prefix is None:
            return text
        return f"{self.source_prefix}.{text}" if text else self.source_prefix

    def change(
        self,
        action: Literal["set", "clear"],
        target: str,
        rule: Leaf | ObjectNode,
        before: Any,
        after: Any,
        source: str | None = None,
    ) -> None:
        """Record a change, unless it is part of an item's."""
        if self.item:
            return
        before = bare(before)
        there = before is not ABSENT and before.__class__ is not Failure
        after = None if after is ABSENT else after
        before, source = before if there else None, source or rule.source
        told = (action, target, source, before, after, rule.span, 0, rule.privacy)
        self.draft.changes.append(new_change(told))

    def reject(
        self,
        code: str,
        target: str,
        rule: Leaf | ObjectNode | ItemsNode | Presence,
        message: str,
        source: str | None = None,
    ) -> None:
        self.draft.rejected.append(
            Rejection(code, self.target(target), self.source(source or rule.source), rule.span, message)
        )

    def reject_again(self, target: str, rule: Leaf, source: str | None = None) -> None:
        """A change that may have arrived, and must not be sent twice."""
        self.draft.waiting += 1
        self.reject("CM817", target, rule, _LOOK_UP, source)

    def sources_equal(self, rule: Leaf | Presence, before: Any, after: Any) -> bool:
        """Do both sides say the same about everything that the rule reads? Failures know what they read."""
        if before.__class__ is Failure and before.raw is not None:
            return same(before.raw, after.raw)
        then, now = _read_by(before, self.before_record), _read_by(after, self.after_record)
        return all(same(read(then, path), read(now, path)) for path in rule.reads)

    def known_missing(self, leaf: Leaf) -> bool:
        """Is what the rule reads known not to be there before: a key that a mentioned map does not have?"""
        if self.nothing:
            return True
        if not self.known or len(leaf.in_maps) != len(leaf.reads):
            return False
        return all(_missing(self.before_record, path, depth) for path, depth in leaf.in_maps)


def _read_by(state: Any, record: Any) -> Any:
    """What a slot's value was made from, or could not be made from."""
    return state.scope if state.__class__ is Failure and state.scope is not None else record


def read(record: Any, path: SourcePath) -> Any:
    """What a record says at a source path; a projection is compared at the list that it reads."""
    value = record
    for segment in path:
        if segment == "*":
            return value
        if type(value) is dict:
            found = segment in value
        else:
            is_item = type(value) is list and isinstance(segment, int)
            found = is_item and -len(value) <= int(segment) < len(value)
        if not found:
            return None if value is None else ABSENT
        value = value[segment]
    return value


def _missing(record: Any, path: SourcePath, depth: int) -> bool:
    """Does a mentioned map of the record lack the key that a path goes through?"""
    found = read(record, path[:depth])
    if found is ABSENT:
        return False
    return found is None or read(found, path[depth:]) is ABSENT
