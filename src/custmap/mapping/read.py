"""From nodes to `MappingFile`: parts with a wrong form are left out and listed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import MappingError
from custmap.mapping.file import (
    BulkFile,
    CallFile,
    ChangesFile,
    EntryFile,
    MappingFile,
    MaskFile,
    Param,
    Text,
    all_rules,
)
from custmap.mapping.form import Trouble, check_form
from custmap.mapping.parts import as_text, entries, flag, literal, plain_text, text_of, unread_of, without
from custmap.mapping.read_rules import read_clear, read_rules
from custmap.syntax.node import ListNode, MapNode, Node, ScalarNode, plain
from custmap.values.words import counted

MOST_PLACES: Final = 10_000
"""More than a hundred times those of a large real mapping; each costs about 70 KB of memory as code."""


def read_mapping(node: Node, file: str) -> tuple[MappingFile, list[Diagnostic]]:
    """A file's node as a MappingFile, and every problem of form.

    Parts with a wrong form are left out of the MappingFile and listed in `unread`; the rest can be used.
    MappingError if the file is not a table, or has more than `MOST_PLACES`.
    """
    if not isinstance(node, MapNode):
        raise MappingError([Diagnostic("CM203", "a mapping file must be a map of keys", node.span)])
    problems, trouble = check_form(node)
    made = _file(node, file, trouble)
    _check_places(made)
    return made, problems


def _check_places(file: MappingFile) -> None:
    places = sum(1 + rule.target.value.count(".") for rule in all_rules(file))
    if places > MOST_PLACES:
        filled = f"rules fill {counted(places, 'place')}, objects around them counted"
        message = f"{filled}; the limit is {MOST_PLACES:,}"
        help = "Map what belongs together as one value, with `from` and `merge: whole`."
        raise MappingError([Diagnostic("CM109", message, file.name.span, help)])


def _file(node: MapNode, file: str, trouble: Trouble) -> MappingFile:
    call = _call(node, trouble, ())
    unread = call.unread
    node = without(node, unread)
    name = node.get("name")
    bulk = _bulk(node.get("bulk"), trouble.get("bulk", {}))
    if bulk is None and node.get("bulk") is not None:
        unread |= {"bulk"}
    return MappingFile(
        **{**call.parts, "unread": unread},
        file=file,
        name=Text("", node.span) if name is None else as_text(name),
        summary=plain_text(node, "summary"),
        source=text_of(node, "source"),
        params=tuple(_param(key, value) for key, value in entries(node, "params")),
        clear=read_clear(node.get("clear")),
        empty=plain_text(node, "empty"),
        bulk=bulk,
        envelope=read_rules(node, "envelope", trouble),
        requests=tuple(_requests(node.get("requests"), trouble.get("requests", {}))),
        keys={str(key.value): key.span for key, _ in node},
    )


def _requests(node: Node | None, trouble: Trouble) -> Iterator[EntryFile]:
    for at, item in enumerate(node.items if isinstance(node, ListNode) else ()):
        if isinstance(item, MapNode):
            yield _entry(item, trouble.get(str(at), {}))


def _entry(node: MapNode, trouble: Trouble) -> EntryFile:
    unread = unread_of(trouble, _ENTRY, _TABLES | {"set", "clear"})
    node = without(node, unread)
    name, after, set_, clear = node.get("name"), node.get("after"), node.get("set"), node.get("clear")
    keys = {str(key.value): key.span for key, _ in node}
    if {"for_each", "set"} & (keys.keys() | unread):
        call = _call(set_, trouble.get("set", {}), (*_ENTRY, "set")) if isinstance(set_, MapNode) else None
    else:
        call = _call(node, trouble, _ENTRY)
    return EntryFile(
        span=node.span,
        name=Text("", node.span) if name is None else as_text(name),
        keys=keys,
        after=tuple(map(as_text, after.items)) if isinstance(after, ListNode) else (),
        for_each=text_of(node, "for_each"),
        key=text_of(node, "key"),
        call=call,
        clear=_call(clear, trouble.get("clear", {}), (*_ENTRY, "clear"))
        if isinstance(clear, MapNode)
        else None,
        unread=unread,
    )


_ENTRY: Final = ("requests", 0)
"""The place of an entry, as `keys_of` takes it."""


def _call(node: MapNode, trouble: Trouble, place: Sequence[str | int]) -> CallFile:
    unread = unread_of(trouble, place, _TABLES)
    node = without(node, unread)
    contract, response = node.get("contract"), node.get("response")
    mask = _mask(node.get("mask"), trouble.get("mask", {}))
    if mask is None and node.get("mask") is not None:
        unread |= {"mask"}
    return CallFile(
        span=node.span,
        contract=contract if isinstance(contract, MapNode) else MapNode((), node.span),
        path=read_rules(node, "path", trouble),
        query=read_rules(node, "query", trouble),
        headers=read_rules(node, "headers", trouble),
        body=read_rules(node, "body", trouble),
        merge=text_of(node, "merge"),
        mask=mask,
        changes=_changes(node.get("changes"), trouble.get("changes", {})),
        response=_response(response, trouble.get("response", {})) if isinstance(response, MapNode) else None,
        ignored=_ignored(node),
        unread=unread,
    )


def _ignored(node: MapNode) -> tuple[tuple[Text, str], ...]:
    return tuple((as_text(key), str(plain(value))) for key, value in entries(node, "ignored"))


def _bulk(node: Node | None, trouble: Trouble) -> BulkFile | None:
    if not isinstance(node, MapNode):
        return None
    node = without(node, unread_of(trouble, ["bulk"], frozenset()))
    into, most, size = text_of(node, "into"), _count(node, "most"), _count(node, "most_bytes")
    return None if into is None else BulkFile(node.span, into, most, size)


def _mask(node: Node | None, trouble: Trouble) -> MaskFile | None:
    if not isinstance(node, MapNode):
        return None
    node = without(node, unread_of(trouble, ["mask"], frozenset()))
    query, body, depth = text_of(node, "query"), text_of(node, "body"), node.get("depth")
    if trouble and query is None and body is None:
        return None
    is_cut = depth is None or plain(depth) == 1
    return MaskFile(node.span, query, body, is_cut, plain_text(node, "join") or ",")


def _changes(node: Node | None, trouble: Trouble) -> ChangesFile | None:
    if not isinstance(node, MapNode):
        return None
    unread = unread_of(trouble, ["changes"], frozenset())
    node = without(node, unread)
    copy = node.get("copy")
    return ChangesFile(
        span=node.span,
        into=text_of(node, "into"),
        add=node.get("add"),
        set=node.get("set"),
        clear=node.get("clear"),
        paths=plain_text(node, "paths") or "dotted",
        fails=node.get("if_absent") is not None,
        copy=copy if isinstance(copy, MapNode) else None,
        unread=unread,
    )


def _count(node: MapNode, key: str) -> int | None:
    value = node.get(key)
    found = None if value is None else plain(value)
    return found if type(found) is int else None


_TABLES: Final = frozenset(
    {
        *("path", "query", "headers", "body", "envelope", "bulk", "mask", "changes"),
        *("params", "requests", "response", "ignored"),
    }
)


def _response(node: MapNode, trouble: Trouble) -> MapNode:
    """The `response` without the parts that have a wrong form."""
    node = without(node, unread_of(trouble, ["response"], _MESSAGES | {"fields", "results"}))
    return MapNode(tuple((key, _sound(str(key.value), value, trouble)) for key, value in node), node.span)


_MESSAGES: Final = frozenset({"errors", "warnings"})


def _sound(key: str, node: Node, trouble: Trouble) -> Node:
    """The value of a key of the response, without the rules and lists that cannot be read as a whole."""
    inner = trouble.get(key, {})
    if isinstance(node, ListNode):
        items = (_sound(str(at), item, inner) for at, item in enumerate(node.items))
        return ListNode(tuple(items), node.span)
    if not isinstance(node, MapNode):
        return node
    if key == "fields":
        return without(node, frozenset(inner))
    if key == "results":
        node = without(node, unread_of(inner, ["response", key], frozenset({"errors"})))
        return MapNode(tuple((name, _sound(str(name.value), one, inner)) for name, one in node), node.span)
    unread = unread_of(inner, ["response", "errors"], frozenset())
    return MapNode((), node.span) if "each" in unread else without(node, unread)


def _param(key: ScalarNode, node: Node) -> Param:
    table = node if isinstance(node, MapNode) else MapNode((), node.span)
    return Param(
        name=str(key.value),
        span=key.span,
        summary=plain_text(table, "summary"),
        default=literal(table, "default"),
        secret=flag(table, "secret") is True,
    )
