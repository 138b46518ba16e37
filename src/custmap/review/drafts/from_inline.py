"""A draft that starts from nothing: a vendor with a web page, whose contract stands in the mapping."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from custmap.contract.contract import Contract, Parameter, ServerVariable, variables_in
from custmap.contract.inline import METHODS
from custmap.review.drafts.mapping_text import Head, mapping_text
from custmap.review.drafts.passing import Written, passing, tried
from custmap.review.drafts.project import Draft, DraftError, Project
from custmap.review.drafts.skeleton import Place, Security, Subject, skeleton
from custmap.schema.json_schema import Definitions, type_of
from custmap.testing.write_yaml import flow
from custmap.values.nearest import nearest
from custmap.values.types import STRING

_URL: Final = re.compile(r"https?://[^\s/?#\\]+(/[^\s?#\\]*)?")
_METHODS: Final = tuple(method for method in METHODS if method != "GET")
_WITHOUT_BODY: Final = ("DELETE",)
_FIELDS: Final = ("email", "firstName", "lastName", "phone")
"""Members to begin with: they are placeholders for what the vendor's page lists."""
_NOTE: Final = "Put the members of the vendor's page in place of these: a type in the contract, a rule here."


def from_inline(project: Project, method: str, url: str) -> Draft:
    """Mapping and fixture; DraftError for a method or an address that a contract cannot have."""
    wanted = method.upper()
    if wanted not in _METHODS:
        close = nearest(wanted, _METHODS)
        raise DraftError(
            f"`{method}` is not a method that changes something",
            f"Did you mean `{close}`?" if close else f"Methods: {', '.join(_METHODS)}",
        )
    if _URL.fullmatch(url) is None or url.count("{") != len(re.findall(r"\{[^{}/]+\}", url)):
        raise DraftError(
            f"`{url}` is not an address of requests",
            "Write it whole, with variables in braces: `https://api.acme.example/customers/{id}`.",
        )
    contract = _contract(project, wanted, url)
    head = Head(
        project.name,
        f"{wanted} {contract.path}",
        ["contract:", f"  method: {wanted}", f"  url: {flow(url)}", *_parts(contract)],
        whole=wanted == "PUT",
    )
    security = {("headers", "Authorization"): Security("The access token", "Bearer {}")}
    subject = Subject(contract, project.vendor, security)

    def write(refused: Mapping[Place, int]) -> Written:
        drawn = skeleton(subject, refused)
        return (drawn, *mapping_text(head, drawn, {"body": _NOTE}))

    written = passing(project, write, {})
    fixture = project.fixtures / "apply-example.yaml"
    return Draft(
        files={project.mapping: written[1].encode(), fixture: tried(project, written, {}).text},
        made={project.mapping: "mapping", fixture: "fixture"},
        commands=(f"custmap validate {project.name}", f"custmap test {{{fixture}}}"),
        shared=project.schema("mapping"),
    )


def _parts(contract: Contract) -> list[str]:
    """The lines of the contract in the mapping, after its address."""
    lines = ["  headers:", "    Authorization: {type: string, required: true}"]
    if contract.body is not None:
        lines += ["  fields:", *(f"    {name}: string" for name in contract.body.members)]
    return lines


def _contract(project: Project, method: str, url: str) -> Contract:
    """What the mapping will say."""
    found = re.match(r"(https?://[^/]+)(.*)", url)
    assert found is not None
    servers, path = found[1], found[2]
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in _FIELDS}}
    body = None if method in _WITHOUT_BODY else type_of(schema, Definitions(schema))
    required = Parameter(STRING, required=True)
    return Contract(
        name=project.name,
        method=method,
        servers=servers,
        path=path,
        source=str(project.mapping),
        variables={name: ServerVariable() for name in variables_in(servers)},
        parameters={
            "path": dict.fromkeys(variables_in(path), required),
            "query": {},
            "headers": {"Authorization": required},
        },
        body=body,
        closed=False,
    )
