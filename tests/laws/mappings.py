"""Mappings, drawn: inline contracts, every merge and clear, nested objects, items, riders, choices.

A mapping is a menu of blocks, each of its own part of the customer and its own part of the body; what
is drawn is which blocks there are, and the policies in them.
"""

from __future__ import annotations

import atexit
import json
import re
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

from customers import ALL, Draw
from hypothesis import strategies as st

import custmap

Rules = dict[str, Any]
_FOLDER = Path(tempfile.mkdtemp(prefix="custmap-laws-")) / "acme"
atexit.register(shutil.rmtree, _FOLDER.parent, ignore_errors=True)

_forms = st.sampled_from(
    ("none", "send_null", "send_empty", "send", "name_in", "key_in", "write", "impossible", "skip")
)
_member_forms = st.sampled_from(("none", "send_null", "send_empty", "send", "omit", "impossible", "skip"))
_names = st.sampled_from(("none", "name_in", "key_in", "write", "impossible", "skip"))
_often = st.integers(0, 2).map(bool)
_seldom = st.integers(0, 4).map(lambda n: n == 0)


def _clear(draw: Draw, name: str, *, inner: bool = False, whole: bool = False, forms: Any = None) -> Rules:
    """A `clear` for a rule of this name; `inner`: in an item, `whole`: in a container that is replaced."""
    form = draw(forms if forms is not None else _member_forms if inner else _forms)
    if form == "omit" and not whole:
        form = "send_null"
    match form:
        case "none":
            return {}
        case "send":
            return {"clear": {"send": "-"}}
        case "name_in":
            place = draw(
                st.sampled_from(("unset", "meta.unset", '"$unset"', "lists[1].unset", "ops[path=/a].unset"))
            )
            return {"clear": {"name_in": place}}
        case "key_in":
            place = draw(st.sampled_from(("gone", "meta.gone", "ops[path=/b]", "ops[path=/a].gone")))
            return {"clear": {"key_in": place, "with": True}}
        case "write":
            place = draw(st.sampled_from((f"{name}_deleted", f"lists[0].{name}", f"ops[path=/c].{name}")))
            return {"clear": {"write": {place: draw(st.sampled_from((True, None)))}}}
    return {"clear": form}


def _value(draw: Draw, body: Rules, target: str, source: str, **more: Any) -> None:
    rule = {"from": source, **_clear(draw, _last(target)), **more}
    if draw(_seldom):
        rule["empty"] = draw(st.sampled_from(("clear", "reject", "value")))
    if draw(_seldom):
        rule["immutable"] = True
    if draw(_seldom):
        rule["repeatable"] = False
    body[target] = rule if len(rule) > 1 else source


def _last(target: str) -> str:
    return target.rpartition(".")[2].strip('"')


def _scalars(draw: Draw, body: Rules, fields: Rules) -> None:
    if draw(_often):
        _value(draw, body, "email", draw(st.sampled_from(("email", "lower(email)"))))
    if draw(_often):
        _value(draw, body, draw(st.sampled_from(("company", "info.work.company", '"co.mp"'))), "company")
    if draw(_seldom):
        body["priority"] = {"from": "priority", "default": 7, **_clear(draw, "priority")}
    elif draw(_seldom):
        body["priority"] = {"from": "priority", "send": "always"}
    if draw(_seldom):
        fields["ref"] = {"type": "string", "required": True}
        body["ref"] = {"from": "id", "default": "none"}
    if draw(_seldom):
        body["blocked"] = {"from": "blocked", "values": {True: "y", False: "n"}, **_clear(draw, "blocked")}


def _status(draw: Draw, body: Rules, fields: Rules) -> None:
    rule: Rules = {"from": "status", **_clear(draw, "state")}
    match draw(st.integers(0, 4)):
        case 0:
            rule["values"] = {"active": "A", "inactive": "I"}
            rule["transitions"] = {"A": ["I"]}
        case 1:
            rule["values"] = {"active": 1}
            rule["unmapped"] = draw(st.sampled_from(("pass", "skip", "reject", {"default": 0})))
        case 2:
            rule["when"] = "blocked != `true`"
            if draw(_often):
                rule["otherwise"] = "clear"
        case 3:
            rule["format"] = "s-{}"
    body["state"] = rule


