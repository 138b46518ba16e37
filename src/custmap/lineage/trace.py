"""Tracing: what absent, null, "", [], {} and a value of each source become at its target.

The table does not interpret the rules a second time: each cell is what the planner does with that state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, Final, NamedTuple, TypeAlias

from custmap.diagnostics.codes import CODES
from custmap.expressions.inference import format_source
from custmap.invert.ways import ways_back
from custmap.lineage.lineage import Line, Lineage
from custmap.model.checked import Checked, Operation
from custmap.model.clear import ItemIn, Masked, Send
from custmap.model.item_ways import ItemWays
from custmap.model.kind import VALUE
from custmap.model.nodes import (
    EachSource,
    FirstSource,
    FromSource,
    ItemsNode,
    Leaf,
    ObjectNode,
    Origin,
    Rider,
    RiderSource,
    TargetNode,
)
from custmap.model.walkers import children, eaches
from custmap.plan.maker import Maker
from custmap.running.draft import KEPT, NOTHING, SAID, UNCHANGED, Draft, Outcome, View
from custmap.running.leaves import change_leaf
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.json_text import dump_json
from custmap.values.nearest import nearest
from custmap.values.paths import format_path
from custmap.values.types import Type

_ROWS: Final = 256
Values: TypeAlias = Callable[[dict[str, Any], tuple[Any, ...]], tuple[Any, ...]]


class Traced(NamedTuple):
    """An operation whose rules are traced; `values` is its generated function, used to find out what ""
    becomes.

    `prefix`  stands before its targets: they are in a request for an entry, whose state another rule has.
    """

    checked: Checked
    values: Values
    prefix: str = ""


def traced(maker: Maker) -> Iterator[Traced]:
    """The operations of a mapping; of entries first the rule that makes them, then those of their calls."""
    for engine, inner in maker.ruled:
        yield Traced(engine.checked, engine.code.values)
        for call in inner:
            action = "clear" if call.operation.clears else "set"
            yield Traced(call, engine.code.values, f"{call.operation.name}[{action}].")


def lineage(checked: Checked, parts: Iterable[Traced], path: str | None = None) -> Lineage:
    """The lineage of all targets, or of those that a target path or canonical path selects.

    ValueError for a path that is neither, with the name that was probably meant.
    """
    lines = [line for part in parts for line in _lines(part)]
    if path is not None:
        found = [line for line in lines if _is_about(line, path)]
        if not found:
            names = {name for line in lines for name in (line.target, *line.sources)}
            close = nearest(path, names)
            raise ValueError(
                f"{checked.name} has no target path or source path `{path}`."
                + (f" Did you mean `{close}`?" if close else "")
            )
        lines = found
    return Lineage(checked.name, checked.file.file, tuple(lines))


def _lines(part: Traced) -> Iterator[Line]:
    return (line for _, line in traced_rules(part))


def traced_rules(part: Traced) -> Iterator[tuple[Leaf | Rider, Line]]:
    """The rules of an operation, those of items of lists after the list, each with its line."""
    checked, entry = part.checked, part.checked.canonical.entry
    backs = {} if entry else {(way.target, way.span.line): str(way) for way in ways_back(checked).ways}
    for rule, line in _Tracer(checked, part.values, part.prefix).rules():
        back = backs.get((line.target, line.line))
        yield rule, replace(line, back=back, request=checked.operation.name)


def _is_about(line: Line, path: str) -> bool:
    return any(
        name == path or name.startswith((f"{path}.", f"{path}[")) for name in (line.target, *line.sources)
    )


class _Tracer:
    """Walks the targets of one operation."""

    def __init__(self, checked: Checked, values: Values, prefix: str) -> None:
        self._operation = checked.operation
        self._canonical = checked.canonical
        self._values = values
        self._prefix = prefix
        self._rows: dict[str, tuple[Any, ...]] = {}

    def rules(self) -> Iterator[tuple[Leaf | Rider, Line]]:
        item = self._operation.item
        for part in [*(root for _, root in self._operation.roots), *([] if item is None else [item])]:
            for member in children(part):
                yield from self._node(member, full=part.whole, prefix=self._prefix)

    def _node(self, node: TargetNode, *, full: bool, prefix: str) -> Iterator[tuple[Leaf | Rider, Line]]:
        match node:
            case Leaf():
                yield node, self._leaf(node, full, prefix)
                for each in eaches(node.origin):
                    for member in each.table.item.members:
                        yield from self._node(member, full=True, prefix=f"{prefix}{node.target}[].")
            case Rider():
                rider = self._operation.riders[node.index]
                source = f"params.{rider.param}" if rider.param else "a constant"
                steps = (f"format {rider.format}",) if rider.format else ()
                steps = (*steps, "rides along")
                yield node, Line(prefix + node.target, (source,), source, steps, node.span.line)
            case ObjectNode(members=members, whole=whole):
                for member in members:
                    yield from self._node(member, full=full or whole, prefix=prefix)
            case ItemsNode(items=items, whole=whole):
                for _, item in items:
                    yield from self._node(item, full=full or whole, prefix=prefix)

    def _leaf(self, leaf: Leaf, full: bool, prefix: str) -> Line:
        main = [leaf.source] if leaf.source and self._canonical.entry is None else []
        reads = map(self._canonical.outside, leaf.reads)
        others = dict.fromkeys(text for path in reads if (text := format_source(path)) not in main)
        return Line(
            target=prefix + leaf.target,
            sources=(*main, *others),
            expression=_expression(self._operation, leaf.origin),
            steps=tuple(_steps(leaf)),
            line=leaf.span.line,
            states={} if prefix or leaf.policy.identity else self._states(leaf, full),
            note=leaf.note,
            assumed=leaf.assumed,
            asks=tuple(dict.fromkeys(map(format_source, map(self._canonical.outside, leaf.asks)))),
        )

    def _states(self, leaf: Leaf, full: bool) -> dict[str, tuple[str, str]]:
        """What each state becomes, for the states that a source of this kind can have."""
        return {
            state: (
                self._outcome(leaf, state, full, compared=False),
                self._outcome(leaf, state, full, compared=True),
            )
            for state in possible_states(leaf)
        }

    def _outcome(self, leaf: Leaf, state: str, full: bool, *, compared: bool) -> str:
        """What the planner does with a state: without a before (apply), or from a value (diff)."""
        if state == "absent" or (state == "gone" and not compared):
            return "keeps it" if compared else self._of_nothing(leaf)
        held, new = _sample(leaf, "old"), _sample(leaf, "new")
        given: dict[str, Any] = {"null": None, '""': "", "[]": [], "{}": {}}
        after = self._made(leaf, given[state]) if state in given else new if state == "value" else ABSENT
        draft = Draft()
        view = View({} if compared else None, {}, draft, (), known=compared, complete=compared, full=full)
        before = held if compared else ABSENT
        if same(before, after):
            return _words(leaf, UNCHANGED, draft)
        return _words(leaf, change_leaf(_listing(leaf), before, after, view), draft)

    def _of_nothing(self, leaf: Leaf) -> str:
        """What apply makes of a record that says nothing of a rule."""
        body = self._operation.body
        is_lost = body.whole and leaf.slot in range(*body.slots) and not leaf.origin.has_default
        return f"refused {_coded('CM816')}" if is_lost else "nothing"

    def _made(self, leaf: Leaf, state: Any) -> Any:
        """What the rule makes of a record that states only this."""
        names = (leaf.source or "").split(".")
        if not all(name.isidentifier() for name in names):
            return state
        record = state
        for name in reversed(names):
            record = {name: record}
        made = self._row(record)[leaf.slot]
        return state if made is ABSENT and state is None else made

    def _row(self, record: dict[str, Any]) -> tuple[Any, ...]:
        """What all rules make of a record; kept, since many rules read the same field."""
        key = dump_json(record)
        if key not in self._rows:
            if len(self._rows) == _ROWS:
                self._rows.clear()
            self._rows[key] = self._values(record, (ABSENT,) * len(self._operation.riders))
        return self._rows[key]


def _listing(leaf: Leaf) -> Leaf:
    """A rule whose items have requests of their own, as if they were listed."""
    if not leaf.kind.one_by_one or leaf.ways is not None:
        return leaf
    way = ItemIn(leaf.path)
    return replace(leaf, ways=ItemWays(way, way if leaf.policy.clear.says else None))


def _expression(operation: Operation, origin: Origin) -> str:
    match origin.source:
        case FromSource(expression=expression):
            return expression.text
        case EachSource(expression=expression):
            return f"each {expression.text}"
        case RiderSource(index=index):
            param = operation.riders[index].param
            return f"params.{param}" if param else "a constant"
        case FirstSource(origins=origins):
            return "first of " + " | ".join(_expression(operation, inner) for inner in origins)


def _steps(leaf: Leaf) -> Iterator[str]:
    origin, policy = leaf.origin, leaf.policy
    if origin.when is not None:
        yield f"when {origin.when.text}"
    if origin.has_default:
        yield f"default {dump_json(origin.default)}"
    if origin.values is not None:
        table = ", ".join(f"{dump_json(left)} → {dump_json(right)}" for left, right in origin.values)
        yield f"values {table}; any other: {origin.unmapped}"
    if origin.format is not None:
        yield f"format {origin.format}"
    if leaf.kind != VALUE:
        yield f"merge {leaf.kind.name}" + (f" by {leaf.key}" if leaf.key else "")
    for action, what in (("set", "came"), ("clear", "is gone")):
        if leaf.ways is not None and action in leaf.ways.told_by_others:
            yield f"another request says what {what}"
    for word, is_so in (
        ("identity", policy.identity), ("always sent", policy.always), ("immutable", policy.immutable),
        ("required", policy.required), ("not repeatable", not policy.repeatable), ("one way", leaf.one_way),
    ):  # fmt: skip
        if is_so:
            yield word


def possible_states(leaf: Leaf) -> Iterator[str]:
    """The states that a source of this kind can have, whatever its expression makes of them."""
    yield from ("absent", "null")
    type_ = leaf.type
    kinds = type_.kinds if type_ is not None and type_.known else frozenset({"string", "array", "object"})
    if leaf.kind.is_map:
        kinds = frozenset({"object"})
    elif leaf.kind.is_list or _listed(leaf.origin):
        kinds = frozenset({"array"})
    if "string" in kinds and leaf.origin.values is None:
        yield '""'
    if "array" in kinds:
        yield "[]"
    if "object" in kinds:
        yield "{}"
    yield from ("value", "gone")


def _listed(origin: Origin) -> bool:
    return any(True for _ in eaches(origin))


def _sample(leaf: Leaf, word: str) -> Any:
    """Some non-empty value of the target's kind."""
    if leaf.kind.is_map:
        return {"KEY": word}
    if leaf.kind.is_list:
        return [{leaf.key or "key": word}] if leaf.kind.has_items else [word]
    type_: Type | None = leaf.type
    if _listed(leaf.origin) or (type_ is not None and type_.only("array")):
        return [word]
    return {"KEY": word} if type_ is not None and type_.only("object") else word


