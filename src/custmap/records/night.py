"""What a night sent: the plans of a run, and the answers to its requests, found by key."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple, TypeVar

import msgspec

from custmap.back.answers import Answers
from custmap.back.outcome import Outcome
from custmap.back.sequence_answers import SequenceAnswers
from custmap.model.checked import Checked
from custmap.records.ndjson import Lines, Place, read_places
from custmap.settle.sent import APPLIED, NOT_SENT, NOTHING, UNKNOWN, Sent, Told, Verdict, verdict
from custmap.values.numbers import key_text

T = TypeVar("T")


class NightError(ValueError):
    """The files do not belong to one night, or are damaged; the message says where."""


class _Request(msgspec.Struct):
    """A request; with `item`, the place of a customer in a request that has a line of its own.

    `name`  that of one of several.
    """

    id: str
    body: Any = None
    item: int | None = None
    name: str = ""
    method: str = ""


class _Planned(msgspec.Struct):
    """A line of `diff`: a plan, or a record with errors. A line of `apply` is a request itself, and one with
    `records` is a request with many customers.
    """

    index: int = -1
    key: str | int | float | bool | None = None
    mapping: str | None = None
    errors: list[Any] | None = None
    changes: list[Told] | None = None
    rejected: list[Told] = []
    requests: list[_Request] = []
    id: str | None = None
    body: Any = None
    records: list[int] | None = None
    keys: list[str] = []
    name: str = ""
    method: str = ""

    @property
    def sent(self) -> list[_Request]:
        if self.id is None:
            return self.requests
        return [_Request(self.id, self.body, name=self.name, method=self.method)]


class _Asked(NamedTuple):
    """Which of several requests was sent."""

    name: str
    clears: bool


class _Answer(msgspec.Struct):
    id: str
    status: int | None = None
    body: Any = None
    sent: bool = True


_PLANNED: Final = msgspec.json.Decoder(_Planned)
_ANSWER: Final = msgspec.json.Decoder(_Answer)


class Planned(msgspec.Struct, frozen=True):
    """What was planned for a customer.

    `index`  the record's place in the file that was read.
    `sent`   None for a record with errors.
    `made`   it is a request of `apply`: of a file that may be another than after, and it does not say what
             it changes, or what was left out since the vendor cannot be told.
    """

    index: int
    sent: Sent | None
    made: bool


class Night:
    """The plans of one run, with what became of their requests.

    NightError for lines that are no plans, for plans of another mapping, and for two plans of one customer.
    """

    def __init__(self, plans: Path, checked: Checked) -> None:
        self._path = plans
        self._mapping = checked.name
        self._bulk = checked.bulk
        self._clearing = {
            step.name: step.clear.operation.contract.method if step.clear else None for step in checked.steps
        }
        self._asked: dict[str, _Asked] = {}
        self._more: dict[str, list[tuple[int, int]]] = {}
        self._is_several = bool(checked.steps)
        self._places: dict[str, tuple[int, int]] = {}
        self._verdicts: dict[str, list[Verdict]] = {}
        self._packs: dict[str, tuple[int, int]] = {}
        self._packed: dict[str, tuple[str, int]] = {}
        self._opened: tuple[str, _Planned] | None = None
        self.taken: set[str] = set()
        """The customers who had a plan that was taken: each of them once."""
        self._unread: Counter[int] = Counter()
        with plans.open("rb") as stream:
            for line, place in _read(stream, plans, _PLANNED):
                self._enter(line, place)
        self._file: BinaryIO = plans.open("rb")

    def close(self) -> None:
        self._file.close()

    def answers(self, stream: Lines, name: object, answers: Answers | SequenceAnswers) -> None:
        """Take in the answers. Of several for one request the last counts; but a refusal says of its own
        sending alone that it did not arrive, so it counts only if all were refused.

        NightError for an answer to a request that the plans do not have.
        """
        answered: set[str] = set()
        for answer, place in _read(stream, name, _ANSWER):
            if answer.id not in self._verdicts:
                raise _wrong(name, place, "no request of this run has this `id`")
            if answer.status is not None and not 100 <= answer.status <= 599:
                raise _wrong(name, place, "`status` is an HTTP status, 100 to 599")
            if answer.status is None and answer.body is not None:
                raise _wrong(name, place, "an answer with a `body` has a `status`")
            if answer.status is not None and not answer.sent:
                raise _wrong(name, place, "a request that was not sent has no `status`")
            known = self._verdicts[answer.id]
            for at, found in enumerate(self._found(answer, answers, len(known))):
                if found.applied is not False or answer.id not in answered:
                    known[at] = found
            answered.add(answer.id)

    def assume_applied(self) -> None:
        """Take all requests as applied: for jobs that keep no answers."""
        self._verdicts = {id: [APPLIED] * len(known) for id, known in self._verdicts.items()}

    def take(self, key: str) -> Planned | None:
        """What was planned for a customer, once; None if nothing was."""
        packed = self._packed.pop(key, None)
        place = self._places.pop(key, None)
        if packed is not None or place is not None:
            self.taken.add(key)
        if place is not None:
            line = self._line(place)
            if line.errors is not None:
                self.taken.discard(key)
                return Planned(line.index, None, False)
            requests = [
                *line.sent,
                *(one for more in self._more.pop(key, ()) for one in self._line(more).sent),
            ]
        elif packed is not None:
            id, item = packed
            line, requests = _Planned((self._pack(id).records or [])[item]), [_Request(id, item=item)]
        else:
            return None
        verdicts = [self._verdicts[one.id][one.item or 0] for one in requests]
        bodies = [
            self._body(one) if found.errors else None for one, found in zip(requests, verdicts, strict=True)
        ]
        sent = Sent(line.changes or [], line.rejected, bodies, verdicts, [one.name for one in requests])
        return Planned(line.index, sent, line.changes is None)

    def _line(self, place: tuple[int, int]) -> _Planned:
        self._file.seek(place[0])
        return _PLANNED.decode(self._file.read(place[1]))

    def _pack(self, id: str) -> _Planned:
        """A request with many customers; the last is kept, since those of one pack follow each other."""
        if self._opened is None or self._opened[0] != id:
            self._opened = id, self._line(self._packs[id])
        return self._opened[1]

    def _body(self, request: _Request) -> Any:
        """What was sent of a customer."""
        body = request.body if request.item is None else self._pack(request.id).body
        if self._bulk is None:
            return body
        return dict(enumerate(self._bulk.items(body))).get(request.item or 0)

    def _found(self, answer: _Answer, answers: Answers | SequenceAnswers, count: int) -> list[Verdict]:
        """What an answer says of each customer of its request."""
        if not answer.sent:
            return [NOT_SENT] * count
        if answer.status is None:
            return [UNKNOWN] * count
        if answer.id not in self._packs:
            return [_verdict(answers.outcome(answer.status, answer.body, self._asked.get(answer.id)))]
        sent = self._pack(answer.id).body
        return list(map(_verdict, answers.outcomes(answer.status, answer.body, sent)))

    def take_unread(self, index: int) -> bool:
        """Did the run see a line at this place, in one of the snapshots, that has no key? Once for each."""
        seen = self._unread[index] > 0
        self._unread[index] -= 1
        return seen

    def require_taken(self) -> None:
        """NightError for plans of customers that after does not have."""
        for key in [*self._places, *self._packed]:
            if (planned := self.take(key)) is not None and planned.sent not in (None, NOTHING):
                raise NightError(
                    f"{self._path}: AFTER does not have record {planned.index}, which has a plan"
                )

    def _enter(self, line: _Planned, place: Place) -> None:
        key = key_text(line.key)
        if line.errors is None:
            if line.mapping != self._mapping:
                raise _wrong(self._path, place, f"not a plan of {self._mapping}")
            if line.records is not None:
                self._enter_pack(line, line.records, place)
                return
            if line.changes is None and line.id is None:
                raise _wrong(self._path, place, "neither a plan nor a request")
            if key is None:
                raise _wrong(self._path, place, "no `key`: plans of snapshots are made with `diff --key`")
            if key in self._places and not (self._is_several and line.changes is None):
                raise _wrong(self._path, place, "the second plan for one customer")
            for at, one in enumerate(line.sent):
                if one.item is None:
                    self._verdicts[one.id] = [UNKNOWN]
                    if one.name:
                        self._asked[one.id] = _Asked(one.name, self._clears(line, at, one))
                elif not 0 <= one.item < len(self._verdicts.get(one.id, ())):
                    raise _wrong(self._path, place, "the request of this plan is not before it")
        if key is not None:
            _, _, offset, _, length = place
            if key in self._places:
                self._more.setdefault(key, []).append((offset, length))
            else:
                self._places[key] = offset, length
        else:
            self._unread[line.index] += 1

    def _clears(self, line: _Planned, at: int, request: _Request) -> bool:
        """Does a request say that an entry is gone? Of `apply` there is only its method to tell."""
        method = self._clearing.get(request.name)
        told = (change.action == "clear" for change in line.changes or () if change.request == at)
        return method is not None and next(told, method == request.method)

    def _enter_pack(self, line: _Planned, records: list[int], place: Place) -> None:
        """A request with many customers; those for whom no plan follows are new ones."""
        if line.id is None or self._bulk is None or len(self._bulk.items(line.body)) != len(records):
            raise _wrong(self._path, place, f"not a request of {self._mapping} with many customers")
        _, _, offset, _, length = place
        self._packs[line.id] = offset, length
        self._verdicts[line.id] = [UNKNOWN] * len(records)
        for at, key in enumerate(line.keys):
            if key in self._places or key in self._packed:
                raise _wrong(self._path, place, "the second request for one customer")
            self._packed[key] = line.id, at


def _verdict(outcome: Outcome) -> Verdict:
    found = verdict(outcome)
    return APPLIED if found == APPLIED else found


def _read(stream: Lines, name: object, decoder: msgspec.json.Decoder[T]) -> Iterator[tuple[T, Place]]:
    """The lines of a file, each with its place in it."""
    for place in read_places(stream):
        try:
            yield _decoded(place[3] or b"", decoder), place
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise _wrong(name, place, str(error)) from None
        except RecursionError:
            raise _wrong(name, place, "nested too deep; a `body` may be given as a text") from None


def _decoded(data: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    """A line; a body may be anything, also what only Python's json takes: NaN, halves of surrogate pairs."""
    try:
        return decoder.decode(data)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError as error:
        try:
            plain = json.loads(data)
        except ValueError:
            raise error from None
        converted: T = msgspec.convert(plain, decoder.type)
        return converted


def _wrong(name: object, place: Place, reason: str) -> NightError:
    return NightError(f"{name}, line {place[1]}: {reason}")
