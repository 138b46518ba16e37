"""A copy of a shipped mapping under a name of one's own: mapping, contracts, fixtures.

Only the words that name the mapping and its files are written anew; all else stays byte for byte, comments
and alignment included.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from custmap.mapping.find import files_in
from custmap.mapping.form import calls
from custmap.mapping.related import uses
from custmap.review.drafts.project import Draft, DraftError, Project
from custmap.syntax.document import LIMIT
from custmap.syntax.node import MapNode, ScalarNode
from custmap.syntax.source_text import MIB
from custmap.syntax.yaml_reader import read_yaml
from custmap.testing.discover import fixture_files
from custmap.testing.write_yaml import flow
from custmap.values.files import read_start, real
from custmap.values.nearest import nearest
from custmap.values.shipped import shipped_folder


def from_shipped(project: Project, shipped: str) -> Draft:
    """Mapping, what it uses, and fixtures; DraftError for a name that is not shipped."""
    folder = shipped_folder("mappings")
    known = {} if folder is None else dict(files_in(folder))
    if shipped not in known:
        close = nearest(shipped, known)
        raise DraftError(
            f"No mapping `{shipped}` comes with custmap",
            f"Did you mean `{close}`?" if close else f"Shipped mappings: {', '.join(sorted(known))}",
        )
    original = known[shipped]
    files, made = _mapping(project, original)
    for path, data in _fixtures(project, shipped):
        files[path], made[path] = data, "fixture"
    return Draft(
        files=files,
        made=made,
        commands=(f"custmap validate {project.name}", f"custmap test {{{project.fixtures}}}"),
        shared=project.schema("mapping"),
    )


def _mapping(project: Project, original: Path) -> tuple[dict[Path, bytes], dict[Path, str]]:
    data = read_start(original, MIB)
    node = read_yaml(data, original.name)
    assert isinstance(node, MapNode)
    named = [node.get("source"), *_documents(node)]
    own = {real(original.parent / str(one.value)) for one in named if isinstance(one, ScalarNode)}
    changes = [(node.get("name"), project.name)]
    files: dict[Path, bytes] = {}
    made: dict[Path, str] = {}
    for one in named:
        if isinstance(one, ScalarNode):
            there = original.parent / str(one.value)
            file = project.mapping.with_name(f"{project.operation}.{there.name}")
            changes.append((one, file.name))
            files[file], made[file] = read_start(there, LIMIT), "contract"
    for there in sorted(uses(original) - own):  # what contracts refer to keeps its name
        file = project.mapping.parent / there.relative_to(real(original.parent))
        files[file], made[file] = read_start(there, LIMIT), "part of the contract"
    return (
        {project.mapping: _with(data, changes), **files},
        {project.mapping: "mapping", **made},
    )


def _documents(node: MapNode) -> Iterator[ScalarNode]:
    """Where the mapping names documents, in each of its requests."""
    for _, call in calls(node):
        contract = call.get("contract")
        document = contract.get("openapi") if isinstance(contract, MapNode) else None
        if isinstance(document, ScalarNode):
            yield document


def _fixtures(project: Project, shipped: str) -> Iterator[tuple[Path, bytes]]:
    folder = shipped_folder("fixtures")
    if folder is None:
        return
    for path in fixture_files(folder / shipped):
        data = read_start(path, MIB)
        node = read_yaml(data, path.name)
        assert isinstance(node, MapNode)
        yield project.fixtures / path.name, _with(data, [(node.get("mapping"), project.name)])


def _with(data: bytes, changes: Iterable[tuple[object, str]]) -> bytes:
    """The file with other words at the places of some scalars."""
    lines = data.decode().split("\n")
    places = [(one.span, text) for one, text in changes if isinstance(one, ScalarNode)]
    for span, text in sorted(places, key=lambda place: (-place[0].line, -place[0].column)):
        line = lines[span.line - 1]
        end = span.end_column - 1 if span.end_line == span.line else len(line)
        lines[span.line - 1] = line[: span.column - 1] + flow(text) + line[end:]
    return "\n".join(lines).encode()
