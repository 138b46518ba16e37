"""A secret is shown nowhere, and a personal value only where it is asked for.

`hidden.yaml` has the shapes in which a parameter gets into requests and changes. The drawn mappings are those
of the law of whole mappings, with a secret parameter set in where a rule could have one.
"""

from __future__ import annotations

import io
import json
import os
import pickle
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from msgspec.structs import replace
from whole_loading import fields_of, load
from whole_mappings import draw
from whole_records import Records

from custmap import Mapping
from custmap.cli import apply, diff
from custmap.cli.ending import run
from custmap.cli.plans import PlanForm
from custmap.diagnostics.errors import RecordError
from custmap.model.privacy import Privacy
from custmap.plan.plan import Plan
from custmap.records.identity import RequestIds, Who
from custmap.records.request_lines import RequestLines
from custmap.wire import hiding
from custmap.wire.request import Request
from small_mappings import made, tables

SHAPES = tables(Path(__file__).with_name("hidden.yaml"))
SECRET = "zqsecretqz"
PERSONAL = re.compile(r"zq[0-9]+qz")
HEAD = "params: {token: {secret: true}, secrets: {secret: true}}\n"
MAPPINGS = 4_000 if os.environ.get("CUSTMAP_LAWS") == "long" else 35

Outputs = Iterator[tuple[str, str]]


def of_request(request: Request) -> Outputs:
    """What is shown of a request; it is data, so personal values are in it."""
    yield "repr(request)", repr(request)
    yield "repr(pickled request)", repr(pickle.loads(pickle.dumps(request)))
    yield "to_dict", repr(request.to_dict(secrets=False))
    yield "to_json", request.to_json(secrets=False)
    yield "to_curl", request.to_curl()
    yield "to_http", request.to_http()
    yield "notes", repr(request.notes)
    shown = repr(request)
    assert "{{unknown}}" not in shown and "{{url}}" not in shown, "what the mapping fills is known"


def of_plan(plan: Plan) -> Outputs:
    """What is shown of a plan, as data."""
    yield "repr(plan)", repr(plan)
    yield "repr(pickled plan)", repr(pickle.loads(pickle.dumps(plan)))
    yield "to_dict", repr(plan.to_dict(secrets=False))
    yield "repr(changes)", repr(plan.changes)
    yield "str(changes)", " ".join(map(str, plan.changes))
    yield "picture, asked for", plan.picture(show_values=True)
    for form in ("text", "json", "deepdiff"):
        for many in (False, True):
            shown = shown_plan(plan, form, many=many, values=True, color=False)
            yield f"{form}, asked for", shown.decode()
    if plan.request is not None:
        yield from of_request(plan.request)


def shown_plan(plan: Plan, form: str, *, many: bool, values: bool, color: bool = False) -> bytes:
    """A plan as the command line writes it, alone or as one of many."""
    how = PlanForm(form, secrets=False, values=values, color=color)
    ids = RequestIds("run")
    if many:
        return how.line(plan, Who(0), RequestLines(ids, secrets=False))
    return how.document(plan, Who(0), ids)


def pictures(plan: Plan) -> Outputs:
    """What is shown of a plan where personal values are not asked for."""
    yield "str(plan)", _without_path(str(plan))
    yield "notes", repr(plan.notes)
    for form in ("text", "deepdiff"):
        text = shown_plan(plan, form, many=False, values=False, color=False).decode()
        yield form, _without_path(text)


def _without_path(picture: str) -> str:
    """Whom a request is about stands in the picture's heading, since its path does."""
    return re.sub(r"^(\S+  \S+) /[^?\n]*", r"\1", picture)


def of_error(error: RecordError) -> Outputs:
    yield "error", f"{error} {error!r} {error.diagnostics!r}"


