"""Where a schema describes what a target path names: through references, combinations and branches."""

from __future__ import annotations

from pathlib import Path

import pytest

from custmap.contract.references import Located, References
from custmap.contract.schema_places import schema_place
from custmap.syntax.document import parse_document
from custmap.values.paths import parse_path

SCHEMA = """\
properties:
  plain: {type: string}
  either:
    anyOf:
      - type: "null"
      - properties:
          deep: {type: string}
  own: {$ref: "#/definitions/Own"}
  consts:
    items:
      oneOf:
        - {properties: {kind: {const: a}, value: {type: string}}}
        - {properties: {kind: {const: b}, value: {type: string}}}
  enums:
    items:
      anyOf:
        - {properties: {kind: {enum: [a, c]}, value: {type: string}}}
        - {properties: {kind: {enum: [b]}, value: {type: string}}}
  named:
    items:
      discriminator: {propertyName: kind, mapping: {b: Other}}
      oneOf: [{$ref: "#/components/schemas/Other"}]
additionalProperties: {type: integer}
definitions:
  Own:
    allOf:
      - properties:
          deep: {type: string}
      - {$ref: "#/definitions/Own"}
components:
  schemas:
    Other:
      properties:
        value: {type: string}
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("plain", 2),
        ("either.deep", 7),
        ("own.deep", 28),
        ("consts[0].value", 12),
        ("consts[kind=b].value", 13),
        ("enums[kind=c].value", 17),
        ("enums[kind=b].value", 18),
        ("named[kind=b].value", 34),
        ("another", 23),
        ("either.gone", 6),
        ("own.gone.deeper", 27),
    ],
)
def test_a_place(path: str, line: int) -> None:
    document = parse_document(SCHEMA.encode(), "schema.yaml")
    root = Located(document.data, document, Path("schema.yaml"))
    references = References(Path(), {Path("schema.yaml"): document})
    found = schema_place(references, [root], parse_path(path))
    assert found is not None and found.line == line
