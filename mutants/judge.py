"""Verdicts on mutants: which of them the tests of their room notice."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.util
import json
import os
import resource
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final

import pytest
from mutate import Mutant, mutated

ROOT: Final = Path(__file__).resolve().parent.parent
SOURCE: Final = ROOT / "src" / "custmap"
SECONDS: Final = 40
"""CPU time of one mutant: a room's tests take under ten, so what takes longer has no end."""
MEMORY: Final = 3 << 30
"""Bytes of one mutant: a budget that is no longer kept must not take the machine's."""
FAILED: Final = frozenset(
    {pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERNAL_ERROR}
)

Told = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`state` is `killed`, `lives` or `equivalent`; `by`: the first test that failed, or the reason."""

    mutant: Mutant
    state: str
    by: str


def judged(chosen: Sequence[Mutant], tests: Sequence[str], workers: int) -> tuple[list[Verdict], float]:
    """The verdicts on mutants of one room, and the CPU seconds that they took.

    RuntimeError when the tests fail without any change.
    """
    told, seconds = next(iter(forked([lambda: room(chosen, tests, workers)], 1, limited=False)))[1:]
    if "error" in told:
        raise RuntimeError(told["error"])
    verdicts = {int(number): Verdict(chosen[int(number)], *told) for number, told in told["verdicts"].items()}
    rest = [number for number in range(len(chosen)) if number not in verdicts]

    def anew(number: int) -> Callable[[], Told]:
        return lambda: imported_anew(chosen[number], tests)

    for at, told, used in forked([anew(number) for number in rest], workers):
        seconds += used
        verdicts[rest[at]] = Verdict(chosen[rest[at]], told["state"], told["by"])
    return [verdicts[number] for number in range(len(chosen))], seconds


def forked(
    jobs: Sequence[Callable[[], Told]], workers: int, *, limited: bool = True
) -> Iterator[tuple[int, Told, float]]:
    """What each job tells, in a process of its own with a folder of its own, with its CPU seconds."""
    open_: dict[int, tuple[int, str]] = {}
    waiting = list(enumerate(jobs))
    while waiting or open_:
        while waiting and len(open_) < workers:
            number, job = waiting.pop(0)
            folder = tempfile.mkdtemp(prefix="mutant-")
            if (child := os.fork()) == 0:
                _be_child(job, Path(folder), limited)
            open_[child] = number, folder
        child, status, used = os.wait4(-1, 0)
        number, folder = open_.pop(child)
        try:
            told = json.loads(Path(folder, "told").read_text(encoding="utf-8"))
        except (OSError, ValueError):  # it was ended before it could tell
            told = {"state": "killed", "by": f"time or memory (status {status})"}
        shutil.rmtree(folder, ignore_errors=True)
        yield number, told, used.ru_utime + used.ru_stime


def _be_child(job: Callable[[], Told], folder: Path, limited: bool) -> None:
    if limited:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.environ["PYTEST_DEBUG_TEMPROOT"] = str(folder)
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    try:
        told = job()
    except BaseException as error:
        told = {"state": "killed", "by": f"starting: {error!r}", "error": repr(error)}
    try:
        Path(folder, "told").write_text(json.dumps(told), encoding="utf-8")
    finally:
        os._exit(0)


class FirstFailure:
    """A pytest plugin that keeps which test failed first."""

    name = ""

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed and not self.name:
            self.name = report.nodeid

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed and not self.name:
            self.name = f"collecting {report.nodeid}"


class Loop(FirstFailure):
    """A pytest plugin that runs the collected tests again and again: once for each mutant, in a child."""

    def __init__(self, chosen: Sequence[Mutant], workers: int) -> None:
        self.chosen, self.workers = chosen, workers
        self.noticed: Counter[int] = Counter()
        self.told: Told = {"error": "no test was collected"}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        reach = next(iter(forked([lambda: self.reach(session.items)], 1, limited=False)))[1]
        if "reach" not in reach:
            self.told = {"error": f"the tests fail without any change: {reach['by']}"}
            return True
        inside = [number for number, mutant in enumerate(self.chosen) if mutant.function]
        jobs = []
        for number in inside:
            through = reach["reach"].get(
                f"{SOURCE / self.chosen[number].file} {self.chosen[number].function}", []
            )
            jobs.append(self.job(self.chosen[number], session.items, through))
        numbers = {item.nodeid: number for number, item in enumerate(session.items)}
        found = {}
        for at, told, _ in forked(jobs, self.workers):
            found[inside[at]] = told["state"], told["by"]
            if told["by"] in numbers:
                self.noticed[numbers[told["by"]]] += 1
        self.told = {"verdicts": {number: told for number, told in found.items() if told[0] != "anew"}}
        return True

    def job(self, mutant: Mutant, items: list[pytest.Item], through: list[int]) -> Callable[[], Told]:
        def run() -> Told:
            if not through:
                return {"state": "lives", "by": "no test comes here"}
            if not put_in_place(mutant):
                return {"state": "anew", "by": ""}
            # Those that noticed other mutants first; the rest in its order, since tests share what is set up.
            self.run([items[at] for at in sorted(through, key=lambda at: -self.noticed[at])])
            return {"state": "killed" if self.name else "lives", "by": self.name}

        return run

    def run(self, items: list[pytest.Item]) -> None:
        for item, after in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
            if self.name:
                return

    def reach(self, items: list[pytest.Item]) -> Told:
        """Which tests, by number, come through which function of custmap."""
        through: dict[str, list[int]] = {}
        seen: set[CodeType] = set()

        def watch(frame: Any, event: str, argument: Any) -> None:
            if event == "call":
                seen.add(frame.f_code)

        for number, item in enumerate(items):
            seen.clear()
            sys.setprofile(watch)
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            sys.setprofile(None)
            if self.name:
                return {"state": "killed", "by": self.name}
            for code in seen:
                if code.co_filename.startswith(str(SOURCE)):
                    through.setdefault(f"{code.co_filename} {code.co_qualname}", []).append(number)
        return {"reach": through}


def room(chosen: Sequence[Mutant], tests: Sequence[str], workers: int) -> Told:
    """The verdicts on all mutants that change a function's code alone, by their numbers."""
    loop = Loop(chosen, workers)
    run_pytest(tests, loop)
    return {"error": loop.name} if loop.name else loop.told


