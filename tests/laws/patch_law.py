"""Law 18: lists of changes are applied by other people's libraries, and reach the state that the plan says.

JSON Patch by `jsonpatch`, on the mappings of any draw; SCIM by `scim2-models`, on its own user resource. The
vendor has every container of the mapping.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any, Final

import jsonpatch
from scim2_models import EnterpriseUser, PatchOp, SCIMException, User
from whole_changes import PATCH, draw_changes
from whole_loading import fields_of, load
from whole_records import Records

from custmap.diagnostics.errors import RecordError
from custmap.model.nodes import ItemsNode, Leaf, ObjectNode, TargetNode
from custmap.model.walkers import children
from custmap.plan.plan import Plan
from custmap.values.absent import ABSENT
from custmap.values.equality import same, same_items
from custmap.values.numbers import key_text
from custmap.values.paths import Member, Select, TargetPath, found_at, parse_path

ENTERPRISE: Final = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
TARGETS: Final = (
    "displayName", "title", "nickName", "locale", "name.givenName", "name.familyName",
    "emails[type=work].value", "emails[type=home].value", "phoneNumbers[type=mobile].value",
    f'"{ENTERPRISE}".department', f'"{ENTERPRISE}".employeeNumber',
)  # fmt: skip
SOURCES: Final = (
    "company",
    "name.given",
    "name.family",
    "name.middle",
    "loyalty.account_id",
    "id",
    "payment_card.token",
)
PAIRS: Final = 8


class Strays(AssertionError):
    """The library's document is not what the plan says."""


def check_patches(seeds: range, paths: str) -> int:
    """Checks the plans of drawn mappings; how many requests were applied."""
    return sum(_check(seed, paths) for seed in seeds)


def _check(seed: int, paths: str) -> int:
    rng = Random(seed)
    mapping = _pointer(rng) if paths == "pointer" else _scim(rng)
    if mapping is None or (loaded := load(mapping)) is None:
        return 0
    records = Records(rng, fields_of(mapping), named=False)
    applied = 0
    for _ in range(PAIRS):
        before, after = records.pair()
        try:
            first = loaded.apply(before or {}, on_rejected="drop").body
            plan = loaded.diff(before or {}, after)
        except RecordError:
            continue
        held = _applied(_empty(loaded, paths), first, paths)
        body = plan.request.body if plan.request is not None else None
        try:
            reached = held if body is None else _applied(held, body, paths)
        except (jsonpatch.JsonPatchException, SCIMException) as error:
            raise Strays(f"seed {seed}: {error}\n{mapping}\n{before}\n{after}\n{body}\n{held}") from None
        for what in _wrong(held, reached, plan):
            raise Strays(f"seed {seed}: {what}\n{mapping}\n{before}\n{after}\n{body}\n{held}\n{reached}")
        applied += body is not None
    return applied


RIDERS = ("'param':", "'value':")


def _pointer(rng: Random) -> Any:
    """A drawn mapping of a vendor that takes JSON Patch; none with lists whose items rules name."""
    mapping = draw_changes(rng)
    head = {**PATCH, "set": {**PATCH["set"], "op": "add"}, "if_absent": "fails"}
    mapping["changes"] = {**mapping["changes"], **head}
    mapping.pop("clear", None)
    body = {name: rule for name, rule in mapping["body"].items() if "[" not in name}
    body = {name: rule for name, rule in body.items() if not _is_cleared_as_one(rule)}
    body = {name: rule for name, rule in body.items() if not any(one in str(rule) for one in RIDERS)}
    mapping["body"] = {name: _without_own(rule) for name, rule in body.items()}
    for part in ("path", "query", "headers", "params"):
        mapping.pop(part, None)
    mapping["contract"]["url"] = "https://api.example.com/customers"
    return mapping if mapping["body"] else None


def _is_cleared_as_one(rule: Any) -> bool:
    """Is it an object with a clear of its own? A vendor who loses the object would have to make it again."""
    if not isinstance(rule, dict) or rule.get("merge") == "whole" or "clear" not in rule or "each" in rule:
        return False
    is_map = rule.get("merge") in ("entries", "fields") or rule.get("from") in ("phone", "payment_card")
    return is_map or "fields" in rule or not rule.keys() & {"from", "first"}


