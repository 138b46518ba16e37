"""The files of docs/ci/ work as they are copied, and say what the hooks that custmap brings along say."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
CI = ROOT / "docs" / "ci"
SHIPPED = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
(REPOSITORY,) = yaml.safe_load((CI / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
HOOKS = {hook["id"]: hook for hook in REPOSITORY["hooks"]}
WORKFLOW = yaml.safe_load((CI / "workflow.yaml").read_text("utf-8"))
STEPS = [step for job in WORKFLOW["jobs"].values() for step in job["steps"]]
TYPES = {".yaml": "yaml", ".yml": "yaml", ".json": "json"}
MAPPING = """\
custmap: 1
name: acme/update
contract: {openapi: vendor-v1.yaml, operation: update}
body:
  mail: email
"""
CONTRACT = """\
openapi: 3.1.0
servers: [{url: "https://api.acme.example"}]
paths:
  /customers:
    patch:
      operationId: update
      requestBody: {content: {application/json: {schema: {$ref: "schemas/customer.yaml#/Customer"}}}}
      responses: {"200": {description: OK}}
"""
SCHEMAS = "Customer: {type: object, properties: {mail: {type: string}}}\n"
FIXTURE = """\
mapping: acme/update
summary: The address
customer: {email: a@acme.example}
expect: {request: {body: {mail: a@acme.example}}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    files = {
        "mappings/acme/update.yaml": MAPPING,
        "mappings/acme/vendor-v1.yaml": CONTRACT,
        "mappings/acme/schemas/customer.yaml": SCHEMAS,
        "mappings/acme/old.json": "{}",
        "fixtures/acme/update/address.yaml": FIXTURE,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def called(command: str, folder: Path, names: list[str]) -> tuple[int, str]:
    program, *arguments = shlex.split(command)
    assert program == "custmap"
    ran = subprocess.run(
        [sys.executable, "-m", "custmap", *arguments, *names],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return ran.returncode, ran.stdout + ran.stderr


def run_hooks(folder: Path, changed: list[str]) -> list[tuple[int, str]]:
    """What pre-commit does with its hooks, for the files that a commit changes."""
    answers = []
    for hook in HOOKS.values():
        types = hook.get("types_or")
        fit = [name for name in changed if re.search(hook["files"], name)]
        fit = [name for name in fit if types is None or TYPES.get(Path(name).suffix) in types]
        if fit:
            answers.append(called(hook["entry"], folder, fit if hook.get("pass_filenames", True) else []))
    return answers


def test_the_hooks_to_copy_are_those_that_are_shipped() -> None:
    assert REPOSITORY["repo"] == "local"
    assert HOOKS.keys() == SHIPPED.keys()
    for name, hook in HOOKS.items():
        shipped: dict[str, Any] = {key: SHIPPED[name][key] for key in SHIPPED[name] if key != "description"}
        assert hook == {**shipped, "additional_dependencies": ["custmap"]}


def test_hooks_of_a_right_project(project: Path) -> None:
    names = [path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file()]
    assert [code for code, _ in run_hooks(project, names)] == [0, 0]


@pytest.mark.parametrize("changed", ["vendor-v1.yaml", "schemas/customer.yaml"])
def test_a_contract_that_is_changed_alone_fails_the_commit(changed: str, project: Path) -> None:
    path = project / "mappings/acme" / changed
    path.write_text(path.read_text("utf-8").replace("mail", "email").replace("update", "change"), "utf-8")
    answers = run_hooks(project, [f"mappings/acme/{changed}"])
    assert answers[0][0] == 1 and answers[1][0] == 1
    assert "mappings/acme/update.yaml:" in answers[0][1]


def test_commands_of_the_workflow(project: Path) -> None:
    assert WORKFLOW[True] == ["push", "pull_request"]  # YAML 1.1 reads `on` as a boolean
    assert all(("uses" in step) != ("run" in step) for step in STEPS)
    install, *commands = [step["run"] for step in STEPS if "run" in step]
    assert install == "python -m pip install custmap"
    assert [called(command, project, [])[0] for command in commands] == [0, 0]
    path = project / "mappings/acme/update.yaml"
    path.write_text(MAPPING.replace("email", "emial"), encoding="utf-8")
    assert [called(command, project, [])[0] for command in commands] == [1, 1]


def test_commands_of_the_morning(project: Path) -> None:
    """The workflow that asks whether the vendor's document has changed, without the network."""
    job = yaml.safe_load((CI / "drift.yaml").read_text("utf-8"))
    steps = [step["run"] for step in job["jobs"]["drift"]["steps"] if "run" in step]
    assert steps[0] == "python -m pip install custmap"
    assert steps[1].startswith("curl --fail ") and " --output new.yaml " in steps[1]
    (project / "new.yaml").write_text(CONTRACT, encoding="utf-8")
    (project / "schemas").mkdir()
    (project / "schemas/customer.yaml").write_text(SCHEMAS, encoding="utf-8")
    assert called(steps[2], project, []) == (0, "acme/update: nothing that its rules touch has changed\n")
    (project / "schemas/customer.yaml").write_text(SCHEMAS.replace("mail", "email"), encoding="utf-8")
    code, said = called(steps[2], project, [])
    assert code == 1 and "mappings/acme/update.yaml:5:3: error[CM303]" in said and "`email`" in said
    assert len(steps) == 3
