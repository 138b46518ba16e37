"""A draft of a source: how the rows of a Parquet file become customers.

Columns are told by their names as members of records are. Nothing of the rows goes into the draft: only the
schema of the file is read, and the fixture has examples.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from custmap.diagnostics.codes import Severity
from custmap.expressions.inference import format_source
from custmap.functions.table import with_functions
from custmap.records.extras import ExtraMissing
from custmap.review.drafts.drafted_rows import Row, expression_text, table
from custmap.review.drafts.example_values import example, example_of_field
from custmap.review.drafts.known_names import Names, column_path, is_customer_id, type_at
from custmap.review.drafts.mapping_text import fixture_text
from custmap.review.drafts.member_facts import facts
from custmap.review.drafts.project import SCHEMA_LINE, Draft, DraftError, Project
from custmap.schema.columns import MissingLibrary, parquet_schema
from custmap.schema.json_schema import Definitions, type_of
from custmap.schema.misfit import misfit
from custmap.source_loader import check_source_file
from custmap.testing.write_yaml import flow
from custmap.values.absent import ABSENT
from custmap.values.files import real, unsaved
from custmap.values.paths import Index, Member, TargetPath
from custmap.values.types import Type

_ROUNDS: Final = 12
_WIDTH: Final = 100
_NULLS: Final = "nulls: absent  # NULL says nothing, and what a vendor has stays; or clear: there is no value"
_NOTE: Final = "Every column. Take the # from a line, and write the field of the customer that it states."
_CONVERTED: Final = frozenset({"integer", "number"})


def from_parquet(project: Project, file: Path) -> Draft:
    """Source and fixture; DraftError for a file that is no Parquet, ExtraMissing without pyarrow."""
    columns = _columns(file)
    refused: set[str] = set()
    for _ in range(_ROUNDS):
        drawn = _Drawer(columns, refused)
        text, places = _text(project, drawn, file)
        with unsaved({real(project.source): text.encode()}):
            found = check_source_file(project.source, with_functions(()))[1]
        errors = [one for one in found if one.level is Severity.ERROR]
        doubts = [one for one in found if one.code in ("CM412", "CM413")]
        wrong = {places[one.line] for one in (*errors, *doubts) if one.line in places} - refused
        if not wrong:
            break
        refused |= wrong
    if errors:
        raise DraftError(f"No source can be made of {file}: {errors[0].code}: {errors[0].message}")
    fixture = project.fixtures / "example.yaml"
    return Draft(
        files={project.source: text.encode(), fixture: _fixture(project, drawn, text).encode()},
        made={project.source: "source", fixture: "fixture"},
        commands=(f"custmap validate {project.name}", f"custmap test {{{fixture}}}"),
        shared=project.schema("source"),
    )


def _columns(file: Path) -> Mapping[str, Any]:
    try:
        schema = parquet_schema(file)
    except MissingLibrary as error:
        raise ExtraMissing(str(error)) from None
    except OSError as error:
        raise DraftError(f"{file}: {error.strerror or 'this is not a Parquet file'}") from None
    except ValueError:  # pyarrow's own errors are of this kind
        raise DraftError(
            f"{file}: this is not a Parquet file", "Name a Parquet file that has the table's columns."
        ) from None
    columns: dict[str, Any] = schema["properties"]
    if not columns:
        raise DraftError(f"{file}: the table has no columns", "Name a Parquet file that has some.")
    return columns


@dataclass(slots=True)
class _Drawer:
    """The rules of a source, by column; `reads` are the fields of the customer that they fill."""

    columns: Mapping[str, Any]
    refused: set[str]
    reads: dict[str, Names] = field(default_factory=dict)

    def types(self) -> Mapping[str, Type]:
        root = {"properties": self.columns}
        return {name: type_of(schema, Definitions(root)) for name, schema in self.columns.items()}

    def rows(self) -> Iterator[tuple[str, Row]]:
        """The columns that are known by name, then the others."""
        types = self.types()
        known = {name: path for name, path in _known(types).items() if name not in self.refused}
        for name, path in known.items():
            rule = _rule(name, types[name], type_at(path))
            if rule is not None and path not in self.reads.values():
                self.reads[name] = path
                yield name, Row(_target(path), rule, facts(types[name]))
        for name, type_ in types.items():
            if name not in self.reads:
                target = (Member("attributes"), Member(name))
                yield (
                    name,
                    Row(target, None, facts(type_), "others", idea=expression_text(format_source((name,)))),
                )


def _known(types: Mapping[str, Type]) -> dict[str, Names]:
    """The field of the customer for each column whose name says it; the first id is the customer's."""
    found = {name: path for name in types if (path := column_path(name)) is not None}
    first = next((name for name in types if is_customer_id(name)), None)
    return {first: ("id",), **found} if first is not None else found


def _rule(name: str, given: Type, wanted: Type) -> str | None:
    """The rule that gives a column's value the type of the field; None where no rule can."""
    source = format_source((name,))
    if given.only("string") and wanted.enum is not None:
        return None
    if wanted.members:
        return None
    if given.kinds - {"null"} <= wanted.kinds:
        return expression_text(source)
    return (
        expression_text(f"text({source})") if given.only(*_CONVERTED) and "string" in wanted.kinds else None
    )


def _target(path: Names) -> TargetPath:
    return tuple(Index(part) if isinstance(part, int) else Member(part) for part in path)


def _text(project: Project, drawn: _Drawer, file: Path) -> tuple[str, dict[int, str]]:
    named = list(drawn.rows())
    key = next((name for name, path in drawn.reads.items() if path == ("id",)), None)
    lines = [
        SCHEMA_LINE.format("source"),
        "custmap: 1",
        f"source: {project.name}",
        f"summary: {flow(f'The table of {file.name}')}",
        "columns:",
        *_column_lines(drawn.columns),
        f"key: {flow(key)}" if key is not None else "# key:  # the column that tells customers apart",
        _NULLS,
    ]
    if any(one.get("format") == "date-time" for one in drawn.columns.values()):
        lines.append("# timezone: Europe/Oslo  # of timestamps that have no offset")
    lines += ["", f"# {_NOTE}"]
    text, found = table("customer", [row for _, row in named])
    by_path = {row.path: name for name, row in named}
    places = {len(lines) + at + 1: by_path[row.path] for at, row in found.items() if row.rule is not None}
    lines += text if places else ["customer: {}", *text[1:]]
    return "\n".join(lines) + "\n", places


def _column_lines(columns: Mapping[str, Any]) -> list[str]:
    """Each column with its type, in a word where one will do."""
    width = max(len(flow(name)) for name in columns) + 2
    return [
        f"  {f'{flow(name)}:'.ljust(width)}{flow(schema['type'] if set(schema) == {'type'} else schema)}"
        for name, schema in columns.items()
    ]


def _fixture(project: Project, drawn: _Drawer, text: str) -> str:
    from custmap.tables.source import source

    row: dict[str, Any] = {}
    for name, type_ in drawn.types().items():
        path = drawn.reads.get(name)
        known = ABSENT if path is None else example_of_field(path)
        value = example(type_) if known is ABSENT or misfit(type_, known) is not None else known
        row[name] = None if value is ABSENT else value
    with unsaved({real(project.source): text.encode()}):
        customer = source(project.source).customer(row)
    return fixture_text(
        {
            "source": project.name,
            "summary": "A row of examples, and the customer whom it states",
            "row": row,
            "expect": {"customer": customer},
        }
    )
