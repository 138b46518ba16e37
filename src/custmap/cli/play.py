"""`custmap play`: a mapping, its customers and what is sent, in the browser, as one types."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from typing import Final

import click

from custmap.cli import options
from custmap.cli.call_error import CLEAN, CallError
from custmap.cli.complete import MappingName
from custmap.cli.help import command as grouped
from custmap.cli.loading import functions_of, root_folder
from custmap.records.extras import import_extra

_TASK: Final = "`custmap play`"
_INTERRUPTED: Final = 130


@grouped("play")
@click.argument("named", required=False, type=MappingName(), metavar="[MAPPING|FIXTURE]")
@click.option("--port", type=click.IntRange(1, 65535), help="The port on 127.0.0.1  [default: a free one]")
@click.option("--no-browser", is_flag=True, help="Print the address only.")
@options.functions
def command(named: str | None, port: int | None, no_browser: bool, modules: tuple[str, ...]) -> int:
    """Try a mapping in the browser: write on the left, and see on the right what is sent.

    Without a name it opens a small example. Nothing leaves this machine.
    """
    functions_of(modules)
    for package in ("starlette", "uvicorn"):
        import_extra(package, _TASK, "play")
    from custmap.pages.play.opening import CannotOpenError, open_desk
    from custmap.pages.play.server import HOST, listening, play_app, serve
    from custmap.pages.subject import Reading

    reading = Reading(modules, root_folder())
    try:
        desk = open_desk(named, reading, Path.cwd())
    except CannotOpenError as error:
        raise CallError(str(error), error.advice) from None
    try:
        socket = listening(port)
    except OSError as error:
        message = f"Port {port} cannot be used: {error.strerror or 'error'}"
        raise CallError(message, "Name another with `--port`, or leave it out for a free one.") from None
    key, port = secrets.token_urlsafe(24), socket.getsockname()[1]
    address = f"http://{HOST}:{port}/?key={key}"

    def started() -> None:
        click.echo(address)
        click.echo("Control-C ends it.", err=True)
        sys.stdout.flush()
        if not no_browser:
            _open(address)

    with socket:
        try:
            serve(play_app(desk, reading, key, port), socket, started)
        except KeyboardInterrupt as ended:
            if getattr(ended, "number", 2) != 2:  # not Control-C: told as of every command
                raise
            return _INTERRUPTED
    return CLEAN


def _open(address: str) -> None:
    """Open a browser that has a window: one in the terminal would take the terminal."""
    import webbrowser

    if sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        webbrowser.open(address)
