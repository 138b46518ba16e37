"""Two files side by side: every line once, pairs by key, whatever the order."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from custmap.records import zipper
from custmap.records.zipper import Zipper


def lines(path: Path, records: list[Any]) -> Path:
    path.write_text("".join(f"{one if isinstance(one, str) else json.dumps(one)}\n" for one in records))
    return path


def zipped(folder: Path, before: list[Any], after: list[Any], key: tuple[str, ...] = ("id",)) -> list[Any]:
    """The pairs, each with the texts of both lines."""
    files = lines(folder / "before", before), lines(folder / "after", after)
    found = []
    for one in Zipper(*files, key):
        found.append(tuple(None if row is None or row.data is None else row.data.decode() for row in one[:2]))
    return found


@pytest.mark.parametrize("held", [1_000, 3])
@pytest.mark.parametrize("seed", range(30))
def test_every_line_comes_once_and_with_its_own(
    seed: int, held: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zipper, "_HELD", held)
    drawn = random.Random(seed)
    keys = [f"k{number}" for number in range(drawn.choice([0, 1, 5, 80, 300]))]
    sides: list[list[Any]] = []
    for side in range(2):
        kept = [key for key in keys if drawn.random() < drawn.choice([0.5, 0.9, 1])]
        if drawn.random() < 0.4:
            drawn.shuffle(kept)
        sides.append([{"id": key, "n": drawn.choice([1, 1, 1, side])} for key in kept])
    found = zipped(tmp_path, sides[0], sides[1])
    texts = [{one["id"]: json.dumps(one) for one in side} for side in sides]
    wanted = {(texts[0].get(key), texts[1].get(key)) for key in {*texts[0], *texts[1]}}
    assert len(found) == len(wanted) and set(found) == wanted


def test_keys_are_compared_as_texts(tmp_path: Path) -> None:
    assert zipped(tmp_path, [{"id": 7}, {"id": True}], [{"id": "7"}, {"id": 7.0, "a": 1}]) == [
        ('{"id": 7}', '{"id": "7"}'),
        ('{"id": true}', None),
        (None, '{"id": 7.0, "a": 1}'),
    ]


def test_a_nested_key(tmp_path: Path) -> None:
    after = [{"a": {"b": 1}}, {"a": "x"}, {"a": {"b": None}}, {"a": {"b": [1]}}]
    found = zipped(tmp_path, [{"c": 2, "a": {"b": "1"}}], after, ("a", "b"))
    assert found[0] == ('{"c": 2, "a": {"b": "1"}}', '{"a": {"b": 1}}')
    assert [one[0] for one in found[1:]] == [None] * 3


def test_lines_without_a_key_come_alone(tmp_path: Path) -> None:
    found = zipped(tmp_path, ["{", {"id": 1}, "[]"], [{"id": None}, {"id": 1}, "null"])
    assert ('{"id": 1}', '{"id": 1}') in found and len(found) == 5


def test_the_second_line_of_a_key_comes_alone(tmp_path: Path) -> None:
    found = zipped(tmp_path, [{"id": 1}, {"id": 1, "a": 2}], [{"id": 1, "b": 3}])
    assert found == [('{"id": 1}', '{"id": 1, "b": 3}'), ('{"id": 1, "a": 2}', None)]
