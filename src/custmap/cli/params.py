"""Parameters from the command line: text, environment, files, and expressions over each record.

Secrets belong in the environment or a file, since values of `-p` are in the shell's history.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import click

from custmap.cli.call_error import WRONG_CALL, CallError, unreadable
from custmap.cli.stderr import show_findings
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import RecordError
from custmap.expressions.expression_error import ExpressionError
from custmap.expressions.function import FunctionError, FunctionSpec
from custmap.expressions.infer import infer
from custmap.expressions.parse import parse
from custmap.expressions.plain import compile_expression
from custmap.model.checked import Checked
from custmap.values.json_text import JsonError, parse_json
from custmap.values.nearest import nearest
from custmap.values.types import ANY
from custmap.wire.binding import bind
from custmap.wire.parameters import PlaceError
from custmap.wire.sending import url_template

_FILE: Final = "@file:"


@dataclass(frozen=True, slots=True)
class Params:
    """Values for all records, and expressions for those that come from each record."""

    given: dict[str, Any]
    derived: tuple[tuple[str, Callable[[Any], Any]], ...]
    files: tuple[Path, ...] = ()
    """The files that they came from."""
    texts: tuple[tuple[str, str], ...] = ()
    """The expressions as they were written."""
    reads: frozenset[str] | None = frozenset()
    """The members of a record that the expressions read; None: all of it."""

    def of(self, record: Any) -> dict[str, Any]:
        """The parameters for one record. An expression that finds nothing gives no parameter.

        RecordError (CM709) if an expression fails for this record.
        """
        if not self.derived:
            return self.given
        made = dict(self.given)
        for name, expression in self.derived:
            try:
                value = expression(record)
            except FunctionError:
                message = f"the expression for parameter `{name}` fails for this record"
                raise RecordError([Diagnostic("CM709", message)]) from None
            if value is not None:
                made[name] = value
        return made

    @property
    def each(self) -> dict[str, Any] | Callable[[Any], dict[str, Any]]:
        """Those of all records, or what makes those of one."""
        return self.of if self.derived else self.given

    def bare(self) -> Params:
        """The same without what cannot be pickled."""
        return replace(self, derived=())

    def compiled(self, functions: Mapping[str, FunctionSpec]) -> Params:
        """The same as before it was made bare."""
        return replace(self, derived=_expressions(self.texts, functions))


def read_params(
    known: Iterable[str],
    functions: Mapping[str, FunctionSpec],
    given: Sequence[str],
    file: Path | None,
    derived: Sequence[str],
) -> Params:
    """The parameters of `-p`, `--params` and `--param-from`; `-p` overrides the file.

    CallError for an unknown name (with the one that was meant), one given twice, or a place that
    cannot be read.
    """
    known = tuple(known)
    values = _from_file(file) if file else {}
    for name in values:
        _check_name(name, known)
    seen: set[str] = set()
    for name, text in _pairs(given, "-p", known, seen):
        values[name] = _value(name, text)
    texts = tuple(_pairs(derived, "--param-from", known, seen))
    expressions = _expressions(texts, functions)
    files = [
        Path(text.removeprefix(_FILE))
        for _, _, text in (one.partition("=") for one in given)
        if text.startswith(_FILE)
    ]
    places = (*files, file) if file else tuple(files)
    return Params(values, expressions, places, texts, _reads(texts, functions))


def check_params(checked: Checked, params: Params, *, all_needed: bool) -> None:
    """End the call (exit 2) if the given parameters cannot work for any record: one error instead of many.

    With `all_needed` missing parameters are errors too (a diff needs none unless it sends). Nothing is
    checked if some come from the records.
    """
    if params.derived:
        return
    try:
        for call in checked.calls:
            bound = bind(call, params.given)
            problems = bound.missing if all_needed else ()
            url_template(call.operation.contract).check(bound.variables)
    except RecordError as error:
        problems = error.diagnostics
    except PlaceError as error:
        problems = (*problems, Diagnostic(error.code, error.reason, path=error.place))
    if problems:
        show_findings(problems)
        raise click.exceptions.Exit(WRONG_CALL)


def _pairs(texts: Sequence[str], option: str, known: Sequence[str], seen: set[str]) -> list[tuple[str, str]]:
    pairs = []
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign:
            # Not shown: it may be a secret given without a name.
            raise CallError(f"`{option}` needs NAME=VALUE", f"Write `{option} NAME=VALUE`.")
        _check_name(name, known)
        if name in seen:
            raise CallError(f"Parameter `{name}` is given twice")
        seen.add(name)
        pairs.append((name, value))
    return pairs


def _check_name(name: str, known: Sequence[str]) -> None:
    if name not in known:
        meant = nearest(name, known)
        there = f"Known parameters: {', '.join(known)}" if known else "The mapping has no parameters"
        raise CallError(f"Unknown parameter `{name}`", f"Did you mean `{meant}`?" if meant else there)


def _value(name: str, text: str) -> str:
    if text.startswith("@env:"):
        variable = text.removeprefix("@env:")
        if variable not in os.environ:
            raise CallError(f"Parameter `{name}`: the environment variable `{variable}` is not set")
        return os.environ[variable]
    if text.startswith(_FILE):
        path = Path(text.removeprefix(_FILE))
        try:
            # Editors end a file with a line break, which is not part of the secret.
            return path.read_text(encoding="utf-8").removesuffix("\n")
        except OSError as error:
            raise unreadable(path, error, f"Parameter `{name}`: ") from None
        except UnicodeDecodeError:
            raise CallError(f"Parameter `{name}`: {path} is not UTF-8 text") from None
    return text


def _from_file(path: Path) -> dict[str, Any]:
    try:
        values = parse_json(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except OSError as error:
        raise unreadable(path, error) from None
    except JsonError as error:
        raise CallError(f"{path}: byte {error.offset}: {error.reason}") from None
    if not isinstance(values, dict):
        raise CallError(f"{path}: expected a JSON object of parameters")
    return values


def _expressions(
    texts: Iterable[tuple[str, str]], functions: Mapping[str, FunctionSpec]
) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    return tuple((name, _expression(name, text, functions)) for name, text in texts)


def _reads(texts: Iterable[tuple[str, str]], functions: Mapping[str, FunctionSpec]) -> frozenset[str] | None:
    paths = [read.path for _, text in texts for read in infer(parse(text), ANY, functions).reads]
    whole = any(not path or path[0] == "*" for path in paths)
    return None if whole else frozenset(str(path[0]) for path in paths)


def _expression(name: str, text: str, functions: Mapping[str, FunctionSpec]) -> Callable[[Any], Any]:
    try:
        return compile_expression(text, functions=functions)
    except ExpressionError as error:
        raise CallError(f"The expression for parameter `{name}`: {error.reason}", error.help) from None
