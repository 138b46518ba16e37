"""What a mapping reads from the vendor's answer: every path must occur in the contract's answers.

Answers are read leniently, since vendors' own examples contradict their documents. So only names are checked
here: a name that no answer has and that resembles one of theirs is probably mistyped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from custmap.check.documented import documented
from custmap.check.value_types import where
from custmap.diagnostics.codes import Severity
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.meant import Meant
from custmap.diagnostics.span import Span
from custmap.expressions.ast import Literal
from custmap.expressions.infer import Inference, infer
from custmap.expressions.parse import ExpressionError, parse
from custmap.expressions.suggestions import member_help
from custmap.mapping.file import Rule, Text
from custmap.model.checked import Checked, Operation
from custmap.resolve.findings import meant
from custmap.syntax.node import ListNode, MapNode, Node, ScalarNode
from custmap.values.equality import fingerprint
from custmap.values.nearest import nearest
from custmap.values.paths import Member, PathError, parse_path
from custmap.values.types import ANY, INTEGER, NEVER, OBJECT, Type

_NAMES = frozenset({"CM301", "CM304", "CM305", "CM306", "CM308", "CM411"})
_READ = ("ok", "failed", "retry", "applied")


def response(operation: Operation, checked: Checked) -> Iterator[Diagnostic]:
    """Findings in the `response` of a mapping."""
    node = checked.file.response
    if node is None:
        return
    body = documented(operation.contract)
    answer = replace(OBJECT, members={"status": INTEGER, "body": body}, extra=NEVER, required=_BOTH)
    for key in _READ:
        yield from _read(node.get(key), answer, checked)[1]
    copy, found = _read(node.get("customer"), answer, checked)
    yield from found
    for rule in operation.answer.fields:
        yield from _canonical(rule.target, checked.canonical.type, checked.canonical.name)
        yield from _rule(rule, copy, _canonical_type(rule.target, checked.canonical.type), checked)
    for key in ("errors", "warnings"):
        yield from _lists(node.get(key), answer, operation, checked)
    results = node.get("results")
    if isinstance(results, MapNode):
        yield from _only_with_bulk(results, "results", operation, checked)
        given, found = _read(results.get("each"), answer, checked)
        yield from found
        item = (given.items or ANY).present().not_null()
        for key in ("ok", "customer"):
            yield from _read(results.get(key), item, checked)[1]
        yield from _lists(results.get("errors"), item, operation, checked)


def _lists(node: Node | None, scope: Type, operation: Operation, checked: Checked) -> Iterator[Diagnostic]:
    """One list of messages, or several."""
    for one in node.items if isinstance(node, ListNode) else (node,):
        if isinstance(one, MapNode):
            yield from _messages(one, scope, operation, checked)


def _only_with_bulk(
    node: Node | None, key: str, operation: Operation, checked: Checked
) -> Iterator[Diagnostic]:
    """CM207: what says which customer is meant has no meaning where a request has one."""
    if node is not None and operation.bulk is None and "bulk" not in checked.file.unread:
        message = f"`{key}` is for requests with many customers"
        yield Diagnostic("CM207", message, node.span, "Write `bulk: {into: LIST}`, or remove it.")


_BOTH = frozenset({"status", "body"})


def _messages(node: MapNode, answer: Type, operation: Operation, checked: Checked) -> Iterator[Diagnostic]:
    """`{each, field, code, message}`: the list, then what is read from an item."""
    given, found = _read(node.get("each"), answer, checked)
    yield from found
    item = (given.items or ANY).present().not_null() if node.get("each") is not None else answer
    for key in ("field", "code", "message", "retry", "item", "key"):
        yield from _read(node.get(key), item, checked)[1]
    for key in ("item", "key"):
        yield from _only_with_bulk(node.get(key), key, operation, checked)
    if (text := _text(node.get("field"))) is not None:
        yield from _vendor_field(text, operation)


def _vendor_field(text: Text, operation: Operation) -> Iterator[Diagnostic]:
    """A field name that the mapping writes as a constant must exist in the contract."""
    try:
        ast = parse(text.value).ast
    except ExpressionError:
        return
    if not isinstance(ast, Literal) or not isinstance(ast.value, str):
        return
    at = operation.contract.body
    for name in ast.value.split("."):
        if at is None or not at.members:
            return
        found = at.members.get(name)
        if found is None:
            message = f"the contract has no `{name}` here"
            yield Diagnostic("CM303", message, text.inside(ast.start, 1), meant(name, at.members))
        at = found


def _read(node: Node | None, scope: Type, checked: Checked) -> tuple[Type, list[Diagnostic]]:
    """The type of an expression, and what is wrong with its names."""
    text = _text(node)
    return (ANY, []) if text is None else _infer(text, scope, checked)


def _infer(text: Text, scope: Type, checked: Checked) -> tuple[Type, list[Diagnostic]]:
    try:
        found: Inference = infer(parse(text.value), scope, checked.functions, scope_name="the answer")
    except ExpressionError as error:
        place = text.inside(error.offset, error.length)
        return ANY, [Diagnostic(error.code, error.reason, place, error.help)]
    problems = []
    for one in found.problems:
        if one.code not in _NAMES:
            continue
        # A name that nothing resembles may exist all the same, since vendors' documents are incomplete.
        doubtful = one.code == "CM301" and one.help is None
        severity = Severity.WARNING if doubtful else one.severity
        help = "Add it to the contract's response." if doubtful else one.help
        place = text.inside(one.offset, one.length)
        problems.append(Diagnostic(one.code, one.message, place, help, severity=severity))
    return found.type, problems


def _rule(rule: Rule, scope: Type, wanted: Type | None, checked: Checked) -> Iterator[Diagnostic]:
    """A rule of `fields`, which reads the vendor's copy and fills a canonical place."""
    text = rule.from_ or rule.each
    given = scope
    if text is not None:
        given, found = _infer(text, scope, checked)
        yield from found
    yield from _words(rule, given, wanted)
    inner = (given.items or ANY) if rule.each is not None else given
    below = wanted.items if wanted is not None and rule.each is not None else wanted
    for field in rule.fields or ():
        if below is not None:
            yield from _canonical(field.target, below, checked.canonical.name)
        held = _canonical_type(field.target, below) if below is not None else None
        yield from _rule(field, inner.present().not_null(), held, checked)


