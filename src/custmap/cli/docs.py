"""`custmap docs`: a static site of all mappings and sources, for people who would rather look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from custmap.cli import options
from custmap.cli.call_error import CLEAN, CallError
from custmap.cli.help import command as grouped
from custmap.cli.help import option
from custmap.cli.loading import functions_of, root_folder, with_uses
from custmap.cli.places import check_read
from custmap.mapping.find import above, files_in, look_up, shown
from custmap.mapping.form import Kind
from custmap.mapping.related import ENDINGS, kind_of, says_mapping
from custmap.values.files import is_file, is_folder, real
from custmap.values.shipped import shipped_folder
from custmap.values.words import counted

if TYPE_CHECKING:
    from custmap.pages.subject import MappingSubject, Reading

_KINDS: Final[tuple[tuple[Kind, str], ...]] = (("mapping", "mappings"), ("source", "sources"))
_OTHER_FOLDER: Final = "Name another folder with `-o`, or move what is in this one."


@grouped("docs")
@click.argument("places", nargs=-1, metavar="[PATH|NAME]...")
@option(
    "Output",
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="The folder of the site; one that `custmap docs` wrote before is replaced.",
)
@options.functions
def command(places: tuple[str, ...], output: Path, modules: tuple[str, ...]) -> int:
    """Write a site: a page for each mapping and source, and an index  [default: mappings, sources].

    Without a folder `mappings/` or `sources/` it is about the mappings that come with custmap.
    """
    functions_of(modules)
    files = list({real(path): (kind, name, path) for kind, name, path in _files(places)}.values())
    if not files:
        raise CallError("There are no mappings to write pages about", "Name a mapping, a file or a folder.")
    _check_names(files)
    check_read(with_uses(path for _, _, path in files))
    from custmap.pages.site import NotOurs, check_folder, pages, write_site
    from custmap.pages.subject import Reading, mapping_subject, source_subject

    try:
        check_folder(output)
        reading = Reading(modules, root_folder())
        found = [mapping_subject(path, name, reading) for kind, name, path in files if kind == "mapping"]
        sources = [source_subject(path, name, reading) for kind, name, path in files if kind == "source"]
        paths = {name: path for kind, name, path in files if kind == "mapping"}
        mappings = _with_fixtures(found, paths, reading)
        made = pages(mappings, sources)
        write_site(output, made)
    except NotOurs as error:
        raise CallError(f"{shown(output)}: {error}", _OTHER_FOLDER) from None
    broken = sum(one.lineage is None for one in mappings) + sum(one.lineage is None for one in sources)
    told = f"{counted(len(made), 'page')} in {shown(output)}"
    click.echo(told + (f"; errors in {counted(broken, 'file')}" if broken else ""), err=True)
    return 1 if broken else CLEAN


def _check_names(files: Iterable[tuple[Kind, str, Path]]) -> None:
    """CallError for two files of one name: they would share a page, and one would be missing."""
    seen: dict[tuple[Kind, str], Path] = {}
    for kind, name, path in files:
        other = seen.setdefault((kind, name), path)
        if other is not path:
            message = f"{shown(other)} and {shown(path)} are both named `{name}`, and a name has one page"
            raise CallError(message, "Rename one, or write a site for each folder.")


def _with_fixtures(
    found: Sequence[MappingSubject], paths: dict[str, Path], reading: Reading
) -> list[MappingSubject]:
    from custmap.pages.subject import fixtures_beside, with_fixtures

    by_folder: dict[Path, list[MappingSubject]] = {}
    for one in found:
        by_folder.setdefault(fixtures_beside(paths.get(one.name, Path(one.file))), []).append(one)
    tested = {
        one.name: one for folder, group in by_folder.items() for one in with_fixtures(group, folder, reading)
    }
    return [tested[one.name] for one in found]


def _files(places: Sequence[str]) -> Iterable[tuple[Kind, str, Path]]:
    """Kind, name and file of all that is named; of the project if nothing is."""
    for place in places:
        path = Path(place)
        if is_folder(path):
            yield from ((kind_of(one), name, one) for name, one in files_in(path))
        elif is_file(path):
            if not says_mapping(path):
                raise CallError(f"{place}: this is neither a mapping nor a source")
            yield kind_of(path), f"{real(path).parent.name}/{path.stem}", path
        elif place.endswith(ENDINGS):
            raise CallError(f"{place}: No such file or directory", f"The working folder is {Path.cwd()}.")
        else:
            yield _named(place)
    if not places:
        yield from _default()


def _named(name: str) -> tuple[Kind, str, Path]:
    from custmap.mapping.find import find_mapping

    for kind, _ in _KINDS:
        if (found := look_up(name, Path.cwd(), kind)) is not None:
            return kind, name, found[0]
    return "mapping", name, find_mapping(name)[0]


def _default() -> Iterable[tuple[Kind, str, Path]]:
    nearest = [(kind, folder) for kind, _ in _KINDS for folder in list(above(Path.cwd(), kind))[:1]]
    if not nearest and (shipped := shipped_folder("mappings")) is not None:
        nearest = [("mapping", shipped)]
    for kind, folder in nearest:
        yield from ((kind, name, path) for name, path in files_in(folder))
