"""From rules to a tree of targets: paths with a common start share containers; duplicates are reported."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, field

from custmap.diagnostics.diagnostic import Note
from custmap.mapping.file import Rule
from custmap.resolve.findings import Findings
from custmap.values.paths import Member, PathError, Segment, Select, TargetPath, parse_path


class Place(Struct):
    """A place in the tree under construction: `rule` fills it, `policy` is a rule that only has policies."""

    path: TargetPath
    rule: Rule | None = None
    policy: Rule | None = None
    inside: dict[Segment, Place] = field(default_factory=dict)

    def first_rule(self) -> Rule:
        """The first rule at or below this place, for messages."""
        return next(self.rules())

    @property
    def is_always(self) -> bool:
        """Is something at or below this place in every update?"""
        return any(rule.always for rule in self.rules())

    def rules(self) -> Iterator[Rule]:
        if self.rule:
            yield self.rule
        for place in self.inside.values():
            yield from place.rules()
        if self.policy:
            yield self.policy


def build_places(rules: tuple[Rule, ...], findings: Findings) -> Place:
    """The tree of a table's targets; findings for paths that cannot be read and places written twice."""
    root = Place(())
    # A rule whose keys cannot be read may be only a container's policy, so it gives way to others.
    for rule in sorted(rules, key=_is_unclear):
        try:
            path = parse_path(rule.target.value)
        except PathError as error:
            findings.add(
                "CM209",
                error.reason,
                rule.target.inside(error.offset),
                'Write `name.firstName`, `profiles[0].x`, `channels[type=email].value` or `"a.b".c`.',
            )
            continue
        place = _walk(root, path, rule, findings)
        if place is None or (_is_unclear(rule) and (place.rule or place.inside)):
            continue
        if rule.is_policy:
            if place.policy:
                _twice(findings, rule, place.policy)
            place.policy = rule
        elif place.rule or place.inside:
            _twice(findings, rule, place.rule or place.first_rule())
        else:
            place.rule = rule
    _check_shapes(root, findings)
    return root


def _is_unclear(rule: Rule) -> bool:
    return not rule.has_source and not rule.is_policy


def _walk(root: Place, path: TargetPath, rule: Rule, findings: Findings) -> Place | None:
    place = root
    for depth, segment in enumerate(path, 1):
        if place.rule is not None:
            _twice(findings, rule, place.rule)
            return None
        place = place.inside.setdefault(segment, Place(path[:depth]))
    return place


def _twice(findings: Findings, rule: Rule, other: Rule) -> None:
    findings.add(
        "CM307",
        "another rule writes to this target",
        rule.target.span,
        "Keep one of the two rules, or join them with `first: [...]`.",
        notes=[Note(other.target.span, "the other rule")],
    )


def _check_shapes(place: Place, findings: Findings) -> None:
    """Report places that are used in two ways: as object, list of positions or list of named items."""
    shapes: dict[type, Place] = {}
    for segment, inner in place.inside.items():
        shapes.setdefault(type(segment), inner)
        _check_shapes(inner, findings)
    check_key(place, findings)
    if len(shapes) > 1:
        one, other = list(shapes.values())[:2]
        findings.add(
            "CM307",
            "this target is used in two different ways",
            other.first_rule().target.span,
            "Use it as an object, as a list by position, or as a list by key.",
            notes=[Note(one.first_rule().target.span, "used differently here")],
        )
    keys = {segment.key for segment in place.inside if isinstance(segment, Select)}
    if len(keys) > 1:
        findings.add(
            "CM307",
            f"items are identified by {' and by '.join(sorted(f'`{key}`' for key in keys))}",
            place.first_rule().target.span,
            "Use the same member as key for all items of a list.",
        )


def check_key(place: Place, findings: Findings) -> None:
    """Report a rule that writes the member by which its item is named: `row[type=email].type`."""
    named = place.path[-1] if place.path else None
    if isinstance(named, Select) and (written := place.inside.get(Member(named.key))) is not None:
        findings.add(
            "CM307",
            f"`{named.key}` of this item is `{named.value}`: the path says so",
            written.first_rule().target.span,
            "Remove this rule, or name the item by another member.",
        )


def moved(place: Place, path: TargetPath) -> Place:
    """The same nodes, below another path."""
    return Place(
        path + place.path,
        place.rule,
        place.policy,
        {segment: moved(below, path) for segment, below in place.inside.items()},
    )
