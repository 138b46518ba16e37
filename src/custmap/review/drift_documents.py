"""Which document of a mapping a new one takes the place of, and its operations there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from custmap.contract.contract import Contract
from custmap.contract.openapi import Found, all_operations, is_named, load_openapi, open_document
from custmap.contract.references import Located, References
from custmap.diagnostics.diagnostic import Diagnostic, Note
from custmap.diagnostics.errors import MappingError
from custmap.diagnostics.span import Span
from custmap.loader import load_contract
from custmap.mapping.file import MappingFile
from custmap.model.checked import Checked
from custmap.review.drift_calls import without_names
from custmap.review.drift_places import Places, places_of
from custmap.syntax.node import ScalarNode
from custmap.values.files import real
from custmap.values.nearest import nearest


class WrongDocument(ValueError):
    """The new document takes the place of none, or of which one is not clear; `advice` says what to do."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.advice = advice


def named_documents(checked: Checked, mapping: Path) -> list[Path]:
    """The documents that the calls of a mapping name, each once, as paths beside the mapping."""
    found = (document(call.file) for call in checked.calls)
    return list({real(mapping.parent / one): mapping.parent / one for one in found if one}.values())


def document(file: MappingFile) -> str | None:
    """The document that a call names; None if its contract is inline."""
    node = file.contract.get("openapi")
    return str(node.value) if isinstance(node, ScalarNode) else None


def operation_of(file: MappingFile) -> ScalarNode | None:
    node = file.contract.get("operation")
    return node if isinstance(node, ScalarNode) else None


def replaced(documents: Sequence[Path], new: Path, chosen: Path | None, name: str) -> Path:
    """The document that a new one takes the place of: the chosen, the only one, or that of the same name."""
    if not documents:
        message = f"The contract of {name} is inline: there is no document that could have another version"
        raise WrongDocument(message, "Change the contract in the mapping, and run `custmap validate`.")
    listed = ", ".join(f"`{one.name}`" for one in documents)
    if chosen is not None:
        fit = [one for one in documents if real(one) == real(chosen) or str(chosen) == one.name]
        if not fit:
            close = nearest(chosen.name, [one.name for one in documents])
            advice = f"Did you mean `{close}`?" if close else f"Its documents are {listed}."
            raise WrongDocument(f"{name} has no contract `{chosen}`", advice)
        return fit[0]
    if len(documents) == 1:
        return documents[0]
    same = [one for one in documents if one.name == new.name]
    if len(same) == 1:
        return same[0]
    message = f"{name} has several contracts, {listed}, and none of them is called `{new.name}`"
    if same:
        message = f"{name} has several contracts that are called `{new.name}`"
    raise WrongDocument(message, f"Say which one it replaces: `--contract {documents[0]}`.")


@dataclass(slots=True)
class NewDocument:
    """A new document in place of an old one.

    `shown` is its name in messages. `problems` are those of finding operations in it.
    """

    mapping: Path
    old: Path
    path: Path
    shown: str
    root: Located
    references: References
    names: dict[str, str] = field(default_factory=dict)
    problems: dict[Diagnostic, None] = field(default_factory=dict)

    def is_of(self, file: MappingFile) -> bool:
        """Does a call name the old document?"""
        stated = document(file)
        return stated is not None and real(self.mapping.parent / stated) == real(self.old)

    def find(self, call: Checked, old: Places) -> None:
        """Finds a call's operation; a new name of it is a problem, and the name to go on with."""
        stated = operation_of(call.file)
        if stated is None:
            return
        name = str(stated.value)
        aside = References(self.references.folder, self.references.documents)
        found = list(all_operations(self.root, aside))
        if any(is_named(one, name) for one in found):
            return
        meant, why = _counterpart(found, old, call.operation.contract)
        help = f"Did you mean `{meant}`? {why}" if meant else _nearest(name, found)
        message = f"`{self.shown}` has no operation `{name}`"
        place = next((one[0].key_span for one in found if meant and is_named(one, meant)), None)
        place = place or self.root.inner("paths").key_span
        note = Note(place, "the operation here" if meant else "the operations of the new document")
        at = f"{message} ({place.file}:{place.line})"
        self.problems.setdefault(Diagnostic("CM211", at, stated.span, help, (note,)))
        if meant:
            self.names[name] = meant

    def name_of(self, file: MappingFile) -> str:
        """What a call's operation is called in the new document."""
        stated = operation_of(file)
        name = "" if stated is None else str(stated.value)
        return self.names.get(name, name)

    def contract(self, file: MappingFile, path: Path, tree: Path) -> Contract:
        """As `load_contract`, from the new document where a file names the old one."""
        if not self.is_of(file):
            return load_contract(file, path, tree)
        stated = operation_of(file)
        try:
            return load_openapi(
                self.path, self.name_of(file), shown_as=self.shown, asked_at=stated.span if stated else None
            )
        except MappingError as error:
            found = (_at(one, file.contract.span) for one in error.diagnostics if one.code != "CM211")
            raise MappingError([*self.problems, *found]) from None

    def places(self, file: MappingFile, contract: Contract) -> Places | None:
        return places_of(self.root, self.references, self.name_of(file), contract)


def open_new(mapping: Path, old: Path, new: Path, shown: str) -> NewDocument:
    """The new document; MappingError if it cannot be read, or is no OpenAPI document."""
    root, references = open_document(new, shown)
    return NewDocument(mapping, old, new, shown, root, references)


def _at(found: Diagnostic, place: Span) -> Diagnostic:
    """A problem of the new document, told where the mapping names the old one."""
    if found.span is None or found.span.file == place.file:
        return replace(found, span=found.span or place)
    message = f"{found.message} ({found.span.file}:{found.span.line})"
    return replace(found, message=message, span=place, notes=(*found.notes, Note(found.span, "here")))


def _counterpart(found: Sequence[Found], old: Places, was: Contract) -> tuple[str | None, str]:
    """What the operation is called now: that with its method and path, or with its operationId."""
    own = old.operation.inner("operationId").text
    for one in found:
        if one[2] == was.method and without_names(one[3].partition("#")[0]) == without_names(was.path):
            return _name(one), "It has the same method and path."
    for one in found:
        if own and one[0].inner("operationId").text == own:
            return f"{one[2]} {one[3]}", "It has the same operationId."
    return None, ""


def _name(found: Found) -> str:
    return found[0].inner("operationId").text or f"{found[2]} {found[3]}"


def _nearest(name: str, found: Sequence[Found]) -> str:
    known: Iterator[str] = (text for one in found for text in (_name(one), f"{one[2]} {one[3]}"))
    close = nearest(name, known)
    return (
        f"Did you mean `{close}`?" if close else "The vendor may have removed it: look for what replaces it."
    )