def _words(leaf: Leaf, outcome: Outcome, draft: Draft) -> str:
    state, sent = outcome
    if draft.rejected:
        return f"rejected {_coded(draft.rejected[0].code)}"
    if state == KEPT:
        return "not sent, noted"
    if state != SAID:
        return "nothing"
    verb = "names" if leaf.ways is None else "lists"
    said = [f"{verb} it in {format_path(place)}" for place in draft.names]
    said += [f"marks it in {format_path(place)}" for place in draft.marks]
    said += [f"writes {format_path(place)}: {dump_json(value)}" for place, value in draft.writes]
    said += ["says so in an item"] if draft.clears else []
    clear = leaf.policy.clear
    if clear.by_request:
        return "a request for each entry"
    by_value = isinstance(clear, Send) and any(change.action == "clear" for change in draft.changes)
    if sent is None:
        said.append("sends null")
    elif sent is not NOTHING and (by_value or _is_empty(sent)):
        said.append(f"sends {dump_json(sent)}")
    elif isinstance(sent, dict) and leaf.kind.is_map and None in sent.values():
        said.append("sends null for each key")
    elif sent is not NOTHING:
        said.append("sends it" if leaf.ways is None else "sends an item that says so")
    if isinstance(clear, Masked) and not said:
        return "names it in the mask, and leaves it out"
    return ", ".join(said) or "leaves it out"


def _coded(code: str) -> str:
    return f"({code}: {CODES[code].title.lower()})"


def _is_empty(sent: Any) -> bool:
    return sent in ("", [], {}) and sent.__class__ is not bool
