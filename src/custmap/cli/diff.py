"""`custmap diff`: from before and after, or two snapshots, to what has to be sent."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import click

from custmap.cli import options
from custmap.cli.call_error import CHANGES, CallError
from custmap.cli.color import colored
from custmap.cli.diff_snapshots import SnapshotDiff
from custmap.cli.help import command as grouped
from custmap.cli.help import option
from custmap.cli.loading import load, read_for, rows_of
from custmap.cli.pairs import Comparison, given_pair
from custmap.cli.params import check_params, read_params
from custmap.cli.places import STDIN, check_places
from custmap.cli.plans import PlanForm
from custmap.cli.report import Report
from custmap.cli.resuming import given_in, made_of, resuming
from custmap.cli.run_digest import digest_of
from custmap.cli.run_guard import RunGuard
from custmap.cli.streams import open_maybe, open_output, open_records
from custmap.diagnostics.errors import RecordError
from custmap.records.identity import RequestIds, Who, content_digest, file_digest
from custmap.records.inputs import One, format_of
from custmap.records.locations import Location
from custmap.records.ndjson import Record, Schema
from custmap.values.files import is_file


class _Digest(click.types.StringParamType):
    """The digest of a run."""

    name = "DIGEST"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not re.fullmatch("[0-9a-f]{20}", value):
            self.fail("a digest has 20 digits from 0 to f, as the guard that stopped the run has named it")
        return str(value)


@grouped("diff")
@options.mapping
@click.argument("before", type=options.RECORDS)
@click.argument("after", type=options.RECORDS)
@options.key("Join two snapshots by this path, or column  [default: the source's key, for many records].")
@option(
    "Output",
    "--format",
    "form_name",
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
@option("Snapshots", "--all", "all_plans", is_flag=True, help="Write plans without a change, too.")
@option(
    "Snapshots",
    "--only-in",
    type=options.OUTPUT,
    help="The file for customers who are in one snapshot only, as NDJSON.",
)
@option(
    "Snapshots",
    "--guard",
    "guards",
    metavar="NAME=LIMIT,…",
    multiple=True,
    help="Write nothing if more customers than LIMIT (`100` or `1%`) lose the value of a field (`clears`, "
    "`clears.FIELD`), change (`changes`) or are rejected (`rejected`)  "
    "[default: clears=10%, from 20 clears up]",
)
@option(
    "Snapshots",
    "--allow",
    type=_Digest(),
    help="Let the run with this digest through; a guard that stops a run names it.",
)
@options.bulk
@options.workers
@options.resume
@options.outputs
@options.show_values
@options.parameters
@options.records
@options.absent
@options.source
@options.functions
def command(
    mapping: str,
    before: Location,
    after: Location,
    key: str | None,
    form_name: str,
    verify: bool,
    exit_code: bool,
    on_rejected: str | None,
    all_plans: bool,
    only_in: Path | None,
    guards: tuple[str, ...],
    allow: str | None,
    bulk: bool,
    workers: int,
    resume: bool,
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
    source: str | None,
    modules: tuple[str, ...],
) -> int:
    """Show what changes from BEFORE to AFTER, and the smallest request for it.

    Both are one JSON object (BEFORE may be `null`: nothing is known about the vendor's copy), or snapshots
    that `--key` joins, in any format of records. Rows that are equal in all that is read are not looked at.
    A customer in only one snapshot is counted, never treated as deleted.
    """
    if before.path == after.path == STDIN:
        raise CallError("Only one of BEFORE and AFTER can be standard input")
    loaded = load(mapping, modules)
    rows = rows_of(source, loaded, nulls, modules)
    joined_by = options.read_key(key, rows if key is not None or _are_many(before, after) else None)
    if joined_by is None:
        _require_none(
            {"--all": all_plans, "--only-in": only_in, "--guard": guards, "--allow": allow, "--bulk": bulk}
        )
    options.require_bulk(bulk, loaded)
    params = read_params(loaded.params, loaded.checked.functions, given, params_file, derived)
    files = list(read_for(mapping, modules, source))
    outputs = {"--output": output, "--rejects": rejects, "--only-in": only_in}
    check_places(outputs, [before.path, after.path, *files, *params.files])
    check_params(loaded.checked, params, all_needed=False)
    keywords: dict[str, Any] = {"absent": absent, "nulls": nulls, "strict": strict_records}
    options.require_one_process(bulk, workers)
    if bulk and form_name != "json":
        raise CallError("`--bulk` writes requests of their own", "Add `--format json`.")
    comparison = Comparison(loaded, params, keywords, on_rejected, verify)
    form = PlanForm(form_name, with_secrets, show_values, output is None and colored(sys.stdout))
    settings = {**keywords, "key": key, "on_rejected": on_rejected, "verify": verify}
    settings |= {"bulk": True} if bulk else {}
    digests = list(map(file_digest, files))
    run_of = partial(digest_of, "diff", digests, loaded.checked.params, params, settings)
    written = asdict(form) | {"all": all_plans, "outputs": given_in(outputs)}
    known, inputs = loaded.checked.params, {"BEFORE": before, "AFTER": after}
    made = made_of(digests, known, params, settings | written, inputs, secrets=with_secrets)
    cannot = None if joined_by is not None else "there is one pair only"
    with ExitStack() as stack:
        held = joined_by is not None
        states = stack.enter_context(resuming(resume, outputs, made, cannot=cannot))
        sink = stack.enter_context(open_maybe(rejects, "--rejects", states, held=held))
        report = stack.enter_context(Report(sink, at_once=not held))
        if joined_by is None:
            schema = None if rows is not None else loaded.checked.canonical
            pair = [_document(place, side, schema) for place, side in ((before, "before"), (after, "after"))]
            through = None if rows is None else rows.through(loaded.engine)
            changed = _documents(comparison.of(through), form, run_of, pair, report, output)
        else:
            clears = comparison.clears()
            guard = RunGuard(clears, guards, allow)
            alone = stack.enter_context(open_maybe(only_in, "--only-in", states, held=held))
            out = stack.enter_context(open_output(output, json=not form.is_text, held=held, states=states))
            night = SnapshotDiff(
                comparison,
                form,
                run_of,
                report,
                out,
                alone,
                clears,
                guard,
                states,
                all_plans=all_plans,
                bulk=bulk,
                source=rows,
                workers=workers,
            )
            changed = night.run(before, after, joined_by)
    if report.exit_code:
        return report.exit_code
    return CHANGES if exit_code and changed else 0


def _require_none(given: dict[str, object]) -> None:
    for name, value in given.items():
        if value:
            raise CallError(f"`{name}` is for snapshots", "Join two snapshots with `--key`.")


def _documents(
    comparison: Comparison,
    form: PlanForm,
    run_of: Callable[[Sequence[str]], str],
    pair: Sequence[Record],
    report: Report,
    output: Path | None,
) -> bool:
    """Write the plan of the only pair; does it have a change?"""
    plan = None
    try:
        plan = comparison.plan(*pair)
    except RecordError as error:
        report.reject(Who(0), "the pair", error, given_pair(*pair))
    else:
        report.note(plan.notes)
        report.found |= comparison.finds(plan)
        ids = RequestIds(run_of([content_digest(one.place[3] or b"") for one in pair]))
        with open_output(output, json=not form.is_text) as sink:
            sink.write(form.document(plan, Who(0), ids))
    if plan is None or not form.is_text:  # the text form includes the notes
        report.tell_unknown()
    return plan is not None and bool(plan.changes)


def _are_many(before: Location, after: Location) -> bool:
    """Are they snapshots, as far as can be told without a key? One JSON object each is a pair."""
    places = [place for place in (before, after) if place.path != STDIN and is_file(place.path)]
    return any(format_of(place).kind != "json" for place in places)


def _document(place: Location, side: str, schema: Schema | None) -> Record:
    with open_records(place, schema=schema, lists=True) as read:
        if not isinstance(read, One):
            raise CallError(f"{place.path}: expected one JSON object", "Join two snapshots with `--key`.")
        if isinstance(read.record, Record):
            return read.record
        raise RecordError(
            replace(found, message=f"{side}, {found.message}") for found in read.record.error.diagnostics
        )
