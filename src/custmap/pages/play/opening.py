"""What `play` opens: a mapping by name or path, a fixture, or a small example to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import MappingError
from custmap.mapping.find import find_mapping, look_up
from custmap.mapping.form import Kind
from custmap.mapping.related import ENDINGS, kind_of, says_mapping
from custmap.pages.example import best_report
from custmap.pages.play.desk import Desk, Texts
from custmap.pages.sampled import sampled_customer
from custmap.pages.subject import Reading, fixtures_beside, mapping_subject, with_fixtures
from custmap.prove.sample_params import sample_params
from custmap.syntax.source_text import MIB, decode, read_bytes
from custmap.testing.fixture import Apply, Diff, Fixture, read_fixture
from custmap.testing.write_yaml import block
from custmap.values.files import exists, is_file, real

_EXAMPLE: Final = """\
custmap: 1
name: {name}
summary: Update a customer of the acme shop
contract:
  method: PATCH
  url: https://{{host}}/v1/customers/{{id}}
  fields:
    mail:   string
    level:  {{enum: [1, 2]}}
    labels: {{type: array, items: {{type: string}}}}
    unset:  {{type: array, items: {{type: string}}}}

params:
  host:  {{summary: The shop}}
  token: {{summary: The API key, secret: true}}

path:
  id: identifiers.acme
headers:
  X-Api-Key: {{param: token}}
body:
  mail:   {{from: lower(email), clear: {{name_in: unset}}}}
  level:  {{from: loyalty.member, values: {{false: 1, true: 2}}}}
  labels: {{from: tags, merge: set, clear: send_empty}}
"""
_BEFORE: Final = """\
identifiers: {acme: "7"}
email: Alda@example.com
tags: [VIP, beta]
"""
_AFTER: Final = """\
identifiers: {acme: "7"}
email: null
tags: [VIP]
loyalty: {member: true}
"""
_PARAMS: Final = """\
host: acme.example
token: t
"""


class CannotOpenError(ValueError):
    """Something that `play` does not show; `advice` is one sentence that says what to do."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.advice = advice


def open_desk(named: str | None, reading: Reading, here: Path) -> Desk:
    """The desk for a name, a path or nothing; `here` is the working folder. MappingError, CannotOpenError."""
    if named is None:
        return _example(here)
    path = Path(named)
    if named.endswith(ENDINGS) and is_file(path) and not says_mapping(path):
        return _of_fixture(path, here)
    if _is_source(named, here):
        raise CannotOpenError(f"`{named}` is a source", "Name a mapping or a fixture: `play` shows requests.")
    return _of_mapping(find_mapping(named, here)[0], reading, here)


def _is_source(named: str, here: Path) -> bool:
    if named.endswith(ENDINGS):
        return is_file(Path(named)) and kind_of(Path(named)) == "source"
    kinds: tuple[Kind, Kind] = ("mapping", "source")
    mapping, source = (look_up(named, here, kind) for kind in kinds)
    return mapping is None and source is not None


def _example(here: Path) -> Desk:
    folder = here / "mappings" / "acme"
    names = ("update-customer", *(f"example-{number}" for number in range(1, 1000)))
    path = next(one for name in names if not exists(one := folder / f"{name}.yaml"))
    text = _EXAMPLE.format(name=f"acme/{path.stem}")
    return Desk(path, Texts(text, _BEFORE, _AFTER, _PARAMS), here / "fixtures")


def _of_mapping(path: Path, reading: Reading, here: Path) -> Desk:
    """The mapping with the fixture that shows most, else with a customer that is drawn from the schema."""
    text = _text_of(path)
    name = f"{real(path).parent.name}/{path.stem}"
    subject = mapping_subject(path, name, reading)
    beside = fixtures_beside(path)
    (subject,) = with_fixtures([subject], beside, reading)
    fixtures = beside if real(here).is_relative_to(real(beside.parent)) else here / "fixtures"
    best = best_report(subject.reports)
    if best is not None and best.fixture.source is None:
        return Desk(path, _texts(text, best.fixture), fixtures)
    if subject.mapping is None:
        return Desk(path, Texts(text), fixtures)
    checked = subject.mapping.checked
    drawn = sampled_customer(checked, lambda _: True)
    return Desk(path, Texts(text, "", written(drawn), written(dict(sample_params(checked)))), fixtures)


def _of_fixture(path: Path, here: Path) -> Desk:
    fixture = read_fixture(path, complete=False)
    if fixture.source is not None or not isinstance(fixture.call, Apply | Diff):
        advice = "Name a case of apply or diff: with `customer`, or with `before` and `after`."
        raise CannotOpenError(f"{path}: `play` does not show what this fixture tests", advice)
    if "vendor" in fixture.call.options:
        advice = "Name a case with `before`: `play` knows no vendor's own documents."
        raise CannotOpenError(f"{path}: this fixture has `vendor`", advice)
    folder = path.absolute().parent
    mapping = (
        folder / fixture.mapping
        if fixture.mapping.endswith(ENDINGS)
        else find_mapping(fixture.mapping, folder)[0]
    )
    around = next((one for one in (folder, *folder.parents) if one.name == "fixtures"), folder)
    return Desk(mapping, _texts(_text_of(mapping), fixture), around, path.stem, fixture.summary or "")


def _texts(mapping: str, fixture: Fixture) -> Texts:
    params = written(fixture.params) if fixture.params else ""
    match fixture.call:
        case Diff(before, after, options):
            return Texts(mapping, written(before), written(after), params, **_options(options))
        case Apply(customer, options):
            return Texts(mapping, "", written(customer), params, **_options(options))
    raise AssertionError("the call was checked")


def _options(options: dict[str, Any]) -> dict[str, Any]:
    return {name: options[name] for name in ("absent", "nulls") if name in options}


def written(value: Any) -> str:
    """A value as YAML, one member a line; "" for null."""
    if value is None:
        return ""
    if not isinstance(value, dict):
        return "\n".join(block("x", value))[len("x: ") :] + "\n"
    return "".join(f"{line}\n" for key, one in value.items() for line in block(str(key), one)) or "{}\n"


def _text_of(path: Path) -> str:
    """The text of a mapping file; MappingError if it cannot be read as text."""
    name = str(path)
    if not is_file(path):
        raise MappingError([Diagnostic("CM204", f"there is no mapping `{name}`")])
    return decode(read_bytes(path, name, MIB), name).text
