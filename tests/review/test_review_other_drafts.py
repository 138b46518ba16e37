"""Drafts that begin elsewhere: with an address, a shipped mapping, a table."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from test_review_drafts import check

import custmap
from custmap.functions.table import with_functions
from custmap.loader import check_mapping
from custmap.mapping.find import files_in
from custmap.records.new_files import write_new
from custmap.review.drafts import from_shipped
from custmap.review.drafts.from_inline import from_inline
from custmap.review.drafts.from_parquet import from_parquet
from custmap.review.drafts.project import Draft, DraftError, project
from custmap.source_loader import check_source_file
from custmap.syntax.node import plain
from custmap.syntax.yaml_reader import read_yaml
from custmap.testing.fixture import read_fixture
from custmap.testing.run import run_fixture

ROOT = Path(__file__).parents[2]
SHIPPED = sorted(name for name, _ in files_in(ROOT / "mappings"))
LONG = os.environ.get("CUSTMAP_LAWS") == "long"
SOME = SHIPPED if LONG else ["square/update-customer", "stripe/update-customer"]
URLS = [
    ("put", "https://api.acme.example/customers/{id}"),
    ("POST", "https://{host}/v1/{tenant}/users/{user_id}/update"),
    ("PATCH", "http://localhost:8080"),
    ("DELETE", "https://api.acme.example/customers/{id}"),
    ("PUT", "https://api.acme.example/{1a}/{kind.x}/{null}/{true}"),
]


def text_of(draft: Draft, what: str) -> str:
    return next(draft.files[path] for path, kind in draft.made.items() if kind == what).decode()


@pytest.mark.parametrize(("method", "url"), URLS)
def test_inline(method: str, url: str, tmp_path: Path) -> None:
    check(from_inline(project("acme/update", tmp_path, "mapping"), method, url))
    mapping = custmap.load(tmp_path / "mappings/acme/update.yaml")
    assert (mapping.checked.operation.contract.method, mapping.checked.operation.contract.url) == (
        method.upper(),
        url,
    )


def test_inline_knows_the_customer_in_the_path(tmp_path: Path) -> None:
    draft = from_inline(project("acme/update", tmp_path, "mapping"), *URLS[1])
    text = text_of(draft, "mapping")
    assert "  user_id: identifiers.acme " in text and "  tenant:  {param: tenant} " in text
    assert "  host:   {summary: The server}" in text


NO_REQUESTS = [
    ("PTU", "https://a.example/x", "PUT"),
    ("GET", "https://a.example/x", "PUT"),
    ("PUT", "a.example/x", "https://"),
    ("PUT", "https://a.example/{x", "https://"),
    ("PUT", "https://a.example/x?y=1", "https://"),
    ("PUT", "https://", "https://"),
]


@pytest.mark.parametrize(("method", "url", "advice"), NO_REQUESTS)
def test_inline_refuses(method: str, url: str, advice: str, tmp_path: Path) -> None:
    with pytest.raises(DraftError) as caught:
        from_inline(project("acme/update", tmp_path, "mapping"), method, url)
    assert advice in (caught.value.advice or "")


@pytest.mark.parametrize("name", SOME)
def test_shipped(name: str, tmp_path: Path) -> None:
    """All is copied, only the name and the contracts' are others, and all fixtures pass."""
    draft = from_shipped.from_shipped(project("mine/copy", tmp_path, "mapping"), name)
    check(draft)
    fixtures = [path for path, what in draft.made.items() if what == "fixture"]
    assert len(fixtures) == len(list((ROOT / "fixtures" / name).glob("*.yaml")))
    original = ROOT / "mappings" / f"{name}.yaml"
    copied = tmp_path / "mappings/mine/copy.yaml"
    before, after = original.read_text().splitlines(), copied.read_text().splitlines()
    changed = [line for old, line in zip(before, after, strict=True) if old != line]
    assert all(
        line == "name: mine/copy" or "contract: {openapi: copy.openapi.yaml" in line for line in changed
    )
    assert name not in copied.read_text()
    assert all(name not in path.read_text() for path in fixtures)
    found, there = (
        check_mapping(copied, with_functions(()))[1],
        check_mapping(original, with_functions(()))[1],
    )
    assert [(one.code, one.line) for one in found] == [(one.code, one.line) for one in there]


