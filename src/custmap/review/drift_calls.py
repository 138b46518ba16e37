"""What differs between two versions of an operation as a whole: where it is called, and how."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from custmap.contract.contract import Contract
from custmap.diagnostics.span import Span
from custmap.model.checked import Operation
from custmap.review.drift_places import Places, security

_NAMES: Final = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class CallChange:
    """A change of the whole call, in words, and where the new document says it."""

    code: str
    text: str
    place: Span
    help: str | None = None


def without_names(path: str) -> str:
    """A path whose variables are only places: their names are not sent."""
    return _NAMES.sub("{}", path)


def call_changes(operation: Operation, new: Contract, before: Places, now: Places) -> Iterator[CallChange]:
    """What changed of the method, the URL, the media types and what is needed to be allowed to call."""
    old = operation.contract
    if old.method != new.method:
        text = f"the method is now {new.method}, before {old.method}"
        help = "The method often says what is replaced and what is kept: check `merge` and `clear`."
        yield CallChange("CM601", text, now.span(), help)
    if without_names(old.path) != without_names(new.path):
        yield CallChange("CM601", f"the path is now `{new.path}`, before `{old.path}`", now.item.key_span)
    if without_names(old.servers) != without_names(new.servers):
        text = f"the server is now `{new.servers}`, before `{old.servers}`"
        yield CallChange("CM601", text, now.span(("servers",)))
    for name, variable in new.variables.items():
        was = old.variables.get(name)
        filled = name in operation.variables
        if was is not None and not filled and was.default != variable.default and variable.default:
            text = f"`{name}` in the server's URL is now `{variable.default}`, before `{was.default}`"
            yield CallChange("CM601", text, now.span(("servers",)))
        if (
            was is not None
            and filled
            and (gone := set(was.enum or ()) - set(variable.enum or was.enum or ()))
        ):
            text = f"`{name}` in the server's URL can no longer be {_listed(gone)}"
            yield CallChange("CM604", text, now.span(("servers",)))
    if new.body is not None and old.media_type != new.media_type:
        text = f"the body's media type is now `{new.media_type}`, before `{old.media_type}`"
        yield CallChange("CM601", text, now.span(("requestBody",)))
    if old.accept != new.accept:
        was_type, type_ = (one or "none" for one in (old.accept, new.accept))
        text = f"the answer's media type is now `{type_}`, before `{was_type}`"
        yield CallChange("CM601", text, now.span(("responses",)))
    ways, those = security(now), security(before)
    if ways != those:
        text = f"a call now needs {_ways(ways)}, before {_ways(those)}"
        yield CallChange("CM601", text, now.span(("security",)), "Check what the token may do.")
    deprecated = now.operation.map.get("deprecated") is True
    if deprecated and before.operation.map.get("deprecated") is not True:
        text = "the vendor has deprecated the operation"
        yield CallChange("CM608", text, now.span(("deprecated",)), "Look for what takes its place.")


def _listed(words: set[str]) -> str:
    return ", ".join(f"`{word}`" for word in sorted(words))


def _ways(ways: frozenset[frozenset[str]]) -> str:
    return " or ".join(sorted(" and ".join(sorted(way)) or "nothing" for way in ways)) or "nothing"
