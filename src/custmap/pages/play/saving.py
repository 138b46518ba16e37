"""A case of `play` as a fixture: in the project's own folder, never over another without being asked.

The expectation is what custmap answers now. Secrets are written as `{{name}}`: a fixture is committed.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from custmap.diagnostics.errors import MappingError
from custmap.mapping.find import look_up, shown
from custmap.pages.play.desk import Desk, Texts, encoded
from custmap.pages.play.record_text import read_given
from custmap.pages.subject import Reading
from custmap.records.outputs import WholeFile
from custmap.testing.call import load_named
from custmap.testing.fixture import read_fixture
from custmap.testing.run import run_fixture
from custmap.testing.update import UpdateError, updated
from custmap.testing.write_yaml import block
from custmap.values.files import exists, is_file, real, unsaved

_CASE: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}", re.IGNORECASE)


class CannotSaveError(ValueError):
    """A case that cannot be saved; the text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Saved:
    """`path` as people write it; `exists`: there is a fixture with this name, and nothing was written."""

    path: str
    exists: bool = False


def save(desk: Desk, texts: Texts, case: str, summary: str, replace: bool, reading: Reading) -> Saved:
    """Write the case as a fixture; CannotSaveError, OSError."""
    path = _place(desk, case)
    if exists(path) and not replace:
        return Saved(shown(path), exists=True)
    if not is_file(desk.path):
        message = (
            f"{shown(desk.path)} does not exist, so a fixture would test nothing: write the mapping first"
        )
        raise CannotSaveError(message)
    data = _with_answer(desk, texts, path, summary, reading)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not real(path).is_relative_to(real(desk.fixtures)):  # a link that came meanwhile
        raise CannotSaveError("The folder leads out of the project's fixtures")
    with WholeFile(path) as file:
        file.write(data)
    return Saved(shown(path))


def _place(desk: Desk, case: str) -> Path:
    name = case.removesuffix(".yaml")
    if not _CASE.fullmatch(name):
        raise CannotSaveError("The name of a case is letters, digits, `-`, `_` and `.`, such as `mail-gone`")
    path = desk.fixtures / desk.name / f"{name}.yaml"
    if not real(path).is_relative_to(real(desk.fixtures)):
        raise CannotSaveError("The folder leads out of the project's fixtures")
    return path


def _with_answer(desk: Desk, texts: Texts, path: Path, summary: str, reading: Reading) -> bytes:
    loading = partial(load_named, functions=tuple(reading.modules), root=reading.root)
    with unsaved({real(desk.path): encoded(texts.mapping)}):
        try:
            data = _written(desk, texts, path, summary, reading)
            with unsaved({real(desk.path): encoded(texts.mapping), real(path): data}):
                report = run_fixture(read_fixture(path, complete=False), loading)
                return updated(report, data)
        except (UpdateError, MappingError) as error:
            raise CannotSaveError(
                f"The case has no answer that a fixture could expect: {_first(error)}"
            ) from None


def _first(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _written(desk: Desk, texts: Texts, path: Path, summary: str, reading: Reading) -> bytes:
    """The fixture without its expectation."""
    values = {name: _value(getattr(texts, name), name) for name in ("before", "after", "params")}
    if values["after"] is None:
        raise CannotSaveError("There is no customer to test with: write what the customer is now")
    members: dict[str, Any] = {"mapping": _mapping_name(desk, path)}
    if summary.strip():
        members["summary"] = " ".join(summary.split())
    if (params := values["params"]) not in (None, {}):
        members["params"] = _without_secrets(params, desk, reading)
    if values["before"] is None:
        members["customer"] = values["after"]
    else:
        members |= {"before": values["before"], "after": values["after"]}
    if texts.options:
        members["options"] = texts.options
    return "".join(f"{line}\n" for key, one in members.items() for line in block(key, one)).encode()


def _value(text: str, name: str) -> Any:
    given = read_given(text, name)
    return None if given is None else given.value


def _without_secrets(params: Any, desk: Desk, reading: Reading) -> Any:
    if not isinstance(params, dict):
        raise CannotSaveError("The parameters are a map from name to value")
    loaded = load_named(
        desk.path, start=desk.path.parent, functions=tuple(reading.modules), root=reading.root
    )
    secret = {one.name for one in loaded.checked.params if one.secret}  # type: ignore[union-attr]
    return {name: f"{{{{{name}}}}}" if name in secret else value for name, value in params.items()}


def _mapping_name(desk: Desk, path: Path) -> str:
    """The name, if it leads from the fixture to the mapping; else the way to its file."""
    found = look_up(desk.name, path.parent, "mapping")
    if found is not None and real(found[0]) == real(desk.path):
        return desk.name
    return Path(os.path.relpath(real(desk.path), real(path.parent))).as_posix()
