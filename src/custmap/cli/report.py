"""What a run rejected and what it counted."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Self

import click

from custmap.cli.call_error import CLEAN, FINDINGS
from custmap.cli.stderr import show_record_error
from custmap.cli.streams import Sink
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import RecordError
from custmap.diagnostics.frame import shown
from custmap.records.groups import Groups
from custmap.records.tally import Tally
from custmap.records.unknown_names import UnknownNames

# How many names of unknown members are told.
_NAMED: Final = 20


# Made once: `json.dumps` makes one for each call.
_ENCODE: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def json_line(value: Any) -> bytes:
    """A value as one line of NDJSON, members in their order."""
    return _ENCODE(value).encode() + b"\n"


@dataclass(slots=True)
class Report:
    """Takes what becomes of the records of a run, and knows the exit code; to be used in a `with` block.

    `rejects`  where rejected records are written, if anywhere.
    `at_once`  errors are told when they happen: there is one record. Those of many are told at the end,
               those of one kind on one line, however the run ends.
    """

    rejects: Sink | None
    at_once: bool = False
    tally: Tally = field(default_factory=Tally)
    found: bool = False
    _errors: Groups = field(default_factory=Groups)
    _unknown: UnknownNames = field(default_factory=UnknownNames)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._tell_errors()

    def reject(self, index: int, label: str, error: RecordError, record: Any) -> None:
        """`label` says which record it is, for people; `record` is what was given, null if it is no JSON."""
        self.tally.rejected += 1
        self.note(getattr(error, "__notes__", ()))
        if self.at_once:
            show_record_error(label, error)
        else:
            self._errors.add(label, error)
        if self.rejects is not None:
            errors = [
                {"code": one.code, "path": one.path or one.target, "message": _message(one)}
                for one in error.diagnostics
            ]
            self.rejects.write(json_line({"index": index, "errors": errors, "record": record}))

    def note(self, notes: Iterable[str]) -> None:
        """Count what the notes of a request, a plan or an error say of unknown members."""
        self._unknown.add(notes)

    @property
    def exit_code(self) -> int:
        return FINDINGS if self.tally.rejected or self.found else CLEAN

    def summarize(self, *lines: str) -> None:
        """The sum of a batch on standard error, after it was checked; `lines` in place of the usual one."""
        self.tally.check()
        self._tell_errors()
        tally = self.tally
        usual = f"{tally.came_in} in = {tally.went_out} out + {tally.rejected} rejected"
        click.echo("\n".join(lines) or usual, err=True)
        self.tell_unknown()

    def tell_unknown(self) -> None:
        """Name the unknown members, the most frequent first."""
        names, more = self._unknown.most_frequent(_NAMED)
        if names:
            rest = [f"and {more:,} more"] if more else []
            click.echo("\n  ".join(["unknown members are ignored:", *map(str, names), *rest]), err=True)

    def _tell_errors(self) -> None:
        for group in self._errors:
            click.echo(shown(str(group)), err=True)
        if self._errors.more:
            click.echo(f"and {self._errors.more:,} errors of other kinds", err=True)
        self._errors = Groups()


def _message(diagnostic: Diagnostic) -> str:
    line = f" ({diagnostic.span})" if diagnostic.span else ""
    return f"{diagnostic.title}: {diagnostic.message}{line}"
