"""A draft of an operation of a vendor's OpenAPI document: its contract, a mapping, a fixture."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from custmap.contract.contract import Contract
from custmap.contract.media_type import WRITABLE, can_write
from custmap.contract.openapi import FoundOperation, contract_of, find_operation, load_openapi
from custmap.contract.references import Located
from custmap.contract.security import place_of, schemes
from custmap.diagnostics.errors import MappingError
from custmap.review.drafts.document_text import json_text, yaml_text
from custmap.review.drafts.excerpt import excerpt
from custmap.review.drafts.mapping_text import Head, mapping_text
from custmap.review.drafts.passing import Written, passing, tried
from custmap.review.drafts.project import Draft, DraftError, Project
from custmap.review.drafts.skeleton import Place, Security, Subject, skeleton
from custmap.syntax.document import KeptDocuments
from custmap.testing.write_yaml import flow
from custmap.values.files import read_start, real, unsaved

_READING: Final = ("GET", "HEAD", "OPTIONS", "TRACE")
_BODY: Final = "Every member of the contract. Take the # from a line and write where its value comes from."


def from_openapi(project: Project, document: Path, operation: str) -> Draft:
    """Contract, mapping and fixture.

    MappingError for a document or an operation that cannot be read or found, DraftError for an operation that
    no mapping can be made of.
    """
    found = find_operation(document, operation)
    if found.method in _READING:
        raise DraftError(
            f"`{operation}` is a {found.method}, which changes nothing",
            "Name an operation that updates a customer.",
        )
    if not found.references.follow(found.value.inner("requestBody")).inner("content").map:
        raise DraftError(
            f"`{operation}` ({found.method} {found.path}) takes no body, so there is nothing to map",
            "Name an operation that updates a customer.",
        )
    copied = excerpt(found)
    if found.references.problems:
        raise MappingError(found.references.problems.values())
    is_json = document.suffix == ".json" or _begins_as_json(document)
    name = f"{project.operation}.openapi.{'json' if is_json else 'yaml'}"
    file = project.mapping.with_name(name)
    others = {file: json_text(copied.document) if is_json else yaml_text(copied.document)}
    contract = _contract(found, file, others)
    if contract.media_type is None or not can_write(contract.media_type):
        raise DraftError(
            f"`{operation}` takes `{contract.media_type}`, and what can be written is {WRITABLE}",
            "Name another operation.",
        )
    head = Head(
        project.name,
        found.value.inner("summary").text or found.value.inner("description").text or operation,
        [f"contract: {flow({'openapi': name, 'operation': operation})}"],
        whole=contract.method == "PUT",
    )
    subject = Subject(contract, project.vendor, _security(found))

    def write(refused: Mapping[Place, int]) -> Written:
        drawn = skeleton(subject, refused)
        return (drawn, *mapping_text(head, drawn, {"body": _BODY}))

    with KeptDocuments().used():
        written = passing(project, write, others)
        case = tried(project, written, others)
    fixture = project.fixtures / "apply-example.yaml"
    return Draft(
        files={project.mapping: written[1].encode(), **others, fixture: case.text},
        made={project.mapping: "mapping", file: "contract", fixture: "fixture"},
        commands=(f"custmap validate {project.name}", f"custmap test {{{fixture}}}"),
        shared=project.schema("mapping"),
        notes=tuple(f"the document has no {one}, so nothing is known of it" for one in copied.lost),
    )


def _contract(found: FoundOperation, file: Path, others: Mapping[Path, bytes]) -> Contract:
    """The contract as the document says it; as its excerpt does where the document lacks schemas."""
    try:
        return contract_of(found)
    except MappingError as error:
        if any(one.code != "CM212" for one in error.diagnostics):
            raise
    with unsaved({real(path): data for path, data in others.items()}):
        return load_openapi(file, found.name)


def _begins_as_json(document: Path) -> bool:
    return read_start(document, 64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"


def _security(found: FoundOperation) -> dict[tuple[str, str], Security]:
    """What the schemes say of the parameters that the operation's security needs."""
    told: dict[tuple[str, str], Security] = {}
    asked = [one.at for way in schemes(found.root, found.value, found.references) for one in way]
    for scheme in sorted(asked, key=_is_basic):
        if (place := place_of(scheme)) is not None:
            told.setdefault(place, _said(scheme))
    return told


def _is_basic(scheme: Located) -> bool:
    return (scheme.inner("scheme").text or "").lower() == "basic"


def _said(scheme: Located) -> Security:
    if scheme.inner("type").text == "apiKey":
        return Security("The API key")
    if _is_basic(scheme):
        return Security("Base64 of user and password", "Basic {}")
    return Security("The access token", "Bearer {}")
