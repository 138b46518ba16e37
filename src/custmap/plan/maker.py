"""What makes requests and plans: `Engine` for a mapping with one request, `Sequence` for several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from custmap.border.intake import Taken
from custmap.border.quick import QuickBorder
from custmap.codegen.define import Functions, Texts
from custmap.expressions.inference import SourcePath
from custmap.model.checked import Checked
from custmap.model.note import Note
from custmap.plan.engine import Absent, Engine, OnRejected, Ruled
from custmap.plan.overlay import Overlay
from custmap.plan.plan import Plan
from custmap.plan.sides import Pair
from custmap.running.draft import Draft
from custmap.wire.request import Request

if TYPE_CHECKING:
    from custmap.back.answers import Answers
    from custmap.back.sequence_answers import SequenceAnswers


class Maker(Protocol):
    """Requests and plans of records. What parameters fill is its own: `binder` makes it, and it takes it."""

    @property
    def checked(self) -> Checked: ...
    @property
    def binder(self) -> Any: ...
    @property
    def quick(self) -> QuickBorder: ...
    @property
    def reads(self) -> list[SourcePath]: ...
    @property
    def code(self) -> Functions | Texts: ...
    @property
    def overlay(self) -> Overlay: ...
    @property
    def ruled(self) -> list[Ruled]: ...
    @property
    def answers(self) -> Answers | SequenceAnswers: ...

    def quick_requests(self, record: dict[str, Any], bound: Any, check: bool) -> tuple[Request, ...]: ...
    def request(self, record: dict[str, Any], bound: Any, more: tuple[Note, ...]) -> Request: ...
    def apply(self, taken: Taken, bound: Any, on_rejected: OnRejected, absent: Absent) -> Request: ...
    def requests(
        self, taken: Taken, bound: Any, on_rejected: OnRejected, absent: Absent
    ) -> tuple[Request, ...]: ...
    def compare(self, before: object, after: object, bound: Any, absent: Absent, check: bool) -> Plan: ...
    def carefully(self, held: Taken | None, taken: Taken, bound: Any, absent: Absent) -> Plan: ...
    def beside(self, document: Any, taken: Taken, bound: Any, absent: Absent) -> Plan: ...
    def pair(self, held: Taken | None, taken: Taken, *, complete: bool) -> Pair: ...
    def told(self, pair: Pair) -> Draft | Plan: ...
    def alone(self) -> Maker: ...


def maker_of(checked: Checked) -> Maker:
    """What makes the requests of a mapping."""
    if not checked.steps:
        return Engine(checked)
    from custmap.plan.sequence import Sequence  # imported when used, as most mappings have one request

    return Sequence(checked)
