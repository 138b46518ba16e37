"""Every mapping and source of a project that differs between a git revision and the working tree.

A mapping counts as changed when its own bytes do, or those of its contract, of its schema, of what these
refer to, or of a source that its fixtures name. What is equal byte for byte is not even loaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import Final, Literal

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import MappingError
from custmap.diagnostics.plain import plain
from custmap.mapper import Mapping
from custmap.mapping.find import above, look_up
from custmap.mapping.form import Kind
from custmap.mapping.related import ENDINGS, kind_of, mapping_files, uses
from custmap.mapping.tree import FOLDERS
from custmap.review.compare.compare import Given, compared, compared_sources, source_loader
from custmap.review.compare.comparison import Comparison
from custmap.review.compare.differing import changes_of
from custmap.review.compare.gathered import meaning_of
from custmap.review.compare.given_samples import fixtures_near, sources_by_mapping
from custmap.review.compare.pair import Loaded, load_either
from custmap.review.compare.revision import Revision, RevisionError, files_of, listed, top_of
from custmap.tables.source import Source
from custmap.values.files import is_file, is_folder, read_start, real

WORKING_TREE: Final = "working tree"
_WANTED: Final = frozenset({*FOLDERS.values(), "fixtures"})
_LARGEST: Final = 64 * 1024 * 1024
_MOST_GONE: Final = 10
"""With so many that are gone what is new is compared."""
_KINDS: Final[tuple[Kind, ...]] = ("mapping", "source")
Side = Literal["old", "new"]


@dataclass(frozen=True, slots=True)
class Project:
    """What is compared, and with what. `root`: the folder whose files mappings may name."""

    start: Path
    modules: Sequence[ModuleType]
    root: Path | None
    given: Given


@dataclass(frozen=True, slots=True)
class Since:
    """The comparisons with a revision, and how many mappings and sources were looked at."""

    revision: str
    comparisons: tuple[Comparison, ...]
    looked_at: int


def compare_against(revision: str, places: Sequence[str], project: Project) -> Since:
    """The comparisons of all that differs, or of the mappings, sources and folders that are named.

    RevisionError where there is no repository, revision or git, and for a place that is on neither side.
    """
    folders = {real(_folder(place)) for place in places if _is_path(place)}
    folders |= {real(project.root)} if project.root is not None else set()

    def wanted(path: PurePosixPath) -> bool:
        inside = not _WANTED.isdisjoint(path.parts[:-1])
        return inside or any((top / path).is_relative_to(one) for one in folders)

    top = top_of(project.start)
    with files_of(revision, project.start, wanted) as found:
        return _Against(found, project).all(places)


def _is_path(place: str) -> bool:
    return place.endswith(ENDINGS) or is_folder(Path(place))


def _folder(place: str) -> Path:
    return Path(place) if is_folder(Path(place)) else Path(place).parent


class _Against:
    """One comparison of a project with a revision."""

    def __init__(self, revision: Revision, project: Project) -> None:
        self._revision = revision
        self._project = project
        self._start = real(project.start)
        self._old_root = None if project.root is None else revision.old(project.root)

    def all(self, places: Sequence[str]) -> Since:
        files = self._named(places) if places else self._of_project()
        changed = [path for path in files if self._differs(path)]
        sources = {self._name(path) for path in changed if self._kind(path) == "source"}
        mappings = [path for path in files if path not in changed and self._kind(path) == "mapping"]
        if sources:
            users = self._users(sources)
            changed += [path for path in mappings if self._name(path) in users]
        gone = [path for path in changed if not is_file(path)][:_MOST_GONE]
        made = [self._comparison(path, gone) for path in sorted(changed)]
        shown = tuple(one for one in made if one)
        return Since(self._revision.name, shown, len(files))

    # Paths are those of the working tree, also of what is no longer there.

    def _of_project(self) -> list[Path]:
        found: set[Path] = set()
        for kind in _KINDS:
            here = [one for one in above(self._start, kind) if one.is_relative_to(self._revision.top)][:1]
            start = self._revision.old(self._start)
            there = [one for one in above(start, kind) if one.is_relative_to(self._revision.folder)][:1]
            for folder in {*here, *map(self._now, there)}:
                found |= self._in(folder)
        if not found:
            found = {path for folder in set(self._folders_below()) for path in self._in(folder)}
        if not found:
            name = plain(self._revision.name)
            message = f"there is no folder `mappings/` or `sources/` here, nor was there at `{name}`"
            raise RevisionError(message, "Name a mapping, a file or a folder.")
        return sorted(found)

    def _folders_below(self) -> Iterator[Path]:
        """The folders of mappings and sources below the working folder, which may have several projects."""
        old = self._revision.old(self._start)
        there = map(self._now, old.rglob("*.y*ml"))
        for path in {*listed(self._start), *there}:
            inside = path.relative_to(self._start).parts[:-1]
            for at, name in enumerate(inside):
                if name in FOLDERS.values():
                    yield self._start.joinpath(*inside[: at + 1])
                    break

    def _in(self, folder: Path) -> set[Path]:
        """The mappings and sources in a folder, on either side."""
        folder = real(folder)
        here = mapping_files(folder) if is_folder(folder) else []
        old = self._revision.old(folder)
        there = mapping_files(old) if is_folder(old) else []
        return {*here, *map(self._now, there)}

    def _now(self, old: Path) -> Path:
        """The place in the working tree of a file of the revision."""
        return self._revision.top / old.relative_to(self._revision.folder)

    def _named(self, places: Sequence[str]) -> list[Path]:
        found: set[Path] = set()
        for place in places:
            here = self._place(place)
            if here is None or not here.is_relative_to(self._revision.top):
                message = f"`{plain(place)}` is no mapping or source of this repository, nor was it at"
                raise RevisionError(f"{message} `{plain(self._revision.name)}`", "Check the name.")
            old = self._revision.old(here)
            found |= self._in(here) if is_folder(here) or is_folder(old) else {here}
        return sorted(found)

    def _place(self, place: str) -> Path | None:
        """The file or folder that a name or path means, on whichever side it is."""
        stated = self._start / place
        path = real(stated) if is_folder(stated) else real(stated.parent) / stated.name
        if place.endswith(ENDINGS) or is_folder(path) or is_folder(self._revision.old(path)):
            return path if self._is_there(path) else None
        for kind in _KINDS:
            if (found := look_up(place, self._start, kind)) is not None:
                inside = real(found[0])
                if inside.is_relative_to(self._revision.top):
                    return inside
            if (found := look_up(place, self._revision.old(self._start), kind)) is not None:
                inside = real(found[0])
                if inside.is_relative_to(self._revision.folder):
                    return self._now(inside)
        return None

    def _is_there(self, path: Path) -> bool:
        return any(is_file(one) or is_folder(one) for one in (path, self._revision.old(path)))

    def _kind(self, path: Path) -> Kind:
        return kind_of(path if is_file(path) else self._revision.old(path))

    def _name(self, path: Path) -> str:
        return f"{path.parent.name}/{path.stem}"

    def _differs(self, path: Path) -> bool:
        old = self._revision.old(path)
        if _bytes(path) != _bytes(old):
            return True
        here = {one: _bytes(one) for one in uses(path, self._project.root)}
        there = {self._maybe_now(one): _bytes(one) for one in uses(old, self._old_root)}
        return here != there

    def _maybe_now(self, old: Path) -> Path:
        return self._now(old) if old.is_relative_to(self._revision.folder) else old

    def _users(self, sources: set[str]) -> set[str]:
        """The mappings whose fixtures have rows of these sources."""
        files = fixtures_near(self._start)
        return {mapping for mapping, source in sources_by_mapping(files) if source in sources}

    def _comparison(self, path: Path, gone: Sequence[Path]) -> Comparison:
        old, kind = self._revision.old(path), self._kind(path)
        one = Comparison(self._name(path), self._revision.name, WORKING_TREE, kind)
        if not is_file(path):
            return replace(one, status="removed")
        now = self._load(path, kind, "new")
        was = self._load(old, kind, "old") if is_file(old) else None
        findings: list[tuple[Side, Diagnostic]] = []
        if isinstance(was, tuple):
            findings += [("old", self._told(each)) for each in was]
        if isinstance(now, tuple):
            findings += [("new", each) for each in now]
        if findings:
            return replace(one, status="broken", findings=tuple(findings))
        if was is None:
            return replace(one, status="added", remarks=tuple(self._heirs(now, kind, gone)))
        labels = (self._revision.name, WORKING_TREE)
        if isinstance(was, Source) and isinstance(now, Source):
            return compared_sources(was, now, labels)
        assert isinstance(was, Mapping) and isinstance(now, Mapping)
        return compared(
            was, now, labels, self._fixtures(path), self._project.given, (self._old_source, self._source)
        )

    def _heirs(self, now: object, kind: Kind, gone: Sequence[Path]) -> Iterator[str]:
        """What is gone and means the same: it has another name now."""
        for path in gone:
            was = self._load(self._revision.old(path), kind, "old") if self._kind(path) == kind else None
            if isinstance(was, Mapping) and isinstance(now, Mapping):
                same = not changes_of(meaning_of(was.engine), meaning_of(now.engine))
            elif isinstance(was, Source) and isinstance(now, Source):
                same = not compared_sources(was, now, ("", ""))
            else:
                continue
            if same:
                yield f"It means the same as `{self._name(path)}`, which is gone."

    def _load(self, path: Path, kind: Kind, side: Side) -> Loaded | tuple[Diagnostic, ...]:
        """What can be compared, or the errors for which it cannot be loaded."""
        root = self._old_root if side == "old" else self._project.root
        try:
            return load_either(_shown(path), kind, self._project.modules, root)
        except MappingError as error:
            return error.diagnostics

    def _told(self, one: Diagnostic) -> Diagnostic:
        """A finding of the old side, whose files are called after the revision."""
        span = one.span and replace(one.span, file=self._revision.told(one.span.file))
        help = one.help and self._revision.told(one.help)
        return replace(one, message=self._revision.told(one.message), span=span, help=help)

    def _fixtures(self, path: Path) -> list[Path]:
        """The fixtures in reach of a mapping, and those of the revision that are gone or were others."""
        here = fixtures_near(path.parent)
        known = {real(one): _bytes(one) for one in here}
        there = fixtures_near(self._revision.old(path).parent)
        inside = (one for one in there if one.is_relative_to(self._revision.folder))
        return [*here, *(one for one in inside if known.get(self._now(one)) != _bytes(one))]

    def _source(self, name: str, folder: Path | None) -> Source:
        place = folder or self._start
        if place.is_relative_to(self._revision.folder):
            place = self._now(place)
        return source_loader(self._project.modules, self._project.root)(name, place)

    def _old_source(self, name: str, folder: Path | None) -> Source:
        place = folder or self._start
        if not place.is_relative_to(self._revision.folder):
            place = self._revision.old(place)
        return source_loader(self._project.modules, self._old_root)(name, place)


def _shown(path: Path) -> Path:
    """As messages name it: relative to the working folder, where it is in it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _bytes(path: Path) -> bytes | None:
    try:
        return read_start(path, _LARGEST)
    except OSError:
        return None
