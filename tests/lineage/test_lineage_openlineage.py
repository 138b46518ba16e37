"""`explain --format openlineage`: what a catalogue reads, against OpenLineage's own classes and schemas.

`OPENLINEAGE_SPEC` names the folder `spec` of a checkout of OpenLineage; then events are also held against its
JSON Schemas. Its Python package has the classes that are generated from them, and no schemas.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

import custmap
from custmap.lineage.openlineage import event_time, mapping_event, source_event
from custmap.tables.explained import with_columns
from shipped_mappings import SHIPPED
from small_mappings import made

TIME = "2027-02-11T16:36:17.000Z"
RULES = """
params: {token: {secret: true}, shop: {}}
headers: {X-A: {param: token, format: "Bearer {}"}, X-B: {param: shop}}
body:
  mail: email
  first: given_name(name)
  hash: sha256(email)
  plan: {from: attributes.plan, when: "blocked == `false`", values: {gold: G}}
  both: {from: email, when: "email != 'x'"}
  kind: {value: shop}
  ad: {each: addresses, fields: {city: city}}
"""
SOURCE = """
custmap: 1
source: crm/customers
columns: {id: integer, first: string, last: string, mail: string}
nulls: clear
customer: {id: text(id), name.given: first, name.family: last, email: lower(mail)}
"""


def event(mapping: custmap.Mapping) -> dict[str, Any]:
    return mapping_event(mapping.explain(), mapping.checked, TIME)


def inputs(told: dict[str, Any], target: str) -> list[tuple[str, str, str, str, bool]]:
    (output,) = told["outputs"]
    found = output["facets"]["columnLineage"]["fields"][target]["inputFields"]
    return [
        (one["name"], one["field"], way["type"], way["subtype"], way["masking"])
        for one in found
        for way in one["transformations"]
    ]


def test_columns(tmp_path: Path) -> None:
    told = event(made(tmp_path, RULES))
    params = "parameters of acme/case"
    assert inputs(told, "mail") == [("Customer", "email", "DIRECT", "IDENTITY", False)]
    assert inputs(told, "first") == [
        ("Customer", "name.given", "DIRECT", "TRANSFORMATION", False),
        ("Customer", "name", "DIRECT", "TRANSFORMATION", False),
    ]
    assert inputs(told, "hash") == [("Customer", "email", "DIRECT", "TRANSFORMATION", True)]
    assert inputs(told, "plan") == [
        ("Customer", "attributes.plan", "DIRECT", "TRANSFORMATION", False),
        ("Customer", "blocked", "INDIRECT", "CONDITIONAL", False),
    ]
    assert inputs(told, "both") == [("Customer", "email", "DIRECT", "IDENTITY", False)]
    assert inputs(told, "headers.X-A") == [(params, "token", "DIRECT", "TRANSFORMATION", True)]
    assert inputs(told, "headers.X-B") == [(params, "shop", "DIRECT", "IDENTITY", False)]
    assert inputs(told, "kind") == []
    assert inputs(told, "ad[].city") == [("Customer", "addresses[*].city", "DIRECT", "IDENTITY", False)]
    assert [(one["namespace"], one["name"]) for one in told["outputs"]] == [("https://x.io", "PATCH /c")]


def test_inputs_are_what_is_read(tmp_path: Path) -> None:
    told = event(made(tmp_path, RULES))
    read = {
        one["name"]: [field["name"] for field in one["facets"]["schema"]["fields"]] for one in told["inputs"]
    }
    assert set(read) == {"Customer", "parameters of acme/case"}
    assert set(read["Customer"]) == {
        "email", "name", "name.given", "attributes.plan", "blocked", "addresses", "addresses[*].city"
    }  # fmt: skip


def test_columns_of_a_table(tmp_path: Path) -> None:
    path = tmp_path / "crm" / "customers.yaml"
    path.parent.mkdir()
    path.write_text(SOURCE, encoding="utf-8")
    source, mapping = custmap.source(path), made(tmp_path, RULES)
    lineage = with_columns(mapping.explain(), source.explain())
    told = mapping_event(lineage, mapping.checked, TIME, source.name)
    assert [one[:2] for one in inputs(told, "first")] == [
        ("Customer", "name.given"), ("Customer", "name"),
        ("crm/customers", "first"), ("crm/customers", "last")
    ]  # fmt: skip
    alone = source_event(source.explain(), source.checked.checked, TIME)
    assert inputs(alone, "email") == [("crm/customers", "mail", "DIRECT", "TRANSFORMATION", False)]
    assert [one["name"] for one in alone["outputs"]] == ["Customer"]


def test_requests_are_datasets_of_their_own() -> None:
    told = event(custmap.load("square/update-customer"))
    assert [one["name"].split(" ")[0] for one in told["outputs"]] == ["PUT", "POST", "DELETE"]


def test_time_of_builds_that_are_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1802363777")
    assert event_time() == TIME
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "tomorrow")
    assert event_time() != TIME


@pytest.fixture(scope="module")
def shipped() -> list[dict[str, Any]]:
    """All of them against the schemas; of the rest a few are enough."""
    names = SHIPPED if "OPENLINEAGE_SPEC" in os.environ else [*SHIPPED[::6], "square/update-customer"]
    return [event(custmap.load(name)) for name in names]


def test_against_the_classes_of_openlineage(shipped: list[dict[str, Any]]) -> None:
    """Each part makes an object of the class that is generated from its schema, with the same identifier."""
    v2 = pytest.importorskip("openlineage.client.event_v2")
    from openlineage.client.generated import (
        column_lineage_dataset,
        documentation_job,
        job_type_job,
        schema_dataset,
    )

    classes = {
        "columnLineage": column_lineage_dataset.ColumnLineageDatasetFacet,
        "schema": schema_dataset.SchemaDatasetFacet,
        "documentation": documentation_job.DocumentationJobFacet,
        "jobType": job_type_job.JobTypeJobFacet,
    }
    for told in shipped:
        job, facets = told["job"], {}
        for holder in (job, *told["inputs"], *told["outputs"]):
            for name, facet in holder["facets"].items():
                members = {key: value for key, value in facet.items() if not key.startswith("_")}
                facets[name] = classes[name](**members, producer=facet["_producer"])
                assert facets[name]._schemaURL == facet["_schemaURL"]
        for output in told["outputs"]:
            for field in output["facets"]["columnLineage"]["fields"].values():
                for one in field["inputFields"]:
                    ways = [column_lineage_dataset.Transformation(**way) for way in one["transformations"]]
                    column_lineage_dataset.InputField(**{**one, "transformations": ways})
        made_event = v2.JobEvent(
            eventTime=told["eventTime"],
            producer=told["producer"],
            job=v2.Job(namespace=job["namespace"], name=job["name"]),
            inputs=[v2.InputDataset(one["namespace"], one["name"]) for one in told["inputs"]],
            outputs=[v2.OutputDataset(one["namespace"], one["name"]) for one in told["outputs"]],
        )
        assert made_event.schemaURL == told["schemaURL"]


@pytest.mark.skipif(
    "OPENLINEAGE_SPEC" not in os.environ, reason="OPENLINEAGE_SPEC names OpenLineage's schemas"
)
def test_against_the_schemas_of_openlineage(shipped: list[dict[str, Any]]) -> None:
    from jsonschema import Draft202012Validator, FormatChecker
    from referencing import Registry, Resource

    spec = Path(os.environ["OPENLINEAGE_SPEC"])
    files = [spec / "OpenLineage.json", *sorted((spec / "facets").glob("*.json"))]
    schemas = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    registry: Registry[Any] = Registry().with_resources(
        [(one["$id"], Resource.from_contents(one)) for one in schemas]
    )

    def check(value: Any, id: str) -> None:
        Draft202012Validator({"$ref": id}, registry=registry, format_checker=FormatChecker()).validate(value)

    for told in shipped:
        check(told, told["schemaURL"])
        for holder in (told["job"], *told["inputs"], *told["outputs"]):
            for facet in holder["facets"].values():
                check(facet, facet["_schemaURL"])
