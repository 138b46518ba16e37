"""Drafts of real vendors' operations: each passes as it is written, or cannot be mapped for a stated reason.

A sample of each document; all operations with CUSTMAP_LAWS=long.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from custmap.contract.openapi import METHODS
from custmap.diagnostics.codes import Severity
from custmap.functions.table import with_functions
from custmap.loader import check_mapping
from custmap.mapper import load
from custmap.review.drafts.from_openapi import from_openapi
from custmap.review.drafts.project import DraftError, project
from custmap.syntax import cache
from custmap.syntax.document import KeptDocuments, read_document
from custmap.testing.fixture import read_fixture
from custmap.testing.run import run_fixture
from custmap.values.files import real, unsaved

SUITES = os.environ.get("CUSTMAP_SUITES")
pytestmark = pytest.mark.skipif(SUITES is None, reason="CUSTMAP_SUITES is not set")
FOLDER = Path(SUITES or "/nowhere", "openapi")
DOCUMENTS = sorted(path.name for path in FOLDER.iterdir() if path.suffix != ".md") if SUITES else []
LONG = os.environ.get("CUSTMAP_LAWS") == "long"
LARGE = 500_000
"""Of larger documents one operation is drafted: reading them takes most of the time."""
LARGEST = 160
"""Lines of a page that lists deeper members; a longer draft lists the first level alone."""
UNWRITABLE = ("takes `multipart/form-data`", "takes `text/csv`", "takes `application/")


def operations(document: Path) -> Iterator[str]:
    """The operations that send a body, by id or by method and path."""
    for path, item in read_document(document).data["paths"].items():
        for method in METHODS:
            operation = item.get(method)
            if operation and operation.get("requestBody") and method != "get":
                yield operation.get("operationId") or f"{method.upper()} {path}"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_drafts(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    wanted = project("acme/update", tmp_path, "mapping")
    kept = KeptDocuments()
    with kept.used():
        found = list(operations(FOLDER / name))
        sample = 1 if (FOLDER / name).stat().st_size > LARGE else 3
        chosen = found if LONG else found[1 :: max(1, len(found) // sample)][:sample]
        assert chosen
        for operation in chosen:
            try:
                draft = from_openapi(wanted, FOLDER / name, operation)
            except DraftError as error:
                assert any(words in str(error) for words in (*UNWRITABLE, "CM309")), operation
                continue
            with unsaved({real(path): data for path, data in draft.files.items()}):
                errors = check_mapping(wanted.mapping, with_functions(()))[1]
                assert [one for one in errors if one.level is Severity.ERROR] == [], operation
                fixture = read_fixture(wanted.fixtures / "apply-example.yaml")
                assert str(run_fixture(fixture, lambda *_, **__: load(wanted.mapping))) == "", operation


def test_a_page_of_a_large_document(tmp_path: Path) -> None:
    """From 3 MB and hundreds of operations to a page about one."""
    wanted = project("acme/update", tmp_path, "mapping")
    draft = from_openapi(wanted, FOLDER / "stripe.json", "PostCustomersCustomer")
    lines = draft.files[wanted.mapping].decode().splitlines()
    assert 60 < len(lines) < LARGEST
    assert max(map(len, lines)) <= 140
    assert "  email:                    email            # text, at most 512 characters" in lines
    assert '  address.city:        "addresses[0].city"         # text, at most 5,000 characters' in lines
