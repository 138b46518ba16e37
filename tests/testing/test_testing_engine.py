"""Fixtures against the engine itself: a small vendor, from the file to the report."""

from __future__ import annotations

from pathlib import Path

import pytest

from custmap.testing.command import Options, run

MAPPING = """custmap: 1
name: acme/update-customer
contract: {method: POST, url: "https://api.acme.example/customers/{id}",
  fields: {email: {type: [string, "null"]}, company: string,
           keysToRemove: {type: array, items: {type: string}},
           attributes: {type: object, required: true, additionalProperties: {type: string}}}}
params: {token: {secret: true}}
path: {id: id}
headers: {Authorization: {param: token, format: "Bearer {}"}}
body:
  email:      {from: lower(email), clear: send_null}
  company:    company
  attributes: {from: attributes, merge: entries, clear: {name_in: keysToRemove}}
"""
FIXTURES = {
    "removed": """mapping: acme/update-customer
params: {token: t}
before: {id: C-1, email: Ann@acme.example, company: Demo, attributes: {plan: a, wrap: b}}
after:  {id: C-1, email: ann@acme.example, company: null, attributes: {plan: a}}
expect:
  request:
    method: POST
    path: {id: C-1}
    headers: {Authorization: Bearer t}
    body: {attributes: {}, keysToRemove: [wrap]}
  changes: [clear attributes.wrap]
  rejected: [company: CM803]
""",
    "cleared": """mapping: acme/update-customer
before: {id: C-1, email: ann@acme.example}
after:  {id: C-1}
options: {absent: clear}
expect:
  request: {body: {email: null, attributes: {}}}
  changes: [clear email]
""",
    "silent": """mapping: acme/update-customer
before: {id: C-1, email: ann@acme.example}
after:  {id: C-1, email: ANN@acme.example}
expect: {request: null, changes: [], rejected: []}
""",
    "new": """mapping: acme/update-customer
customer: {id: C-1, email: ann@acme.example, attributes: {plan: a}}
expect:
  request: {body: {email: ann@acme.example, attributes: {plan: a}}}
  changes: [set email, set attributes.plan]
""",
    "refused": """mapping: acme/update-customer
customer: {id: C-1, email: [ann]}
expect: {error: CM701}
""",
}


BACK = {
    "read-back": """mapping: acme/update-customer
document: {email: ann@acme.example, attributes: {plan: a}}
base: {id: C-1, company: Demo}
expect: {customer: {id: C-1, email: bo@acme.example, company: Demo, attributes: {plan: b}}}
""",
    "answered": """mapping: acme/update-customer
response: {status: 422, body: {problems: [{on: company, why: too long}, {on: fax, why: unknown}]}}
expect:
  outcome:
    ok: false
    errors: [{field: company}, {field: fax}]
""",
}
RESPONSE = "response: {errors: {each: body.problems, field: on, message: why}}\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    mapping = tmp_path / "mappings" / "acme" / "update-customer.yaml"
    mapping.parent.mkdir(parents=True)
    mapping.write_text(MAPPING)
    place = tmp_path / "fixtures" / "acme" / "update-customer"
    place.mkdir(parents=True)
    for name, text in FIXTURES.items():
        (place / f"{name}.yaml").write_text(text)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    # Names are looked up from the fixture, wherever the run starts.
    monkeypatch.chdir(elsewhere)
    return place


def test_all_pass_and_the_coverage_says_what_is_missing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run([project], Options(coverage=True))
    out = capsys.readouterr().out
    assert code == 0, out
    assert out == (
        "acme/update-customer   58 %  14 of 24 facts\n"
        "  line 8   path.id     never missing, rejected with CM801\n"
        '  line 11  email       never null, ""\n'
        '  line 12  company     never "", value, gone\n'
        "  line 13  attributes  never null, {}, rejected with CM803\n\n5 passed\n"
    )


def test_a_changed_mapping_fails_with_its_line(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mapping = project.parents[2] / "mappings" / "acme" / "update-customer.yaml"
    renamed = "{plan: attributes.plan, gone: attributes.wrap}"
    mapping.write_text(MAPPING.replace("from: attributes", f'from: "{renamed}"'))
    assert run([project], Options(keyword="removed")) == 1
    assert 'body.keysToRemove[0]: expected "wrap", got "gone"\n' in capsys.readouterr().out
    mapping.write_text(MAPPING.replace("lower(email)", "lowr(email)"))
    assert run([project], Options(keyword="silent")) == 1
    assert "error: expected nothing, got MappingError" in capsys.readouterr().out


def test_the_way_back_names_the_lines_of_rules(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mapping = project.parents[2] / "mappings" / "acme" / "update-customer.yaml"
    mapping.write_text(MAPPING + RESPONSE)
    for name, text in BACK.items():
        (project / f"{name}.yaml").write_text(text)
    assert run([project], Options(coverage=True)) == 1
    out = capsys.readouterr().out
    for told, line, rule in [
        ('customer.email: expected "bo@acme.example", got "ann@acme.example"', 4, 11),
        ('customer.attributes.plan: expected "b", got "a"', 4, 13),
    ]:
        place = f"{project}/read-back.yaml:{line}, from ../mappings/acme/update-customer.yaml:{rule}"
        assert f"{told}\n      at {place}\n" in out
    assert f'outcome.errors[1].field: expected "fax", got null\n      at {project}/answered.yaml:6\n' in out
    assert "acme/update-customer   " in out and out.endswith("5 passed, 2 failed\n")
    assert run([project], Options(update=True)) == 0
    assert "errors: [{field: company}, {field: null}]" in (project / "answered.yaml").read_text()
    assert run([project], Options()) == 0
