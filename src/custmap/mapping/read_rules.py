"""From nodes to rules: parts with a wrong form are left out and listed."""

from __future__ import annotations

from typing import Final, get_args

from custmap.mapping.file import CLEARED_AT, ClearFile, Pair, Rule, WayFile, Word
from custmap.mapping.form import Trouble
from custmap.mapping.parts import as_text, entries, flag, literal, plain_text, text_of, unread_of, without
from custmap.syntax.node import ListNode, MapNode, Node, ScalarNode, plain

_RULES: Final = frozenset({"fields", "first"})
"""Keys with parts that are read one by one: a wrong part leaves the others as they are."""


def read_rules(node: MapNode, key: str, trouble: Trouble) -> tuple[Rule, ...]:
    inner = trouble.get(key, {})
    return tuple(read_rule(name, value, inner.get(str(name.value))) for name, value in entries(node, key))


def read_rule(key: ScalarNode, node: Node, trouble: Trouble | None = None) -> Rule:
    """One rule, without the parts that have a wrong form."""
    if isinstance(node, MapNode):
        return _long_rule(key, node, trouble or {})
    if isinstance(plain(node), str):
        return Rule(as_text(key), key.span, {}, from_=as_text(node))
    from custmap.mapping.keys import keys_of

    return Rule(as_text(key), key.span, {}, unread=frozenset(keys_of(["body"])))


def _long_rule(key: ScalarNode, node: MapNode, trouble: Trouble) -> Rule:
    keys = {str(name.value): name.span for name, _ in node}
    unread = unread_of(trouble, ["body"], _RULES)
    node = without(node, unread)
    unmapped = node.get("unmapped")
    first = node.get("first")
    options = trouble.get("first", {})
    return Rule(
        target=as_text(key),
        span=key.span,
        keys=keys,
        from_=text_of(node, "from"),
        param=text_of(node, "param"),
        value=literal(node, "value"),
        fields=read_rules(node, "fields", trouble) if isinstance(node.get("fields"), MapNode) else None,
        each=text_of(node, "each"),
        first=tuple(read_rule(key, item, options.get(str(at))) for at, item in enumerate(first.items))
        if isinstance(first, ListNode)
        else None,
        key=text_of(node, "key"),
        values=_pairs(node.get("values")),
        unmapped=str(plain(unmapped)) if isinstance(unmapped, ScalarNode) else "reject",
        unmapped_default=literal(unmapped, "default") if isinstance(unmapped, MapNode) else None,
        format=text_of(node, "format"),
        default=literal(node, "default"),
        when=text_of(node, "when"),
        otherwise_clear=node.get("otherwise") is not None,
        merge=plain_text(node, "merge"),
        clear=read_clear(node.get("clear")),
        set_item=node.get("set"),
        add_item=node.get("add"),
        added=_way(node.get("added")),
        gone=_way(node.get("gone")),
        empty=plain_text(node, "empty"),
        always=node.get("send") is not None,
        identity=flag(node, "identity"),
        immutable=flag(node, "immutable") is True,
        transitions=_pairs(node.get("transitions")),
        repeatable=flag(node, "repeatable") is not False,
        one_way=flag(node, "one_way") is True,
        note=plain_text(node, "note"),
        assumed=plain_text(node, "assumed"),
        nulls=plain_text(node, "nulls"),
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
    return WayFile(node.span, text_of(node, "in"), node.get("item")) if isinstance(node, MapNode) else None


def read_clear(node: Node | None) -> ClearFile | None:
    """A `clear` of a rule or of the file."""
    if isinstance(node, MapNode):
        write = node.get("write")
        return ClearFile(
            span=node.span,
            send=literal(node, "send"),
            write=tuple((as_text(key), plain(value)) for key, value in write)
            if isinstance(write, MapNode)
            else None,
            places=tuple((form, path) for form in CLEARED_AT if (path := text_of(node, form)) is not None),
            with_value=literal(node, "with"),
            as_name=text_of(node, "as"),
            item=node.get("item"),
        )
    word = None if node is None else plain(node)
    return ClearFile(span=node.span, word=word) if node is not None and word in get_args(Word) else None
