"""Items of a list of changes: no two rules make the same one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import Final

from custmap.diagnostics.codes import Severity
from custmap.diagnostics.diagnostic import Note
from custmap.diagnostics.span import Span
from custmap.model.template import Branch, Filled, Hole, Ridden, Row, Template, Tree
from custmap.resolve.findings import Findings
from custmap.values.equality import same

_APART: Final = "Use {path} in the template, or give one of the rules a template of its own."


@dataclass(frozen=True, slots=True)
class _Teller:
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

    def parts(self, text: Filled) -> tuple[str | Hole, ...]:
        """A text with what is known in its holes; adjacent texts are one."""
        made: list[str | Hole] = []
        for one in text.parts:
            known = one if isinstance(one, str) else self.texts.get(one, one)
            if made and isinstance(known, str) and isinstance(made[-1], str):
                made[-1] += known
            else:
                made.append(known)
        return tuple(made)


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
            names: dict[int, str] = {}
            if one.at == other.at or not _is_one(one.tree, other.tree, one, other, names):
                continue
            if one.keys and other.keys:
                self._both_keys(other, one)
            elif one.keys or other.keys:
                moving, fixed = (one, other) if one.keys else (other, one)
                moving.others.update(names.values())
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
    """May two templates make the same item, whatever fills them? A quick look at what is literal."""
    one, other = pair
    match one, other:
        case Branch(left), Branch(right):
            if len(left) != len(right):
                return False
            named = {key.text: inner for key, inner in right}
            return None in named or all(
                key.text is None or (key.text in named and _may_be_one((inner, named[key.text])))
                for key, inner in left
            )
        case Filled(), Filled():
            return one.text is None or other.text is None or one.text == other.text
        case (Branch(), _) | (_, Branch()) | (Row(), Filled()) | (Filled(), Row()):
            return False
    return True


def _is_one(one: Tree, other: Tree, left: _Teller, right: _Teller, names: dict[int, str]) -> bool:
    """Do two templates make the same item? `names`: the key of an entry or item for which they do."""
    match one, other:
        case Filled(), Filled():
            return _is_one_text(left.parts(one), right.parts(other), left, right, names)
        case Branch(mine), Branch(theirs):
            return len(mine) == len(theirs) and all(
                any(
                    _is_one(key, name, left, right, names) and _is_one(inner, value, left, right, names)
                    for name, value in theirs
                )
                for key, inner in mine
            )
        case Row(mine), Row(theirs):
            pairs = zip(mine, theirs, strict=False)
            return len(mine) == len(theirs) and all(_is_one(a, b, left, right, names) for a, b in pairs)
        case Ridden(), Ridden():
            return True
    return type(one) is type(other) and not isinstance(one, Filled | Branch | Row) and same(one, other)


def _is_one_text(
    mine: tuple[str | Hole, ...],
    theirs: tuple[str | Hole, ...],
    left: _Teller,
    right: _Teller,
    names: dict[int, str],
) -> bool:
    if mine == theirs:
        return True
    for moving, parts, fixed in ((left, mine, theirs), (right, theirs, mine)):
        if moving.keys and Hole.NAME in parts and len(fixed) == 1 and isinstance(fixed[0], str):
            pattern = "".join(re.escape(one) if isinstance(one, str) else "(.*)" for one in parts)
            if (found := re.fullmatch(pattern, fixed[0], re.DOTALL)) is not None:
                holes = [one for one in parts if isinstance(one, Hole)]
                return names.setdefault(id(moving), found[1 + holes.index(Hole.NAME)]) is not None
    return False