def test_what_a_shipped_mapping_refers_to_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = tmp_path / "shipped"
    (shipped / "mappings/v/parts").mkdir(parents=True)
    (shipped / "fixtures/v/update").mkdir(parents=True)
    (shipped / "mappings/v/update.yaml").write_text(
        "custmap: 1\nname: 'v/update'   # mine\nsource: person.json\n"
        "contract: {operation: 'PUT /x', openapi: \"api.yaml\"}\nbody: {mail: mail}\n"
    )
    (shipped / "mappings/v/person.json").write_text(
        '{"type": "object", "properties": {"mail": {"type": "string"}}}'
    )
    (shipped / "mappings/v/api.yaml").write_text(
        "openapi: 3.1.0\nservers: [{url: https://x.example}]\npaths: {/x: {put: {requestBody: {content: "
        "{application/json: {schema: {$ref: 'parts/b.yaml#/B'}}}}}}}\n"
    )
    (shipped / "mappings/v/parts/b.yaml").write_text("B: {type: object, properties: {mail: {type: string}}}")
    (shipped / "fixtures/v/update/a.yaml").write_text(
        "mapping: v/update\ncustomer: {mail: a}\nexpect: {request: {body: {mail: a}}}\n"
    )
    monkeypatch.setattr(from_shipped, "shipped_folder", lambda name: shipped / name)
    draft = from_shipped.from_shipped(project("mine/copy", tmp_path, "mapping"), "v/update")
    check(draft)
    made = {path.relative_to(tmp_path).as_posix() for path in draft.files}
    assert made == {
        "mappings/mine/copy.yaml",
        "mappings/mine/copy.person.json",
        "mappings/mine/copy.api.yaml",
        "mappings/mine/parts/b.yaml",
        "fixtures/mine/copy/a.yaml",
    }


def test_unknown_shipped(tmp_path: Path) -> None:
    with pytest.raises(DraftError) as caught:
        from_shipped.from_shipped(project("mine/copy", tmp_path, "mapping"), "aifi/update-costumer")
    assert caught.value.advice == "Did you mean `aifi/update-customer`?"


TABLE = {
    "customer_id": pa.array([1], pa.int64()),
    "first_name": ["Secretperson"],
    "Email Address": ["secret@example.com"],
    "mobile": ["1"],
    "city": ["Oslo"],
    "tags": [["a"]],
    "plan": ["gold"],
    "score": [1.5],
    "seen": pa.array([0], pa.timestamp("us")),
    "home": [{"street": "x"}],
    "is_blocked": [True],
    "dob": pa.array([0], pa.date32()),
    "raw": [b"x"],
    "status": ["x"],
    "a.b #": ["x"],
}


def test_parquet(tmp_path: Path) -> None:
    pq.write_table(pa.table(TABLE), tmp_path / "rows.parquet")
    draft = from_parquet(project("crm/customers", tmp_path, "source"), tmp_path / "rows.parquet")
    write_new({**draft.files, **draft.shared})
    text = text_of(draft, "source")
    path = tmp_path / "sources/crm/customers.yaml"
    checked, found = check_source_file(path, with_functions(()))
    assert checked is not None and {one.code for one in found} == {"CM539", "CM407"}
    rules = plain(read_yaml(text.encode(), "x"))["customer"]
    assert rules == {
        "id": "text(customer_id)",
        "name.given": "first_name",
        "email": '"Email Address"',
        "phone.number": "mobile",
        "addresses[0].city": "city",
        "tags": "tags",
        "blocked": "is_blocked",
        "birth_date": "dob",
    }
    for line in (
        "key: customer_id",
        "# timezone: ",
        "  # attributes.plan: ",
        """  # 'attributes."a.b #"': """,
    ):
        assert line in text
    assert "ecret" not in text + text_of(draft, "fixture")
    fixture = next(path for path, what in draft.made.items() if what == "fixture")
    assert str(run_fixture(read_fixture(fixture))) == ""


def test_a_table_of_unknown_columns(tmp_path: Path) -> None:
    pq.write_table(pa.table({"zzz": [1]}), tmp_path / "rows.parquet")
    draft = from_parquet(project("crm/z", tmp_path, "source"), tmp_path / "rows.parquet")
    assert "customer: {}\n  # attributes.zzz: zzz  # whole number" in text_of(draft, "source")
    write_new(draft.files)
    assert check_source_file(tmp_path / "sources/crm/z.yaml", with_functions(()))[0] is not None


def test_what_is_no_table(tmp_path: Path) -> None:
    (tmp_path / "rows.parquet").write_text("[]")
    pq.write_table(pa.table({}), tmp_path / "none.parquet")
    for file in ("rows.parquet", "none.parquet"):
        with pytest.raises(DraftError):
            from_parquet(project("crm/z", tmp_path, "source"), tmp_path / file)
