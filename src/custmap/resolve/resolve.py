"""Resolves names: `MappingFile`, contract and canonical schema become `Checked`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from custmap.contract.contract import Contract, Parameter
from custmap.contract.form_body import FLAT, Form
from custmap.contract.media_type import WRITABLE, can_write
from custmap.diagnostics.codes import Severity
from custmap.diagnostics.diagnostic import Note
from custmap.diagnostics.span import Span
from custmap.expressions.function import FunctionSpec
from custmap.expressions.inference import format_source
from custmap.expressions.suggestions import phrase
from custmap.mapping.file import Constant, MappingFile, Param, Rule, Text, all_rules
from custmap.model.checked import PARTS, Checked, CheckedParam, Operation, RiderOrigin
from custmap.model.nodes import ItemsNode, Leaf, ObjectNode, Rider, Table
from custmap.resolve.answers import answer_of
from custmap.resolve.bulk import bulk_of, only_of_items
from custmap.resolve.context import Context
from custmap.resolve.findings import Findings, meant
from custmap.resolve.policies import Policies
from custmap.resolve.privacy import Privacies
from custmap.resolve.sources import Scope, Sources
from custmap.resolve.tables import TableBuilder
from custmap.resolve.targets import Place, build_places
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
    riders: list[RiderOrigin] = []
    scope = Scope(at_the_border(canonical), canonical.name)
    params = None if "params" in file.unread else {param.name: param for param in file.params}
    privacies = Privacies(canonical, {param.name for param in file.params if param.secret}, riders)
    sources = Sources(functions, findings)
    around = TableBuilder(
        sources, Policies(None, None, None, None, findings), params, riders, privacies, findings
    )
    bulk, contract = bulk_of(file, contract, around, scope, findings)
    policies = Policies(file.clear, file.empty, contract.body, contract.form, findings)
    builder = TableBuilder(sources, policies, params, riders, privacies, findings)
    parts = {part: _part(part, file, contract, builder, scope, findings) for part in PARTS}
    if bulk is not None:
        only_of_items(parts.values(), builder, findings)
    body = _body(file, contract, builder, scope, findings)
    _check_names(policies, body, findings)
    _check_params(file, riders, contract, findings)
    operation = Operation(
        contract=contract,
        riders=tuple(riders),
        variables=_variables(file, contract, findings),
        table=Table(body, tuple(builder.slots), tuple(builder.inside)),
        path=parts["path"],
        query=parts["query"],
        headers=parts["headers"],
        name_places=tuple(sorted(policies.names.places)),
        answer=answer_of(file.response),
        bulk=bulk,
    )
    return Checked(
        file=file,
        name=file.name.value,
        summary=file.summary or "",
        canonical=canonical,
        functions=functions,
        params=tuple(_param(param) for param in file.params),
        operations=(operation,),
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
    file: MappingFile, contract: Contract, builder: TableBuilder, scope: Scope, findings: Findings
) -> ObjectNode:
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
    type_ = contract.body
    if type_ is not None and type_.known and "object" not in type_.kinds and file.body:
        message = f"the contract's body is {phrase(type_.not_null())}, and rules can fill only an object"
        findings.add("CM303", message, file.body[0].target.span, "Name an operation whose body is an object.")
        type_ = None
    places = build_places(file.body, findings)
    form = None if contract.form is None else _with_names(contract.form, places)
    context = Context(part="body", closed=contract.closed, form=form)
    node = builder.object(places, type_, scope, context, None, file.span)
    skipped = frozenset(place[0] for place in builder.policies.names.places)
    clears = {"clear"} & file.unread or any("clear" in rule.unread for rule in all_rules(file))
    if clears and contract.body is not None:  # any of them may be the place of names
        members = contract.body.members.items()
        skipped |= {name for name, member in members if member.kinds & {"array", "object"}}
    if "body" not in file.unread:
        builder.contract.require(node, skipped)
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
    for name in sorted(required if part not in file.unread else ()):
        if _told_apart(part, name) not in written:
            findings.add(
                "CM309",
                f"the contract requires `{name}` in `{part}`",
                stated[0].target.span if stated else file.contract.span,
                _filling(part, name, file, scope),
            )
    return node


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


def _check_names(policies: Policies, body: ObjectNode, findings: Findings) -> None:
    """Report rules that fill a place of names, or a place that a `write` fills."""
    for place, span in policies.names.places.items():
        if rule := _rule_at(body, place, alone=place in policies.names.lists):
            message = "names of cleared members are written here, and a rule fills it too"
            notes = [Note(rule, "the rule")]
            findings.add(
                "CM307",
                message,
                span,
                "Remove the rule, or choose another member for the names.",
                notes=notes,
            )
    for place, span, target in policies.names.writes:
        rule = _rule_at(body, place, alone=True)
        if rule and not f"{'.'.join(place)}.".startswith(f"{target}."):
            findings.add(
                "CM307",
                f"clearing writes `{'.'.join(place)}`, and a rule fills it too",
                span,
                "Choose a member that no rule fills.",
                notes=[Note(rule, "the rule")],
            )
        if other := next(_cleared_in(place, policies), None):
            findings.add(
                "CM307",
                f"clearing writes `{'.'.join(place)}`, and another `clear` writes in it",
                span,
                "Choose members that are apart.",
                notes=[Note(other, "the other `clear`")],
            )


def _cleared_in(place: tuple[str, ...], policies: Policies) -> Iterator[Span]:
    """Where names of cleared members go at a place or in it, or another `write` in it."""
    names = policies.names
    yield from (span for at, span in names.places.items() if at[: len(place)] == place)
    yield from (span for at, span, _ in names.writes if at != place and at[: len(place)] == place)


def _rule_at(body: ObjectNode, place: tuple[str, ...], *, alone: bool) -> Span | None:
    """The rule that fills a place of the body, or something around it; `alone`: or in it."""
    node: object = body
    for name in place:
        if isinstance(node, ObjectNode):
            node = next((member for member in node.members if member.name == name), None)
    if alone and isinstance(node, ObjectNode) and node is not body:
        return node.span
    return node.span if isinstance(node, Leaf | Rider | ItemsNode) else None


def _check_params(
    file: MappingFile, riders: Sequence[RiderOrigin], contract: Contract, findings: Findings
) -> None:
    used = {rider.param for rider in riders if rider.param} | set(contract.variables)
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