def _words(rule: Rule, given: Type, wanted: Type | None) -> Iterator[Diagnostic]:
    """CM411: a row of `values` that names what the vendor, or the canonical schema, does not have."""
    for pair in rule.values or ():
        sides = ((pair.left, given, pair.left_span), (pair.right, wanted, pair.right_span))
        for value, type_, span in sides:
            if type_ is None or type_.enum is None:
                continue
            if all(fingerprint(value) != fingerprint(word) for word in type_.enum):
                help = meant(str(value), [str(word) for word in type_.enum if word is not None])
                yield Diagnostic("CM411", f"`{value}` is not one of the listed values", span, help)


def _canonical(target: Text, type_: Type, name: str) -> Iterator[Diagnostic]:
    """CM303: what an answer fills is a field of the canonical schema."""
    at: Type | None = type_
    try:
        segments = parse_path(target.value)
    except PathError as error:
        yield Diagnostic("CM209", error.reason, target.inside(error.offset))
        return
    for segment in segments:
        if at is None or not isinstance(segment, Member):
            return
        found = at.member(segment.name)
        if at.members and (found is None or not found.kinds):
            message = f"`{name}` has no field `{segment.name}` here"
            help = member_help(type_, at, segment.name, (segment.name,), quoted=False)
            yield Diagnostic("CM303", message, target.span, help or meant(segment.name, at.members))
            return
        at = found


def _canonical_type(target: Text, type_: Type) -> Type | None:
    at: Type | None = type_
    try:
        for segment in parse_path(target.value):
            if at is None or not isinstance(segment, Member):
                return None
            at = at.member(segment.name)
    except PathError:
        return None
    return at


def own_identifiers(operation: Operation, checked: Checked) -> Iterator[Diagnostic]:
    """CM301: `identifiers.aiffi` in a mapping of `aifi`: keys of free maps are data, but this has a name."""
    vendor = checked.name.partition("/")[0]
    if not checked.canonical.record.is_customer:
        return
    for leaf in operation.table.slots:
        for path in map(checked.canonical.outside, leaf.reads):
            if len(path) == 2 and path[0] == "identifiers" and _mistyped(str(path[1]), vendor):
                yield _identifier(str(path[1]), vendor, where(leaf.origin))
    for rule in operation.answer.fields:
        head, _, key = rule.target.value.partition(".")
        if head == "identifiers" and _mistyped(key, vendor):
            yield _identifier(key, vendor, rule.target.span)


def _identifier(key: str, vendor: str, span: Span) -> Diagnostic:
    help = Meant(f"identifiers.{vendor}", f"identifiers.{key}")
    message = f"`identifiers.{key}` is similar to this vendor's name, but not the same"
    return Diagnostic("CM301", message, span, help, severity=Severity.WARNING)


def _mistyped(key: str, vendor: str) -> bool:
    return key != vendor and nearest(key, [vendor]) is not None


def _text(node: Node | None) -> Text | None:
    return (
        Text(node.value, node.span) if isinstance(node, ScalarNode) and isinstance(node.value, str) else None
    )
