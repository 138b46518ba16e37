"""What the time of a generated function is made of: `python benchmarks/ablation.py`.

The function is written again, for one record, without what this record does not need: first without the tests
of a value's class, then without any test whose answer is known. What it gives is the same, and asserted. The
last is no function that anybody could use: it shows what reading, making and writing cost alone.
"""

from __future__ import annotations

import ast
import linecache
from collections import defaultdict
from collections.abc import Callable
from typing import Any, Final

from generated import generated, parts
from harness import Work, call, measure, medians
from run import LEAN, load, measured

from records import PARAMS

Apply = Callable[..., Any]
Answers = dict[tuple[int, int], set[bool]]
ROUNDS: Final = 41


def run() -> None:
    print(f"{'':<36}{'as generated':>14}{'no classes':>12}{'no tests':>10}{'lean':>8}   µs; over lean")
    for what, name, record in measured():
        mapping = load(name)
        ours = generated(mapping, PARAMS[name], record)
        works = [ours, *ablated(mapping.functions.apply, ours), call(LEAN[name][0], record)]
        wanted = parts(ours.once())
        assert all(parts(work.once()) == wanted for work in works[1:3])
        times, ratios = medians(measure(works, ROUNDS))
        over = [ratios[-1] / ratio for ratio in ratios]
        print(f"{what:<36}{times[0]:>14.2f}{times[1]:>12.2f}{times[2]:>10.2f}{times[3]:>8.2f}", end="   ")
        print("  ".join(f"{one:.2f}" for one in over[:3]), flush=True)


def ablated(apply: Apply, work: Work) -> tuple[Work, Work]:
    """The work without the tests of classes, and without any test."""
    answers = _answers(apply, work)
    return _without(apply, work, answers, _asks_class), _without(apply, work, answers, lambda _: True)


def _asks_class(condition: ast.expr) -> bool:
    """Is it a test of the class of a value, or of each of a list's items?"""
    return any(isinstance(node, ast.Name) and node.id == "type" for node in ast.walk(condition))


def _text(apply: Apply) -> ast.Module:
    return ast.parse("".join(linecache.getlines(apply.__code__.co_filename)))


def _function(apply: Apply, tree: ast.Module, **names: Any) -> Apply:
    """`apply` of a text, with the names that the generated one has."""
    space = {**apply.__globals__, **names}
    exec(compile(ast.fix_missing_locations(tree), "<ablation>", "exec"), space)
    return space["apply"]  # type: ignore[no-any-return]


def _answers(apply: Apply, work: Work) -> Answers:
    """What each condition answered, by its place in the text."""
    found: Answers = defaultdict(set)

    def watch(line: int, column: int, answer: Any) -> Any:
        found[line, column].add(bool(answer))
        return answer

    watched = _function(apply, _Watched().visit(_text(apply)), watch=watch)
    Work(work.statement, {**work.names, "apply": watched}).once()
    return found


def _without(apply: Apply, work: Work, answers: Answers, drop: Callable[[ast.expr], bool]) -> Work:
    made = _function(apply, _Decided(answers, drop).visit(_text(apply)))
    return Work(work.statement, {**work.names, "apply": made})


class _Watched(ast.NodeTransformer):
    """Tells the answer of each condition: of a test, and of each part of one."""

    def visit_If(self, node: ast.If) -> ast.If:
        node.test = self._watched(node.test)
        self.generic_visit(node)
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.IfExp:
        node.test = self._watched(node.test)
        self.generic_visit(node)
        return node

    def _watched(self, test: ast.expr) -> ast.expr:
        if isinstance(test, ast.BoolOp):
            test.values = [self._watched(part) for part in test.values]
            return test
        place = [ast.Constant(test.lineno), ast.Constant(test.col_offset)]
        return ast.copy_location(ast.Call(ast.Name("watch", ast.Load()), [*place, test], []), test)


class _Decided(ast.NodeTransformer):
    """Leaves out the conditions whose answer is known, and what they lead to if that never runs."""

    def __init__(self, answers: Answers, drop: Callable[[ast.expr], bool]) -> None:
        self._answers = answers
        self._drop = drop

    def visit_If(self, node: ast.If) -> Any:
        self.generic_visit(node)
        made = self._decided(node.test)
        if isinstance(made, bool):
            return (node.body if made else node.orelse) or ast.Pass()
        node.test = made
        return node

    def visit_IfExp(self, node: ast.IfExp) -> Any:
        self.generic_visit(node)
        made = self._decided(node.test)
        if isinstance(made, bool):
            return node.body if made else node.orelse
        node.test = made
        return node

    def _decided(self, test: ast.expr) -> ast.expr | bool:
        if not isinstance(test, ast.BoolOp):
            answers = self._answers.get((test.lineno, test.col_offset), set())
            return next(iter(answers)) if len(answers) == 1 and self._drop(test) else test
        ends = isinstance(test.op, ast.Or)
        left: list[ast.expr] = []
        for part in test.values:
            made = self._decided(part)
            if made is ends:
                return ends if not left else ast.copy_location(ast.BoolOp(test.op, [*left, part]), test)
            if not isinstance(made, bool):
                left.append(made)
        if not left:
            return not ends
        return left[0] if len(left) == 1 else ast.copy_location(ast.BoolOp(test.op, left), test)


if __name__ == "__main__":
    run()
