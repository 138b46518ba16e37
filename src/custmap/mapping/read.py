"""Nodes to `MappingFile`: the model finds every wrong key and value, then the places are attached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import MappingError
from custmap.mapping.file import ClearFile, Constant, MappingFile, Pair, Param, Rule, Text, Word
from custmap.mapping.model import (
    ClearModel,
    MappingModel,
    OperationContract,
    ParamModel,
    ResponseFieldsModel,
    ResponseModel,
    RuleModel,
    UnmappedDefault,
)
from custmap.syntax.node import ListNode, MapNode, Node, ScalarNode, plain
from custmap.values.nearest import nearest

VERSION: Final = 1
_KINDS: Final = {
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    dict: "a table",
    list: "a list",
}


def read_mapping(node: Node, file: str) -> MappingFile:
    """A file's node as a MappingFile; MappingError with every problem of form."""
    if not isinstance(node, MapNode):
        raise MappingError([Diagnostic("CM203", "a mapping file is a table of keys", node.span)])
    problems = list(_version(node)) + list(_form(node))
    if problems:
        raise MappingError(problems)
    return _file(node, file)


def _version(node: MapNode) -> Iterator[Diagnostic]:
    version = node.get("custmap")
    if version is not None and plain(version) is not VERSION:
        yield Diagnostic(
            "CM206", "this custmap reads language version 1", version.span, help="Write `custmap: 1`."
        )


def _form(node: MapNode) -> Iterator[Diagnostic]:
    try:
        MappingModel.model_validate(plain(node))
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=True)
        meant = [problem for problem in problems if not _is_other_branch(node, problem["loc"])]
        yield from dict.fromkeys(_problem(node, problem) for problem in meant)
    contract = node.get("contract")
    if isinstance(contract, MapNode) and contract.get("openapi") is not None:
        yield from _contract_keys(contract)


def _contract_keys(contract: MapNode) -> Iterator[Diagnostic]:
    names = list(OperationContract.model_fields)
    for key, _ in contract:
        if key.value not in names:
            yield _unknown(key, names)
    for name in names:
        value = contract.get(name)
        if value is None:
            yield Diagnostic("CM202", f"`contract` needs `{name}`", contract.span)
        elif not (isinstance(value, ScalarNode) and isinstance(value.value, str)):
            yield Diagnostic("CM203", f"`{name}` is a text", value.span)


def _problem(root: MapNode, problem: Any) -> Diagnostic:
    """A pydantic error as ours, at the node that its location leads to."""
    place = [part for part in problem["loc"] if not _is_branch(part)]
    kind = problem["type"]
    if kind == "extra_forbidden":
        parent, key = _descend(root, place[:-1]), place[-1]
        if isinstance(parent, MapNode) and (found := parent.key(str(key))) is not None:
            return _unknown(found, _keys_of(place[:-1]))
        return Diagnostic("CM201", f"`{key}` is no key here", parent.span)
    if kind == "missing":
        parent = _descend(root, place[:-1])
        return Diagnostic("CM202", f"`{place[-1]}` is missing", parent.span, help=f"Add `{place[-1]}: …`.")
    node = _descend(root, place)
    wanted = problem.get("ctx", {}).get("expected")
    if kind == "literal_error" and wanted:
        words = [word.strip("'") for word in str(wanted).replace(" or ", ", ").split(", ")]
        written = plain(node)
        close = nearest(written, words) if isinstance(written, str) else None
        return Diagnostic(
            "CM203",
            "expected " + ", ".join(f"`{word}`" for word in words),
            node.span,
            help=f"Did you mean `{close}`?" if close else None,
        )
    return Diagnostic("CM203", f"expected {_wanted(kind)}, got {_kind(plain(node))}", node.span)


def _wanted(kind: str) -> str:
    for part, word in (
        ("string", "text"), ("bool", "true or false"), ("dict", "a table"),
        ("model", "a table"), ("list", "a list"),
    ):  # fmt: skip
        if kind.startswith(part):
            return word
    return "at least one item" if kind == "too_short" else "another kind of value"


def _kind(value: Any) -> str:
    return "null" if value is None else _KINDS.get(type(value), "another kind of value")


_BRANCHES: Final = frozenset(
    {"str", "ClearModel", "UnmappedDefault", "ResponseFieldsModel", "ParamModel", "ResponseModel"}
)


def _is_branch(part: str | int) -> bool:
    """pydantic names the branch of a union in the location; the file knows nothing of it."""
    return isinstance(part, str) and (part in _BRANCHES or "literal[" in part or "list[" in part)


def _is_other_branch(node: Node, place: Sequence[str | int]) -> bool:
    """Is it said of a form that the file does not use here: of a word, say, where there is a table?"""
    for part in place:
        if not _is_branch(part):
            node = _descend(node, (part,))
        elif not _is_form_of(node, str(part)):
            return True
    return False