def of_library(
    mapping: Mapping, case: dict[str, Any], params: dict[str, Any]
) -> Iterator[tuple[str, str, bool]]:
    """Each output, and whether personal values may be in it."""
    before, after = case.get("before"), case["after"]
    calls: list[Callable[[], Any]] = [
        lambda: mapping.apply(after, params),
        lambda: mapping.apply(after, params, on_rejected="drop"),
        lambda: mapping.diff(before, after, params),
        lambda: mapping.diff(before, after, params, absent="clear"),
        lambda: mapping.diff(after, before or {}, params),
        lambda: mapping.diff(None, after, params, vendor=case.get("vendor", {})),
    ]
    for call in calls:
        try:
            answer = call()
        except RecordError as error:
            yield from ((name, text, False) for name, text in of_error(error))
            continue
        if isinstance(answer, Plan):
            yield from ((name, text, True) for name, text in of_plan(answer))
            yield from ((name, text, False) for name, text in pictures(answer))
        else:
            yield from ((name, text, True) for name, text in of_request(answer))
            yield from ((name, text, True) for name, text in of_changed(answer))


def _wrapped(value: Any) -> Any:
    return {"zqmore": value}


def _renamed(value: Any) -> Any:
    return {f"zq{name}": item for name, item in value.items()} if isinstance(value, dict) else value


