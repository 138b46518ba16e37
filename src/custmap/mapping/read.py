"""From nodes to `MappingFile`: parts with a wrong form are left out and listed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, get_args

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import MappingError
from custmap.mapping.file import (
    CLEARED_AT,
    BulkFile,
    CallFile,
    ChangesFile,
    ClearFile,
    Constant,
    EntryFile,
    MappingFile,
    MaskFile,
    Pair,
    Param,
    Rule,
    Text,
    WayFile,
    Word,
    all_rules,
)
from custmap.mapping.form import Trouble, check_form
from custmap.syntax.node import ListNode, MapNode, Node, ScalarNode, plain
from custmap.values.nearest import nearest
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
    node = _without(node, unread)
    name = node.get("name")
    bulk = _bulk(node.get("bulk"), trouble.get("bulk", {}))
    if bulk is None and node.get("bulk") is not None:
        unread |= {"bulk"}
    return MappingFile(
        **{**call.parts, "unread": unread},
        file=file,
        name=Text("", node.span) if name is None else _as_text(name),
        summary=_plain_text(node, "summary"),
        source=_text(node, "source"),
        params=tuple(_param(key, value) for key, value in _entries(node, "params")),
        clear=read_clear(node.get("clear")),
        empty=_plain_text(node, "empty"),
        bulk=bulk,
        envelope=_rules(node, "envelope", trouble),
        requests=tuple(_requests(node.get("requests"), trouble.get("requests", {}))),
        keys={str(key.value): key.span for key, _ in node},
    )


def _requests(node: Node | None, trouble: Trouble) -> Iterator[EntryFile]:
    for at, item in enumerate(node.items if isinstance(node, ListNode) else ()):
        if isinstance(item, MapNode):
            yield _entry(item, trouble.get(str(at), {}))


def _entry(node: MapNode, trouble: Trouble) -> EntryFile:
    unread = _unread(trouble, _ENTRY, _TABLES | {"set", "clear"})
    node = _without(node, unread)
    name, after, set_, clear = node.get("name"), node.get("after"), node.get("set"), node.get("clear")
    keys = {str(key.value): key.span for key, _ in node}
    if {"for_each", "set"} & (keys.keys() | unread):
        call = _call(set_, trouble.get("set", {}), (*_ENTRY, "set")) if isinstance(set_, MapNode) else None
    else:
        call = _call(node, trouble, _ENTRY)
    return EntryFile(
        span=node.span,
        name=Text("", node.span) if name is None else _as_text(name),
        keys=keys,
        after=tuple(map(_as_text, after.items)) if isinstance(after, ListNode) else (),
        for_each=_text(node, "for_each"),
        key=_text(node, "key"),
        call=call,
        clear=_call(clear, trouble.get("clear", {}), (*_ENTRY, "clear"))
        if isinstance(clear, MapNode)
        else None,
        unread=unread,
    )


_ENTRY: Final = ("requests", 0)
"""The place of an entry, as `keys_of` takes it."""


def _call(node: MapNode, trouble: Trouble, place: Sequence[str | int]) -> CallFile:
    unread = _unread(trouble, place, _TABLES)
    node = _without(node, unread)
    contract, response = node.get("contract"), node.get("response")
    mask = _mask(node.get("mask"), trouble.get("mask", {}))
    if mask is None and node.get("mask") is not None:
        unread |= {"mask"}
    return CallFile(
        span=node.span,
        contract=contract if isinstance(contract, MapNode) else MapNode((), node.span),
        path=_rules(node, "path", trouble),
        query=_rules(node, "query", trouble),
        headers=_rules(node, "headers", trouble),
        body=_rules(node, "body", trouble),
        merge=_text(node, "merge"),
        mask=mask,
        changes=_changes(node.get("changes"), trouble.get("changes", {})),
        response=_response(response, trouble.get("response", {})) if isinstance(response, MapNode) else None,
        ignored=_ignored(node),
        unread=unread,
    )


def _ignored(node: MapNode) -> tuple[tuple[Text, str], ...]:
    return tuple((_as_text(key), str(plain(value))) for key, value in _entries(node, "ignored"))


def _bulk(node: Node | None, trouble: Trouble) -> BulkFile | None:
    if not isinstance(node, MapNode):
        return None
    node = _without(node, _unread(trouble, ["bulk"], frozenset()))
    into, most, size = _text(node, "into"), _count(node, "most"), _count(node, "most_bytes")
    return None if into is None else BulkFile(node.span, into, most, size)


def _mask(node: Node | None, trouble: Trouble) -> MaskFile | None:
    if not isinstance(node, MapNode):
        return None
    node = _without(node, _unread(trouble, ["mask"], frozenset()))
    query, body, depth = _text(node, "query"), _text(node, "body"), node.get("depth")
    if trouble and query is None and body is None:
        return None
    is_cut = depth is None or plain(depth) == 1
    return MaskFile(node.span, query, body, is_cut, _plain_text(node, "join") or ",")


def _changes(node: Node | None, trouble: Trouble) -> ChangesFile | None:
    if not isinstance(node, MapNode):
        return None
    unread = _unread(trouble, ["changes"], frozenset())
    node = _without(node, unread)
    copy = node.get("copy")
    return ChangesFile(
        span=node.span,
        into=_text(node, "into"),
        add=node.get("add"),
        set=node.get("set"),
        clear=node.get("clear"),
        paths=_plain_text(node, "paths") or "dotted",
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
_RULES: Final = frozenset({"fields", "first"})
"""Keys with parts that are read one by one: a wrong part leaves the others as they are."""


def _unread(trouble: Trouble, place: Sequence[str | int], in_parts: frozenset[str]) -> frozenset[str]:
    """The keys of a table that cannot be read; an unknown key may stand for a similar one, or for any."""
    if not trouble:
        return frozenset()
    from custmap.mapping.keys import keys_of

    names = keys_of(place)
    found: set[str] = set()
    for key, inner in trouble.items():
        if key not in names:
            close = nearest(key, names)
            found.update([close] if close else names)
        elif not (key in in_parts and inner):
            found.add(key)
    return frozenset(found)


def _response(node: MapNode, trouble: Trouble) -> MapNode:
    """The `response` without the parts that have a wrong form."""
    node = _without(node, _unread(trouble, ["response"], _MESSAGES | {"fields", "results"}))
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
        return _without(node, frozenset(inner))
    if key == "results":
        node = _without(node, _unread(inner, ["response", key], frozenset({"errors"})))
        return MapNode(tuple((name, _sound(str(name.value), one, inner)) for name, one in node), node.span)
    unread = _unread(inner, ["response", "errors"], frozenset())
    return MapNode((), node.span) if "each" in unread else _without(node, unread)


def _without(node: MapNode, unread: frozenset[str]) -> MapNode:
    return MapNode(tuple((key, value) for key, value in node if key.value not in unread), node.span)


def _entries(node: MapNode, key: str) -> tuple[tuple[ScalarNode, Node], ...]:
    value = node.get(key)
    return value.entries if isinstance(value, MapNode) else ()


def _as_text(node: Node) -> Text:
    return Text(str(plain(node)), node.span)


def _text(node: MapNode, key: str) -> Text | None:
    value = node.get(key)
    return None if value is None or plain(value) is None else _as_text(value)


def _plain_text(node: MapNode, key: str) -> str | None:
    text = _text(node, key)
    return text.value if text else None


def _literal(node: MapNode, key: str) -> Constant | None:
    value = node.get(key)
    return None if value is None else Constant(plain(value), value.span)


def _param(key: ScalarNode, node: Node) -> Param:
    table = node if isinstance(node, MapNode) else MapNode((), node.span)
    return Param(
        name=str(key.value),
        span=key.span,
        summary=_plain_text(table, "summary"),
        default=_literal(table, "default"),
        secret=_flag(table, "secret") is True,
    )


def _flag(node: MapNode, key: str) -> bool | None:
    value = node.get(key)
    found = None if value is None else plain(value)
    return found if isinstance(found, bool) else None


def _rules(node: MapNode, key: str, trouble: Trouble) -> tuple[Rule, ...]:
    inner = trouble.get(key, {})
    return tuple(read_rule(name, value, inner.get(str(name.value))) for name, value in _entries(node, key))


def read_rule(key: ScalarNode, node: Node, trouble: Trouble | None = None) -> Rule:
    """One rule, without the parts that have a wrong form."""
    if isinstance(node, MapNode):
        return _long_rule(key, node, trouble or {})
    if isinstance(plain(node), str):
        return Rule(_as_text(key), key.span, {}, from_=_as_text(node))
    from custmap.mapping.keys import keys_of

    return Rule(_as_text(key), key.span, {}, unread=frozenset(keys_of(["body"])))


def _long_rule(key: ScalarNode, node: MapNode, trouble: Trouble) -> Rule:
    keys = {str(name.value): name.span for name, _ in node}
    unread = _unread(trouble, ["body"], _RULES)
    node = _without(node, unread)
    unmapped = node.get("unmapped")
    first = node.get("first")
    options = trouble.get("first", {})
    return Rule(
        target=_as_text(key),
        span=key.span,
        keys=keys,
        from_=_text(node, "from"),
        param=_text(node, "param"),
        value=_literal(node, "value"),
        fields=_rules(node, "fields", trouble) if isinstance(node.get("fields"), MapNode) else None,
        each=_text(node, "each"),
        first=tuple(read_rule(key, item, options.get(str(at))) for at, item in enumerate(first.items))
        if isinstance(first, ListNode)
        else None,
        key=_text(node, "key"),
        values=_pairs(node.get("values")),
        unmapped=str(plain(unmapped)) if isinstance(unmapped, ScalarNode) else "reject",
        unmapped_default=_literal(unmapped, "default") if isinstance(unmapped, MapNode) else None,
        format=_text(node, "format"),
        default=_literal(node, "default"),
        when=_text(node, "when"),
        otherwise_clear=node.get("otherwise") is not None,
        merge=_plain_text(node, "merge"),
        clear=read_clear(node.get("clear")),
        set_item=node.get("set"),
        add_item=node.get("add"),
        added=_way(node.get("added")),
        gone=_way(node.get("gone")),
        empty=_plain_text(node, "empty"),
        always=node.get("send") is not None,
        identity=_flag(node, "identity"),
        immutable=_flag(node, "immutable") is True,
        transitions=_pairs(node.get("transitions")),
        repeatable=_flag(node, "repeatable") is not False,
        one_way=_flag(node, "one_way") is True,
        note=_plain_text(node, "note"),
        assumed=_plain_text(node, "assumed"),
        unread=unread,
    )


def _pairs(node: Node | None) -> tuple[Pair, ...] | None:
    if not isinstance(node, MapNode):
        return None
    return tuple(_pair(key, value) for key, value in node)


def _pair(key: ScalarNode, value: Node) -> Pair:
    """A row `canonical: vendor`, or `canonical: {to: vendor, back: false}`."""
    if isinstance(value, MapNode) and (to := value.get("to")) is not None and _is_row(value):
        back = value.get("back")
        return Pair(key.value, plain(to), key.span, to.span, True if back is None else plain(back))
    return Pair(key.value, plain(value), key.span, value.span)


def _is_row(value: MapNode) -> bool:
    return {key.value for key, _ in value} <= {"to", "back"}


def _way(node: Node | None) -> WayFile | None:
    return WayFile(node.span, _text(node, "in"), node.get("item")) if isinstance(node, MapNode) else None


def read_clear(node: Node | None) -> ClearFile | None:
    """A `clear` of a rule or of the file."""
    if isinstance(node, MapNode):
        write = node.get("write")
        return ClearFile(
            span=node.span,
            send=_literal(node, "send"),
            write=tuple((_as_text(key), plain(value)) for key, value in write)
            if isinstance(write, MapNode)
            else None,
            places=tuple((form, path) for form in CLEARED_AT if (path := _text(node, form)) is not None),
            with_value=_literal(node, "with"),
            as_name=_text(node, "as"),
            item=node.get("item"),
        )
    word = None if node is None else plain(node)
    return ClearFile(span=node.span, word=word) if node is not None and word in get_args(Word) else None
