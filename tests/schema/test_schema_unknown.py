"""Members that a schema does not name: which, what was meant, and how much of it a note holds."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
import yaml

from custmap.border.intake import take
from custmap.diagnostics.errors import RecordError
from custmap.model.note import UnknownNote
from custmap.schema.canonical import Canonical, load_canonical
from custmap.schema.unknown import UnknownMembers
from custmap.values.members import named_paths
from custmap.values.synonyms import SYNONYMS

CASES = yaml.safe_load(Path(__file__).with_name("unknown.yaml").read_text())
CUSTOMER = load_canonical(None)


def schema_of(case: dict[str, Any], folder: Path) -> Canonical:
    if "schema" not in case:
        return CUSTOMER
    path = folder / "own.json"
    path.write_text(json.dumps(case["schema"]))
    return load_canonical(path)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_unknown_members(case: dict[str, Any], tmp_path: Path) -> None:
    schema = schema_of(case, tmp_path)
    assert (schema.check(case["record"])[0] == []) == case.get("fits", True)
    for unknown in (schema.check(case["record"])[1], schema.unknown_members(case["record"])):
        assert dict(unknown.members if unknown else ()) == case["unknown"]


def unknown(record: dict[str, Any]) -> UnknownMembers:
    found = CUSTOMER.check(record)[1]
    assert found is not None
    return found


def test_what_a_note_says() -> None:
    note = UnknownNote(unknown({"first_name": "s3cret", "shoe": "s3cret"}))
    assert note == "unknown members are ignored: first_name (did you mean `name.given`?), shoe"
    again = pickle.loads(pickle.dumps(note))
    assert (again, again.unknown) == (note, note.unknown)
    assert str(unknown({f"k{n}": 1 for n in range(7)})) == "k0, k1, k2, k3, k4 and 2 more"


def test_a_thousand_odd_keys_are_counted() -> None:
    found = unknown({"addresses": [{f"k{n}": 1} for n in range(4000)]})
    assert len(found.members) == 50 and found.more == 3950 and str(found).endswith(" and 3,995 more")
    assert unknown({"addresses": [{"zip": 1} for _ in range(4000)]}).more == 0


def test_a_long_key_is_cut() -> None:
    assert len(str(unknown({"x" * 1_000_000: 1}))) < 120


def test_the_order_of_keys_is_no_matter() -> None:
    one, other = {"b": 1, "phone": {"y": 1, "x": 2}, "a": 1}, {"a": 1, "phone": {"x": 2, "y": 1}, "b": 1}
    assert [found.path for found in unknown(one).members] == ["a", "b", "phone.x", "phone.y"]
    assert unknown(one) == unknown(other)


def test_two_notes_are_one() -> None:
    joined = unknown({"first_name": 1, "a": 1}).joined(unknown({"b": 1, "first_name": 1}))
    assert [one.path for one in joined.members] == ["a", "first_name", "b"]


def test_an_error_knows_what_was_unknown() -> None:
    with pytest.raises(RecordError) as caught:
        take({"email": 5, "first_name": "A"}, CUSTOMER)
    (note,) = pickle.loads(pickle.dumps(caught.value)).__notes__
    assert isinstance(note, UnknownNote) and note.unknown.members[0].path == "first_name"


def test_strict_tells_all_at_once() -> None:
    for check, codes in ((True, ["CM701", "CM712"]), (False, ["CM712"])):
        with pytest.raises(RecordError) as caught:
            take({"email": 5, "first_name": "A"}, CUSTOMER, strict=True, check=check)
        assert [one.code for one in caught.value.diagnostics] == codes
        assert not hasattr(caught.value, "__notes__")
        assert caught.value.diagnostics[-1].help == "Did you mean `name.given`?"


def test_a_million_problems_are_counted() -> None:
    problems, _ = CUSTOMER.check({"tags": [1] * 5000})
    assert len(problems) == 21 and problems[-1].message == "and 4,980 more"


def test_synonyms_are_of_paths_and_mean_one() -> None:
    """A word stands once, and is no name of a path itself: that would never be asked for."""
    known = {".".join(name for name in path if name != "*") for path in named_paths(CUSTOMER.type)}
    assert set(SYNONYMS) <= known
    words = [word.replace("_", "") for text in SYNONYMS.values() for word in text.split()]
    assert len(words) == len(set(words))
    assert not {path.replace(".", "").replace("_", "") for path in known} & set(words)
