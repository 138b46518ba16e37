"""The output of `custmap test`: text, JSON and JUnit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree

from custmap.diagnostics.plain import json_document, plain, plain_lines
from custmap.diagnostics.render.render import render
from custmap.records.outputs import WholeFile
from custmap.testing.cases import Case, Result
from custmap.testing.difference import Difference

if TYPE_CHECKING:
    from custmap.testing.coverage import Coverage

_RED, _GREEN, _YELLOW, _BOLD = "31", "32", "33", "1"


def as_text(cases: Sequence[Case], coverage: Coverage | None, *, color: bool) -> str:
    """The cases that failed or were rewritten, then the coverage, then the count."""
    paint = _paint if color else _plain
    lines = [line for case in cases for line in _case_lines(case, paint, color)]
    if coverage is not None:
        from custmap.testing.coverage_text import coverage_lines

        lines += [*coverage_lines(coverage), ""]
    found = Counter(case.result for case in cases)
    counts = [f"{found['passed']} passed"]
    counts += [f"{found[result]} {words}" for result, words in _COUNTED.items() if found[result]]
    return "\n".join([*lines, paint(", ".join(counts), _RED if found["failed"] else _GREEN)]) + "\n"


_COUNTED: Final[dict[Result, str]] = {
    "updated": "updated",
    "skipped": "skipped",
    "xfailed": "failed as expected",
    "xpassed": "passed unexpectedly",
    "failed": "failed",
}
"""In the order of the last line, behind those that passed."""


def _paint(text: str, style: str) -> str:
    return f"\x1b[{style}m{text}\x1b[0m"


def _plain(text: str, style: str) -> str:
    return text


def _case_lines(case: Case, paint: Any, color: bool) -> Iterator[str]:
    if case.result != "failed":
        if case.result != "passed":
            why = f": {plain(case.reason)}" if case.reason and case.result != "updated" else ""
            yield f"{paint(_COUNTED[case.result], _YELLOW)}  {case.name}{why}"
        return
    yield f"{paint('FAIL', _RED)}  {paint(case.name, _BOLD)}"
    if case.summary:
        yield f"  {plain_lines(plain(case.summary))}"
    body = (
        plain_lines(str(case.report))
        if case.report
        else render(case.problems, "text", color=color).rstrip("\n")
    )
    yield from (f"  {line}".rstrip() for line in body.split("\n"))
    if case.refused:
        yield f"  not updated: {plain(case.refused)}"
    yield ""


def as_json(cases: Sequence[Case], coverage: Coverage | None) -> str:
    """One document: `format_version`, `passed`, `failed`, `updated`, `fixtures`, if asked for `coverage`."""
    found = Counter(case.result for case in cases)
    document: dict[str, Any] = {
        "format_version": 1,
        **{result: found[result] for result in ("passed", "failed", *_COUNTED)},
        "fixtures": [_case_document(case) for case in cases],
    }
    if coverage is not None:
        document["coverage"] = coverage.to_dict()
    return json_document(document) + "\n"


def _case_document(case: Case) -> dict[str, Any]:
    return {
        "name": case.name,
        "file": str(case.path),
        "mapping": case.fixture.mapping if case.fixture else None,
        "summary": case.summary,
        "result": case.result,
        "reason": case.reason,
        "differences": [
            _difference_document(one) for one in (case.report.differences if case.report else ())
        ],
        "problems": [
            {"code": one.code, "message": one.message, "line": one.line, "help": one.help}
            for one in case.problems
        ],
    }


def _difference_document(difference: Difference) -> dict[str, Any]:
    return {
        "place": difference.place,
        "expected": difference.expected,
        "got": difference.got,
        "line": difference.span.line,
        "mapping_line": difference.line,
    }


def as_junit(cases: Sequence[Case]) -> bytes:
    """A JUnit file: one suite, one test per fixture, named after its folders."""
    failures = sum(not case.passed for case in cases)
    suite = ElementTree.Element(
        "testsuite",
        name="custmap",
        tests=str(len(cases)),
        failures=str(failures),
        errors="0",
        skipped=str(sum(case.result in _NOT_COUNTED for case in cases)),
        time=f"{sum(case.seconds for case in cases):.3f}",
    )
    for case in cases:
        folder, _, name = case.name.rpartition("/")
        test = ElementTree.SubElement(
            suite,
            "testcase",
            classname=folder.replace("/", "."),
            name=name,
            file=str(case.path),
            time=f"{case.seconds:.3f}",
        )
        if case.result in _NOT_COUNTED:
            ElementTree.SubElement(test, "skipped", message=_xml(case.reason or _COUNTED[case.result]))
        if not case.passed:
            body = str(case.report) if case.report else render(case.problems, "text", frames=False)
            failure = ElementTree.SubElement(test, "failure", message=_xml(body.split("\n")[0]))
            failure.text = _xml(body)
    document: bytes = ElementTree.tostring(suite, encoding="utf-8", xml_declaration=True)
    return document


_NOT_COUNTED: Final = ("skipped", "xfailed")
"""As pytest writes them."""


def write_junit(path: Path, cases: Sequence[Case]) -> None:
    """Write the JUnit file; its folder is created."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with WholeFile(path) as file:
        file.write(as_junit(cases))


def _xml(text: str) -> str:
    """Escape control characters, which XML cannot represent."""
    return "".join(char if char in "\n\t" or char.isprintable() else f"\\u{ord(char):04x}" for char in text)
