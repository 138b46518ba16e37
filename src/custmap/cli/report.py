"""What a run rejected and what it counted."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final

import click

from custmap.batch.tally import Tally
from custmap.cli.ending import CLEAN, FINDINGS
from custmap.cli.findings import show_record_error
from custmap.cli.streams import Sink
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import RecordError
from custmap.schema.canonical import Canonical

# How many paths of unknown members a strict run names.
_NAMED: Final = 20


# Made once: `json.dumps` makes one for each call.
_ENCODE: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def json_line(value: Any) -> bytes:
    """A value as one line of NDJSON, members in their order."""
    return _ENCODE(value).encode() + b"\n"


@dataclass(slots=True)
class Report:
    """Takes rejected records, and knows the exit code.

    `rejects`  where rejected records are written; None: their errors go to standard error.
    `strict`   members that the schema does not know reject a record.
    """

    rejects: Sink | None
    canonical: Canonical
    strict: bool = False
    tally: Tally = field(default_factory=Tally)
    found: bool = False

    def reject(self, index: int, label: str, error: RecordError, record: Any) -> None:
        """`label` says which record it is, for people; `record` is what was given, null if it is no JSON."""
        self.tally.rejected += 1
        if self.rejects is None:
            show_record_error(label, error)
            return
        errors = [
            {"code": one.code, "path": one.path or one.target, "message": _message(one)}
            for one in error.diagnostics
        ]
        self.rejects.write(json_line({"index": index, "errors": errors, "record": record}))

    def look_for_unknown(self, record: Any) -> None:
        """Count members that the schema does not know; RecordError (CM712) with `strict`."""
        if not isinstance(record, dict):
            return
        unknown = self.canonical.unknown_members(record)
        if unknown and self.strict:
            name = self.canonical.name
            raise RecordError(
                Diagnostic("CM712", f"`{name}` has no such member", path=path) for path in unknown[:_NAMED]
            )
        self.tally.unknown_members += len(unknown)

    @property
    def exit_code(self) -> int:
        return FINDINGS if self.tally.rejected or self.found else CLEAN

    def summarize(self, noun: str) -> None:
        """The sum of a batch on standard error, after it was checked."""
        self.tally.check()
        tally = self.tally
        text = f"{tally.came_in} in = {tally.went_out} {noun} + {tally.rejected} rejected"
        text += f" + {tally.one_sided} in one snapshot only" if tally.one_sided else ""
        click.echo(text, err=True)
        self.tell_unknown()

    def tell_unknown(self) -> None:
        if count := self.tally.unknown_members:
            members = "1 member that" if count == 1 else f"{count} members that"
            click.echo(f"{members} `{self.canonical.name}` does not know: ignored", err=True)


def _message(diagnostic: Diagnostic) -> str:
    line = f" ({diagnostic.span})" if diagnostic.span else ""
    return f"{diagnostic.title}: {diagnostic.message}{line}"
