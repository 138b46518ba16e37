"""pytest collects fixtures: names, lines, choice, readable failures; and leaves other projects alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from custmap.testing.discover import is_fixture

SOURCES = Path(__file__).parents[2] / "src"
CONFTEST = """
import sys
from types import SimpleNamespace

sys.path.insert(0, {here!r})
import fake_mapping

sys.modules["custmap.mapper"] = SimpleNamespace(load=fake_mapping.load)
"""
PASSING = "mapping: acme/update-customer\ncustomer: {first: Al}\nexpect: {request: {body: {firstName: Al}}}\n"
FAILING = (
    "# why\nmapping: acme/update-customer\nsummary: A name\n"
    "before: {}\nafter: {first: Bo}\nexpect: {request: null}\n"
)


def pytest_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    plugin = ["-p", "custmap.testing.pytest_plugin"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *plugin, *arguments],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(SOURCES),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "COLUMNS": "120",
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "conftest.py").write_text(CONFTEST.format(here=str(Path(__file__).parent)))
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    (tmp_path / "mappings").mkdir()
    place = tmp_path / "fixtures" / "acme" / "update"
    place.mkdir(parents=True)
    (place / "a-passes.yaml").write_text(PASSING)
    (place / "b-fails.yaml").write_text(FAILING)
    (place / "c-unreadable.yaml").write_text("mapping: acme/update-customer\ncustomer: {}\nexpct: {}\n")
    return tmp_path


def test_names_lines_and_failures(project: Path) -> None:
    ran = pytest_in(project, "-v", "-p", "xdist", "-n", "2", "--junitxml=out.xml")
    assert ran.returncode == 1
    assert "1 passed" in ran.stdout and "2 failed" in ran.stdout
    assert "request: expected none, got POST with the body" in ran.stdout
    assert "fixtures/acme/update/b-fails.yaml:6" in ran.stdout
    assert "Did you mean `expect`?" in ran.stdout
    assert "Traceback" not in ran.stdout and "repr_failure" not in ran.stdout
    names = {case.get("name") for case in ElementTree.parse(project / "out.xml").iter("testcase")}
    assert names == {"acme/update/a-passes", "acme/update/b-fails", "acme/update/c-unreadable"}


def test_choice(project: Path) -> None:
    ran = pytest_in(project, "-q", "--collect-only", "-k", "passes")
    assert "fixtures/acme/update/a-passes.yaml::acme/update/a-passes" in ran.stdout
    assert "b-fails" not in ran.stdout


def test_the_plugin_imports_nothing_heavy() -> None:
    heavy = (
        "yaml",
        "pydantic",
        "deepdiff",
        "jmespath",
        "custmap.syntax",
        "custmap.mapper",
        "custmap.testing.run",
    )
    code = f"import custmap.testing.pytest_plugin, sys; print([m for m in {heavy!r} if m in sys.modules])"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(SOURCES)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "[]\n"


SHIPPED = PASSING.replace("acme/update-customer", "aifi/update-customer")


@pytest.mark.parametrize(
    ("place", "text", "own", "taken"),
    [
        ("fixtures/a.yaml", PASSING, "mappings/acme/update-customer.yaml", True),
        ("tests/fixtures/a/b/c.yml", PASSING, "mappings/acme/update-customer.yaml", True),
        ("fixtures/a.yaml", PASSING, "mappings/acme/other.yaml", True),
        ("tests/fixtures/a.yaml", PASSING, "sources/crm.yaml", True),
        ("fixtures/a.yaml", PASSING, None, False),
        ("fixtures/a.yaml", SHIPPED, None, True),
        ("x/fixtures/a/b/c.yml", "\ufeff" + SHIPPED.replace("\n", "\r\n"), None, True),
        ("fixtures/a.yaml", 'expect: {}\nmapping: "aifi/update-customer"  # why\n', None, True),
        ("fixtures/a.yaml", "mapping: aifi/update-customer\ndocument: {}\n", None, True),
        ("fixtures/a.yaml", "response: {status: 200}\nmapping: aifi/update-customer\n", None, True),
        ("fixtures/a/b.yaml", "mapping: ../../own.yaml\nexpect: {}\n", "own.yaml", True),
        ("fixtures/a/b.yaml", "mapping: ../own.yaml\nexpect: {}\n", "own.yaml", False),
        ("mappings/fixtures/a.yaml", PASSING, None, False),
        ("sources/theirs/fixtures/a.yaml", PASSING, None, False),
        ("cases/a.yaml", SHIPPED, "mappings/acme/other.yaml", False),
        ("fixtures/a.json", SHIPPED, None, False),
        ("fixtures/a.yaml", "mapping:\n  properties: {}\ncustomer: {}\n", "mappings/acme/other.yaml", False),
        ("fixtures/a.yaml", "mapping: a/b\nsettings: {}\n", "mappings/acme/other.yaml", False),
        ("fixtures/a.yaml", "a:\n  mapping: a/b\n  customer: {}\n", "mappings/acme/other.yaml", False),
        ("fixtures/a.yaml", SHIPPED + "#" * 1024 * 1024, "mappings/acme/other.yaml", False),
    ],
)
def test_what_is_a_fixture(place: str, text: str, own: str | None, taken: bool, tmp_path: Path) -> None:
    for name, content in ((place, text), (own, "custmap: 1\n")):
        if name is not None:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(content.encode())
    assert is_fixture(tmp_path / place) is taken


PROJECT = {
    "pytest.ini": "[pytest]\npythonpath = .\ncustmap_functions = acme_functions\n",
    "acme_functions.py": """import custmap


@custmap.function(examples=[("a", "A")])
def shouted(text: str) -> str:
    \"\"\"A text in capitals.\"\"\"
    return text.upper()
""",
    "mappings/acme/update.yaml": """custmap: 1
name: acme/update
contract: {method: POST, url: "https://api.acme.example/customers", fields: {mail: string}}
body:
  mail: shouted(email)
""",
    "fixtures/acme/update/shouted.yaml": """mapping: acme/update
customer: {email: a@b.example}
expect: {request: {body: {mail: A@B.EXAMPLE}}}
""",
}


def test_functions_of_the_project(tmp_path: Path) -> None:
    for name, text in PROJECT.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    ran = pytest_in(tmp_path, "-q")
    assert ran.returncode == 0, ran.stdout


MARKED = {
    "skip": "marks: [{skip: not yet}]\n" + FAILING,
    "slow": "marks: [slow]\n" + PASSING,
    "xfail": "marks: [xfail]\n" + FAILING,
    "xpass": "marks: [{xfail: it will pass}]\n" + PASSING,
}


def test_marks_are_pytests(project: Path) -> None:
    place = project / "fixtures" / "acme" / "update"
    for path in place.iterdir():
        path.unlink()
    for name, text in {**MARKED, "plain": PASSING}.items():
        (place / f"{name}.yaml").write_text(text)
    (project / "pytest.ini").write_text("[pytest]\nmarkers =\n  slow: takes long\n")
    ran = pytest_in(project, "-rs", "--strict-markers", "-m", "slow or skip or xfail")
    assert "1 passed, 1 skipped, 1 deselected, 1 xfailed, 1 xpassed" in ran.stdout, ran.stdout
    assert "not yet" in ran.stdout
    (project / "pytest.ini").write_text("[pytest]\n")
    ran = pytest_in(project, "--strict-markers")
    assert ran.returncode == 2 and "'slow' not found in `markers`" in ran.stdout, ran.stdout