def _name(draw: Draw, body: Rules, fields: Rules) -> None:
    whole = draw(st.booleans())
    container: Rules = {"merge": "whole"} if whole else {}
    container |= _clear(draw, "name", forms=_containers) if draw(_often) else {}
    first = {"from": "given_name(name)", **_clear(draw, "first", inner=whole, whole=whole)}
    last = {"from": "family_name(name)", **_clear(draw, "last", inner=whole, whole=whole)}
    if draw(st.booleans()):
        body["name.first"], body["name.last"] = first, last
        if container:
            body["name"] = container
        if draw(_seldom):
            body["name.by"] = {"param": "who"}
        _along(draw, body, "name.", "")
    else:
        first["from"], last["from"] = "given", "family"
        body["name"] = {"from": "name", **container, "fields": {"first": first, "last": last}}
        if draw(_seldom):
            body["name"]["fields"]["by"] = {"value": "us"}
        _along(draw, body["name"]["fields"], "", "inside")


def _along(draw: Draw, rules: Rules, at: str, inside: str) -> None:
    """Members of an object that go along, or that have more than one source."""
    if draw(_seldom):
        rules[f"{at}always"] = {"from": "middle" if inside else "priority", "send": "always"}
    if draw(_seldom):
        options = ["suffix", "family"] if inside else ["company", "given_name(name)"]
        rules[f"{at}some"] = {"first": options, **_clear(draw, "some", inner=True)}


def _profiles(draw: Draw, body: Rules, fields: Rules) -> None:
    """Items that are addressed by their place, in a list that may be replaced."""
    whole = draw(st.booleans())
    if whole:
        clear = _clear(draw, "profiles", forms=_containers) if draw(_seldom) else {}
        body["profiles"] = {"merge": "whole", **clear}
    first_whole = not whole and draw(_seldom)
    if first_whole:
        body["profiles[0]"] = {"merge": "whole"}
    for place, source in (("[0].first", "given_name(name)"), ("[0].mail", "email"), ("[1].tags", "tags")):
        if draw(_often):
            replaced = whole or (first_whole and place.startswith("[0]"))
            rule = {"from": source, **_clear(draw, _last(place), inner=True, whole=replaced)}
            body[f"profiles{place}"] = rule
    if not any(target.startswith("profiles[0].") for target in body):
        body["profiles[0].mail"] = "email"
    _along(draw, body, "profiles[0].", "")


def _ids(draw: Draw, body: Rules, fields: Rules) -> None:
    """Which customer it is."""
    target = draw(st.sampled_from(("number", "who.number", "profiles[0].number")))
    body[target] = {"from": "identifiers.acme", "identity": True}
    body.setdefault("email", "email")


def _when(draw: Draw, rule: Rules) -> None:
    if draw(_seldom):
        rule["when"] = "coalesce(blocked, `false`) != `true`"
        if draw(_often):
            rule["otherwise"] = "clear"


_containers = st.sampled_from(("send_null", "send", "name_in", "key_in", "write", "skip", "impossible"))


def _phone(draw: Draw, body: Rules, fields: Rules) -> None:
    if draw(st.booleans()):
        kind = {
            "from": "phone.type",
            "values": {"mobile": "M", "home": "H"},
            "unmapped": "reject",
            **_clear(draw, "type", inner=True),
        }
        body["phone.deep.number"] = {"from": "phone.number", **_clear(draw, "number")}
        body["phone.type"] = kind
    else:
        body["phone"] = {"from": "phone", "merge": "fields", **_clear(draw, "phone", inner=True)}


def _lists(draw: Draw, body: Rules, fields: Rules) -> None:
    if draw(_often):
        merge = draw(st.sampled_from(("set", "whole")))
        body["tags"] = {"from": "tags", "merge": merge, **_clear(draw, "tags")}
    if draw(_often):
        merge = draw(st.sampled_from(("keyed", "add-only", "whole", "set")))
        table: Rules = {
            "kind": "type",
            "value": {"from": "value", **_clear(draw, "value", inner=True, whole=True)},
            "opt.checked": {"from": "verified", **_clear(draw, "checked", inner=True, whole=True)},
        }
        if draw(_seldom):
            table["by"] = {"param": "who"}
        if draw(_seldom):
            table["more"] = _nested(draw)
        rule: Rules = {"each": "channels", "merge": merge, "fields": table}
        if merge in ("keyed", "add-only"):
            rule["key"] = "kind"
        _when(draw, rule)
        if merge != "add-only":
            rule |= _clear(draw, "channels", forms=_names if merge == "keyed" else None)
        body["channels"] = rule
    if draw(_seldom):
        body["first_mail"] = {
            "first": [{"from": "channels[?type == 'email'].value | [0]"}, "email"],
            **_clear(draw, "first_mail"),
        }


