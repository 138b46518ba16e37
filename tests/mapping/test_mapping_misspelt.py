"""A letter changed in any key of the language is found, at its place, with the key that was meant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from custmap import MappingError, load
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.mapping.model import ClearModel, MappingModel, ParamModel, ResponseFieldsModel, RuleModel
from small_mappings import write

TEXT = (Path(__file__).parent / "every_key.txt").read_text(encoding="utf-8")
FREE = {("params",), ("path",), ("query",), ("headers",), ("body",), ("ignored",), ("response", "fields")}
"""Tables whose keys are names, as are those under the keys below."""
NAMES = {"fields", "values", "transitions", "write"}
INLINE = {("contract", part) for part in ("fields", "query", "headers", "path", "response")}


def keys(node: yaml.Node, place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], yaml.Mark]]:
    """The keys of the language in the file, with their places; names are left out."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from keys(item, place)
    if not isinstance(node, yaml.MappingNode):
        return
    free = place in FREE or (bool(place) and place[-1] in NAMES) or place in INLINE
    for key, value in node.value:
        if not free:
            yield (*place, key.value), key.start_mark
        yield from keys(value, (*place, key.value))


ALL = list(keys(yaml.compose(TEXT)))


def test_the_file_has_every_key() -> None:
    there = {place[-1] for place, _ in ALL}
    for model in (MappingModel, RuleModel, ClearModel, ParamModel, ResponseFieldsModel):
        assert {field.alias or name for name, field in model.model_fields.items()} <= there


def misspelt(word: str) -> Iterator[str]:
    """A letter too many, and for longer words a letter missing, two swapped, or another one, in turn."""
    yield word + word[-1]
    if len(word) > 3:
        ways = (
            word[1:],
            word[1] + word[0] + word[2:],
            word[:-1] + ("x" if word[-1] != "x" else "y"),
        )
        yield ways[len(word) % 3]


@pytest.mark.parametrize("place, mark", ALL, ids=[".".join(place) for place, _ in ALL])
def test_misspelt(place: tuple[str, ...], mark: yaml.Mark, tmp_path: Path) -> None:
    word = place[-1]
    for wrong in misspelt(word):
        found = found_in(tmp_path, TEXT[: mark.index] + wrong + TEXT[mark.index + len(word) :])
        here = [one for one in found if one.code == "CM201"]
        assert len(here) == 1, (wrong, [str(one) for one in found])
        (one,) = here
        assert one.span is not None
        assert (one.span.line, one.span.column) == (mark.line + 1, mark.column + 1)
        assert one.span.end_column - one.span.column == len(wrong)
        assert one.help == f"Did you mean `{word}`?", (wrong, one.help)
        assert {other.code for other in found} <= {"CM201", "CM202"}, [str(other) for other in found]


def found_in(folder: Path, text: str) -> tuple[Diagnostic, ...]:
    path = write(folder, "")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MappingError) as caught:
        load(path)
    return caught.value.diagnostics
