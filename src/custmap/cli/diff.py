"""`custmap diff`: from before and after, or two snapshots, to what has to be sent."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copyfileobj
from tempfile import mkstemp
from typing import TYPE_CHECKING, Any

import click

from custmap.border.intake import take
from custmap.cli import options
from custmap.cli.call_error import CallError
from custmap.cli.color import colored
from custmap.cli.help import command as grouped
from custmap.cli.help import option
from custmap.cli.loading import load, read_for
from custmap.cli.params import Params, check_params, read_params
from custmap.cli.places import STDIN, check_places
from custmap.cli.plans import shown_plan
from custmap.cli.report import Report
from custmap.cli.streams import Sink, is_ndjson, open_input, open_maybe, open_output
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import RecordError
from custmap.model.change import problems_of
from custmap.records.inputs import One, read_source
from custmap.records.ndjson import Record, Schema
from custmap.records.outputs import naming
from custmap.records.snapshots import ExtraMissing, OneSided, Pair, Rejected, SnapshotJoin
from custmap.values.paths import PathError
from custmap.values.words import counted

if TYPE_CHECKING:
    from custmap.mapper import Mapping
    from custmap.plan.plan import Plan

_CHANGES = 3


@dataclass(frozen=True, slots=True)
class _Run:
    """The settings for all pairs."""

    mapping: Mapping
    params: Params
    compare: Callable[[Any, Any, bool], Plan]
    nulls: Any
    on_rejected: str | None
    form: str
    secrets: bool
    values: bool
    color: bool
    verify: bool


@grouped("diff")
@options.mapping
@click.argument("before", type=options.FILE)
@click.argument("after", type=options.FILE)
@click.option("--key", metavar="PATH", help="Join two NDJSON snapshots by this source path.")
@option(
    "Output",
    "--format",
    "form",
    type=click.Choice(["text", "json", "deepdiff"]),
    default="text",
    show_default=True,
    help="The format of the plans.",
)
@click.option(
    "--verify", is_flag=True, help="Rehearse each plan, and reject it if it does not lead to AFTER."
)
@click.option("--exit-code", is_flag=True, help="Exit 3 when there are changes.")
@click.option(
    "--on-rejected",
    type=click.Choice(["raise", "drop"]),
    help="`raise` rejects a record if one of its changes is rejected, `drop` ignores that and exits 0  "
    "[default: the plan reports it, exit 1]",
)
@options.outputs
@options.show_values
@options.parameters
@options.records
@options.absent
@options.functions
def command(
    mapping: str,
    before: Path,
    after: Path,
    key: str | None,
    form: str,
    verify: bool,
    exit_code: bool,
    on_rejected: str | None,
    output: Path | None,
    rejects: Path | None,
    with_secrets: bool,
    show_values: bool,
    given: tuple[str, ...],
    params_file: Path | None,
    derived: tuple[str, ...],
    nulls: str,
    strict_records: bool,
    absent: str,
    modules: tuple[str, ...],
) -> int:
    """Show what changes from BEFORE to AFTER, and the smallest request for it.

    Both are one JSON object (BEFORE may be `null`: nothing is known about the vendor's copy), or NDJSON
    snapshots that `--key` joins. A customer in only one snapshot is counted, never treated as deleted.
    """
    if before == after == STDIN:
        raise CallError("Only one of BEFORE and AFTER can be standard input")
    loaded = load(mapping, modules)
    params = read_params(loaded.params, loaded.checked.functions, given, params_file, derived)
    check_places(output, rejects, [before, after, *read_for(mapping, modules), *params.files])
    check_params(loaded.checked, params, all_needed=False)
    keywords = {"absent": absent, "nulls": nulls, "strict": strict_records}
    color = output is None and colored(sys.stdout)
    compare = _comparer(loaded, params, keywords)
    run = _Run(loaded, params, compare, nulls, on_rejected, form, with_secrets, show_values, color, verify)
    with ExitStack() as stack:
        sink = stack.enter_context(open_maybe(rejects))
        report = stack.enter_context(Report(sink, at_once=key is None))
        if key is not None:
            changed = _snapshots(run, before, after, key, report, output)
        else:
            schema = loaded.checked.canonical
            pair = Pair(_document(before, "before", schema), _document(after, "after", schema))
            changed = _documents(run, pair, report, output)
    if report.exit_code:
        return report.exit_code
    return _CHANGES if exit_code and changed else 0


def _document(path: Path, side: str, schema: Schema) -> Record:
    with open_input(path) as stream:
        source = None if is_ndjson(path) else read_source(stream, schema=schema)
        if not isinstance(source, One):
            raise CallError(f"{path}: expected one JSON object", "Join two NDJSON files with `--key`.")
        if isinstance(source.record, Record):
            return source.record
        raise RecordError(
            replace(found, message=f"{side}, {found.message}") for found in source.record.error.diagnostics
        )


def _documents(run: _Run, pair: Pair, report: Report, output: Path | None) -> bool:
    plan = _plan(run, pair, "the pair", report)
    if plan is not None:
        with open_output(output, json=run.form != "text") as sink:
            sink.write(_shown(run, plan, many=False))
    if plan is None or run.form != "text":  # the text form includes the notes
        report.tell_unknown()
    return plan is not None and bool(plan.changes)


def _snapshots(run: _Run, before: Path, after: Path, key: str, report: Report, output: Path | None) -> bool:
    changed = False
    json = run.form != "text"
    with _on_disk(before) as left, _on_disk(after) as right, open_output(output, json=json) as sink:
        try:
            join = SnapshotJoin(left, right, key, schema=run.mapping.checked.canonical)
        except PathError as error:
            raise CallError(f"`--key`: {error.reason}") from None
        with _joined(join):
            for copy in {left, right} - {before, after}:
                _forget(copy)
            for item in join:
                changed |= _take(run, item, report, sink)
        report.tally.check()
    _summarize(report, join)
    return changed


def _take(run: _Run, item: Pair | Rejected | OneSided, report: Report, sink: Sink) -> bool:
    report.tally.came_in += 1
    match item:
        case Pair():
            plan = _plan(run, item, None, report)
            if plan is not None:
                report.tally.went_out += 1
                sink.write(_shown(run, plan, many=True))
            return plan is not None and bool(plan.changes)
        case Rejected(side, line, error, value):
            report.reject(line.index, f"record {line.index} ({side}, line {line.number})", error, value)
        case OneSided():
            report.tally.one_sided += 1
    return False


def _plan(run: _Run, pair: Pair, label: str | None, report: Report) -> Plan | None:
    """The plan for one pair; None if the pair was rejected. `label` names it; else its line does."""
    before, after = pair.before, pair.after
    try:
        plan = run.compare(before.value, after.value, before.fits and after.fits)
        if run.verify:
            _rehearse(run, before.given(), after.given(), plan)
        if plan.rejected and run.on_rejected == "raise":
            raise RecordError(problems_of(plan.rejected))
    except RecordError as error:
        line = after.line
        label = label or f"record {line.index} (after, line {line.number})"
        given = {"before": before.given(), "after": after.given()}
        report.reject(line.index, label, error, given)
        return None
    if plan.notes:
        report.note(plan.notes)
    report.found |= bool(plan.rejected) and run.on_rejected is None
    return plan


def _comparer(mapping: Mapping, params: Params, keywords: dict[str, Any]) -> Callable[[Any, Any, bool], Plan]:
    if not params.derived:
        return mapping.comparer(params.given, **keywords)

    def compare(before: Any, after: Any, fits: bool) -> Plan:
        return mapping.comparer(params.of(after), **keywords)(before, after, fits)

    return compare


def _rehearse(run: _Run, before: Any, after: Any, plan: Plan) -> None:
    """RecordError (CM808) for a plan that does not take the declared vendor from before to after."""
    from custmap.prove.prove import rehearse

    canonical, nulls = run.mapping.checked.canonical, run.nulls
    then = None if before is None else take(before, canonical, nulls=nulls).record
    why = rehearse(run.mapping, then, take(after, canonical, nulls=nulls).record, plan, run.params.of(after))
    if why is not None:
        raise RecordError(
            [
                Diagnostic(
                    "CM808",
                    why,
                    help="The mapping's policies contradict each other, or this is a bug in custmap.",
                )
            ]
        )


def _shown(run: _Run, plan: Plan, *, many: bool) -> bytes:
    return shown_plan(
        plan, run.form, many=many, secrets=run.secrets, values=run.values, color=run.color
    )  # fmt: skip


@contextmanager
def _joined(join: SnapshotJoin) -> Iterator[None]:
    try:
        with join:
            yield
    except ExtraMissing as error:
        raise CallError(str(error)) from None


@contextmanager
def _on_disk(path: Path) -> Iterator[Path]:
    """The file itself, or standard input in a file: a join reads twice."""
    if path != STDIN:
        yield path
        return
    handle, name = mkstemp(prefix="custmap-")
    try:
        with naming(Path(name)), os.fdopen(handle, "wb") as file:
            copyfileobj(sys.stdin.buffer, file)
        yield Path(name)
    finally:
        _forget(Path(name))


def _forget(copy: Path) -> None:
    """Take a copy's name away: it holds customers' data, and the run may be killed; what is open stays."""
    with suppress(OSError):
        copy.unlink(missing_ok=True)


def _summarize(report: Report, join: SnapshotJoin) -> None:
    rows, tally = join.tally, report.tally
    pairs = rows.went_out // 2
    joined = (
        f"{rows.came_in} in = {pairs} × 2 + {rows.rejected} rejected + {rows.one_sided} in one snapshot only"
    )
    planned = f"{counted(pairs, 'pair')} = {tally.went_out} out + {tally.rejected - rows.rejected} rejected"
    report.summarize(joined, planned)
