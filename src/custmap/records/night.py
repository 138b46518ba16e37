"""What a night sent: the plans of a run, and the answers to its requests, found by key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeVar

import msgspec

from custmap.back.outcome import Outcome
from custmap.records.ndjson import Lines, Place, read_places
from custmap.settle.sent import APPLIED, NOT_SENT, NOTHING, UNKNOWN, Sent, Told, Verdict, verdict
from custmap.values.numbers import key_text

T = TypeVar("T")


class NightError(ValueError):
    """The files do not belong to one night, or are damaged; the message says where."""


class _Request(msgspec.Struct):
    id: str
    body: Any = None


class _Planned(msgspec.Struct):
    """A line of `diff`: a plan, or a record with errors. A line of `apply` is a request itself."""

    index: int
    key: str | int | float | bool | None = None
    mapping: str | None = None
    errors: list[Any] | None = None
    changes: list[Told] | None = None
    rejected: list[Told] = []
    requests: list[_Request] = []
    id: str | None = None
    body: Any = None

    @property
    def sent(self) -> list[_Request]:
        return self.requests if self.id is None else [_Request(self.id, self.body)]


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

    def __init__(self, plans: Path, mapping: str) -> None:
        self._path = plans
        self._mapping = mapping
        self._places: dict[str, tuple[int, int]] = {}
        self._verdicts: dict[str, Verdict] = {}
        self._unread: Counter[int] = Counter()
        with plans.open("rb") as stream:
            for line, place in _read(stream, plans, _PLANNED):
                self._enter(line, place)
        self._file: BinaryIO = plans.open("rb")

    def close(self) -> None:
        self._file.close()

    def answers(self, stream: Lines, name: object, outcome: Callable[[int, Any], Outcome]) -> None:
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
            found = _verdict(answer, outcome)
            if found.applied is not False or answer.id not in answered:
                self._verdicts[answer.id] = found
            answered.add(answer.id)

    def assume_applied(self) -> None:
        """Take all requests as applied: for jobs that keep no answers."""
        self._verdicts = dict.fromkeys(self._verdicts, APPLIED)

    def take(self, key: str) -> Planned | None:
        """What was planned for a customer, once; None if nothing was."""
        place = self._places.pop(key, None)
        if place is None:
            return None
        self._file.seek(place[0])
        line = _PLANNED.decode(self._file.read(place[1]))
        if line.errors is not None:
            return Planned(line.index, None, False)
        sent = Sent(
            line.changes or [],
            line.rejected,
            [one.body for one in line.sent],
            [self._verdicts[one.id] for one in line.sent],
        )
        return Planned(line.index, sent, line.changes is None)

    def take_unread(self, index: int) -> bool:
        """Did the run see a line at this place, in one of the snapshots, that has no key? Once for each."""
        seen = self._unread[index] > 0
        self._unread[index] -= 1
        return seen

    def require_taken(self) -> None:
        """NightError for plans of customers that after does not have."""
        for key in list(self._places):
            if (planned := self.take(key)) is not None and planned.sent not in (None, NOTHING):
                raise NightError(
                    f"{self._path}: AFTER does not have record {planned.index}, which has a plan"
                )

    def _enter(self, line: _Planned, place: Place) -> None:
        key = key_text(line.key)
        if line.errors is None:
            if line.mapping != self._mapping:
                raise _wrong(self._path, place, f"not a plan of {self._mapping}")
            if line.changes is None and line.id is None:
                raise _wrong(self._path, place, "neither a plan nor a request")
            if key is None:
                raise _wrong(self._path, place, "no `key`: plans of snapshots are made with `diff --key`")
            if key in self._places:
                raise _wrong(self._path, place, "the second plan for one customer")
            for one in line.sent:
                self._verdicts[one.id] = UNKNOWN
        if key is not None:
            _, _, offset, _, length = place
            self._places[key] = offset, length
        else:
            self._unread[line.index] += 1


def _verdict(answer: _Answer, outcome: Callable[[int, Any], Outcome]) -> Verdict:
    if not answer.sent:
        return NOT_SENT
    if answer.status is None:
        return UNKNOWN
    found = verdict(outcome(answer.status, answer.body))
    return APPLIED if found == APPLIED else found


def _read(stream: Lines, name: object, decoder: msgspec.json.Decoder[T]) -> Iterator[tuple[T, Place]]:
    """The lines of a file, each with its place in it."""
    for place in read_places(stream):
        try:
            yield decoder.decode(place[3] or b""), place
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise _wrong(name, place, str(error)) from None
        except RecursionError:
            raise _wrong(name, place, "nested too deep; a `body` may be given as a text") from None


def _wrong(name: object, place: Place, reason: str) -> NightError:
    return NightError(f"{name}, line {place[1]}: {reason}")
