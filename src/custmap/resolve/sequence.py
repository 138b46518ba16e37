"""Several requests: each call becomes a mapping of its own, in the order of the file.

What `for_each` reads becomes a mapping, too: its one rule makes the map or list, so that entries are traced
and settled as those of any other map or list are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from msgspec import Struct

from custmap.contract.contract import UNKNOWN_CONTRACT, Contract
from custmap.expressions.ast import plain_path
from custmap.expressions.function import FunctionSpec
from custmap.mapping.file import CallFile, EntryFile, MappingFile, Rule, Text
from custmap.model.checked import Checked, SequenceStep
from custmap.model.clear import ByNoRequest, ByRequest
from custmap.model.kind import ITEMS, SET
from custmap.model.nodes import FromSource, Leaf, Table
from custmap.resolve.findings import Findings, meant
from custmap.resolve.resolve import at_the_border, check_params, resolve_call, whole
from custmap.resolve.sources import Scope, Sources
from custmap.schema.canonical import Canonical, EntryOf
from custmap.syntax.node import MapNode
from custmap.values.paths import Member, format_path
from custmap.values.types import ANY, STRING, Type

_OF_ONE: Final = (
    "contract",
    "path",
    "query",
    "body",
    "bulk",
    "envelope",
    "ignored",
    "merge",
    "mask",
    "changes",
)
"""Keys of a file that say what its one request is."""
_OF_A_CALL: Final = ("contract", "path", "query", "headers", "body", "response", "ignored")
_OF_THE_RECORD: Final = ("merge", "mask", "changes")
"""Keys that say how a request changes the vendor's record: one for an entry says all of the entry."""
_OF_ENTRIES: Final = ("key", "set", "clear")

Contracts = Callable[[MappingFile], Contract]
"""The contract that a file names; UNKNOWN_CONTRACT, with a finding, if it cannot be read."""


def resolve_sequence(
    file: MappingFile,
    contracts: Contracts,
    canonical: Canonical,
    functions: Mapping[str, FunctionSpec],
    findings: Findings,
) -> Checked:
    """The checked mapping of a file with `requests`, complete only if `findings` has no errors."""
    for key in _OF_ONE:
        if key in file.keys:
            help = "Move it into an entry of `requests`."
            findings.add("CM207", f"`{key}` is for a mapping with one request", file.keys[key], help)
    _check_names(file.requests, findings)
    resolver = _Resolver(file, contracts, canonical, functions, findings)
    steps = tuple(step for entry in file.requests if (step := resolver.step(entry)) is not None)
    operations = tuple(call.operation for step in steps for call in step.calls)
    if not any(entry.unread or len(entry.calls) == 0 for entry in file.requests):
        check_params(file, operations, findings)
    return whole(file, canonical, functions, operations, steps)


def _check_names(entries: tuple[EntryFile, ...], findings: Findings) -> None:
    earlier: set[str] = set()
    names = {entry.name.value for entry in entries}
    clears = {f"{entry.name.value}.clear": entry for entry in entries if entry.clear is not None}
    if any("name" in entry.unread for entry in entries):
        return
    for entry in entries:
        name = entry.name.value
        if name in earlier:
            message = f"an earlier entry is called `{name}`"
            findings.add("CM530", message, entry.name.span, "Give each entry a name of its own.")
        if name in clears:
            message = f"`{name}` is what the call for what is gone of `{clears[name].name.value}` goes by"
            findings.add("CM530", message, entry.name.span, "Give this entry another name.")
        for after in entry.after:
            if after.value in earlier:
                continue
            reason = "is not before this one" if after.value in names else "is no entry"
            message = f"`after` names an earlier entry, and `{after.value}` {reason}"
            help = "Move this entry behind it." if after.value in names - {name} else None
            findings.add("CM531", message, after.span, help or meant(after.value, earlier))
        earlier.add(name)


