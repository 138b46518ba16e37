"""Completion where the text is broken, as it is while somebody types: the cases of typed.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from lsp_desk import MAPPING, SEVERAL, SOURCE, Desk, project

from custmap.values.files import real

CASES = yaml.safe_load((Path(__file__).parent / "typed.yaml").read_text())


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Desk, Path]:
    folder = tmp_path_factory.mktemp("typed")
    return Desk(), project(folder)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["it"])
def test_offers(case: dict[str, Any], place: tuple[Desk, Path]) -> None:
    desk, mapping = place
    place_of = {
        "fixture": ("fixtures/acme/update/one.yaml", ""),
        "row": ("fixtures/acme/update/one.yaml", ""),
        "several": ("mappings/acme/several.yaml", SEVERAL),
        "source": ("sources/crm/people.yaml", SOURCE),
        "body": ("mappings/acme/update.yaml", MAPPING),
        "root": ("mappings/acme/update.yaml", MAPPING),
    }
    (what,) = place_of.keys() & case.keys()
    name, head = place_of[what]
    items = desk.complete(real(mapping.parents[2] / name), head + case[what])
    labels = {one.label: one for one in items}
    assert set(case.get("offers", ())) <= labels.keys(), sorted(labels)
    assert not labels.keys() & set(case.get("not", ()))
    if "puts" in case:
        assert labels[case["offers"][0]].text_edit.new_text == case["puts"]


def test_a_file_that_is_broken_when_it_is_opened(tmp_path: Path) -> None:
    text = MAPPING + "  address: {city\n  ¦\n"
    items = Desk().complete(project(tmp_path), text)
    assert "subscribed" in {one.label for one in items}


def test_what_is_replaced_is_the_word_under_the_cursor(tmp_path: Path) -> None:
    desk, mapping = Desk(), project(tmp_path)
    items = desk.complete(mapping, MAPPING + '  address.city: "upper(na¦me)"\n')
    edit = next(one.text_edit for one in items if one.label == "name")
    line = MAPPING.count("\n")
    assert (edit.range.start.line, edit.range.start.character, edit.range.end.character) == (line, 23, 27)


def test_operations_and_files(tmp_path: Path) -> None:
    desk, mapping = Desk(), project(tmp_path)
    head, tail = MAPPING.split("contract: {openapi: openapi.yaml, operation: updateCustomer}")
    found = desk.complete(mapping, f"{head}contract: {{openapi: openapi.yaml, operation: ¦}}{tail}")
    assert [(one.label, one.detail) for one in found] == [
        ("removeCustomer", "DELETE /customers/{id}"),
        ("updateCustomer", "PATCH /customers/{id}"),
    ]
    found = desk.complete(mapping, f"{head}contract: {{openapi: ¦, operation: updateCustomer}}{tail}")
    assert [one.label for one in found] == ["openapi.yaml"]


def test_facts_of_a_target(tmp_path: Path) -> None:
    text = MAPPING.replace("  email: email\n", "  ¦\n").replace("  level: {", "  phones: {")
    items = {one.label: one for one in Desk().complete(project(tmp_path), text)}
    assert items["email"].detail == "text · required"
    assert items["email"].documentation.value == "Where the vendor writes to"
    assert items["level"].detail == "text · or null · gold, silver"
    assert items["email"].sort_text < items["level"].sort_text < items["address.city"].sort_text
