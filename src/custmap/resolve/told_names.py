"""Items of a list of changes: no two rules make the same one."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import combinations, product
from typing import Final

from msgspec import Struct, field

from custmap.diagnostics.codes import Severity
from custmap.diagnostics.diagnostic import Note
from custmap.diagnostics.span import Span
from custmap.model.template import Branch, Filled, Hole, Ridden, Row, Template, Tree
from custmap.resolve.findings import Findings
from custmap.values.equality import same

_APART: Final = "Use {path} in the template, or give one of the rules a template of its own."


class _Teller(Struct, frozen=True):
    """A rule and one of its templates.

    `texts`  what stands for the name and the path; of entries and items, `keys`, nobody knows that.
    `listed` its items are told by their values.
    `others` the names of other rules' items, where the keys of this one's are names.
    """

    tree: Tree
    texts: Mapping[Hole, str]
    at: Span
    keys: bool = False
    listed: bool = False
    others: set[str] = field(default_factory=set)


class ToldNames:
    """The rules of a file, with their templates; values and clears are apart."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._tellers: dict[bool, dict[Tree, list[_Teller]]] = {False: {}, True: {}}

    def of(
        self, template: Template, texts: Mapping[Hole, str], at: Span, *, clears: bool, keys: bool = False
    ) -> Collection[str] | None:
        """A rule uses a template; `keys`: for the entries of a map, or the items of a list with keys.

        Returns the names of other rules' items, once all are read; None for a single value, and where a path
        tells places apart.
        """
        if keys and (Hole.PATH in template.holes or Hole.NAME not in template.holes):
            return None
        used = {hole: text for hole, text in texts.items() if hole in template.holes and not keys}
        teller = _Teller(template.tree, used, at, keys)
        self._tellers[clears].setdefault(template.tree, []).append(teller)
        return teller.others if keys else None

    def listed(self, template: Template, texts: Mapping[Hole, str], at: Span, *, clears: bool) -> None:
        """A template tells items of a list by their values."""
        teller = _Teller(template.tree, texts, at, listed=True)
        self._tellers[clears].setdefault(template.tree, []).append(teller)

    def check(self) -> None:
        """Findings for rules that make the same item; a key that is a rule's name is rejected."""
        for trees in self._tellers.values():
            for tellers in trees.values():
                self._among(tellers)
            for one, other in filter(_may_be_one, _pairs(trees)):
                for left in trees[one]:
                    self._between(left, trees[other])

    def _among(self, tellers: list[_Teller]) -> None:
        """Those of one template: equal names and paths make the same item."""
        alone: dict[tuple[str, ...], _Teller] = {}
        for one in tellers:
            if not one.keys:
                key = () if one.listed else tuple(one.texts[hole] for hole in sorted(one.texts, key=str))
                other = alone.setdefault(key, one)
                if other.at != one.at:
                    self._twice(one, other)
        moving = [one for one in tellers if one.keys]
        for one in moving:
            if one.at != moving[0].at:
                self._both_keys(one, moving[0])
            self._between(one, alone.values())

    def _between(self, one: _Teller, others: Iterable[_Teller]) -> None:
        for other in others:
            filling = _Filling(one, other)
            if one.at == other.at or not _is_one(one.tree, other.tree, filling.are_alike):
                continue
            if one.keys and other.keys:
                self._both_keys(other, one)
            elif one.keys or other.keys:
                moving, fixed = (one, other) if one.keys else (other, one)
                moving.others.update(filling.names)
                message = "keys make such items, too: one that is this name is rejected"
                self._warn(message, fixed, Note(moving.at, "the keys"))
            else:
                self._twice(other, one)

    def _twice(self, one: _Teller, other: _Teller) -> None:
        message = "another rule makes the same item, so the vendor cannot tell which of the two is meant"
        self._findings.add("CM507", message, one.at, _APART, notes=[Note(other.at, "the other rule")])

    def _both_keys(self, one: _Teller, other: _Teller) -> None:
        message = "the keys of another rule make such items, too: the vendor cannot tell equal ones apart"
        self._warn(message, one, Note(other.at, "the other rule"))

    def _warn(self, message: str, one: _Teller, note: Note) -> None:
        self._findings.add("CM507", message, one.at, _APART, notes=[note], severity=Severity.WARNING)


def _pairs(trees: Iterable[Tree]) -> Iterator[tuple[Tree, Tree]]:
    """The pairs of templates that may be alike: most differ in a literal, as `action: setFirstName`."""
    alike: dict[tuple[str, str], list[Tree]] = {}
    others: list[Tree] = []
    for tree in trees:
        literal = _literal(tree)
        if literal is None:
            others.append(tree)
        else:
            alike.setdefault(literal, []).append(tree)
    for found in alike.values():
        yield from combinations(found, 2)
    # A template may have a hole where another has its literal, or no member of that name.
    names: dict[str, list[Tree]] = {}
    for (name, _), found in alike.items():
        names.setdefault(name, []).extend(found)
    for one, other in combinations(names.values(), 2):
        yield from product(one, other)
    yield from combinations(others, 2)
    for found in names.values():
        yield from product(others, found)


def _literal(tree: Tree) -> tuple[str, str] | None:
    """The first member of a template that is a text without holes, by its name."""
    entries = tree.entries if isinstance(tree, Branch) else ()
    texts = [
        (key.text, inner.text)
        for key, inner in entries
        if key.text is not None and isinstance(inner, Filled) and inner.text is not None
    ]
    return min(texts, default=None)


def _may_be_one(pair: tuple[Tree, Tree]) -> bool:
    """May two templates make the same item, whatever fills them?"""
    return _is_one(*pair, lambda one, other: None in (one.text, other.text) or one == other)


def _is_one(one: Tree, other: Tree, are_alike: Callable[[Filled, Filled], bool]) -> bool:
    """Do two templates make the same item, of which the texts are compared by a function?"""
    match one, other:
        case Filled(), Filled():
            return are_alike(one, other)
        case Branch(mine), Branch(theirs):
            return len(mine) == len(theirs) and all(
                any(are_alike(key, name) and _is_one(inner, value, are_alike) for name, value in theirs)
                for key, inner in mine
            )
        case Row(mine), Row(theirs):
            pairs = zip(mine, theirs, strict=False)
            return len(mine) == len(theirs) and all(_is_one(a, b, are_alike) for a, b in pairs)
        case Ridden(), Ridden():
            return True
    return type(one) is type(other) and not isinstance(one, Filled | Branch | Row) and same(one, other)


class _Filling(Struct, frozen=True):
    """Compares the texts of two rules' templates; `names` are the keys with which they are alike."""

    left: _Teller
    right: _Teller
    names: set[str] = field(default_factory=set)

    def are_alike(self, one: Filled, other: Filled) -> bool:
        mine, theirs = one.filled(self.left.texts), other.filled(self.right.texts)
        sides = ((self.left, mine, theirs), (self.right, theirs, mine))
        return mine == theirs or any(
            side.keys and self._names(moving, fixed) for side, moving, fixed in sides
        )

    def _names(self, moving: Filled, fixed: Filled) -> bool:
        """Is there a key with which a text becomes another?"""
        if fixed.text is None or Hole.NAME not in moving.parts:
            return False
        pattern = "".join(re.escape(one) if isinstance(one, str) else "(.*)" for one in moving.parts)
        found = re.fullmatch(pattern, fixed.text, re.DOTALL)
        if found is not None:
            holes = [one for one in moving.parts if isinstance(one, Hole)]
            self.names.add(found[1 + holes.index(Hole.NAME)])
        return found is not None
