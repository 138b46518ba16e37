"""Mappings travel to worker processes: pickled, loaded in a fresh interpreter, and the same there."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import custmap
from shipped_mappings import SHIPPED

OWN = '''
import custmap


@custmap.function()
def shout(text: str) -> str:
    """The text, louder."""
    return text + "!"
'''
RULES = """custmap: 1
name: acme/case
contract: {method: PATCH, url: "https://x.io/c"}
body:
  mail: shout(email)
"""
WORKER = "import pickle, sys; m = pickle.load(sys.stdin.buffer); print(m.apply({'email': 'a'}).body)"


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_mapping(name: str) -> None:
    mapping = custmap.load(name)
    again = pickle.loads(pickle.dumps(mapping))
    assert again.code == mapping.code
    assert again.params == mapping.params
    assert copy.deepcopy(mapping).code == mapping.code


def test_project_functions_in_a_fresh_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "case.yaml").write_text(RULES)
    (tmp_path / "own_functions.py").write_text(OWN)
    monkeypatch.syspath_prepend(str(tmp_path))
    import own_functions  # type: ignore[import-not-found]

    mapping = custmap.load(tmp_path / "acme" / "case.yaml", functions=[own_functions])
    paths = os.pathsep.join([str(tmp_path), *sys.path])
    done = subprocess.run(
        [sys.executable, "-c", WORKER],
        input=pickle.dumps(mapping),
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode().strip() == "{'mail': 'a!'}"


def test_nothing_is_set_or_taken_away() -> None:
    mapping = custmap.load(SHIPPED[0])
    with pytest.raises(AttributeError):
        mapping.name = "other"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        del mapping._engine
