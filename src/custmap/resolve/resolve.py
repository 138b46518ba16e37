"""Resolves names: `MappingFile`, contract and canonical schema become `Checked`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from custmap.contract.contract import Contract, Parameter
from custmap.contract.form_body import FLAT, Form
from custmap.contract.media_type import WRITABLE, can_write
from custmap.diagnostics.codes import Severity
from custmap.diagnostics.span import Span
from custmap.expressions.function import FunctionSpec
from custmap.expressions.inference import format_source
from custmap.expressions.suggestions import phrase
from custmap.mapping.file import Constant, MappingFile, Param, Rule, Text, all_rules
from custmap.model.checked import PARTS, Checked, CheckedParam, Operation, RiderOrigin, SequenceStep
from custmap.model.mask import Mask
from custmap.model.nodes import Container, FromSource, ItemsNode, Leaf, ObjectNode, Table
from custmap.model.walkers import identities, leaves
from custmap.resolve.answers import answer_of
from custmap.resolve.bulk import bulk_of, only_of_items
from custmap.resolve.changes import changes_of
from custmap.resolve.clear_places import ClearPlaces
from custmap.resolve.context import Context
from custmap.resolve.filled_lists import filled_lists
from custmap.resolve.findings import Findings, meant
from custmap.resolve.masks import check_masked, mask_of
from custmap.resolve.policies import Policies
from custmap.resolve.privacy import Privacies
from custmap.resolve.sayings import Sayings
from custmap.resolve.sources import Scope, Sources
from custmap.resolve.tables import TableBuilder
from custmap.resolve.targets import Place, build_places
from custmap.resolve.templates import Naming, Templates
from custmap.schema.canonical import Canonical
from custmap.values.absent import ABSENT
from custmap.values.paths import Member
from custmap.values.types import Type


def resolve(
    file: MappingFile,
    contract: Contract,
    canonical: Canonical,
    functions: Mapping[str, FunctionSpec],
    findings: Findings,
) -> Checked:
    """The checked mapping. It is complete only if `findings` has no errors afterwards."""
    operation = resolve_call(file, contract, canonical, functions, findings)
    check_params(file, [operation], findings)
    return whole(file, canonical, functions, (operation,))


def whole(
    file: MappingFile,
    canonical: Canonical,
    functions: Mapping[str, FunctionSpec],
    operations: tuple[Operation, ...],
    steps: tuple[SequenceStep, ...] = (),
) -> Checked:
    """The mapping of a file with its operations."""
    return Checked(
        file=file,
        name=file.name.value,
        summary=file.summary or "",
        canonical=canonical,
        functions=functions,
        params=tuple(_param(param) for param in file.params),
        operations=operations,
        steps=steps,
    )


def resolve_call(
    file: MappingFile,
    contract: Contract,
    canonical: Canonical,
    functions: Mapping[str, FunctionSpec],
    findings: Findings,
) -> Operation:
    """The operation of a file with one call."""
    riders: list[RiderOrigin] = []
    scope = Scope(at_the_border(canonical), canonical.name)
    params = None if "params" in file.unread else {param.name: param for param in file.params}
    privacies = Privacies(canonical, {param.name for param in file.params if param.secret}, riders)
    sources = Sources(functions, findings)
    nothing = Templates(lambda *_: 0, (), contract.closed, findings)
    envelope = Policies(
        None, None, ClearPlaces(contract, findings), None, Sayings(None, nothing, findings), findings
    )
    around = TableBuilder(sources, envelope, params, riders, privacies, findings)
    bulk, contract = bulk_of(file, contract, around, scope, findings)
    head, copy = changes_of(file, contract, findings)
    places = ClearPlaces(contract, findings)
    templates = Templates(around.template_rider, privacies.secret, contract.closed, findings)
    sayings = Sayings(head, templates, findings, unread="changes" in file.unread)
    mask = mask_of(file, contract, places, findings)
    masked = file.mask is not None or "mask" in file.unread
    policies = Policies(file.clear, file.empty, places, contract.form, sayings, findings, masked=masked)
    own, contract = contract, copy
    builder = TableBuilder(sources, policies, params, riders, privacies, findings)
    parts = {part: _part(part, file, contract, builder, scope, findings) for part in PARTS}
    if bulk is not None:
        only_of_items(parts.values(), builder, findings)
    of_entry = canonical.entry is not None
    body = _body(file, contract, builder, places, scope, mask, findings, of_entry=of_entry)
    check_masked(file, body, findings)
    item, named = _named(templates.named, body, parts, builder, scope, findings)
    places.check(body)
    sayings.names.check()
    return Operation(
        contract=contract,
        riders=tuple(riders),
        variables=_variables(file, contract, findings),
        table=Table(body, tuple(builder.slots), tuple(builder.inside)),
        path=parts["path"],
        query=parts["query"],
        headers=parts["headers"],
        name_places=places.names,
        answer=answer_of(file.response, of_entry=canonical.entry is not None),
        bulk=bulk,
        mask=mask,
        changes=None if head is None else head.changes,
        item=item,
        named=named,
        lists=filled_lists(own, None if head is None else head.changes, mask, places.names.items(), body),
    )


def at_the_border(canonical: Canonical) -> Type:
    """The type that rules see: the border converts a plain text `name` or `phone` to an object."""
    if not canonical.is_customer:
        return canonical.type
    members = dict(canonical.type.members)
    for name in ("name", "phone"):
        members[name] = replace(members[name], kinds=members[name].kinds - {"string"})
    return replace(canonical.type, members=members)


def _param(param: Param) -> CheckedParam:
    default = param.default
    return CheckedParam(
        param.name, default.value if default else None, default is not None, param.secret, param.summary
    )


def _body(
    file: MappingFile,
    contract: Contract,
    builder: TableBuilder,
    clear_places: ClearPlaces,
    scope: Scope,
    mask: Mask | None,
    findings: Findings,
    *,
    of_entry: bool,
) -> Container:
    if contract.body is None and contract.closed and file.body:
        findings.add(
            "CM303", "the operation has no request body", file.body[0].target.span, "Remove `body:`."
        )
    if contract.media_type is not None and not can_write(contract.media_type) and file.body:
        findings.add(
            "CM215",
            f"the operation takes `{contract.media_type}`, which custmap cannot write",
            file.contract.span,
            f"Name an operation that takes {WRITABLE}, if the vendor has one.",
        )
    type_, places = contract.body, build_places(file.body, findings)
    is_list = _is_list(places, type_)
    if (
        type_ is not None
        and type_.known
        and ("array" if is_list else "object") not in type_.kinds
        and file.body
    ):
        findings.add("CM303", _no_such_body(type_), file.body[0].target.span, _HOW_TO_FILL)
        type_ = None
    form = None if contract.form is None else _with_names(contract.form, places)
    replaced = of_entry or file.merge is not None or "merge" in file.unread
    context = Context("body", contract.closed, replaced=replaced, form=form, mask=mask)
    if is_list:
        node: Container = builder.items(places, type_, scope, context, file.span, required=True)
    else:
        node = builder.object(places, type_, scope, context, None, file.span)
    skipped = frozenset(place[0].name for place in clear_places.names if isinstance(place[0], Member))
    clears = {"clear"} & file.unread or any("clear" in rule.unread for rule in all_rules(file))
    if clears and contract.body is not None:  # any of them may be the place of names
        members = contract.body.members.items()
        skipped |= {name for name, member in members if member.kinds & {"array", "object"}}
    if "body" not in file.unread:
        builder.contract.require(node, skipped)
    return node if file.merge is None or "body" in file.unread else _replaced(node, file.merge, findings)


def _replaced(node: Container, merge: Text, findings: Findings) -> Container:
    """The body of a request that replaces the whole record."""
    if isinstance(node, ObjectNode) and node.members:
        return replace(node, whole=True, span=merge.span)
    what = "a list is no record" if isinstance(node, ItemsNode) else "no rule fills the body"
    help = "Remove `merge`; what the vendor does with a part of the body is said at that part."
    findings.add("CM535", f"`merge: whole` is about the whole record, and {what}", merge.span, help)
    return node


def _with_names(form: Form, places: Place) -> Form:
    """The form with the names of all pairs that rules write."""
    names = set(form.names)
    for segment, place in places.inside.items():
        if isinstance(segment, Member):
            names.add(segment.name)
            if form.style(segment.name).objects == FLAT:
                names |= {inner.name for inner in place.inside if isinstance(inner, Member)}
    return replace(form, names=frozenset(names))


_HOW_TO_FILL: Final = "A list is filled by `[0].email` or `[id=7].email`, an object by `email`."


def _is_list(places: Place, type_: Type | None) -> bool:
    """Is the body a list? The first rule decides; without rules the contract."""
    if places.inside:
        return not isinstance(next(iter(places.inside)), Member)
    return type_ is not None and type_.only("array")


def _no_such_body(type_: Type) -> str:
    return f"the contract's body is {phrase(type_.not_null())}, and this rule fills something else"


def _part(
    part: str, file: MappingFile, contract: Contract, builder: TableBuilder, scope: Scope, findings: Findings
) -> ObjectNode:
    """Path, query or headers: a flat table against the contract's parameters."""
    stated: tuple[Rule, ...] = getattr(file, part)
    known = contract.parameters.get(part, {})
    rules = (*stated, *_unwritten(part, stated, known, builder.params or {}, file.contract.span))
    members = {name: parameter.type for name, parameter in known.items()}
    required = frozenset(name for name, parameter in known.items() if parameter.required)
    type_ = Type(kinds=frozenset({"object"}), members=members, required=required)
    closed = (part != "headers" and contract.closed) or part == "path"
    node = builder.flat(rules, type_, scope, Context(part=part, closed=closed))
    written = {_told_apart(part, member.name) for member in node.members}
    if part == "query" and file.mask is not None and file.mask.query is not None:
        required -= {file.mask.query.value}
    unknown = part in file.unread or (part == "query" and "mask" in file.unread)
    for name in sorted(required if not unknown else ()):
        if _told_apart(part, name) not in written:
            findings.add(
                "CM309",
                f"the contract requires `{name}` in `{part}`",
                stated[0].target.span if stated else file.contract.span,
                _filling(part, name, file, scope),
            )
    return node


