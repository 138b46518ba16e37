"""`custmap docs`: which pages, where, and what is never overwritten; `explain --format html`."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from cli_runner import Cli

from custmap.pages.site import write_site

MAPPING = """
custmap: 1
name: acme/{name}
summary: Update a customer
contract: {{method: PUT, url: "https://acme.example/c/{{id}}"}}
path: {{id: id}}
body: {{mail: {{from: {source}, clear: send_null}}}}
"""
FIXTURE = """
mapping: acme/update
summary: A new mail is sent
before: {id: "7", email: a@x.example}
after: {id: "7", email: b@x.example}
expect: {request: {body: {mail: b@x.example}}}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    mapping(tmp_path, "update", "email")
    fixture = tmp_path / "fixtures" / "acme" / "update" / "new-mail.yaml"
    fixture.parent.mkdir(parents=True)
    fixture.write_text(FIXTURE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def mapping(folder: Path, name: str, source: str) -> None:
    path = folder / "mappings" / "acme" / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(MAPPING.format(name=name, source=source))


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_pages(cli: Cli, project: Path) -> None:
    ended = cli("docs", "-o", "site")
    assert (ended.code, ended.out, ended.err) == (0, "", "2 pages in site\n")
    first = content(project / "site")
    assert list(first) == ["acme--update.html", "custmap-docs.json", "index.html"]
    assert json.loads(first["custmap-docs.json"]) == {
        "format_version": 1,
        "pages": ["acme--update.html", "index.html"],
    }
    assert b"A new mail is sent." in first["acme--update.html"]
    assert cli("docs", "-o", "site").code == 0
    assert content(project / "site") == first, "the same mappings give the same bytes"
    assert [path.name for path in project.iterdir() if path.name.startswith(".")] == []


def test_pages_are_the_same_in_each_folder(cli: Cli, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No path of this machine is on a page, also where there are findings."""
    mapping(project, "broken", "emial")
    mapping(project, "warned", "company || email")
    assert cli("docs", "-o", "site").code == 1
    other = project / "elsewhere" / "deeper"
    for name in ("mappings", "fixtures"):
        shutil.copytree(project / name, other / name)
    monkeypatch.chdir(other)
    assert cli("docs", "-o", "site").code == 1
    assert content(other / "site") == content(project / "site")
    assert b"mappings/acme/broken.yaml:7:" in content(other / "site")["acme--broken.html"]


def test_site_has_the_rights_of_the_umask(cli: Cli, project: Path) -> None:
    before = os.umask(0o027)
    try:
        assert cli("docs", "-o", "site").code == 0
    finally:
        os.umask(before)
    assert (project / "site").stat().st_mode & 0o777 == 0o750
    assert (project / "site" / "index.html").stat().st_mode & 0o777 == 0o640


def test_page_that_is_gone_goes(cli: Cli, project: Path) -> None:
    mapping(project, "other", "email")
    assert cli("docs", "-o", "site").code == 0
    (project / "mappings" / "acme" / "other.yaml").unlink()
    assert cli("docs", "-o", "site").code == 0
    assert "acme--other.html" not in content(project / "site")


def test_broken_mapping_is_told_and_the_rest_goes_on(cli: Cli, project: Path) -> None:
    mapping(project, "broken", "emial")
    ended = cli("docs", "-o", "site")
    assert (ended.code, ended.err) == (1, "3 pages in site; errors in 1 file\n")
    assert b"Did you mean `email`?" in content(project / "site")["acme--broken.html"]


def test_mapping_and_source_of_one_name_have_a_page_each(cli: Cli, project: Path) -> None:
    source = project / "sources" / "acme" / "update.yaml"
    source.parent.mkdir(parents=True)
    source.write_text(
        "custmap: 1\nsource: acme/update\ncolumns: {mail: string}\nnulls: clear\ncustomer: {email: mail}\n"
    )
    assert cli("docs", "-o", "site").code == 0
    assert [*content(project / "site")] == [
        "acme--update.html", "custmap-docs.json", "index.html", "source--acme--update.html"
    ]  # fmt: skip


def test_two_mappings_of_one_name_are_told(cli: Cli, project: Path) -> None:
    mapping(project / "other", "update", "company")
    ended = cli("docs", "mappings", "other/mappings", "-o", "site")
    assert ended.code == 2 and not (project / "site").exists()
    assert "mappings/acme/update.yaml and other/mappings/acme/update.yaml are both named" in ended.err


def test_working_folder_is_not_replaced(cli: Cli, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell that stands in it would stand in a folder that is gone."""
    (project / "empty").mkdir()
    monkeypatch.chdir(project / "empty")
    ended = cli("docs", "-o", ".")
    assert ended.code == 2 and "it is the working folder" in ended.err
    assert list(Path().iterdir()) == []


def test_folder_of_others_is_left_alone(cli: Cli, project: Path) -> None:
    for name in ("fixtures", "mappings"):
        ended = cli("docs", "-o", name)
        assert ended.code == 2
        assert "has files that `custmap docs` did not write: acme" in ended.err
        assert "Name another folder" in ended.err
    assert cli("docs", "-o", "site").code == 0
    (project / "site" / "CNAME").write_text("docs.example")
    before = content(project / "site")
    ended = cli("docs", "-o", "site")
    assert ended.code == 2 and "did not write: CNAME" in ended.err
    assert content(project / "site") == before


def test_list_of_pages_that_somebody_wrote_protects_nothing_more(cli: Cli, project: Path) -> None:
    """A list that is no list of ours counts as no list."""
    (project / "site").mkdir()
    (project / "site" / "custmap-docs.json").write_text('{"pages": {"a": 1}}')
    (project / "site" / "a").write_text("mine")
    assert cli("docs", "-o", "site").code == 2
    assert (project / "site" / "a").read_text() == "mine"


def test_folder_inside_a_listed_name_is_left_alone(cli: Cli, project: Path) -> None:
    assert cli("docs", "-o", "site").code == 0
    (project / "site" / "index.html").unlink()
    (project / "site" / "index.html").mkdir()
    (project / "site" / "index.html" / "mine").write_text("x")
    assert cli("docs", "-o", "site").code == 2
    assert (project / "site" / "index.html" / "mine").read_text() == "x"


def test_link_to_a_folder_stays_a_link(cli: Cli, project: Path) -> None:
    (project / "real").mkdir()
    (project / "link").symlink_to(project / "real")
    assert cli("docs", "-o", "link").code == 0
    assert (project / "link").is_symlink() and (project / "real" / "index.html").is_file()


def test_wrong_calls(cli: Cli, project: Path, tmp_path: Path) -> None:
    assert cli("docs").code == 2
    ended = cli("docs", "-o", "site", "acme/updaet")
    assert ended.code == 2 and "acme/update" in ended.err
    ended = cli("docs", "-o", "site", "no.yaml")
    assert ended.code == 2 and "No such file" in ended.err
    (project / "file").write_text("x")
    assert cli("docs", "-o", "file").code == 2
    (project / "empty").mkdir()
    ended = cli("docs", "-o", "site", "empty")
    assert ended.code == 2 and "no mappings" in ended.err
    assert not (project / "site").exists()


def test_one_mapping_by_name(cli: Cli, project: Path) -> None:
    ended = cli("docs", "-o", "site", "microbase/customer-update")
    assert (ended.code, ended.err) == (0, "2 pages in site\n")


def test_explain_as_html(cli: Cli, project: Path) -> None:
    ended = cli("explain", "acme/update", "--format", "html")
    assert ended.code == 0 and ended.err == ""
    assert ended.out.startswith("<!DOCTYPE html>") and ended.out.endswith("</html>\n")
    assert "A new mail is sent." in ended.out
    part = cli("explain", "acme/update", "mail", "--format", "html")
    assert "rule-1-" in part.out and "rule-2-" not in part.out
    assert cli("explain", "acme/update", "mial", "--format", "html").code == 2
    assert cli("explain", "acme/update", "--unused", "--format", "html").code == 2


def test_a_site_that_cannot_take_its_place_leaves_the_old_one(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, rename = project / "site", Path.rename
    write_site(site, {"index.html": "old"})

    def failing(path: Path, target: Path) -> Path:
        if path.suffix == ".part":
            raise OSError(28, "No space left on device")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(OSError, match="No space left"):
        write_site(site, {"index.html": "new"})
    assert (site / "index.html").read_text() == "old"
    assert [path.name for path in project.iterdir() if "site" in path.name] == ["site"]