def _deeper(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The change, made to each object inside."""

    def changed(value: Any) -> Any:
        if isinstance(value, dict):
            return change({name: changed(item) for name, item in value.items()})
        return [changed(item) for item in value] if isinstance(value, list) else value

    return changed


def _at_level(level: int, change: Callable[[Any], Any], value: Any) -> Any:
    """The change, made to the objects that are inside so many others."""
    if isinstance(value, list):
        return [_at_level(level, change, item) for item in value]
    if not isinstance(value, dict):
        return value
    if level == 0:
        return change(value)
    return {name: _at_level(level - 1, change, item) for name, item in value.items()}


CHANGES: tuple[Callable[[Any], Any], ...] = (
    _wrapped, _renamed, _deeper(_renamed), lambda value: [value], lambda value: SECRET,
    lambda value: {SECRET: 1, "zql": [SECRET]},
)  # fmt: skip


def changed_requests(request: Request) -> Iterator[Request]:
    """What a caller may make of a request before it is shown."""
    for change in CHANGES:
        yield replace(request, body=change(request.body))
        for part in ("path", "query", "headers"):
            made = change(getattr(request, part))
            if isinstance(made, dict):
                yield replace(request, **{part: made})
    for level in (1, 2, 3):
        yield replace(request, body=_at_level(level, _renamed, request.body))
    yield replace(request, url=f"{request.url}?k={SECRET}")
    yield replace(request, headers={name.lower(): value for name, value in request.headers.items()})


def of_changed(request: Request) -> Outputs:
    if "{{" not in repr(request):
        return  # there is nothing secret in the mapping
    for one in changed_requests(request):
        yield "changed", repr(one) + one.to_curl() + one.to_http()


def check(mapping: Mapping, case: dict[str, Any], params: dict[str, Any]) -> int:
    """How many outputs were looked at."""
    looked = 0
    for name, text, data in of_library(mapping, case, params):
        looked += 1
        assert SECRET not in text, (name, text)
        assert data or not PERSONAL.search(text), (name, text)
    return looked


@pytest.fixture(params=SHAPES, ids=[shape["name"] for shape in SHAPES])
def shape(request: pytest.FixtureRequest) -> dict[str, Any]:
    return dict(request.param)


def params_of(mapping: Mapping) -> dict[str, Any]:
    given = {"token": SECRET, "secrets": {SECRET: SECRET, "more": {SECRET: [SECRET]}}}
    return {name: given[name] for name in mapping.params}


def rules_of(shape: dict[str, Any]) -> str:
    declared = [
        name for name in ("token", "secrets") if re.search(rf"\b(param: |{{){name}\b", shape["rules"])
    ]
    return f"params: {{{', '.join(f'{name}: {{secret: true}}' for name in declared)}}}\n{shape['rules']}"


def test_library(shape: dict[str, Any], tmp_path: Path) -> None:
    mapping = made(tmp_path, rules_of(shape))
    params = params_of(mapping)
    assert check(mapping, shape, params) >= 27
    vendor = shape.get("vendor")
    plan = mapping.diff(None if vendor else shape["before"], shape["after"], params, vendor=vendor)
    assert SECRET in str(plan.to_dict()), "the shape has no secret"
    assert re.search(r"{{(token|secrets)}}", str(plan.to_dict(secrets=False)))


COMMANDS = [
    ["apply", "{m}", "{after}"],
    *(["apply", "{m}", "{after}", "--as", form] for form in ("curl", "http")),
    ["apply", "{m}", "{many}"],
    ["apply", "{m}", "{many}", "--rejects", "{rejects}"],
    ["apply", "{m}", "{after}", "-o", "{out}"],
    *(["diff", "{m}", "{before}", "{after}", "--format", form, *more]
      for form in ("text", "json", "deepdiff") for more in ([], ["--show-values"], ["--verify"])),
    ["diff", "{m}", "{before}", "{after}", "--on-rejected", "raise"],
    ["diff", "{m}", "{many}", "{many2}", "--key", "id"],
    ["diff", "{m}", "{many}", "{many2}", "--key", "id", "--format", "json", "-o", "{out}"],
    ["diff", "{m}", "{many2}", "{many}", "--key", "id", "--format", "json", "--rejects", "{rejects}"],
    ["apply", "{m}", "{broken}"],
]  # fmt: skip


def test_command_line(
    shape: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    mapping = made(tmp_path, rules_of(shape))
    for command in (apply, diff):
        monkeypatch.setattr(command, "load", lambda *_: mapping)
    before, after = {"id": "C-1", **(shape.get("before") or {})}, {"id": "C-1", **shape["after"]}
    texts = {
        "before": json.dumps(before),
        "after": json.dumps(after),
        "many": f"{json.dumps(before)}\n{json.dumps({**after, 'id': 'C-2'})}\n",
        "many2": f"{json.dumps(after)}\n{json.dumps({**before, 'id': 'C-2'})}\n",
        "broken": json.dumps({**after, "status": 1}),
        "params": json.dumps(params_of(mapping)),
    }
    files = {name: str(tmp_path / name) for name in (*texts, "out", "rejects")}
    for name, text in texts.items():
        Path(files[name]).write_text(text)
    files["m"] = str(tmp_path / "acme" / "case.yaml")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    for command in COMMANDS:
        arguments = [word.format_map(files) for word in command]
        run([*arguments, "--params", files["params"]])
        out, err = capfdbinary.readouterr()
        if command[0] == "diff" and "--format" in command and "--show-values" not in command:
            told = _without_path(out.decode().partition("\n{")[0]) if "text" in command else err.decode()
            assert not PERSONAL.search(told), (command, told)
        said = (out + err).decode()
        said += "".join(
            Path(files[name]).read_text() for name in ("out", "rejects") if Path(files[name]).exists()
        )
        assert SECRET not in said, (command, said)


# Drawn mappings


def tainted(rng: Random, rules: dict[str, Any]) -> dict[str, Any]:
    """Rules into which the secret parameter is set here and there."""
    made: dict[str, Any] = {}
    for target, rule in rules.items():
        made[target] = _tainted(rng, rule)
    if made and rng.random() < 0.4:
        made["zqparam"] = {"param": "token"}
    return made


def _tainted(rng: Random, rule: Any) -> Any:
    if isinstance(rule, str):
        rule = {"from": rule}
    if not isinstance(rule, dict):
        return rule
    rule = dict(rule)
    if "fields" in rule:
        rule["fields"] = tainted(rng, rule["fields"])
    elif "first" in rule and rng.random() < 0.5:
        options = list(rule["first"])
        options.insert(rng.randint(0, len(options)), _option(rng))
        rule["first"] = options
    elif "from" in rule and "merge" not in rule and rng.random() < 0.5:
        option = {key: rule.pop(key) for key in ("from", "values", "unmapped") if key in rule}
        rule["first"] = [_option(rng), option] if rng.random() < 0.6 else [option, _option(rng)]
    return rule


def _option(rng: Random) -> dict[str, Any]:
    option: dict[str, Any] = {"param": "token"}
    if rng.random() < 0.7:
        option["when"] = rng.choice(
            ("blocked", "role == 'tester'", "email == company", "primary", "city == label")
        )
    if rng.random() < 0.2:
        option["format"] = "k {}"
    return option


def with_tokens(value: Any, known: dict[str, str]) -> Any:
    """A record whose texts have tokens; the same text has the same."""
    if isinstance(value, dict):
        return {key: with_tokens(item, known) for key, item in value.items()}
    if isinstance(value, list):
        return [with_tokens(item, known) for item in value]
    return known.setdefault(value, f"zq{len(known)}qz") if isinstance(value, str) and value else value


OPEN = ("status", "role")


def _record(drawn: dict[str, Any] | None, known: dict[str, str]) -> Any:
    if drawn is None:
        return None
    made = {key: item if key in OPEN else with_tokens(item, known) for key, item in drawn.items()}
    channels = [item for item in made.get("channels") or () if isinstance(item, dict)]
    for item, was in zip(
        channels, [one for one in drawn.get("channels") or () if isinstance(one, dict)], strict=True
    ):
        if "type" in was:
            item["type"] = was["type"]
    if isinstance(made.get("phone"), dict) and "type" in made["phone"]:
        made["phone"]["type"] = drawn["phone"]["type"]
    return made


def drawn(seed: int) -> tuple[Mapping, list[dict[str, Any]]]:
    rng = Random(seed)
    while True:
        rules = draw(rng)
        rules["contract"] = {name: rules["contract"][name] for name in ("method", "url")}
        rules["params"] = {**rules.get("params", {}), "token": {"secret": True}}
        for part in ("body", "query", "headers"):
            if part in rules:
                rules[part] = tainted(rng, rules[part])
        if (mapping := load(rules)) is not None:
            break
    records = Records(rng, fields_of(rules), named="identifiers" in json.dumps(rules))
    known: dict[str, str] = {}
    pairs = [records.pair() for _ in range(6)]
    return mapping, [{"before": _record(one, known), "after": _record(two, known)} for one, two in pairs]


def test_drawn_mappings() -> None:
    first = Random().randrange(2**31) if MAPPINGS > 1000 else 0
    seen = Counter[str]()
    for seed in range(first, first + MAPPINGS):
        mapping, cases = drawn(seed)
        for case in cases:
            try:
                check(mapping, case, {"token": SECRET})
            except AssertionError as error:
                raise AssertionError(f"seed {seed}: {case} {error}") from None
            try:
                plan = mapping.diff(case["before"], case["after"], {"token": SECRET})
            except RecordError:
                seen["error"] += 1
                continue
            seen["secret change"] += any(SECRET in repr(one.to_dict()) for one in plan.changes)
            seen["secret request"] += plan.request is not None and SECRET in repr(plan.request.to_dict())
    assert seen["secret change"] > MAPPINGS // 4, seen
    assert seen["secret request"] > MAPPINGS, seen


def test_a_leak_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The law notices what hides nothing."""
    mapping = made(tmp_path, rules_of(SHAPES[0]))
    monkeypatch.setattr(Privacy, "without_secrets", lambda self, value, item=False: value)
    with pytest.raises(AssertionError):
        check(mapping, SHAPES[0], params_of(mapping))


def test_a_leak_of_what_a_caller_changed_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mapping = made(tmp_path, rules_of(SHAPES[0]))
    monkeypatch.setattr(hiding, "_known", lambda names, value: value)
    with pytest.raises(AssertionError, match="changed"):
        check(mapping, SHAPES[0], params_of(mapping))