def _nested(draw: Draw) -> Rules:
    """A list in each item of a list."""
    inner: Rules = {"at": "last_viewed_at", "main": {"from": "primary", **_clear(draw, "main", inner=True)}}
    merge = draw(st.sampled_from(("whole", "set", "keyed")))
    rule: Rules = {"each": "[@]", "merge": merge, "fields": inner}
    if merge == "keyed":
        rule["key"] = "at"
    return rule


def _maps(draw: Draw, body: Rules, fields: Rules) -> None:
    target = draw(st.sampled_from(("attributes", "profiles[0].extra", "deep.er.extra", "name.extra")))
    merge = draw(st.sampled_from(("entries", "entries", "whole")))
    source = draw(st.sampled_from(("attributes", "text_values(attributes)")))
    rule: Rules = {"from": source, "merge": merge, **_clear(draw, _last(target))}
    if draw(_seldom):
        rule["empty"] = draw(st.sampled_from(("clear", "reject")))
    _when(draw, rule)
    body[target] = rule
    if draw(st.booleans()):
        _value(draw, body, "plan", "custom_fields.plan")
    if draw(_seldom):
        _value(draw, body, "profiles[0].a", "custom_fields.a")


def _contacts(draw: Draw, body: Rules, fields: Rules) -> None:
    for kind, source in (("email", "email"), ("mobile", "phone.number")):
        if draw(_often):
            target = f"contacts[type={kind}].value"
            body[target] = {"from": source, **_clear(draw, "value", inner=True)}


def _card(draw: Draw, body: Rules, fields: Rules) -> None:
    body["card"] = {
        "from": "payment_card",
        "merge": draw(st.sampled_from(("whole", "fields"))),
        "clear": {"write": {"cardToken": None}},
        "fields": {"provider": "provider", "default": "default"},
    }


_BLOCKS = (_scalars, _status, _name, _phone, _lists, _maps, _contacts, _card, _profiles, _ids)


def reads_of(mapping: Rules) -> tuple[str, ...]:
    """The canonical fields that a mapping names."""
    text = json.dumps(mapping["body"])
    return tuple(field for field in ALL if re.search(rf"\b{field}\b", text))


@st.composite
def mappings(draw: Draw, *, omit: bool = True) -> Rules:
    """A mapping, as its file says it. `omit` False: none that counts on the vendor's replacing."""
    body: Rules = {}
    fields: Rules = {"known": "string"}
    for block in draw(st.lists(st.sampled_from(_BLOCKS), min_size=1, max_size=4, unique=True)):
        block(draw, body, fields)
    if not body or draw(_seldom):
        body["by"] = {"param": "who"}
        body.setdefault("email", "email")
    if "name" in body and "name.extra" in body:
        body["extra"] = body.pop("name.extra")
    mapping: Rules = {
        "custmap": 1,
        "name": "acme/drawn",
        "summary": "Drawn",
        "contract": {"method": "PATCH", "url": "https://api.example.com/customers", "fields": fields},
        "params": {"who": {"default": "us"}},
        "body": _names_apart(body),
    }
    if draw(_seldom):
        mapping["clear"] = draw(st.sampled_from(("send_null", "impossible", "skip", {"send": "-"})))
    if not any("who" in json.dumps(rule) for rule in body.values()):
        del mapping["params"]
    if not omit and '"omit"' in _yaml(mapping):
        mapping = _without_omit(mapping)
    return mapping


def _without_omit(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: "impossible" if item == "omit" else _without_omit(item) for key, item in value.items()}
    return [_without_omit(item) for item in value] if isinstance(value, list) else value


def _names_apart(body: Rules) -> Rules:
    """No two rules with one name in one list: maps name their own keys, so they get a list of their own."""
    for number, rule in enumerate(body.values()):
        clear = rule.get("clear") if isinstance(rule, dict) else None
        if isinstance(clear, dict) and ({"merge", "each"} & rule.keys()):
            for form in ("name_in", "key_in"):
                if form in clear:
                    clear[form] = f"{form}_{number}"
    return body


@lru_cache(maxsize=256)
def _load(text: str) -> Any:
    _FOLDER.mkdir(parents=True, exist_ok=True)
    path = _FOLDER / "drawn.yaml"
    path.write_text(text, encoding="utf-8")
    return custmap.load(path)


def load(mapping: Rules) -> Any:
    """The mapping, loaded."""
    return _load(_yaml(mapping))


def _yaml(value: Any) -> str:
    """JSON is YAML; but keys that are booleans stay booleans."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)}: {_yaml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_yaml, value)) + "]"
    return json.dumps(value)


def _key(key: Any) -> str:
    return json.dumps(key)
