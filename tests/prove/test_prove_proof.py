"""`prove`: the shipped mappings hold, one seed gives one proof, and its words are those of the pages."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import custmap
from custmap.prove.flow import flow
from custmap.prove.proof import Proof
from custmap.prove.prove import HypothesisMissing, prove
from custmap.prove.remarks import assumed
from custmap.prove.sample_params import sample_params
from shipped_mappings import SHIPPED
from small_mappings import made

LONG = os.environ.get("CUSTMAP_LAWS") == "long"
EXAMPLES = 200 if LONG else 30
REPLACED = """\
custmap: 1
name: acme/update-customer
summary: The vendor replaces the name
contract: {method: PATCH, url: "https://api.example.com/customers", fields: {email: string}}
body:
  name: {merge: whole}
  name.firstName:   name.given    # the vendor's own spelling
  name.lastName: name.family
"""
OWN = """\
custmap: 1
name: acme/update-customer
summary: A schema of the project's own
source: person.schema.json
contract: {method: PATCH, url: "https://api.example.com/people", fields: {id: {type: string, required: true}}}
body:
  id:    {from: code, identity: true}
  age:   {from: age, clear: send_null}
  mail:  {from: lower(mail), clear: {name_in: cleared}}
  since: {from: since, clear: send_empty}
  pets:
    {each: pets, key: name, merge: keyed, clear: {key_in: gone, with: true}, fields: {name: name, kind: kind}}
  more:  {from: more, merge: entries, clear: send_null}
