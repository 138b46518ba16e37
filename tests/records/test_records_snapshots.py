"""Two snapshots: every row is part of a pair, rejected, or reported as one-sided, exactly once."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custmap.records.extras import ExtraMissing
from custmap.records.keys import Key
from custmap.records.snapshots import OneSided, Pair, Rejected, SnapshotJoin, _place_among
from custmap.values.paths import PathError

pytest.importorskip("duckdb")


def joined(
    folder: Path, before: bytes, after: bytes, key: str = "id"
) -> tuple[list[Any], list[Any], list[Any]]:
    """Pairs, rejections as (side, line number, code), one-sided rows as (side, line number)."""
    (folder / "b.ndjson").write_bytes(before)
    (folder / "a.ndjson").write_bytes(after)
    pairs: list[Any] = []
    rejected: list[Any] = []
    alone: list[Any] = []
    with SnapshotJoin(folder / "b.ndjson", folder / "a.ndjson", Key(key), every=True) as join:
        for item in join:
            match item:
                case Pair(left, right, _):
                    pairs.append((left.value, right.value))
                case Rejected(side, line, error):
                    rejected.append((side, line.number, error.diagnostics[0].code))
                case OneSided(side, record, _):
                    alone.append((side, record.line.number))
    assert join.tally.came_in == join.tally.went_out + join.tally.rejected + join.tally.one_sided
    return pairs, rejected, alone


def test_pairs_come_in_the_order_of_after(tmp_path: Path) -> None:
    pairs, rejected, alone = joined(
        tmp_path,
        b'{"id":"1","v":1}\n{"id":"2","v":1}\r\n\n{"id":"3"}\n',
        '{"id":"2","v":"\u2028"}\n{"id":"9"}\n{"id":"1","v":12345678901234567890123}'.encode(),
    )
    assert pairs == [
        ({"id": "2", "v": 1}, {"id": "2", "v": "\u2028"}),
        ({"id": "1", "v": 1}, {"id": "1", "v": 12345678901234567890123}),
    ]
    assert rejected == []
    assert alone == [("before", 4), ("after", 2)]


def test_a_key_twice_rejects_all_its_rows_on_both_sides(tmp_path: Path) -> None:
    pairs, rejected, alone = joined(
        tmp_path, b'{"id":1}\n{"id":2}\n{"id":1.0}\n', b'{"id":1}\n{"id":2}\n{"id":3}\n{"id":3}\n'
    )
    assert pairs == [({"id": 2}, {"id": 2})]
    assert rejected == [
        ("before", 1, "CM713"),
        ("before", 3, "CM713"),
        ("after", 1, "CM713"),
        ("after", 3, "CM713"),
        ("after", 4, "CM713"),
    ]
    assert alone == []


def test_keys_are_compared_as_texts(tmp_path: Path) -> None:
    pairs, rejected, alone = joined(
        tmp_path,
        b'{"id":1}\n{"id":true}\n{"id":""}\n{"id":2}\n{"id":"2"}\n{"id":0.5}\n',
        b'{"id":"1"}\n{"id":1.5}\n{"id":true}\n{"id":""}\n{"id":"0.5"}\n',
    )
    assert [(before["id"], after["id"]) for before, after in pairs] == [
        (1, "1"), (True, True), ("", ""), (0.5, "0.5"),
    ]  # fmt: skip
    assert rejected == [("before", 4, "CM713"), ("before", 5, "CM713")]
    assert alone == [("after", 2)]


def test_bad_lines_and_lines_without_a_key(tmp_path: Path) -> None:
    pairs, rejected, _ = joined(
        tmp_path,
        b'{"id":\n{"id":null}\n{"id":[1]}\n{}\n[]\n7\n{"id":"\xff"}\n{"id":"a"}\n',
        b'{"id":"a"}\n{"id":"b"',
    )
    assert pairs == [({"id": "a"}, {"id": "a"})]
    told = [("before", number, "CM711") for number in range(1, 8)] + [("after", 2, "CM711")]
    assert sorted(rejected) == sorted(told)


def test_a_nested_key(tmp_path: Path) -> None:
    row = b'{"identifiers":{"crm.id":"7"}}\n'
    pairs, rejected, _ = joined(tmp_path, row, row + b'{"identifiers":"x"}\n', 'identifiers."crm.id"')
    assert len(pairs) == 1 and rejected == [("after", 2, "CM711")]


@pytest.mark.parametrize("key", ["", "a[0]", "a b", "a."])
def test_a_key_that_is_no_path_of_names(tmp_path: Path, key: str) -> None:
    with pytest.raises(PathError):
        Key(key)


def test_nothing_is_shown_of_a_record(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b'{"id":"s3cret-7"}\n{"id":"s3cret-7"}\n{"id":"s3cret-9\n')
    (tmp_path / "a").write_bytes(b"")
    with SnapshotJoin(tmp_path / "b", tmp_path / "a", Key("id")) as join:
        for item in join:
            assert isinstance(item, Rejected) and "s3cret" not in str(item.error)


def test_without_duckdb_the_message_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "b").touch()
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with (
        pytest.raises(ExtraMissing, match=r"pip install 'custmap\[snapshots\]'"),
        SnapshotJoin(tmp_path / "b", tmp_path / "b", Key("id")),
    ):
        pass


def test_the_place_among_those_that_were_left_out_as_well() -> None:
    for skipped in ([], [0], [2], [0, 1], [1, 2, 5], [0, 2, 4]):
        left = [at for at in range(10) if at not in skipped]
        assert [_place_among(index, skipped) for index in range(len(left))] == left


def test_a_file_that_changes_meanwhile_is_an_error(tmp_path: Path) -> None:
    before, after = tmp_path / "b", tmp_path / "a"
    before.write_bytes(b'{"id":1}\n')
    after.write_bytes(b'{"id":1}\n')
    with (
        SnapshotJoin(before, after, Key("id"), every=True) as join,
        pytest.raises(OSError, match="changed while"),
    ):
        for _ in _after_scan(join, before):
            pass


@pytest.mark.parametrize("after_that", [b'{"id":1,"a":2}\n ', b'{"no":1,"a":2}\n'])
def test_a_record_that_changes_meanwhile_is_an_error(tmp_path: Path, after_that: bytes) -> None:
    """Also if it is still a record; one without its key is not even paired."""
    before, after = tmp_path / "b", tmp_path / "a"
    before.write_bytes(b'{"id":1,"a":2}\n')
    after.write_bytes(b'{"id":1,"a":2}\n')
    pairs = []
    with (
        SnapshotJoin(before, after, Key("id"), every=True) as join,
        pytest.raises(OSError, match="changed while"),
    ):
        for found in _after_scan(join, before, after_that):
            pairs.append(found)
    assert len(pairs) == 0 or b'"id"' in after_that


def _after_scan(join: SnapshotJoin, path: Path, content: bytes = b"xx") -> Any:
    scan = join._scan

    def scan_then_change(*arguments: Any) -> Any:
        yield from scan(*arguments)
        path.write_bytes(content)

    join._scan = scan_then_change  # type: ignore[method-assign]
    return join


KEYS = st.sampled_from(["1", "2", "3", 1, 2, 1.0, None])


@settings(max_examples=25, deadline=None)
@given(st.lists(KEYS, max_size=5), st.lists(KEYS, max_size=5))
def test_every_row_is_told_once(
    tmp_path_factory: pytest.TempPathFactory, befores: list[Any], afters: list[Any]
) -> None:
    def text(keys: list[Any]) -> bytes:
        return "".join(json.dumps({"id": key}) + "\n" for key in keys).encode()

    def name(key: Any) -> str | None:
        return None if key is None else str(key).removesuffix(".0")

    pairs, rejected, alone = joined(tmp_path_factory.mktemp("j"), text(befores), text(afters))
    left, right = Counter(map(name, befores)), Counter(map(name, afters))
    real = [key for key in {*left, *right} if key is not None]
    assert {name(after["id"]) for _, after in pairs} == {key for key in real if left[key] == right[key] == 1}
    assert len(alone) == sum(1 for key in real if sorted((left[key], right[key])) == [0, 1])
    assert len(rejected) == len(befores) + len(afters) - 2 * len(pairs) - len(alone)
