"""Where values come from: the source keys of a rule, resolved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from msgspec import Struct

from custmap.contract.form_body import FormStyle
from custmap.expressions.ast import plain_path
from custmap.expressions.inference import Read, SourcePath
from custmap.mapping.file import SOURCES, Param, Rule, Text
from custmap.model.checked import RiderOrigin
from custmap.model.nodes import EachSource, FirstSource, FromSource, Origin, RiderSource, Source, Table
from custmap.resolve.context import Context
from custmap.resolve.findings import Findings, meant
from custmap.resolve.narrow import narrowed
from custmap.resolve.sources import UNKNOWN, Known, Scope, Sources, paths_of
from custmap.values.absent import ABSENT
from custmap.values.types import ANY, ARRAY, STRING, Type

_SOURCES = ("from", "param", "value", "each", "first")
_POLICIES = (
    "merge", "clear", "empty", "send", "identity", "immutable",
    "transitions", "repeatable", "otherwise", "key",
)  # fmt: skip


Reads: TypeAlias = tuple[Read, ...]
Found: TypeAlias = tuple[Source, Type, str | None, Reads, tuple[SourcePath, ...], Reads]
"""A source: its type, its canonical path, what it reads of the table's scope, the paths that it reads from
its own, and what the conditions of its options read."""


class Made(Struct, frozen=True):
    """An origin, and the type of its value.

    `read` and `asked` are what the value and `when` take of the table's scope, `inner` the paths of the value
    from its own.
    """

    origin: Origin
    type: Type
    source: str | None
    read: Reads
    inner: tuple[SourcePath, ...]
    scope: Scope
    asked: Reads = ()

    @property
    def reads(self) -> tuple[SourcePath, ...]:
        return paths_of(self.read)

    @property
    def asks(self) -> tuple[SourcePath, ...]:
        return paths_of(self.asked)


class OriginBuilder:
    """Resolves sources; riders are collected with their places."""

    def __init__(
        self,
        sources: Sources,
        params: Mapping[str, Param] | None,
        riders: list[RiderOrigin],
        findings: Findings,
        item_table: Callable[[Rule, Type | None, Scope, Context], Table],
    ) -> None:
        self._sources = sources
        self._params = params
        self._riders = riders
        self._findings = findings
        self._item_table = item_table

    def rider(
        self,
        rule: Rule,
        target: str,
        type_: Type | None,
        required: bool,
        *,
        alone: bool = True,
        form: FormStyle | None = None,
    ) -> int:
        """Add the rider for this rule and return its index.

        `form`: how it is written, where it is all of the rule and the body is a form.
        `alone`: the parameter or constant is all of the rule. Else the rule's origin translates and formats
        what the rider gives.
        """
        self._one_source(rule)
        self._no_policies(
            rule,
            ("clear", "merge", "transitions", "immutable"),
            "a parameter or constant never changes, so this policy has no meaning",
        )
        param = None
        if rule.param is not None:
            param = rule.param.value
            if self._params is not None and param not in self._params:
                self._findings.add(
                    "CM302",
                    f"`params` does not declare `{param}`",
                    rule.param.span,
                    meant(param, self._params),
                )
        value = rule.value.value if rule.value else None
        if rule.format is not None:
            self._check_format(rule.format)
        made = RiderOrigin(target, param, value, None, type_, required, form=form, rule=rule)
        if alone:
            made = replace(made, default=rule.default.value if rule.default else ABSENT, **_making(rule))
        elif rule.format is not None or rule.values is not None or (param is None and value is None):
            made = replace(made, type=None)  # the contract is for what is made of it, and null is cleared
        self._riders.append(made)
        return len(self._riders) - 1

    def object_source(self, rule: Rule, scope: Scope) -> Made:
        """The source object of `from` with `fields`."""
        scope = self._scope(rule, scope)
        asked = self._when(rule, scope)
        when = asked.expression if asked else None
        if when is not None:
            scope = replace(scope, type=narrowed(scope.type, when.ast))
        whole = None if rule.unread & SOURCES else Text("@", rule.span)
        known = self._sources.know(rule.from_ or whole, scope)
        inner = Scope(
            known.type.present().not_null(),
            known.source or "the source",
            known.reads,
            scope.plain and plain_path(known.expression.ast) is not None,
            known.source,
        )
        origin = Origin(FromSource(known.expression, known.type), rule.span, when, rule=rule)
        asks = asked.reads if asked else ()
        return Made(origin, known.type, known.source, known.reads, known.inner, inner, asks)

    def leaf(
        self, rule: Rule, type_: Type | None, scope: Scope, context: Context, target: str, required: bool
    ) -> Made:
        """The origin of a leaf, with its source, type and reads."""
        self._one_source(rule)
        scope = self._scope(rule, scope)
        asked = self._when(rule, scope)
        when = asked.expression if asked else None
        if when is not None:
            scope = replace(scope, type=narrowed(scope.type, when.ast))
        if rule.format is not None:
            self._check_format(rule.format)
        source, known_type, canonical, reads, inner, asks = self._source(
            rule, type_, scope, context, target, required
        )
        default = rule.default
        origin = Origin(
            source=source,
            span=rule.span,
            when=when,
            default=default.value if default else None,
            has_default=default is not None,
            rule=rule,
            **_making(rule),
        )
        result = ANY if rule.values or origin.is_unknown else STRING if rule.format else known_type
        asks = (*(asked.reads if asked else ()), *asks)
        return Made(origin, result, canonical, reads, inner, scope, asks)

    def _scope(self, rule: Rule, scope: Scope) -> Scope:
        return self._sources.without_nulls(scope) if rule.nulls == "absent" else scope

    def _source(
        self, rule: Rule, type_: Type | None, scope: Scope, context: Context, target: str, required: bool
    ) -> Found:
        if rule.each is not None or (rule.fields is not None and "each" in rule.unread):
            return self._each(rule, type_, scope, context)
        if rule.first is not None:
            return self._first(rule, type_, scope, context, target, required)
        if rule.param is not None or rule.value is not None:
            index = self.rider(rule, target, type_, False, alone=False)
            return RiderSource(index), ANY, None, (), (), ()
        if rule.from_ is None and not rule.unread & SOURCES:
            self._findings.add("CM208", "a rule needs a source", rule.target.span, "Add `from: EXPRESSION`.")
        known = self._sources.know(rule.from_, scope)
        source = FromSource(known.expression, known.type)
        return source, known.type, known.source, known.reads, known.inner, ()

    def _each(self, rule: Rule, type_: Type | None, scope: Scope, context: Context) -> Found:
        known = self._sources.know(rule.each, scope)
        span = rule.each.span if rule.each is not None else rule.span
        if known.type.known and "array" not in known.type.kinds:
            self._findings.add("CM401", "`each` needs a list, and this is not one", span)
        if rule.fields is None:
            if "fields" not in rule.unread:
                message = "`each` needs `fields` with the rules for an item"
                self._findings.add("CM202", message, span, "Add `fields: {…}`.")
            return FromSource(known.expression, ANY), ANY, known.source, known.reads, known.inner, ()
        items = known.type.items or ANY
        item = Scope(items.present().not_null(), "the item", source=None)
        table = self._item_table(rule, type_.items if type_ else None, item, context)
        if rule.key is not None and rule.key.value not in {member.name for member in table.item.members}:
            self._findings.add(
                "CM504",
                f"the item has no member `{rule.key.value}`",
                rule.key.span,
                meant(rule.key.value, [member.name for member in table.item.members]),
            )
        source = EachSource(known.expression, table, known.type)
        return source, ARRAY, known.source, known.reads, known.inner, ()

    def _first(
        self, rule: Rule, type_: Type | None, scope: Scope, context: Context, target: str, required: bool
    ) -> Found:
        assert rule.first is not None
        if rule.values is not None or rule.format is not None:
            type_ = None  # what an option gives is not what is sent
        made: list[Made] = []
        for option in rule.first:
            self._no_policies(option, _POLICIES, "policies belong on the outer rule, not on an option")
            if option.fields is not None and option.each is None:
                self._findings.add(
                    "CM207",
                    "`first` chooses between values or lists",
                    option.keys.get("fields", option.span),
                    "For an object, give each member its own `first`.",
                )
            else:
                made.append(self.leaf(option, type_, scope, context, target, required))
        if not made:
            return FromSource(UNKNOWN.expression, ANY), ANY, None, (), (), ()
        types = [found.type for found in made]
        type_of = types[0] if all(found.kinds == types[0].kinds for found in types) else ANY
        if any(isinstance(found.origin.source, EachSource) for found in made):
            type_of = ARRAY
        reads = tuple(read for found in made for read in _with_members(found))
        inner = tuple(dict.fromkeys(read for found in made for read in found.inner))
        asks = tuple(ask for found in made for ask in found.asked)
        source = next((found.source for found in made if found.source), None)
        return FirstSource(tuple(found.origin for found in made)), type_of, source, reads, inner, asks

    def _when(self, rule: Rule, scope: Scope) -> Known | None:
        if rule.when is None:
            if rule.otherwise_clear and "when" not in rule.unread:
                self._findings.add("CM207", "`otherwise` needs a `when`", rule.keys["otherwise"])
            return None
        known: Known = self._sources.know(rule.when, scope)
        if known.type.known and "boolean" not in known.type.kinds:
            self._findings.add(
                "CM401",
                "`when` needs an expression that is true or false",
                rule.when.span,
                "Write a comparison, such as `x == 'y'`.",
            )
        return None if known is UNKNOWN else known

    def _one_source(self, rule: Rule) -> None:
        stated = [key for key in rule.keys if key in _SOURCES]
        if len(stated) > 1:
            self._findings.add(
                "CM207",
                f"`{stated[0]}` and `{stated[1]}` are both sources, and a rule has one",
                rule.keys[stated[1]],
                "Keep one, or write `first: [...]`.",
            )
        if (
            rule.fields is not None
            and rule.each is None
            and rule.from_ is None
            and (rule.param or rule.value)
        ):
            self._findings.add("CM207", "`fields` needs `from` or `each`", rule.keys["fields"])

    def _no_policies(self, rule: Rule, keys: tuple[str, ...], why: str) -> None:
        for key in keys:
            if key in rule.keys:
                self._findings.add("CM207", why, rule.keys[key], f"Remove `{key}`.")

    def _check_format(self, text: Text) -> None:
        if text.value.count("{}") != 1:
            self._findings.add(
                "CM203",
                "`format` needs exactly one `{}`, where the value goes",
                text.span,
                'Write it like "Bearer {}".',
            )


def _with_members(option: Made) -> Reads:
    """What an option reads: where it is an object, each member decides what is said."""
    if not option.type.members:
        return option.read
    return tuple(replace(read, whole=read.whole or option.type) for read in option.read)


def _making(rule: Rule) -> dict[str, Any]:
    """What a rule makes of its source: `values`, `unmapped` and `format`."""
    return {
        "values": None if rule.values is None else tuple((pair.left, pair.right) for pair in rule.values),
        "unmapped": "default" if rule.unmapped_default else rule.unmapped,
        "unmapped_default": rule.unmapped_default.value if rule.unmapped_default else None,
        "format": rule.format.value if rule.format else None,
    }
