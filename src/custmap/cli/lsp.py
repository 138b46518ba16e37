"""`custmap lsp`: a language server for editors, on standard input and output."""

from __future__ import annotations

import sys

import click

from custmap.cli import options
from custmap.cli.help import command as grouped
from custmap.cli.loading import functions_of, root_folder
from custmap.records.extras import import_extra


@grouped("lsp")
@options.functions
def command(modules: tuple[str, ...]) -> int:
    """Speak the Language Server Protocol with an editor, on standard input and output.

    An editor starts it; docs/editors.md has a setup for each. Nothing of the files that are open is run:
    functions of a project are known with `--functions` alone.
    """
    import_extra("pygls", "the language server", "lsp")
    if sys.stdin.isatty():
        click.echo("custmap lsp waits for an editor; see docs/editors.md. Ctrl-D ends it.", err=True)
    from custmap.lsp.server import protocol_output, serve

    output = protocol_output()  # before a module is imported, which may print something
    return serve(functions_of(modules), root_folder(), output)
