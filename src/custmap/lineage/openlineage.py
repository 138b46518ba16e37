"""A mapping's lineage as an event of OpenLineage: what catalogues and their graphs read.

A mapping is not a run, so this is a JobEvent: what the job reads and writes whenever it runs. Members of the
vendor are the columns of one dataset for each call; fields of the customer, columns of a table and parameters
are those of its inputs. See docs/decisions/0086-openlineage-is-told-of-a-job.md.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from msgspec import Struct

from custmap.diagnostics.version import VERSION
from custmap.lineage.lineage import Line, Lineage
from custmap.lineage.whole_paths import is_field, record_sources
from custmap.model.checked import Checked

NAMESPACE: Final = "custmap"
PRODUCER: Final = f"urn:custmap:{VERSION}"
_SPEC: Final = "https://openlineage.io/spec"
_EVENT: Final = f"{_SPEC}/2-0-2/OpenLineage.json#/$defs/JobEvent"
_FACETS: Final = {
    "columnLineage": f"{_SPEC}/facets/1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet",
    "schema": f"{_SPEC}/facets/1-2-0/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet",
    "documentation": f"{_SPEC}/facets/1-1-0/DocumentationJobFacet.json#/$defs/DocumentationJobFacet",
    "jobType": f"{_SPEC}/facets/2-0-4/JobTypeJobFacet.json#/$defs/JobTypeJobFacet",
}
"""The facets that are written, with the identifiers of their schemas."""
_HASHES: Final = re.compile(r"\b(?:sha256|md5)\(")
_CONDITION: Final = "when "


@dataclass(frozen=True, slots=True)
class Named:
    """A dataset by its name in a namespace."""

    namespace: str
    name: str

    def to_dict(self) -> dict[str, str]:
        return {"namespace": self.namespace, "name": self.name}


def mapping_event(lineage: Lineage, checked: Checked, time: str, table: str | None = None) -> dict[str, Any]:
    """The event of a mapping; `table` names the source whose columns the lineage has.

    `time`  when the event is made, as ISO 8601; `event_time` gives it.
    """
    record = Named(NAMESPACE, checked.canonical.record.name)
    columns = None if table is None else Named(NAMESPACE, table)
    inputs = _Inputs(record, Named(NAMESPACE, f"parameters of {checked.name}"), columns)
    secret = frozenset(f"params.{param.name}" for param in checked.params if param.secret)
    calls = {
        (call.name, call.clears): Named(call.contract.servers, f"{call.contract.method} {call.contract.path}")
        for call in checked.operations
    }
    first = next(iter(calls.values()))
    found = list(zip(lineage.lines, record_sources(lineage), strict=True))
    outputs: dict[Named, dict[str, Any]] = {}
    for line, sources in found:
        clears = line.target.startswith(f"{line.request}[clear].")
        fields = outputs.setdefault(calls.get((line.request, clears), first), {})
        told = list(_input_fields(line, sources, inputs, secret))
        fields.setdefault(line.target, {"inputFields": []})["inputFields"] += told
    return _event(lineage.mapping, checked.summary, inputs, outputs, time)


def source_event(lineage: Lineage, checked: Checked, time: str) -> dict[str, Any]:
    """The event of a source: from the columns of a table to the fields of the customer."""
    table = Named(NAMESPACE, lineage.mapping)
    inputs = _Inputs(table, table, None)
    fields = {
        line.target: {"inputFields": list(_input_fields(line, sources, inputs, frozenset()))}
        for line, sources in zip(lineage.lines, record_sources(lineage), strict=True)
    }
    outputs = {Named(NAMESPACE, "Customer"): fields}
    return _event(lineage.mapping, checked.summary, inputs, outputs, time)


def event_time() -> str:
    """Now; or `SOURCE_DATE_EPOCH`, by which builds are made the same again."""
    stated = os.environ.get("SOURCE_DATE_EPOCH", "")
    now = datetime.fromtimestamp(int(stated), UTC) if stated.isdecimal() else datetime.now(UTC)
    return now.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class _Inputs(Struct, frozen=True):
    """The datasets that a job reads; `table` is there where columns are known."""

    record: Named
    params: Named
    table: Named | None


def _event(
    job: str, summary: str, inputs: _Inputs, outputs: Mapping[Named, dict[str, Any]], time: str
) -> dict[str, Any]:
    read: dict[Named, dict[str, None]] = {}
    for fields in outputs.values():
        for one in (one for told in fields.values() for one in told["inputFields"]):
            read.setdefault(Named(one["namespace"], one["name"]), {})[one["field"]] = None
    facets = {"jobType": _facet("jobType", processingType="BATCH", integration="CUSTMAP", jobType="MAPPING")}
    if summary:
        facets["documentation"] = _facet("documentation", description=summary)
    return {
        "eventTime": time,
        "producer": PRODUCER,
        "schemaURL": _EVENT,
        "job": {"namespace": NAMESPACE, "name": job, "facets": facets},
        "inputs": [{**one.to_dict(), "facets": {"schema": _schema(names)}} for one, names in read.items()],
        "outputs": [
            {
                **one.to_dict(),
                "facets": {
                    "schema": _schema(fields),
                    "columnLineage": _facet("columnLineage", fields=fields),
                },
            }
            for one, fields in outputs.items()
        ],
    }


def _facet(name: str, **members: Any) -> dict[str, Any]:
    return {"_producer": PRODUCER, "_schemaURL": _FACETS[name], **members}


def _schema(names: Iterable[str]) -> dict[str, Any]:
    return _facet("schema", fields=[{"name": name} for name in names])


def _input_fields(
    line: Line, sources: Sequence[str], inputs: _Inputs, secret: frozenset[str]
) -> Iterator[dict[str, Any]]:
    """What a target is made of, what decides whether it is said, and the columns behind both."""
    for source in sources:
        if source == "a constant":
            continue
        dataset = inputs.record if is_field(source) else inputs.params
        field = source if is_field(source) else source.removeprefix("params.")
        yield {**dataset.to_dict(), "field": field, "transformations": [_direct(line, source in secret)]}
    for source in line.asks:
        if source not in sources:
            yield {**inputs.record.to_dict(), "field": source, "transformations": [_conditional(line)]}
    if inputs.table is not None:
        for column in line.columns:
            yield {**inputs.table.to_dict(), "field": column, "transformations": [_direct(line, False)]}


def _direct(line: Line, is_secret: bool) -> dict[str, Any]:
    """A value that is the field's own, or made of it. A secret is masked in all that custmap shows."""
    steps = [step for step in line.steps if step.startswith(("default ", "values ", "format "))]
    is_same = not steps and line.sources[:1] == (line.expression,)
    return {
        "type": "DIRECT",
        "subtype": "IDENTITY" if is_same else "TRANSFORMATION",
        "description": "; ".join([line.expression, *steps]),
        "masking": is_secret or _HASHES.search(line.expression) is not None,
    }


def _conditional(line: Line) -> dict[str, Any]:
    conditions = [step for step in line.steps if step.startswith(_CONDITION)]
    return {
        "type": "INDIRECT",
        "subtype": "CONDITIONAL",
        "description": "; ".join(conditions) or line.expression,
        "masking": False,
    }