class _Resolver(Struct, frozen=True):
    file: MappingFile
    contracts: Contracts
    canonical: Canonical
    functions: Mapping[str, FunctionSpec]
    findings: Findings

    def step(self, entry: EntryFile) -> SequenceStep | None:
        """An entry; None if nothing can be said about its call."""
        if entry.for_each is None and not entry.unread & {"for_each", "set"}:
            for key in _OF_ENTRIES:
                if key in entry.keys:
                    help = "Add `for_each: EXPRESSION`."
                    self.findings.add("CM207", f"`{key}` needs `for_each`", entry.keys[key], help)
            if entry.call is None or "set" in entry.keys:
                return None
            self._require_contract(entry.call)
            call = self._call(entry, entry.call, self.canonical, clears=False)
            return SequenceStep(entry.name.value, entry.span, call)
        return self._for_each(entry)

    def _require_contract(self, call: CallFile) -> None:
        if not call.contract.entries and "contract" not in call.unread:
            self.findings.add("CM202", "`contract` is missing", call.span, "Add `contract: …`.")

    def _call(self, entry: EntryFile, call: CallFile, canonical: Canonical, *, clears: bool) -> Checked:
        file = self.file.of(call)
        contract = self.contracts(file) if call.contract.entries else UNKNOWN_CONTRACT
        operation = resolve_call(file, contract, canonical, self.functions, self.findings)
        after = tuple(text.value for text in entry.after)
        named = replace(operation, name=entry.name.value, after=after, clears=clears)
        return whole(file, canonical, self.functions, (named,))

    def _for_each(self, entry: EntryFile) -> SequenceStep | None:
        for key in _OF_A_CALL:
            if key in entry.keys:
                message = f"`{key}` of a request for each entry stands in `set` and `clear`"
                self.findings.add("CM207", message, entry.keys[key], "Move it there.")
        for key in _OF_THE_RECORD:
            if key in entry.keys:
                message = f"`{key}` is for a request that is not for an entry: `for_each` sends all of each"
                self.findings.add("CM207", message, entry.keys[key], f"Remove `{key}`.")
        if entry.call is None and "set" not in entry.unread | entry.keys.keys():
            self.findings.add("CM202", "`for_each` needs `set`", entry.span, "Add `set: {contract: …}`.")
        if entry.call is None or entry.for_each is None:
            return None
        for call in entry.calls:
            self._require_contract(call)
        made = self._entries(entry, entry.for_each)
        leaf = _leaf(made)
        canonical = self._entry_of(leaf, key_is_known="key" not in entry.unread)
        calls = [self._call(entry, one, canonical, clears=one is entry.clear) for one in entry.calls]
        for one, stated in zip(calls, entry.calls, strict=True):
            self._require_entry(one, stated)
        clear = calls[1] if entry.clear is not None else None
        made = _with_leaf(made, _reading(leaf, calls))
        return SequenceStep(entry.name.value, entry.span, calls[0], clear, made, leaf)

    def _entries(self, entry: EntryFile, source: Text) -> Checked:
        """The mapping whose one rule makes the map or list."""
        scope = Scope(at_the_border(self.canonical), self.canonical.name)
        type_ = Sources(self.functions, Findings()).know(source, scope).type
        self._check_type(type_, entry, source)
        merge = "set" if type_.only("array") else "entries"
        if entry.key is not None and not type_.only("object"):
            merge = "keyed"
        place = Text(format_path((Member(entry.name.value),)), entry.name.span)
        rule = Rule(place, source.span, {}, from_=source, merge=merge, key=entry.key, one_way=True)
        if entry.key is not None:
            rule.keys["key"] = entry.key.span
        call = CallFile(span=entry.span, contract=MapNode((), entry.span), body=(rule,))
        file = replace(self.file.of(call), headers=(), clear=None, response=None)
        operation = resolve_call(file, UNKNOWN_CONTRACT, self.canonical, self.functions, self.findings)
        made = whole(file, self.canonical, self.functions, (replace(operation, name=entry.name.value),))
        leaf = _leaf(made)
        clear = ByRequest() if "clear" in entry.keys else ByNoRequest()
        leaf = replace(leaf, policy=replace(leaf.policy, clear=clear))
        return _with_leaf(made, replace(leaf, kind=ITEMS) if leaf.kind is SET else leaf)

    def _check_type(self, type_: Type, entry: EntryFile, source: Text) -> None:
        """Can the entries of a map or list be told apart?"""
        key = entry.key
        if type_.known and not type_.only("array") and not (type_.only("object") and type_.free):
            message = "`for_each` needs a map with free keys or a list, and this is neither"
            self.findings.add("CM401", message, source.span)
            return
        items = type_.items if type_.only("array") else None
        if items is not None and items.only("object") and key is None and "key" not in entry.unread:
            message = "a list of objects needs the member that tells them apart"
            self.findings.add("CM503", message, source.span, "Add `key: MEMBER` beside `for_each`.")
        if key is None or not type_.known:
            return
        if type_.only("object") or (items is not None and "object" not in items.kinds):
            self.findings.add("CM207", "`key` is for lists of objects", key.span, "Remove `key`.")
        elif items is not None and items.members and key.value not in items.members and not items.free:
            hint = meant(key.value, items.members)
            self.findings.add("CM504", f"an item has no `{key.value}`", key.span, hint)

    def _entry_of(self, leaf: Leaf, *, key_is_known: bool) -> Canonical:
        """What the rules of an entry's calls read."""
        type_ = _type(leaf)
        assert isinstance(leaf.origin.source, FromSource)
        path = plain_path(leaf.origin.source.expression.ast)
        if leaf.kind.is_map:
            key, value = STRING, type_.extra or ANY
            at: tuple[str, ...] = ()
        else:
            value = type_.items or ANY
            key, at = value if key_is_known else STRING, ("*",)
            if leaf.key is not None:
                key, at = value.member(leaf.key) or ANY, ("*", leaf.key)
        entry = EntryOf(self.canonical, path, at)
        members = entry.type(
            at_the_border(self.canonical), key.present().not_null(), value.present().not_null()
        )
        return Canonical("an entry", members, {}, False, entry)

    def _require_entry(self, call: Checked, stated: CallFile) -> None:
        """Does a call say which entry it is about?"""
        reads = [read for slot in call.operation.table.slots for read in (*slot.reads, *slot.asks)]
        if all(read and read[0] == "customer" for read in reads) and not stated.unread:
            message = "no rule of this call reads `key` or `value`: it does not say which entry is meant"
            self.findings.add("CM532", message, stated.span, "Add a rule that reads `key`.")


def _leaf(made: Checked) -> Leaf:
    slot = made.operation.table.slots[0]
    assert isinstance(slot, Leaf)
    return slot


def _with_leaf(made: Checked, leaf: Leaf) -> Checked:
    operation = made.operation
    root = replace(operation.table.item, members=(leaf,))
    table = Table(root, (leaf,), operation.table.inside)
    return replace(made, operations=(replace(operation, table=table),))


def _reading(leaf: Leaf, calls: Sequence[Checked]) -> Leaf:
    """The rule of the entries with what their calls read of the customer: a request depends on both."""
    slots = [slot for call in calls for slot in call.operation.table.slots]
    needs = [
        replace(need, path=need.path[1:])
        for slot in slots
        if not (isinstance(slot, Leaf) and slot.policy.identity)
        for need in slot.needs
        if need.path[:1] == ("customer",)
    ]
    return replace(
        leaf,
        reads=tuple(dict.fromkeys([*leaf.reads, *(need.path for need in needs)])),
        needs=(*leaf.needs, *needs),
    )


def _type(leaf: Leaf) -> Type:
    assert isinstance(leaf.origin.source, FromSource)
    return leaf.origin.source.type
