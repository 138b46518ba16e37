"""A file in an editor without the protocol: its text has a `¦` where the cursor is."""

from __future__ import annotations

from pathlib import Path

from lsprotocol.types import CompletionItem

from custmap.functions.table import LIBRARY
from custmap.lsp.completion import complete
from custmap.lsp.fixture_completion import complete_fixture
from custmap.lsp.open_file import OpenFile, open_file
from custmap.lsp.workspace import Workspace
from custmap.values.files import real

CURSOR = "¦"

CONTRACT = """\
openapi: 3.1.0
info: {title: Acme, version: "1"}
servers: [{url: "https://{host}/v1"}]
paths:
  /customers/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    patch:
      operationId: updateCustomer
      summary: Update a customer
      parameters:
        - name: X-Token
          in: header
          required: true
          schema: {type: string}
      requestBody:
        content:
          application/json:
            schema: {$ref: "#/components/schemas/Customer"}
      responses:
        "200":
          description: Fine
          content: {application/json: {schema: {$ref: "#/components/schemas/Customer"}}}
    delete: {operationId: removeCustomer, responses: {"204": {description: Gone}}}
components:
  schemas:
    Customer:
      type: object
      required: [email]
      properties:
        email:
          type: string
          format: email
          description: Where the vendor writes to
        level: {type: [string, "null"], enum: [gold, silver, null], maxLength: 6}
        subscribed: {type: boolean}
        created: {type: string, readOnly: true}
        address:
          type: object
          properties:
            city: {type: string}
            zip: {type: string}
        phones:
          type: array
          items:
            type: object
            properties:
              kind: {type: string, enum: [home, work, "on: hold", "cell, car"]}
              number: {type: string}
"""

MAPPING = """\
custmap: 1
name: acme/update
summary: Update a customer
contract: {openapi: openapi.yaml, operation: updateCustomer}
params:
  host:  {summary: The vendor's server}
  token: {summary: The access token, secret: true}
clear: send_null
path:
  id: identifiers.acme
headers:
  X-Token: {param: token}
body:
  email: email
  level: {from: role, values: {customer: silver, employee: gold}, unmapped: skip}
"""


SEVERAL = """\
custmap: 1
name: acme/several
requests:
  - name: first
    contract: {openapi: openapi.yaml, operation: updateCustomer}
    path: {id: identifiers.acme}
    body: {email: email}
"""

SOURCE = """\
custmap: 1
source: crm/people
columns: {id: string, mail: string}
nulls: absent
customer:
  id: id
"""


def project(folder: Path, mapping: str = MAPPING) -> Path:
    """A folder with one mapping, whose path comes back, its contract and a fixture."""
    place = folder / "mappings" / "acme"
    place.mkdir(parents=True)
    (place / "openapi.yaml").write_text(CONTRACT)
    (place / "update.yaml").write_text(mapping)
    fixtures = folder / "fixtures" / "acme" / "update"
    fixtures.mkdir(parents=True)
    (fixtures / "one.yaml").write_text(
        "mapping: acme/update\nparams: {host: h.example, token: t}\ncustomer: {email: a@example.com}\n"
        "expect: {request: {body: {email: a@example.com}}}\n"
    )
    (place / "several.yaml").write_text(SEVERAL)
    sources = folder / "sources" / "crm"
    sources.mkdir(parents=True)
    (sources / "people.yaml").write_text(SOURCE)
    return real(place / "update.yaml")


class Desk:
    """One workspace, in which a text is typed again and again."""

    def __init__(self) -> None:
        self.workspace = Workspace(LIBRARY)
        self._version = 0

    def open(self, path: Path, text: str) -> tuple[OpenFile, int]:
        """The file with a text, and the offset of its cursor, or of its end."""
        self._version += 1
        offset = text.find(CURSOR)
        file = open_file(path.as_uri(), path, self._version, text.replace(CURSOR, ""), "utf-16")
        self.workspace.files[path] = file
        return file, offset if offset >= 0 else len(text)

    def complete(self, path: Path, text: str) -> list[CompletionItem]:
        file, offset = self.open(path, text)
        by_kind = complete_fixture if self.workspace.examined(file).kind == "fixture" else complete
        return by_kind(self.workspace, file, offset, snippets=True)
