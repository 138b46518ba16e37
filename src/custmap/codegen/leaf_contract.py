"""Holding a value to the contract: the quick test that it fits, and the careful check that has words."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from custmap.codegen import leaf_facts
from custmap.codegen.fits import FitsWriter, classes_of
from custmap.codegen.lines import UNUSUAL, Lines
from custmap.expressions.emitter import Names
from custmap.expressions.function import FunctionSpec
from custmap.model.nodes import EachSource, FromSource, Leaf, Origin
from custmap.running.fits import checker, is_plain
from custmap.running.forms import Style, entry_checker, form_checker
from custmap.values.words import words_for


class ContractWriter(Struct):
    """Writes what the contract asks of a leaf's value.

    `fits` writes quick tests; None where all is careful.
    """

    names: Names
    functions: Mapping[str, FunctionSpec]
    fits: FitsWriter | None

    def fit(self, leaf: Leaf, origin: Origin, result: str, own: list[str]) -> tuple[str | None, list[str]]:
        """The test that the value fits, None where there is none, and the lines that make it one's own."""
        assert self.fits is not None
        source = origin.source
        if leaf.kind.is_map:
            return f"type({result}) is dict", [*own, *self._entries_fit(leaf, result)]
        if leaf.kind.has_items or isinstance(source, EachSource):
            checks = [] if leaf_facts.rules_check_items(leaf) else self._quick_check(leaf, result)
            return f"type({result}) is list", own if leaf.kind.has_items else checks
        type_ = leaf.type
        if leaf.kind.is_set and (type_ is None or not type_.limited):
            return f"type({result}) is list", own
        if type_ is None or not type_.limited:
            return None, own
        if (
            type_.only("array")
            and type_.items is not None
            and (classes := classes_of(type_.items))
            and (type_.min_items, type_.max_items, type_.unique_items, type_.enum)
            == (None, None, False, None)
        ):
            bound = self.names.bind(classes, "classes")
            copied = [f"{result} = {result}.copy()"] if own else []
            return f"type({result}) is list and {bound}.issuperset(map(type, {result}))", copied
        if (test := self.fits.condition(type_, result)) is not None:
            return test, []
        return None, [*own, *self._quick_check(leaf, result)]

    def _quick_check(self, leaf: Leaf, result: str) -> list[str]:
        """The check, where a quick test of a plain value does not show that it fits."""
        check = self.check(leaf, result)
        test = self.fits.condition(leaf.type, result, plain=True) if self.fits is not None else None
        if check and test is not None:
            return [f"if not {test}:", *(f"    {line}" for line in check)]
        return check

    def _entries_fit(self, leaf: Leaf, result: str) -> list[str]:
        """The entries of a map one by one: if one cannot be sent, that is unusual."""
        assert self.fits is not None
        lines = Lines()
        if leaf.policy.empty != "value":
            with lines.block(f'if "" in {result}.values():'):
                lines.add(UNUSUAL)
        if leaf.kind.is_deep:
            if leaf.type is not None and leaf.type.limited:
                bound = self.names.bind(checker(leaf_facts.optional(leaf.type)), f"check_{leaf.name}")
                lines.add(f"{bound}({{key: one for key, one in {result}.items() if one is not None}})")
        elif (extra := leaf_facts.entry_type(leaf, self.functions)) is not None:
            test = self.fits.condition(extra, "one", plain=True)
            bound = self.names.bind(checker(extra), f"check_{leaf.name}")
            head = f"if one is not None and not ({test}):" if test else "if one is not None:"
            with lines.block(f"for one in {result}.values():"), lines.block(head):
                lines.add(f"{bound}(one)")
        return lines.all

    def check_kind(self, leaf: Leaf, origin: Origin, result: str) -> list[str]:
        """Lines that check the value against the contract."""
        if leaf.kind.is_map:
            lines = [f"if type({result}) is not dict:", f"    as_map({result})"]
            return lines + self._check_entries(leaf, result)
        if leaf.kind.one_by_one:  # each item is held to the contract where it is told
            return [f"if type({result}) is not list:", f"    as_list({result})", f"require_scalars({result})"]
        if leaf.kind.is_list:
            # The items of a list with keys are checked member by member, if rules make them.
            by_rules = leaf.kind.has_items and not isinstance(leaf.origin.source, FromSource)
            check = [] if by_rules else self.check(leaf, result)
            return [f"if type({result}) is not list:", f"    as_list({result})", *check]
        if leaf_facts.always_fits(leaf, self.functions):
            return []
        if origin.values is None and origin.format is None and leaf.type is not None:
            for kind, class_ in (("string", "str"), ("boolean", "bool")):
                if is_plain(leaf.type, kind):
                    refused = f"    refuse_kind({words_for({kind})!r}, {result})"
                    return [f"if type({result}) is not {class_}:", refused]
        return self.check(leaf, result)

    def check_limits(self, leaf: Leaf, result: str) -> list[str]:
        """Lines that check that the value can be written; of a map, entry by entry where all is careful.

        In a list that rules make, each value was checked by its own rule.
        """
        if isinstance(leaf.origin.source, EachSource):
            return []
        return [line for limit in leaf.limits if not limit.json for line in self._limit(leaf, limit, result)]

    def _limit(self, leaf: Leaf, limit: Style, result: str) -> list[str]:
        if not (leaf_facts.may_hold_containers(leaf) or limit.of_scalars):
            return []
        if leaf.kind.is_map and self.fits is None:
            entries = self.names.bind(entry_checker(limit), f"writable_{leaf.name}")
            return [f"{result} = {entries}({result})"]
        writable = form_checker(limit, entries=leaf.kind.is_map)
        check = self.names.bind(writable, f"require_writable_{leaf.name}")
        asked = f"{check}({result})"
        return [asked] if limit.of_scalars else [f"if {result}.__class__ in CONTAINERS:", f"    {asked}"]

    def check_made(self, leaf: Leaf, result: str) -> list[str]:
        """The check of a value that `values` or `format` made, or code whose results may always fit."""
        return [] if leaf_facts.always_fits(leaf, self.functions) else self.check(leaf, result)

    def check(self, leaf: Leaf, result: str) -> list[str]:
        if leaf.type is None or not leaf.type.limited:
            return []
        return [f"{self.names.bind(checker(leaf.type), f'check_{leaf.name}')}({result})"]

    def _check_entries(self, leaf: Leaf, result: str) -> list[str]:
        lines: list[str] = []
        if leaf.kind.is_deep:
            if leaf.type is not None and leaf.type.limited:
                bound = self.names.bind(checker(leaf_facts.optional(leaf.type)), f"check_{leaf.name}")
                lines.append(f"{bound}({{key: one for key, one in {result}.items() if one is not None}})")
            if leaf.policy.empty == "value":
                return lines
        held = None
        if (extra := leaf_facts.entry_type(leaf, self.functions)) is not None:
            held = checker(extra)
        if held is not None or leaf.policy.empty != "value":
            bound = self.names.bind(held, f"check_{leaf.name}") if held else "None"
            lines.append(f"{result} = look_at_entries({result}, {leaf.policy.empty!r}, {bound})")
        return lines