def _named(
    found: Sequence[Naming],
    body: Container,
    parts: Mapping[str, ObjectNode],
    builder: TableBuilder,
    scope: Scope,
    findings: Findings,
) -> tuple[ObjectNode | None, tuple[Leaf, ...]]:
    """What names the customer in templates: a table, and its rules in the order of `found`.

    A rule says so itself, or another one does that reads the same.
    """
    if not found:
        return None, ()
    known = {_text(leaf) for root in (*parts.values(), body) for leaf in identities(root)}
    for one in found:
        if one.rule.identity is not True and (one.rule.from_ is None or one.rule.from_.value not in known):
            message = "of the customer, an item may have what names her, and the value of its own rule"
            help = "Write `{from: EXPRESSION, identity: true}`, or a parameter."
            findings.add("CM524", message, one.rule.span, help)
    names = [one.rule.target.value for one in found]
    members = {name: one.type for name, one in zip(names, found, strict=True) if one.type is not None}
    type_ = Type(kinds=frozenset({"object"}), members=members)
    rules = [replace(one.rule, identity=True) for one in found]
    root = builder.flat(rules, type_, scope, Context("item", closed=False))
    leaf_of = {leaf.name: leaf for leaf in leaves(root)}
    return root, tuple(leaf_of[name] for name in names if name in leaf_of)


