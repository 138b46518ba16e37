"""A template as Python: one expression that makes the item, with the value, its path and its name in it."""

from __future__ import annotations

from collections.abc import Mapping

from custmap.codegen.lines import Lines
from custmap.expressions.python_names import Names
from custmap.model.nodes import Leaf
from custmap.model.template import Branch, Filled, Hole, Ridden, Row, Template, Tree
from custmap.values.path_styles import path_text

Holes = Mapping[Hole, str]
"""The expressions of what fills a template; `path` and `name` are texts."""


def made(tree: Tree, holes: Holes, riders: str) -> str:
    """The expression that makes a tree anew."""
    match tree:
        case Filled((Hole() as hole,)):
            return holes[hole]
        case Filled(parts):
            return _text(parts, holes)
        case Ridden(index):
            return f"{riders}[{index}]"
        case Branch(entries):
            rows = (
                (made(key, _as_texts(holes), riders), made(inner, holes, riders)) for key, inner in entries
            )
            listed = f"{{{', '.join(f'{key}: {value}' for key, value in rows)}}}"
            return (
                f"without_absent({listed})" if any(isinstance(one, Ridden) for _, one in entries) else listed
            )
        case Row(items):
            return f"[{', '.join(made(inner, holes, riders) for inner in items)}]"
    return repr(tree)


def _as_texts(holes: Holes) -> Holes:
    return {**holes, Hole.VALUE: f"as_text({holes[Hole.VALUE]})"}


def _text(parts: tuple[str | Hole, ...], holes: Holes) -> str:
    texts = _as_texts(holes)
    return " + ".join(texts[part] if isinstance(part, Hole) else repr(part) for part in parts) or "''"


def item_function(names: Names, leaf: Leaf, template: Template, hint: str, paths: str) -> tuple[str, Lines]:
    """The function `(value, riders)` that writes an item of a list that came, or is gone.

    `paths` is how a path is written.
    """
    name = names.declare(f"{hint}_{leaf.name or 'item'}")
    holes = {Hole.VALUE: "value", Hole.PATH: repr(path_text(leaf.path, paths)), Hole.NAME: repr(leaf.name)}
    lines = Lines()
    with lines.block(f"def {name}(value, riders):"):
        lines.add(f"return {made(template.tree, holes, 'riders')}")
    return name, lines