def _is_form_of(node: Node, branch: str) -> bool:
    if branch.startswith("literal["):
        return not isinstance(node, MapNode)
    if branch.startswith("list["):
        return isinstance(node, ListNode)
    if branch == "ResponseFieldsModel":
        return not isinstance(node, ListNode)
    return branch not in ("ClearModel", "UnmappedDefault") or isinstance(node, MapNode)


def _descend(node: Node, place: Sequence[str | int]) -> Node:
    for part in place:
        if isinstance(node, MapNode):
            found = next(
                (value for key, value in node if key.value == part or str(key.value) == str(part)), None
            )
        elif isinstance(node, ListNode) and isinstance(part, int) and part < len(node.items):
            found = node.items[part]
        else:
            found = None
        if found is None:
            return node
        node = found
    return node


def _keys_of(place: Sequence[str | int]) -> list[str]:
    """The keys that are allowed at a place of the file."""
    model: type[BaseModel] = MappingModel
    if place:
        head, last = place[0], place[-1]
        models: dict[str, type[BaseModel]] = {"params": ParamModel, "response": ResponseModel}
        model = models.get(str(head), RuleModel)
        if last == "clear":
            model = ClearModel
        elif last == "unmapped":
            model = UnmappedDefault
        elif head == "response" and len(place) > 1:
            model = RuleModel if place[1] == "fields" else ResponseFieldsModel
    return [field.alias or name for name, field in model.model_fields.items()]


def _unknown(key: ScalarNode, names: Sequence[str]) -> Diagnostic:
    close = nearest(str(key.value), names)
    known = ", ".join(f"`{name}`" for name in names)
    return Diagnostic(
        "CM201",
        f"`{key.value}` is no key here",
        key.span,
        help=f"Did you mean `{close}`?" if close else f"The keys here are {known}.",
    )


def _file(node: MapNode, file: str) -> MappingFile:
    contract, response = node.get("contract"), node.get("response")
    assert isinstance(contract, MapNode)
    return MappingFile(
        file=file,
        name=_required_text(node, "name"),
        summary=_plain_text(node, "summary"),
        contract=contract,
        source=_text(node, "source"),
        params=tuple(_param(key, value) for key, value in _entries(node, "params")),
        path=_rules(node, "path"),
        query=_rules(node, "query"),
        headers=_rules(node, "headers"),
        body=_rules(node, "body"),
        response=response if isinstance(response, MapNode) else None,
        clear=read_clear(node.get("clear")),
        empty=_plain_text(node, "empty"),
        ignored=tuple((_as_text(key), str(plain(value))) for key, value in _entries(node, "ignored")),
        span=node.span,
    )


def _entries(node: MapNode, key: str) -> tuple[tuple[ScalarNode, Node], ...]:
    value = node.get(key)
    return value.entries if isinstance(value, MapNode) else ()


def _as_text(node: Node) -> Text:
    return Text(str(plain(node)), node.span)


def _text(node: MapNode, key: str) -> Text | None:
    value = node.get(key)
    return None if value is None or plain(value) is None else _as_text(value)


def _required_text(node: MapNode, key: str) -> Text:
    value = node.get(key)
    assert value is not None
    return _as_text(value)


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


def _rules(node: MapNode, key: str) -> tuple[Rule, ...]:
    return tuple(read_rule(name, value) for name, value in _entries(node, key))


def read_rule(key: ScalarNode, node: Node) -> Rule:
    """One rule; the node's form is known to be right."""
    target = _as_text(key)
    if not isinstance(node, MapNode):
        return Rule(target, key.span, {}, from_=_as_text(node))
    unmapped = node.get("unmapped")
    first = node.get("first")
    fields = node.get("fields")
    return Rule(
        target=target,
        span=key.span,
        keys={str(name.value): name.span for name, _ in node},
        from_=_text(node, "from"),
        param=_text(node, "param"),
        value=_literal(node, "value"),
        fields=_rules(node, "fields") if isinstance(fields, MapNode) else None,
        each=_text(node, "each"),
        first=tuple(read_rule(key, item) for item in first.items) if isinstance(first, ListNode) else None,
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
        empty=_plain_text(node, "empty"),
        always=node.get("send") is not None,
        identity=_flag(node, "identity"),
        immutable=_flag(node, "immutable") is True,
        transitions=_pairs(node.get("transitions")),
        repeatable=_flag(node, "repeatable") is not False,
        one_way=_flag(node, "one_way") is True,
        note=_plain_text(node, "note"),
        assumed=_plain_text(node, "assumed"),
    )


def _pairs(node: Node | None) -> tuple[Pair, ...] | None:
    if not isinstance(node, MapNode):
        return None
    return tuple(Pair(key.value, plain(value), key.span, value.span) for key, value in node)


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
            name_in=_text(node, "name_in"),
            key_in=_text(node, "key_in"),
            with_value=_literal(node, "with"),
            as_name=_text(node, "as"),
        )
    word = None if node is None else plain(node)
    return ClearFile(span=node.span, word=word) if node is not None and word in get_args(Word) else None