def _without_own(rule: Any) -> Any:
    """A rule without templates of its own, which no library knows, and without values that mean none."""
    if not isinstance(rule, dict):
        return rule
    made = {key: value for key, value in rule.items() if key not in ("set", "add")}
    if isinstance(made.get("clear"), dict) and made["clear"].keys() & {"item", "send"}:
        del made["clear"]
    if "fields" in made and "each" not in made:
        inside = made["fields"].items()
        kept = {name: one for name, one in inside if "[" not in name and not _is_cleared_as_one(one)}
        made["fields"] = {name: _without_own(one) for name, one in kept.items()}
    return made


def _scim(rng: Random) -> Any:
    targets = rng.sample(TARGETS, rng.randint(2, 6))
    return {
        "custmap": 1,
        "name": "acme/whole",
        "contract": {"method": "PATCH", "url": "https://api.example.com/Users"},
        "changes": {
            "into": "Operations",
            "add": {"op": "add", "path": "{path}", "value": "{value}"},
            "set": {"op": "replace", "path": "{path}", "value": "{value}"},
            "clear": {"op": "remove", "path": "{path}"},
            "paths": "scim",
            "if_absent": "fails",
        },
        "empty": "reject",
        "body": {
            "schemas": {"value": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]},
            **{one: "lower(email)" if one.startswith("emails") else rng.choice(SOURCES) for one in targets},
        },
    }


def _applied(held: Any, body: Any, paths: str) -> Any:
    if paths == "pointer":
        return jsonpatch.apply_patch(deepcopy(held), body)
    user = User[EnterpriseUser].model_validate(held)
    if body.get("Operations"):
        PatchOp[User[EnterpriseUser]].model_validate(body).patch(user)
    return user.model_dump(mode="json", by_alias=True, exclude_none=True)


def _empty(loaded: Any, paths: str) -> Any:
    """A copy with every container of the mapping, and nothing in it."""
    if paths == "pointer":
        return _containers(loaded.checked.operation.body)
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
        "userName": "u",
        "name": {},
        "emails": [{"type": "work"}, {"type": "home"}],
        "phoneNumbers": [{"type": "mobile"}],
        ENTERPRISE: {},
    }


def _containers(node: TargetNode) -> Any:
    if isinstance(node, Leaf | ItemsNode) or (isinstance(node, ObjectNode) and node.whole):
        return {}
    holders = (one for one in children(node) if isinstance(one, ObjectNode) or _is_map(one))
    return {one.name: _containers(one) for one in holders}


def _is_map(node: TargetNode) -> bool:
    return isinstance(node, Leaf) and node.kind.is_map


def _wrong(held: Any, reached: Any, plan: Plan) -> Iterator[str]:
    """What the plan says and the document does not have; and what else has changed."""
    said = [parse_path(change.target) for change in plan.changes]
    for change, path in zip(plan.changes, said, strict=True):
        found = _found(reached, path)
        gone = change.action == "clear" and change.after is None
        if not (found in (None, ABSENT) if gone else same(found, change.after)):
            yield f"{change.action} {change.target}: {found}"
    for path in _places(held, ()):
        was, now = found_at(held, path), found_at(reached, path)
        in_any_order = isinstance(was, list) and isinstance(now, list) and same_items(was, now)
        if (
            not (same(was, now) or in_any_order)
            and not _is_none(was)
            and path[0].name != "schemas"
            and not any(path[: len(one)] == one or one[: len(path)] == path for one in said)
        ):
            yield f"{path} has changed"


def _found(document: Any, path: TargetPath) -> Any:
    """What stands at a target, whose keys are texts whatever they are in the document."""
    for segment in path:
        if isinstance(segment, Select) and isinstance(document, list):
            wanted = key_text(segment.value)
            named = (one for one in document if key_text(one.get(segment.key)) == wanted)
            document = next(named, ABSENT)
        else:
            document = found_at(document, (segment,))
    return document


def _is_none(value: Any) -> bool:
    """Is it what says that there is no value, or a container of nothing else?"""
    if isinstance(value, dict):
        return all(map(_is_none, value.values()))
    return value in (None, "", [])


def _places(value: Any, way: tuple[Member, ...]) -> Iterator[tuple[Member, ...]]:
    """The places of values; an object is where its members are."""
    for name, inner in value.items() if isinstance(value, dict) else ():
        if not isinstance(inner, dict):
            yield (*way, Member(name))
        yield from _places(inner, (*way, Member(name)))
