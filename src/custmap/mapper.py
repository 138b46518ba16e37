"""`load` and `Mapping`: connects the stages; each room does its own work."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Mapping as MappingOf
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NoReturn

from custmap.border.intake import take
from custmap.codegen.define import Functions, Texts
from custmap.diagnostics.errors import MappingError
from custmap.functions.table import with_functions
from custmap.loader import check_mapping
from custmap.model.checked import Checked
from custmap.plan.engine import Absent, Engine, Nulls, OnRejected
from custmap.plan.maker import Maker, maker_of
from custmap.plan.plan import Plan
from custmap.plan.read_back import read_back
from custmap.records import parsed
from custmap.records.per_record import Applier, LineApplier
from custmap.records.several import requests_of
from custmap.tables.through import through_of
from custmap.values.words import require_one_of
from custmap.wire.request import Request

if TYPE_CHECKING:
    from custmap.back.answers import Answers
    from custmap.back.outcome import Outcome
    from custmap.back.reverse import Reverse
    from custmap.back.sequence_answers import Reverses, SequenceAnswers
    from custmap.lineage.lineage import Lineage
    from custmap.prove.proof import Proof
    from custmap.records.identity import RequestIds
    from custmap.settle.settle import Settler
    from custmap.tables.source import Source


def load(
    name_or_path: str | os.PathLike[str],
    *,
    functions: Sequence[ModuleType] = (),
    start: Path | None = None,
    root: str | os.PathLike[str] | None = None,
) -> Mapping:
    """Read, check and compile a mapping.

    `name_or_path`  a path to a file, or a name such as `fabric/update-attributes`.
    `functions`     modules whose functions (`@custmap.function`) expressions may call.
    `start`         the folder from which names are looked up; default: the working folder.
    `root`          the folder whose files the mapping may name as its contract and schema; default: the
                    folder `mappings/` around it, else its own.

    MappingError with all errors when the mapping does not exist (CM204) or has errors; warnings do not stop
    loading. ValueError when a module declares no function, or one whose name is taken.
    """
    checked, found = check_mapping(name_or_path, with_functions(functions), start, root)
    if checked is None:
        raise MappingError(diagnostic for diagnostic in found if diagnostic.level == "error")
    return Mapping(checked, tuple(module.__name__ for module in functions))


class Mapping:
    """A compiled mapping: immutable, thread-safe, picklable. Made by `load`."""

    __slots__ = ("__dict__", "_engine", "_modules")

    _engine: Maker
    _modules: tuple[str, ...]

    def __init__(self, checked: Checked, modules: tuple[str, ...] = ()) -> None:
        self._of(maker_of(checked), modules)

    def _of(self, engine: Maker, modules: tuple[str, ...]) -> None:
        object.__setattr__(self, "_engine", engine)
        object.__setattr__(self, "_modules", modules)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a mapping is frozen: `{name}` cannot be set")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a mapping is frozen: `{name}` cannot be taken away")

    def __reduce__(self) -> tuple[Callable[[Checked, tuple[str, ...]], Mapping], tuple[Any, ...]]:
        return _unpickled, (self._engine.checked.with_functions({}), self._modules)

    def __repr__(self) -> str:
        return f"<custmap.Mapping {self.name}>"

    @property
    def name(self) -> str:
        return self._engine.checked.name

    @property
    def summary(self) -> str:
        return self._engine.checked.summary

    @property
    def params(self) -> tuple[str, ...]:
        """The names of the parameters that the mapping declares, in the order of the file."""
        return tuple(param.name for param in self._engine.checked.params)

    @property
    def code(self) -> str:
        """The generated Python, exactly as it runs."""
        return self._engine.code.text

    @property
    def engine(self) -> Maker:
        """What makes requests and plans."""
        return self._engine

    @property
    def alone(self) -> Mapping:
        """The same mapping, but of a request with many customers the body is the item of one."""
        made = object.__new__(Mapping)
        made._of(self._engine.alone(), self._modules)
        return made

    @property
    def parts(self) -> tuple[Mapping, ...]:
        """Of several requests those that are not for one entry, each as a mapping with one request."""
        return tuple(Mapping(one.call, self._modules) for one in self.checked.steps if not one.entries)

    @property
    def functions(self) -> Functions | Texts:
        """The generated functions, and their text."""
        return self._engine.code

    @property
    def checked(self) -> Checked:
        """The checked mapping, for tools that inspect it."""
        return self._engine.checked

    def apply(
        self,
        customer: object,
        params: MappingOf[str, Any] | None = None,
        *,
        on_rejected: OnRejected = "raise",
        absent: Absent = "keep",
        nulls: Nulls = "clear",
        check: bool = True,
        strict: bool = False,
        source: Source | None = None,
    ) -> Request:
        """The request that sends everything the customer states.

        `customer`     a dict or a pydantic model such as `Customer`; it is not modified.
        `params`       parameter values by name.
        `on_rejected`  `"raise"`: RecordError if the vendor cannot be told something; `"drop"`: leave it out.
        `absent`       `"clear"`: records are complete: one may replace all that the vendor has (CM816).
        `nulls`        `"clear"`: nulls of named fields clear; `"absent"`: they count as absent.
        `check`        False skips the check against the canonical schema, and nothing else.
        `strict`       True refuses unknown members (CM712); else they are ignored and listed in a note.
        `source`       `customer` is a row of this source.

        RecordError with all problems of the record, of its parameters, or of what cannot be sent.
        ValueError or TypeError for misuse, such as an unknown parameter, or a mapping with several requests.
        """
        if on_rejected != "raise":
            require_one_of("on_rejected", on_rejected, ("raise", "drop"))
        if absent != "keep":
            require_one_of("absent", absent, ("keep", "clear"))
        if nulls != "clear":
            require_one_of("nulls", nulls, ("clear", "absent"))
        engine = self._engine
        bound, quick = engine.binder.bind(params), engine.quick
        if source is not None:
            through = through_of(source, engine, nulls)
            return through.apply(customer, bound, on_rejected, absent, check=check, strict=strict)
        # A strict call looks at every member, and so does one that drops nulls.
        if type(customer) is dict and quick.direct and nulls == "clear" and (check or not strict):
            try:
                if check:
                    quick.require_fit(customer)
                return engine.request(customer, bound, ())
            except Exception:  # whatever is unusual: the careful way says what it is, and whether it is wrong
                pass
        if engine.checked.steps:
            raise TypeError(f"{self.name} has several requests: call `requests`")
        taken = take(customer, engine.checked.canonical, nulls=nulls, check=check, strict=strict)
        return engine.apply(taken, bound, on_rejected, absent)

    def requests(
        self, customer: object, params: MappingOf[str, Any] | None = None, **options: Any
    ) -> tuple[Request, ...]:
        """All requests of a customer that have something to say, in order; options are those of `apply`."""
        if self.checked.steps:
            return requests_of(self._engine, customer, params, **options)
        return (self.apply(customer, params, **options),)

    def diff(
        self,
        before: object,
        after: object,
        params: MappingOf[str, Any] | None = None,
        *,
        absent: Absent = "keep",
        nulls: Nulls = "clear",
        check: bool = True,
        strict: bool = False,
        source: Source | None = None,
        vendor: object = None,
    ) -> Plan:
        """The changes from `before` to `after`, and the smallest request that makes them.

        `before`  the customer as the vendor has it; None: nothing is known about the vendor's copy.
        `after`   the customer as it should be.
        `absent`  `"keep"`: fields that after does not mention keep before's value; `"clear"`: records are
                  complete, so these fields are gone.
        `vendor`  with `before=None`: the vendor's copy in the vendor's own form.
        `params`, `nulls`, `check`, `strict`, `source`  as in `apply`; of `before` too.

        What the vendor cannot be told is in `plan.rejected`, not raised. RecordError when a record does not
        fit the schema, or a request is needed and cannot be made. ValueError or TypeError for misuse.
        """
        if absent != "keep":
            require_one_of("absent", absent, ("keep", "clear"))
        if nulls != "clear":
            require_one_of("nulls", nulls, ("clear", "absent"))
        if vendor is not None and before is not None:
            raise ValueError("give `before`, or `vendor`, not both")
        engine = self._engine
        bound, quick = engine.binder.bind(params), engine.quick
        if source is not None:
            through = through_of(source, engine, nulls)
            if vendor is not None:
                return through.beside(vendor, after, bound, absent, check=check, strict=strict)
            return through.plan(before, after, bound, absent, check=check, strict=strict)
        if quick.direct and nulls == "clear" and vendor is None and (check or not strict):
            try:
                return engine.compare(before, after, bound, absent, check)
            except Exception:  # the careful way says what is unusual, and whether it is wrong
                pass
        canonical = engine.checked.canonical
        taken = take(after, canonical, nulls=nulls, check=check, strict=strict)
        if vendor is not None:
            return engine.beside(vendor, taken, bound, absent)
        held = before if before is None else take(before, canonical, nulls=nulls, check=check, strict=strict)
        return engine.carefully(held, taken, bound, absent)

    def reverse(self, document: object, base: object = None) -> dict[str, Any]:
        """The customer that the vendor's copy states: the rules of the body, read backwards.

        `document`  the vendor's copy, in the form of the request's body; it is not modified.
        `base`      a customer: what the vendor does not hold is kept from it, and what was `unsettled`.

        What cannot be read is left out. RecordError if `document` is not a JSON object (or list, where the
        body is one), or `base` does not fit the canonical schema.
        """
        if base is None:
            return self.back.read(document)[0]
        canonical = self.checked.canonical
        return read_back(self.back, document, take(base, canonical), canonical.type)[0]

    @property
    def answers(self) -> Answers | SequenceAnswers:
        """What reads answers."""
        return self._engine.answers

    @property
    def back(self) -> Reverse | Reverses:
        """What reads vendors' copies, with notes."""
        return self.answers.reverse

    def outcome(self, status: int, body: object = None, request: Request | str | None = None) -> Outcome:
        """What the vendor's answer means.

        `status`   the HTTP status, 100 to 599; TypeError or ValueError for one that is none.
        `body`     the answer's body: JSON values, or its text or bytes. Whatever it is, there is an outcome.
        `request`  of several: the one that was answered, or its name; `NAME.clear` for what is gone.
        """
        return self._engine.answers.outcome(status, body, request)

    def outcomes(self, status: int, body: object, request: Request) -> tuple[Outcome, ...]:
        """What the vendor's answer means for each customer whom a request carried, in their order.

        `request`  what was sent: an answer names customers by position or key. Errors are those of `outcome`.
        """
        if not isinstance(request, Request):
            raise TypeError(f"`request` is what `apply` or `diff` gave, not {type(request).__name__}")
        return self._engine.answers.outcomes(status, body, request.body, request)

    def settle(
        self,
        before: object,
        after: object,
        plan: Plan,
        outcome: Outcome | MappingOf[str | int, Outcome | None] | None,
        *,
        absent: Absent = "keep",
        nulls: Nulls = "clear",
    ) -> dict[str, Any] | None:
        """What to keep as `before` for the next time, so that what did not arrive is sent again.

        `before`, `after`, `absent`, `nulls`  as `diff` got them, and `plan` what it gave.
        `outcome`  of the plan's request; None: no answer came. Of several requests by name or index.

        A customer, with `unsettled` where an answer was lost: the canonical paths that may have arrived. None
        for a customer of whom nothing arrived, and nothing was there before.

        RecordError for records that `diff` refuses. ValueError for a plan of another mapping, or an outcome
        of a request that the plan does not have. TypeError for what is no plan, or no outcome.
        """
        from custmap.settle.sent import sent

        require_one_of("absent", absent, ("keep", "clear"))
        require_one_of("nulls", nulls, ("clear", "absent"))
        canonical = self.checked.canonical
        held = None if before is None else take(before, canonical, nulls=nulls)
        taken = take(after, canonical, nulls=nulls)
        pair = self._engine.pair(held, taken, complete=absent == "clear")
        return self.settler.settle(pair, sent(plan, outcome, self.checked))

    @cached_property
    def settler(self) -> Settler:
        """What settles customers that were taken in."""
        from custmap.settle.settle import Settler

        return Settler(self._engine.ruled, self.checked.canonical.type)

    def explain(self, path: str | None = None) -> Lineage:
        """Where targets come from, and what each state of a source becomes; `str()` of it is a table.

        `path` is a target path or a canonical path; default: all targets. ValueError when it is neither.
        """
        from custmap.lineage.trace import lineage, traced

        return lineage(self.checked, traced(self._engine), path)

    def prove(
        self, examples: int = 500, seed: int = 0, records: Sequence[dict[str, Any]] | None = None
    ) -> Proof:
        """Test the mapping against the vendor that it declares, with generated customers.

        `examples`  how many cases are generated; ValueError for fewer than 1.
        `seed`      the same seed gives the same cases.
        `records`   generate cases from these records instead; their values are never shown.

        ImportError without hypothesis: `pip install 'custmap[prove]'`.
        """
        from custmap.prove.prove import prove

        return prove(self, examples=examples, seed=seed, records=records)

    def apply_many(
        self,
        records: Iterable[object],
        params: MappingOf[str, Any] | Callable[[Any], MappingOf[str, Any]] | None = None,
        **options: Any,
    ) -> Iterator[Any]:
        """`apply` for each record: a lazy iterator of `Result`, in order; `options` are those of `apply`.

        A bad record becomes a `Result` with an `error`; `params` may be a function of a record.
        """
        from custmap.records.many import apply_many

        return apply_many(self, records, params, **options)

    def diff_many(
        self,
        pairs: Iterable[tuple[object, object]],
        params: MappingOf[str, Any] | Callable[[Any], MappingOf[str, Any]] | None = None,
        **options: Any,
    ) -> Iterator[Any]:
        """`diff` for each pair (before, after): a lazy iterator of `Result`, in order, as `apply_many`.

        `options` are those of `diff`, without `vendor`. A function as `params` is called with after.
        """
        from custmap.records.many import diff_many

        return diff_many(self, pairs, params, **options)

    # For results of custmap's own strict parser, with parameters bound once: see `custmap.records.parsed`.

    def applier(self, params: MappingOf[str, Any] | None = None, **options: Any) -> Applier:
        """`requests` of records that may be changed."""
        return parsed.applier(self._engine, params, **options)

    def line_applier(
        self, ids: RequestIds, params: MappingOf[str, Any] | None = None, **options: Any
    ) -> LineApplier:
        """`apply` with the request as a line of NDJSON."""
        assert isinstance(self._engine, Engine), "a record of several requests has no line of its own"
        return parsed.line_applier(self._engine, ids, params, **options)

    def comparer(self, params: MappingOf[str, Any] | None = None, **options: Any) -> parsed.Comparer:
        """`diff` of records that may be changed."""
        return parsed.comparer(self._engine, params, **options)


def _unpickled(checked: Checked, modules: tuple[str, ...]) -> Mapping:
    """Unpickle a mapping; functions are imported again by the names of their modules."""
    known = with_functions([import_module(name) for name in modules])
    return Mapping(checked.with_functions(known), modules)
