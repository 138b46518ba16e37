"""The form of a mapping file: every wrong key and value, found by the model and reported at its place.

The rest of the file can still be read and checked: the places of problems are returned with the findings, as
a tree (`Trouble`), so that the reader leaves out only these.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, TypeAlias

from pydantic import BaseModel, ValidationError

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.mapping.keys import (
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
    dict: "a map",
    list: "a list",
}

Trouble: TypeAlias = "dict[str, Trouble]"
"""The places of problems as a tree of keys and positions; a leaf is where something is wrong."""


def _mark(trouble: Trouble, place: Iterable[str | int]) -> None:
    for part in place:
        trouble = trouble.setdefault(str(part), {})


def check_form(node: MapNode) -> tuple[list[Diagnostic], Trouble]:
    """Every problem of form, and where they are."""
    trouble: Trouble = {}
    return [*_version(node), *_form(node, trouble)], trouble


def _version(node: MapNode) -> Iterator[Diagnostic]:
    version = node.get("custmap")
    if version is not None and plain(version) is not VERSION:
        yield Diagnostic(
            "CM206", "this custmap reads language version 1", version.span, help="Write `custmap: 1`."
        )


def _form(node: MapNode, trouble: Trouble) -> Iterator[Diagnostic]:
    """The problems of form; their places are added to `trouble`."""
    try:
        MappingModel.model_validate(plain(node))
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=True)
        meant = [problem for problem in problems if not _is_other_branch(node, problem["loc"])]
        for problem in meant:
            _mark(trouble, _place(problem))
        yield from dict.fromkeys(_problem(node, problem) for problem in meant)
    contract = node.get("contract")
    if isinstance(contract, MapNode) and contract.get("openapi") is not None:
        for found in _contract_keys(contract):
            _mark(trouble, ["contract"])
            yield found


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
            yield Diagnostic("CM203", f"`{name}` must be text", value.span)


def _place(problem: Any) -> list[str | int]:
    """The keys and positions of a pydantic error in the file."""
    return [part for part in problem["loc"] if not _is_branch(part)]


def _problem(root: MapNode, problem: Any) -> Diagnostic:
    """A pydantic error as a diagnostic, at the node of its location."""
    place = _place(problem)
    kind = problem["type"]
    if kind == "extra_forbidden":
        parent, key = _descend(root, place[:-1]), place[-1]
        if isinstance(parent, MapNode) and (found := parent.key(str(key))) is not None:
            return _unknown(found, keys_of(place[:-1]))
        return Diagnostic("CM201", f"unknown key `{key}`", parent.span)
    if kind == "missing":
        parent = _descend(root, place[:-1])
        return Diagnostic("CM202", f"`{place[-1]}` is missing", parent.span, help=f"Add `{place[-1]}: …`.")
    node = _descend(root, place)
    value = plain(node)
    expected = problem.get("ctx", {}).get("expected") if kind == "literal_error" else None
    words = [word.strip("'") for word in expected.replace(" or ", ", ").split(", ")] if expected else []
    if words:
        close = nearest(value, words) if isinstance(value, str) else None
        message, help = (
            "expected " + ", ".join(f"`{word}`" for word in words),
            close and f"Did you mean `{close}`?",
        )
    else:
        message, help = f"expected {_wanted(kind)}, got {_kind(value)}", None
    if value is None:
        help = _instead_of_null(str(place[-1]), words)
    return Diagnostic("CM203", message, node.span, help)


def _instead_of_null(key: str, words: Sequence[str]) -> str:
    """Help for a null value, which has no meaning for any key of the language."""
    meant = next((word for word in words if "null" in word), None)
    write = f"Write `{meant}` to send null to the vendor" if meant else "Give it a value"
    return f"{write}, or remove `{key}`."


def _wanted(kind: str) -> str:
    for part, word in (
        ("string", "text"), ("bool", "true or false"), ("dict", "a map"),
        ("model", "a map"), ("list", "a list"),
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
    """Is it the name of a union's branch, which pydantic adds to locations?"""
    return isinstance(part, str) and (part in _BRANCHES or "literal[" in part or "list[" in part)


def _is_other_branch(node: Node, place: Sequence[str | int]) -> bool:
    """Is the error about a form that the file does not use here, such as a word where there is a table?"""
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


def keys_of(place: Sequence[str | int]) -> list[str]:
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
        f"unknown key `{key.value}`",
        key.span,
        help=f"Did you mean `{close}`?" if close else f"Known keys: {known}.",
    )
