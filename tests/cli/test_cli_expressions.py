"""Every command that reads a mapping takes each shape of expression, at each place of a rule."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cli_runner import Cli

import custmap
from custmap.cli import apply, diff, explain, prove
from custmap.diagnostics.errors import MappingError
from small_mappings import write

EXPRESSIONS = """
@   *   @.*   *.*   *.city   *[0]   *[*]   *[].x   [*]   [0]   [-1]   []   [?email]   "*"
addresses[-1].city   addresses[0].city   addresses[*].city   addresses[].city   addresses[:2].city
addresses[::-1]   addresses[-2:].label   addresses[?city=='x']   addresses[?city=='x']|[0].city
addresses[*].[city,label]   addresses[*].{a:city,b:label}   addresses[*].*   addresses[*][0]   addresses[99]
tags   tags[-1]   tags[-9]   tags[::-1]   tags[1:]   tags[0].x   sort(tags)   reverse(tags)|[-1]
attributes.*   attributes.*.x   attributes.*[0]   attributes.*[-1].*   attributes."a.b"   attributes."*".x
attributes.x.y[0].z   attributes.x[-1]   custom_fields.x[*].y   custom_fields.*.y.*.z.*.w.*.v.*.u.*.t.*.s.*.r
name   name.*   name.given   name|given   phone.number   email.x   email[0]   email[*]   !email
loyalty.enrollments[-1].tier   {a:email,b:name}   [email,company]   [[email]]   email||company
email&&company   email==company   priority>`1`   `1`   `null`   `[1,2]`   `{"a":1}`   'x'
keys(attributes)   values(attributes)[-1]   map(&city,addresses)   max_by(addresses,&label)
pairs(attributes)[-1].value   from_pairs(channels[*].{key:type,value:value})   coalesce(tags[-1],email)
if(blocked,tags[-1],*)   merge(attributes,*[0])   phone_e164(addresses[-1].phone)   full_name(@.name)
"""
PLACES = {
    "a value": "body: {o: EXPR}",
    "a map": "body: {o: {from: EXPR, merge: entries}}",
    "an object": "body: {o: {from: EXPR, fields: {a: city, b: '*.city', c: 'tags[-1]'}}}",
    "items": "body: {o: {each: EXPR, merge: keyed, key: k, fields: {k: city, l: '*.city', m: '@'}}}",
    "an option, a condition": "body: {o: {first: [email, EXPR]}, p: {from: email, when: EXPR}}",
    "no body": "query: {q: EXPR}\nheaders: {x-q: EXPR}\nbody: {o: email}",
}
COMMANDS = (
    ["explain", "{m}"], ["explain", "{m}", "--format", "json"], ["explain", "{m}", "--format", "mermaid"],
    ["explain", "{m}", "addresses.city"], ["explain", "{m}", "--unused"], ["prove", "{m}", "--examples", "2"],
    ["apply", "{m}", "{record}"], ["diff", "{m}", "{record}", "{record}"],
)  # fmt: skip
RECORD = '{"addresses": [{"city": "x"}], "tags": ["a"], "attributes": {"x": [{"y": 1}]}, "email": "e"}'


def _quoted(expression: str) -> str:
    return "'" + expression.replace("'", "''") + "'"


@pytest.mark.parametrize("place", PLACES)
def test_every_shape_of_expression(
    place: str, tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = tmp_path / "record.json"
    record.write_text(RECORD)
    loaded = 0
    for expression in EXPRESSIONS.split():
        path = write(tmp_path, PLACES[place].replace("EXPR", _quoted(expression)) + "\n")
        ended = cli("validate", path, "--format", "json")
        assert ended.code in (0, 1) and "CM901" not in ended.out, expression
        try:
            mapping = custmap.load(path)
        except MappingError:
            continue
        loaded += 1
        for command in (explain, prove, apply, diff):
            monkeypatch.setattr(command, "load", lambda *_, mapping=mapping: mapping)
        files: dict[str, Any] = {"m": path, "record": record}
        for words in COMMANDS:
            ended = cli(*[word.format_map(files) for word in words])
            assert ended.code in (0, 1, 2) and "CM901" not in ended.err, (expression, words, ended.err)
            assert "bug in custmap" not in ended.err, (expression, words, ended.err)
    assert loaded > 4