"""
PERSON = {
    "type": "object",
    "required": ["code"],
    "properties": {
        "code": {"type": "string"},
        "age": {"type": ["integer", "null"], "minimum": 0},
        "mail": {"type": "string", "format": "email"},
        "since": {"type": ["string", "null"], "format": "date"},
        "pets": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "kind": {"enum": ["cat", "dog"]}},
            },
        },
        "more": {"type": "object", "additionalProperties": {"type": ["string", "null"]}},
    },
}


def mapping_of(folder: Path, text: str) -> custmap.Mapping:
    path = folder / "acme" / "update-customer.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    (path.parent / "person.schema.json").write_text(json.dumps(PERSON), encoding="utf-8")
    return custmap.load(path)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped(name: str) -> None:
    proof = custmap.load(name).prove(examples=EXAMPLES)
    assert proof.ok, str(proof)
    assert proof.examples == EXAMPLES
    assert f"{name}: no counterexample in {EXAMPLES} examples (seed 0)" in str(proof)
    nobody = [remark.count for remark in proof.remarks if "no identity" in remark.text]
    assert max(nobody, default=0) < EXAMPLES / 5, "most customers have to be named, or little is proved"


def test_parameters_that_are_lists_and_objects(tmp_path: Path) -> None:
    """With a parameter that does not fit there would be no request, and nothing proved."""
    fields = "{email: string, lists: {type: array, minItems: 2, items: {type: integer}}, by: {type: object}}"
    text = REPLACED.replace("{email: string}", fields).replace(
        "body:", "params: {lists: {}, by: {}}\nbody:\n  lists: {param: lists}\n  by: {param: by}"
    )
    mapping = mapping_of(tmp_path, text)
    assert sample_params(mapping.checked) == {"lists": [1, 1], "by": {}}
    assert mapping.prove(examples=50).examples == 50


def test_own_schema(tmp_path: Path) -> None:
    proof = prove(mapping_of(tmp_path, OWN), examples=300)
    assert proof.ok, str(proof)
    assert proof.examples > 250


def test_words(tmp_path: Path) -> None:
    proof = prove(mapping_of(tmp_path, REPLACED))
    assert str(proof.counterexamples[0]) == (
        "counterexample: apply says less than it erases\n"
        "  before  {name: {given: Ann}}\n"
        "  after   {name: {family: Ann}}\n"
        '  sent    {name: {lastName: "Ann"}}      the vendor replaces `name`: firstName "Ann" is lost\n'
        "  rule    update-customer.yaml:6  name: {merge: whole}"
    )


def test_rule_as_it_is_written(tmp_path: Path) -> None:
    text = REPLACED.replace("{merge: whole}", "{merge: fields}").replace(
        "name.given    #", "{from: name.given, clear: {send: Ann}}    #"
    )
    proof = prove(mapping_of(tmp_path, text))
    found = proof.counterexamples[0]
    assert (found.law, found.target, found.line) == ("said", "name.firstName", 7)
    assert found.rule == "name.firstName: {from: name.given, clear: {send: Ann}}"


def test_same_seed_same_proof(tmp_path: Path) -> None:
    mapping = mapping_of(tmp_path, REPLACED)
    first, second = (prove(mapping, seed=7, examples=60) for _ in range(2))
    assert first == second
    assert str(first) == str(second)
    assert prove(mapping, seed=8, examples=10).seed == 8


def test_to_dict(tmp_path: Path) -> None:
    proof = prove(mapping_of(tmp_path, REPLACED), examples=200)
    told = json.loads(json.dumps(proof.to_dict()))
    assert told["format_version"] == 1
    assert told["ok"] is False
    assert told["counterexamples"][0]["law"] == "erases"
    assert set(told) == {
        "format_version", "mapping", "ok", "examples", "seed", "unsent", "counterexamples", "assumed",
        "remarks",
    }  # fmt: skip


def test_assumed() -> None:
    proof = custmap.load("capillary/update-customer").prove(examples=10)
    lines = yaml.safe_load(Path(proof_file("capillary/update-customer")).read_text(encoding="utf-8"))
    assert lines["body"]["extendedFields"]["assumed"] in {one.text for one in proof.assumed}
    assert proof.assumed[0].target == "profiles[0]"
    assert all(one.line > 0 for one in proof.assumed)


def proof_file(name: str) -> str:
    return custmap.load(name).checked.file.name.span.file


RECORDS = [
    {"name": {"given": "Quentin", "family": "Zyx"}},
    {"name": {"given": "Wilhelmina"}},
    {"name": {"given": "Quentin", "family": None}},
]


def test_given_records_are_not_shown(tmp_path: Path) -> None:
    proof = prove(mapping_of(tmp_path, REPLACED), records=RECORDS)
    assert not proof.ok
    shown = str(proof) + json.dumps(proof.to_dict()) + repr(proof)
    assert not any(value in shown for value in ("Quentin", "Wilhelmina", "Zyx"))
    first = proof.counterexamples[0]
    assert first.before == {"name": {"given": "text 1", "family": "text 2"}}
    assert first.why == 'the vendor replaces `name`: lastName "text 2" is lost'


def test_records_of_different_customers() -> None:
    records = [
        {"identifiers": {"microbase": str(number)}, "tags": ["a"] * number, "email": f"{number}@example.com"}
        for number in range(4)
    ]
    assert prove(custmap.load("microbase/customer-update"), records=records, examples=50).ok


def test_misuse(tmp_path: Path) -> None:
    mapping = mapping_of(tmp_path, REPLACED)
    with pytest.raises(ValueError, match="examples must be at least 1"):
        prove(mapping, examples=0)
    with pytest.raises(ValueError, match="records is empty"):
        prove(mapping, records=[])


def test_without_hypothesis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mapping = mapping_of(tmp_path, REPLACED)
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    with pytest.raises(HypothesisMissing, match=r"pip install 'custmap\[prove\]'"):
        prove(mapping)


def test_within_a_test_of_hypothesis(tmp_path: Path) -> None:
    mapping = mapping_of(tmp_path, REPLACED)
    proofs: list[Proof] = []

    @settings(max_examples=2, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.booleans())
    def outer(_: bool) -> None:
        proofs.append(prove(mapping, examples=50))

    outer()
    assert proofs[0] == proofs[-1]


@pytest.mark.parametrize(
    ("value", "plain", "quoted"),
    [
        ({"a": "Ann Li"}, "{a: Ann Li}", '{a: "Ann Li"}'),
        ({"a.b": None, "": True}, '{"a.b": null, "": true}', '{"a.b": null, "": true}'),
        (["null", "", "1", " x "], '["null", "", "1", " x "]', '["null", "", "1", " x "]'),
        ("\u202eé\n", '"\\u202eé\\n"', '"\\u202eé\\n"'),
        ([1.5, {}], "[1.5, {}]", "[1.5, {}]"),
    ],
)
def test_flow(value: object, plain: str, quoted: str) -> None:
    assert flow(value, quoted=False) == plain
    assert flow(value, quoted=True) == quoted


PATTERN = '{type: string, required: true, pattern: "^[A-Z]{3}-[0-9]{4}$"%s}'
ONE = """\
contract: {method: PATCH, url: "https://x.io/c", fields: {mail: string, kind: %s}}
body: {mail: email, kind: {param: kind}}
"""
SEVERAL = """\
requests:
  - {name: mail, contract: {method: PATCH, url: "https://x.io/c"}, body: {mail: email}}
  - name: fields
    for_each: custom_fields
    set:
      contract: {method: PUT, url: "https://x.io/f/{key}", fields: {kind: %s}}
      path: {key: key}
      body: {value: value, kind: {param: kind}}
"""


@pytest.mark.parametrize("operations", [ONE, SEVERAL], ids=["one", "several"])
@pytest.mark.parametrize(("limit", "proved"), [("", True), (", maxLength: 3", False)])
def test_what_is_never_sent_is_not_proved(tmp_path: Path, operations: str, limit: str, proved: bool) -> None:
    """A parameter is drawn as its pattern says; where none fits, no request can be made."""
    head = "custmap: 1\nname: acme/update-customer\nparams: {kind: {}}\n"
    proof = prove(mapping_of(tmp_path, head + operations % (PATTERN % limit)), examples=20)
    assert proof.ok is proved and proof.counterexamples == ()
    assert (proof.unsent is None) is proved
    assert ("nothing is proved" in str(proof)) is not proved


def test_what_a_list_of_changes_takes_for_granted(tmp_path: Path) -> None:
    head = 'changes: {into: ops, set: {at: "{path}", to: "{value}"}}\n'
    body = "body:\n  o: {clear: send_null}\n  o.mail: email\n  p.id: id\n"
    body += "  m: {from: attributes, merge: entries, clear: send_null}\n"
    (one,) = assumed(made(tmp_path, head + body).checked)
    assert one.text == (
        "The vendor has every container of the mapping: `m`, `o`, `p`, "
        "and has it again after it was cleared: `m`, `o`"
    )
