"""Reports what a run rejected and its counts."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Self

import click

from custmap.cli.call_error import CLEAN, FINDINGS
from custmap.cli.stderr import show_record_error
from custmap.diagnostics.errors import RecordError
from custmap.diagnostics.plain import plain
from custmap.records.groups import Groups
from custmap.records.identity import Who
from custmap.records.outputs import Sink
from custmap.records.tally import Tally
from custmap.records.told_errors import told_errors
from custmap.records.unknown_names import UnknownNames
from custmap.values.json_text import json_bytes
from custmap.values.words import counted

# How many names of unknown members are shown.
_NAMED: Final = 20
# No limit: a part has few records.
_ALL: Final = sys.maxsize


def json_line(value: Any) -> bytes:
    """A value as one line of NDJSON, members in their order."""
    return json_bytes(value) + b"\n"


@dataclass(slots=True)
class Part:
    """A part of a run: what a report knows of it, its counts, and each kind of error and name of a member.

    `rejected`  what is to be written of its rejected records.
    `found`     there is something to look at, though no record is rejected.
    `written`   what is written for its records.
    `error`     it ended the part early.
    """

    tally: Tally = field(default_factory=Tally)
    errors: Groups = field(default_factory=lambda: Groups(kinds=_ALL))
    unknown: UnknownNames = field(default_factory=lambda: UnknownNames(names=_ALL))
    rejected: bytes = b""
    found: bool = False
    written: bytes = b""
    error: Exception | None = None


@dataclass(slots=True)
class Report:
    """Collects the results of a run and determines the exit code; used in a `with` block.

    `rejects`  where rejected records are written, if anywhere.
    `at_once`  errors are shown immediately, for one record. Those of many records are shown at the end, one
               line per kind, however the run ends.
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

    def reject(self, who: Who, label: str, error: RecordError, record: Any) -> None:
        """`label` names the record in messages; `record` is the given record, null if it is not JSON."""
        self.tally.rejected += 1
        self.note(getattr(error, "__notes__", ()))
        if self.at_once:
            show_record_error(label, error)
        else:
            self._errors.add(label, error)
        if self.rejects is not None:
            self.rejects.write(json_line(told_errors(who, error) | {"record": record}))

    def add(self, part: Part) -> None:
        """Count what `report_of_part` counted, as if its records had been reported here."""
        self.tally.add(part.tally)
        self._errors.add_all(part.errors)
        self._unknown.add_all(part.unknown)
        self.found |= part.found
        if self.rejects is not None and part.rejected:
            self.rejects.write(part.rejected)

    def note(self, notes: Iterable[str]) -> None:
        """Count the unknown members in the notes of a request, a plan or an error."""
        self._unknown.add(notes)

    def state(self) -> dict[str, Any]:
        """What is counted, and not told yet, as JSON values."""
        return {
            "tally": self.tally.state(),
            "found": self.found,
            "errors": self._errors.state(),
            "unknown": self._unknown.state(),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Count on from a state."""
        self.tally.load(state["tally"])
        self.found = state["found"]
        self._errors.load(state["errors"])
        self._unknown.load(state["unknown"])

    @property
    def exit_code(self) -> int:
        return FINDINGS if self.tally.rejected or self.found else CLEAN

    def summarize(self, *lines: str) -> None:
        """Check the counts of a batch and print them on standard error; `lines` replace the usual line."""
        self.tally.check()
        self._tell_errors()
        click.echo("\n".join(lines) or str(self.tally), err=True)
        self.tell_unknown()

    def tell_unknown(self) -> None:
        """List the unknown members, the most frequent first."""
        names, more = self._unknown.most_frequent(_NAMED)
        if names:
            rest = [f"and {more:,} more"] if more else []
            shown = [plain(str(name)) for name in names]
            click.echo("\n  ".join(["unknown members are ignored:", *shown, *rest]), err=True)

    def _tell_errors(self) -> None:
        for group in self._errors:
            click.echo(plain(str(group)), err=True)
        if self._errors.more:
            click.echo(f"and {counted(self._errors.more, 'error')} of other kinds", err=True)
        self._errors = Groups()


def report_of_part(part: Part, rejects: Sink | None) -> Report:
    """Reports records into a part of a run."""
    return Report(rejects, tally=part.tally, _errors=part.errors, _unknown=part.unknown)
