"""What is wrong with the form of a mapping or source file: the model's errors, worded and placed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from pydantic import BaseModel, ValidationError

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.meant import Meant
from custmap.mapping.form import Kind
from custmap.mapping.keys import MappingModel, keys_of
from custmap.mapping.source_keys import SourceModel, source_keys_of
from custmap.mapping.unknown_key import unknown_key
from custmap.syntax.node import ListNode, MapNode, Node, plain
from custmap.values.nearest import nearest

_KINDS: Final = {
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    dict: "a map",
    list: "a list",
}

Place: TypeAlias = list[str | int]
"""The keys and positions that lead to a problem."""


_Keys: TypeAlias = Callable[[Sequence[str | int]], list[str]]
_FORMS: Final[dict[Kind, tuple[type[BaseModel], _Keys]]] = {
    "mapping": (MappingModel, keys_of),
    "source": (SourceModel, source_keys_of),
}


def problems_of_form(kind: Kind, node: MapNode, file: Any) -> tuple[list[Place], list[Diagnostic]]:
    """The places of all problems, and what is wrong there; `file` is the plain value of `node`."""
    model, keys = _FORMS[kind]
    try:
        model.model_validate(file)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=True)
        meant = [one for one in problems if one["loc"] and not _is_other_branch(node, one["loc"])]
        found = dict.fromkeys(_problem(node, problem, keys) for problem in meant)
        return [_place(problem) for problem in meant], list(found)
    return [], []


def _place(problem: Any) -> Place:
    return [part for part in problem["loc"] if not _is_branch(part)]


def _problem(root: MapNode, problem: Any, keys: _Keys) -> Diagnostic:
    """A pydantic error as a diagnostic, at the node of its location."""
    place = _place(problem)
    kind = problem["type"]
    if kind == "extra_forbidden":
        parent, key = _descend(root, place[:-1]), place[-1]
        if isinstance(parent, MapNode) and (found := parent.key(str(key))) is not None:
            return unknown_key(found, keys(place[:-1]))
        return Diagnostic("CM201", f"unknown key `{key}`", parent.span)
    if kind == "missing":
        parent = _descend(root, place[:-1])
        return Diagnostic("CM202", f"`{place[-1]}` is missing", parent.span, help=f"Add `{place[-1]}: …`.")
    node = _descend(root, place)
    value = plain(node)
    expected = problem.get("ctx", {}).get("expected") if kind == "literal_error" else None
    words = [word.strip("'") for word in expected.replace(" or ", ", ").split(", ")] if expected else []
    message: str
    help: str | None
    if words:
        close = nearest(value, words) if isinstance(value, str) else None
        message, help = (
            "expected " + ", ".join(f"`{word}`" for word in words),
            close and Meant(close),
        )
    elif kind == "greater_than_equal":
        message, help = f"expected a number from {problem['ctx']['ge']} up", None
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
        ("model", "a map"), ("list", "a list"), ("none", "null"),
    ):  # fmt: skip
        if kind.startswith(part):
            return word
    return "at least one item" if kind == "too_short" else "another kind of value"


def _kind(value: Any) -> str:
    return "null" if value is None else _KINDS.get(type(value), "another kind of value")


_BRANCHES: Final = frozenset(
    {"str", "bool", "ClearModel", "UnmappedDefault", "ResponseFieldsModel", "ParamModel", "ResponseModel"}
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
    if branch == "bool":
        return False  # who writes neither true nor false has a text in mind
    if branch == "ResponseFieldsModel":
        return not isinstance(node, ListNode)
    return branch not in ("ClearModel", "UnmappedDefault") or isinstance(node, MapNode)


def _descend(node: Node, place: Sequence[str | int]) -> Node:
    for part in place:
        if isinstance(node, MapNode):
            found = node.get(str(part)) or next(
                (value for key, value in node if str(key.value) == str(part)), None
            )
        elif isinstance(node, ListNode) and isinstance(part, int) and part < len(node.items):
            found = node.items[part]
        else:
            found = None
        if found is None:
            return node
        node = found
    return node
