"""What the declared vendor holds, as a document in the form of the mapping's targets."""

from __future__ import annotations

from typing import Any

from custmap.model.nodes import ItemsNode, Leaf, ObjectNode, TargetNode
from custmap.prove.store import item_table
from custmap.prove.templates import bare
from custmap.values.paths import Index, Select


def document_of(node: TargetNode, state: Any) -> Any:
    """What would say all of a state at a node; what the vendor does not hold is absent."""
    if not isinstance(state, dict):
        return state
    match node:
        case ObjectNode(members=members):
            known = {member.name: member for member in members}
            return {
                name: document_of(known[name], one) if name in known else one for name, one in state.items()
            }
        case ItemsNode(items=items):
            return _listed(
                [(segment, document_of(item, state[segment])) for segment, item in items if segment in state]
            )
        case Leaf() if node.kind.has_items:
            table = item_table(node.origin)
            return [one if table is None else document_of(table.item, one) for one in state.values()]
        case Leaf() if node.kind.one_by_one:
            return list(map(bare, state.values()))
    return state


def _listed(items: list[tuple[Index | Select, Any]]) -> list[Any]:
    """Items at their positions, with `{}` at those before that say nothing, or with their keys."""
    made: list[Any] = []
    for segment, item in items:
        if isinstance(segment, Select):
            made.append({segment.key: segment.value, **item})
            continue
        made += [{}] * (segment.position - len(made) + 1)
        made[segment.position] = item
    return made