def _text(leaf: Leaf) -> str | None:
    """The expression of a rule."""
    source = leaf.origin.source
    return source.expression.text if isinstance(source, FromSource) else None


def _filling(part: str, name: str, file: MappingFile, scope: Scope) -> str:
    """The help for a required parameter; in a path it most often identifies the customer."""
    if part != "path":
        return f"Add `{name}: {{param: …}}` under `{part}:`."
    vendor = file.name.value.partition("/")[0]
    source = format_source(("identifiers", vendor)) if "identifiers" in scope.type.members else "…"
    return f"Add `{name}: {source}` under `path:`, or `{name}: {{}}` under `params:` if the caller gives it."


def _told_apart(part: str, name: str) -> str:
    """A parameter's name for comparison: header names are case-insensitive (RFC 9110 § 5.1)."""
    return name.lower() if part == "headers" else name


def _unwritten(
    part: str,
    rules: Sequence[Rule],
    known: Mapping[str, Parameter],
    params: Mapping[str, Param],
    nowhere: Span,
) -> Iterator[Rule]:
    """The implicit rules: a path variable is filled from the parameter of the same name, and other required
    parameters from the contract's default."""
    written = {_told_apart(part, rule.target.value) for rule in rules}
    for name, parameter in known.items():
        if _told_apart(part, name) in written:
            continue
        if part == "path" and (param := params.get(name)) is not None:
            place = Text(name, param.span)
            yield Rule(place, param.span, {}, param=place)
        elif part != "path" and parameter.required and parameter.default not in (ABSENT, None):
            yield Rule(Text(name, nowhere), nowhere, {}, value=Constant(parameter.default, nowhere))


def _variables(file: MappingFile, contract: Contract, findings: Findings) -> dict[str, str]:
    """Server variables filled by parameters of the same name."""
    names = {param.name for param in file.params}
    for name, variable in contract.variables.items():
        if name not in names and variable.default is None and "params" not in file.unread:
            findings.add(
                "CM309",
                f"the contract's server URL needs `{name}`",
                file.contract.span,
                f"Declare it: `params: {{{name}: {{}}}}`.",
            )
    return {name: name for name in contract.variables if name in names}


def check_params(file: MappingFile, operations: Sequence[Operation], findings: Findings) -> None:
    """The parameters of a file with these operations, each of which some rule should use."""
    used = {rider.param for one in operations for rider in one.riders if rider.param}
    used |= {name for one in operations for name in one.contract.variables}
    unknown = used - {param.name for param in file.params}
    for param in file.params:
        if param.secret and param.default is not None:
            findings.add(
                "CM511",
                f"`{param.name}` is secret, and its value is in the file",
                param.default.span,
                f"Remove `default`, and give it with each call: `-p {param.name}=@env:NAME`.",
                severity=Severity.WARNING,
            )
        if param.name not in used:
            findings.add(
                "CM516",
                f"no rule uses `{param.name}`",
                param.span,
                meant(param.name, unknown) or "Use it in a rule, `{param: NAME}`, or remove it.",
            )