def run_pytest(tests: Sequence[str], plugin: object) -> int:
    os.chdir(ROOT)
    # Plain asserts: to rewrite its asserts, pytest would load custmap, which brings a plugin, from the disk.
    return int(pytest.main(["-x", "-q", "-p", "no:xdist", "--assert=plain", *tests], plugins=[plugin]))


def put_in_place(mutant: Mutant) -> bool:
    """Give the function its changed code; False where there is no plain function to give it to."""
    found: Any = importlib.import_module(_module(mutant))  # tests may import it late
    for part in mutant.function.split("."):
        found = vars(found)[part]
    found = getattr(found, "fget", None) or getattr(found, "__func__", None) or found
    found = getattr(found, "__wrapped__", found)
    code = next((one for one in _codes(_compiled(mutant)) if one.co_qualname == mutant.function), None)
    if not isinstance(found, FunctionType) or code is None or found.__code__.co_freevars != code.co_freevars:
        return False
    found.__code__ = code
    return True


def _codes(code: CodeType) -> Iterator[CodeType]:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield one
            yield from _codes(one)


def _module(mutant: Mutant) -> str:
    return "custmap." + mutant.file.removesuffix(".py").replace("/", ".")


def _compiled(mutant: Mutant) -> CodeType:
    path = SOURCE / mutant.file
    return compile(mutated(mutant, path.read_text(encoding="utf-8")), path, "exec")


class Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads the changed module in place of the one on the disk; it still says that it comes from there."""

    def __init__(self, mutant: Mutant) -> None:
        self.name, self.path, self.code = _module(mutant), SOURCE / mutant.file, _compiled(mutant)

    def find_spec(self, name: str, path: object = None, target: object = None) -> Any:
        return (
            importlib.util.spec_from_file_location(name, self.path, loader=self)
            if name == self.name
            else None
        )

    def exec_module(self, module: ModuleType) -> None:
        exec(self.code, module.__dict__)


def imported_anew(mutant: Mutant, tests: Sequence[str]) -> Told:
    """The verdict of all tests of the room, with the module imported as it was changed."""
    sys.meta_path.insert(0, Changed(mutant))
    failure = FirstFailure()
    ended = run_pytest(tests, failure)
    if ended not in (*FAILED, pytest.ExitCode.OK):
        raise RuntimeError(f"pytest ended with {ended}")
    return {"state": "killed" if ended in FAILED else "lives", "by": failure.name}
