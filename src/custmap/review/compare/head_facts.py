"""What the head of a mapping says: parameters, contracts, answers, and how requests are put together."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Final

from custmap.contract.contract import Contract
from custmap.expressions.inference import SourcePath, format_source
from custmap.expressions.parse import Expression
from custmap.mapping.file import Rule
from custmap.model.answer import Answer, Messages, Results
from custmap.model.checked import Checked, CheckedParam, Operation
from custmap.review.compare.meaning import HEAD, YES, Fact, Key, Subject, stated, word
from custmap.review.compare.normal import normal, normal_rule
from custmap.review.compare.type_facts import type_facts
from custmap.schema.canonical import Canonical
from custmap.values.paths import format_path
from custmap.values.words import words_for

ORDER: Final = "requests"
"""The target under which the order of requests is told."""
_SILENT: Final = frozenset({"from", "note", "assumed", "one_way"})
_SHOWN: Final = ("ok", "applied", "customer", "failed", "retry")


def head_subjects(checked: Checked) -> Iterator[Subject]:
    """The parameters, the record's schema, and each request's contract, answers and form."""
    for param in checked.params:
        yield Subject(HEAD, Key("", f"params.{param.name}"), None, dict(_param_facts(param)))
    for call in checked.calls:
        operation = call.operation
        action = f"[{'clear' if operation.clears else 'set'}]" if call.canonical.entry else ""
        name = operation.name + action
        yield Subject(HEAD, Key(name, "request"), None, dict(_request_facts(operation)))
        yield Subject(HEAD, Key(name, "response"), None, dict(_answer_facts(operation)))
    if checked.steps:
        names = [step.name for step in checked.steps]
        yield Subject(HEAD, Key("", ORDER), None, {"order": Fact(", ".join(names), tuple(names))})
    for step in checked.steps:
        if step.entries is not None:
            facts = {} if step.clear is None else {"clear": YES}
            yield Subject(HEAD, Key(step.name, "for_each"), step.span.line, facts)


def schema_subjects(canonical: Canonical, reads: Iterable[SourcePath]) -> Iterator[Subject]:
    """What a schema of the project's own says of the fields that rules read; the built-in one is one."""
    if canonical.is_customer:
        return
    for name in sorted(canonical.type.required):
        yield Subject(HEAD, Key("", f"record.{name}"), None, {"required": YES})
    for path in sorted(set(reads), key=str):
        facts = dict(type_facts(canonical.type.at(path), "schema"))
        if path and facts:
            yield Subject(HEAD, Key("", f"record {format_source(path)}"), None, facts)


def _param_facts(param: CheckedParam) -> Iterator[tuple[str, Fact]]:
    if param.has_default:
        yield "default", stated(param.default)
    if param.secret:
        yield "secret", YES


def _request_facts(operation: Operation) -> Iterator[tuple[str, Fact]]:
    contract = operation.contract
    yield "method", word(contract.method)
    yield "url", word(contract.url)
    if contract.media_type is not None:
        yield "media type", word(contract.media_type)
    if contract.accept is not None:
        yield "accept", word(contract.accept)
    if contract.form is not None:
        styles = {"": contract.form.default, **contract.form.members}
        texts = (
            f"{name} lists {one.lists}, objects {one.objects}".strip() for name, one in sorted(styles.items())
        )
        yield "form", word("; ".join(texts))
    yield from _variable_facts(contract, operation)
    if operation.body.whole:
        yield "merge", word("whole")
    if operation.after:
        yield "after", Fact(", ".join(operation.after), frozenset(operation.after))
    bulk = operation.bulk
    if bulk is not None:
        yield "bulk into", word(".".join(bulk.into) or "[]")
        for name, limit in (("bulk most", bulk.most), ("bulk most_bytes", bulk.most_bytes)):
            if limit is not None:
                yield name, stated(limit)
    mask = operation.mask
    if mask is not None:
        place = f"body {format_path(mask.place)}"
        if mask.query is not None:
            place = f"query {mask.query}, joined by {mask.join!r}"
        yield "mask", word(f"{place}, depth {'1' if mask.is_cut else 'all'}")
    changes = operation.changes
    if changes is not None:
        yield "changes into", word(".".join(changes.into) or "[]")
        yield "changes paths", word(changes.paths)
        if changes.fails:
            yield "changes if_absent", word("fails")


def _variable_facts(contract: Contract, operation: Operation) -> Iterator[tuple[str, Fact]]:
    for name, variable in contract.variables.items():
        param = operation.variables.get(name)
        if param is not None:
            yield f"server {name}", word(f"params.{param}")
        if variable.default is not None:
            yield f"server {name} default", stated(variable.default)
        if variable.enum is not None:
            yield f"server {name} enum", Fact(", ".join(variable.enum), frozenset(variable.enum))


def _answer_facts(operation: Operation) -> Iterator[tuple[str, Fact]]:
    answer = operation.answer
    for name in _SHOWN:
        expression: Expression | None = getattr(answer, name)
        if expression is not None:
            yield name, _expression(expression)
    yield from _field_facts(answer)
    yield from _message_facts("errors", answer.errors)
    yield from _message_facts("warnings", answer.warnings)
    if answer.results is not None:
        yield from _results_facts(answer.results)
    held = operation.contract.answer
    if answer.ok is None and held is not None and held.type is not None:
        yield "body of a success", word(words_for(held.type.kinds))


def _field_facts(answer: Answer) -> Iterator[tuple[str, Fact]]:
    for rule in answer.fields:
        yield f"fields {rule.target.value}", Fact(_rule_text(rule), normal_rule(rule))


def _rule_text(rule: Rule) -> str:
    source = rule.from_ or rule.each
    if source is not None:
        more = ", ".join(key for key in sorted(rule.keys) if key not in _SILENT)
        return " ".join(source.value.split()) + (f" ({more})" if more else "")
    return ", ".join(sorted(rule.keys))


def _message_facts(name: str, messages: Iterable[Messages]) -> Iterator[tuple[str, Fact]]:
    """Each list of messages under its own form: they may stand in any order."""
    for one in messages:
        text, form = _message(one)
        yield f"{name} {text}", Fact("read", form)


def _message(one: Messages) -> tuple[str, Hashable]:
    parts = {name: getattr(one, name) for name in Messages.__struct_fields__}
    said = {name: expression for name, expression in parts.items() if expression is not None}
    text = ", ".join(f"{name}: {' '.join(expression.text.split())}" for name, expression in said.items())
    return text, frozenset((name, normal(expression)) for name, expression in said.items())


def _results_facts(results: Results) -> Iterator[tuple[str, Fact]]:
    yield "results", _expression(results.each)
    for name, expression in (("results ok", results.ok), ("results customer", results.customer)):
        if expression is not None:
            yield name, _expression(expression)
    yield from _message_facts("results errors", results.errors)


def _expression(expression: Expression) -> Fact:
    return Fact(" ".join(expression.text.split()), normal(expression))
