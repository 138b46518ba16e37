"""The language server: the protocol on one side, what is known of the files on the other.

Requests are answered at once, from what is known. Checks run in a worker thread, a moment after the last
key, and their findings are sent if the text is still the same. Whatever goes wrong is logged to standard
error, and the server goes on: an editor shows errors of a server as noise, and may stop it after a few.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeVar

from lsprotocol import types as lsp
from pygls import uris
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from custmap.diagnostics.version import VERSION
from custmap.expressions.function import FunctionSpec
from custmap.lsp.actions import fixes
from custmap.lsp.completion import complete
from custmap.lsp.definition import define
from custmap.lsp.fixture_completion import complete_fixture
from custmap.lsp.hover import Lineages, hover
from custmap.lsp.open_file import OpenFile, Units, open_file
from custmap.lsp.published import Published, Shown
from custmap.lsp.rename import Refused, prepare, rename
from custmap.lsp.symbols import symbols
from custmap.lsp.workspace import Examined, Workspace
from custmap.values.files import real

_log: Final = logging.getLogger("custmap.lsp")
_PAUSE: Final = 0.08
"""Seconds after the last key after which a file is checked."""
_UNITS: Final[dict[str, Units]] = {"utf-8": "utf-8", "utf-16": "utf-16", "utf-32": "utf-32"}
_Found = TypeVar("_Found")


class Declined(JsonRpcException):
    """A request that is understood, and not possible: the message says why."""

    CODE = -32803  # RequestFailed


class CustmapServer(LanguageServer):
    """pygls's server, which logs errors instead of showing each to the user."""

    def report_server_error(self, error: Exception, source: Any) -> None:
        if not isinstance(error, Declined):
            _log.error("%s: %s", type(error).__name__, error)


@dataclass(slots=True)
class Session:
    """The files of one editor, the checks that wait, and what was sent.

    `guests` are mappings that are not open, and checked because a contract that they use is.
    """

    server: CustmapServer
    workspace: Workspace
    published: Published = field(default_factory=Published)
    lineages: Lineages = field(default_factory=Lineages)
    waiting: dict[Path, asyncio.TimerHandle] = field(default_factory=dict)
    guests: set[Path] = field(default_factory=set)
    worker: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "custmap-check"))

    @property
    def units(self) -> Units:
        return _UNITS.get(str(self.server.workspace.position_encoding or "utf-16"), "utf-16")

    @property
    def shown(self) -> Shown:
        return Shown(self.workspace, self.units)

    def file(self, uri: str) -> OpenFile | None:
        path = path_of(uri)
        return None if path is None else self.workspace.files.get(path)

    def changed(self, uri: str, version: int, text: str, pause: float) -> None:
        """A file was opened, or has another text."""
        path = path_of(uri)
        if path is None:
            return
        self.workspace.files[path] = open_file(uri, path, version, text, self.units)
        self.check(path, pause)

    def closed(self, uri: str) -> None:
        path = path_of(uri)
        if path is None:
            return
        if (timer := self.waiting.pop(path, None)) is not None:
            timer.cancel()
        users = self.workspace.users(path)
        self.workspace.close(path)
        self.send(path, {})
        for user in users:
            if user in self.workspace.files:
                self.check(user, _PAUSE)
            else:  # its findings were of interest while the contract was open
                self.guests.discard(user)
                self.workspace.close(user)
                self.send(user, {})

    def check(self, path: Path, pause: float) -> None:
        """Check a file after a while without a further change; of a contract, the mappings that use it."""
        if (timer := self.waiting.pop(path, None)) is not None:
            timer.cancel()
        loop = asyncio.get_running_loop()
        self.waiting[path] = loop.call_later(pause, self._start, path)

    def _start(self, path: Path) -> None:
        self.waiting.pop(path, None)
        file = self.workspace.files.get(path)
        task = asyncio.get_running_loop().run_in_executor(self.worker, self._examine, path)
        task.add_done_callback(lambda done: self._done(path, file, done.result()))

    def _examine(self, path: Path) -> tuple[Examined, list[Path]] | None:
        """In the worker."""
        try:
            examined = self.workspace.examine(path)
            return examined, self.workspace.users(path) if examined.kind == "other" else []
        except Exception:
            _log.exception("%s cannot be checked", path)
            return None

    def _done(self, path: Path, file: OpenFile | None, made: tuple[Examined, list[Path]] | None) -> None:
        try:
            if made is None or self.workspace.files.get(path) is not file:
                return  # another check waits
            if file is None and path not in self.guests:
                return  # the contract was closed meanwhile
            examined, users = made
            self.send(path, self.shown.grouped(path, examined.findings))
            for user in users:
                if user not in self.workspace.files:
                    self.guests.add(user)
                self.check(user, 0)
        except Exception:
            _log.exception("The findings of %s cannot be sent", path)

    def send(self, checked: Path, found: dict[Path, list[lsp.Diagnostic]]) -> None:
        shown = self.shown
        for path, diagnostics in self.published.replace(checked, found).items():
            open_ = self.workspace.files.get(path)
            self.server.text_document_publish_diagnostics(
                lsp.PublishDiagnosticsParams(
                    uri=shown.uri(path),
                    diagnostics=diagnostics,
                    version=open_.version if open_ is not None and path == checked else None,
                )
            )

    def guarded(self, uri: str, answer: Callable[[OpenFile], _Found], nothing: _Found) -> _Found:
        """The answer about an open file; `nothing` for one that is not open, or when something goes wrong.

        Declined for what is refused.
        """
        file = self.file(uri)
        if file is None:
            return nothing
        try:
            return answer(file)
        except Refused as error:
            raise Declined(str(error)) from None
        except Exception:
            _log.exception("A request about %s cannot be answered", uri)
            return nothing


def path_of(uri: str) -> Path | None:
    """The real path of a file; None for what is not in the file system, as a text that was never saved."""
    if not uri.startswith("file:"):
        return None
    try:
        path = uris.to_fs_path(uri)
        return real(Path(path)) if path and "\0" not in path else None
    except (ValueError, OSError):
        return None


def server(functions: Mapping[str, FunctionSpec], root: str | None = None) -> CustmapServer:
    """A server that is not started."""
    made = CustmapServer("custmap", VERSION, text_document_sync_kind=lsp.TextDocumentSyncKind.Full)
    session = Session(made, Workspace(functions, root))
    _documents(made, session)
    _reading(made, session)
    _writing(made, session)
    return made


def protocol_output() -> BinaryIO:
    """Standard output, for the protocol alone: what anything else writes there goes to standard error.

    A byte between two messages would end the conversation.
    """
    sys.stdout.flush()
    output: BinaryIO = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return output


def serve(functions: Mapping[str, FunctionSpec], root: str | None, output: BinaryIO) -> int:
    """Speak the protocol on standard input and `output` until the editor ends it; the exit code.

    That is 1 where the end was not announced by `shutdown`, as the protocol wants it.
    """
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="custmap lsp: %(message)s")
    logging.getLogger("pygls.protocol.json_rpc").addFilter(_is_no_refusal)
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            # The system ends it, at once: a handler in Python might wait for the editor's next message.
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    made = server(functions, root)
    is_announced = False

    @made.feature(lsp.SHUTDOWN)
    def shut_down(params: None) -> None:
        nonlocal is_announced
        is_announced = True

    made.start_io(sys.stdin.buffer, output)
    return 0 if is_announced else 1


def _is_no_refusal(record: logging.LogRecord) -> bool:
    """pygls logs an answer that is an error with all its frames; one that we chose is none of ours."""
    return not (record.exc_info and isinstance(record.exc_info[1], Declined))


def _documents(made: CustmapServer, session: Session) -> None:
    @made.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    async def opened(params: lsp.DidOpenTextDocumentParams) -> None:
        one = params.text_document
        session.changed(one.uri, one.version, one.text, 0)

    @made.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    async def changed(params: lsp.DidChangeTextDocumentParams) -> None:
        one = params.text_document
        if params.content_changes:  # the whole text, as the server asks for it
            session.changed(one.uri, one.version, params.content_changes[-1].text, _PAUSE)

    @made.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    async def saved(params: lsp.DidSaveTextDocumentParams) -> None:
        path = path_of(params.text_document.uri)
        if path is not None:
            session.check(path, 0)

    @made.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    async def closed(params: lsp.DidCloseTextDocumentParams) -> None:
        session.closed(params.text_document.uri)

    @made.feature(lsp.INITIALIZED)
    async def initialized(params: lsp.InitializedParams) -> None:
        workspace = made.client_capabilities.workspace
        watched = workspace.did_change_watched_files if workspace is not None else None
        if watched is None or not watched.dynamic_registration:
            return
        options = lsp.DidChangeWatchedFilesRegistrationOptions(
            [lsp.FileSystemWatcher("**/*.{yaml,yml,json}")]
        )
        asked = lsp.Registration("watched", lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
        try:
            await made.client_register_capability_async(lsp.RegistrationParams([asked]))
        except Exception:
            _log.exception("The editor does not tell of files that change")

    @made.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    async def watched(params: lsp.DidChangeWatchedFilesParams) -> None:
        for path in {path_of(one.uri) for one in params.changes}:
            if path is not None and path not in session.workspace.files:
                for user in session.workspace.users(path):
                    if user in session.workspace.files:
                        session.check(user, _PAUSE)


def _reading(made: CustmapServer, session: Session) -> None:
    @made.feature(lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=list(".:{[(' ,")))
    async def completion(params: lsp.CompletionParams) -> lsp.CompletionList:
        def answer(file: OpenFile) -> list[lsp.CompletionItem]:
            offset = file.offset(params.position)
            kind = session.workspace.examined(file).kind
            if kind == "other":
                return []
            by_kind = complete_fixture if kind == "fixture" else complete
            return by_kind(session.workspace, file, offset, snippets=_takes_snippets(made))

        return lsp.CompletionList(False, session.guarded(params.text_document.uri, answer, []))

    @made.feature(lsp.TEXT_DOCUMENT_HOVER)
    async def hovered(params: lsp.HoverParams) -> lsp.Hover | None:
        def answer(file: OpenFile) -> lsp.Hover | None:
            found = hover(session.workspace, session.lineages, file, file.offset(params.position))
            if found is None:
                return None
            text = lsp.MarkupContent(lsp.MarkupKind.Markdown, found.text)
            return lsp.Hover(text, file.range(found.start, found.end))

        return session.guarded(params.text_document.uri, answer, None)

    @made.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    async def definition(params: lsp.DefinitionParams) -> lsp.Location | None:
        def answer(file: OpenFile) -> lsp.Location | None:
            found = define(session.workspace, file, file.offset(params.position))
            return None if found is None else session.shown.place(found.path, found.span)

        return session.guarded(params.text_document.uri, answer, None)

    @made.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    async def outlined(params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
        def answer(file: OpenFile) -> list[lsp.DocumentSymbol]:
            known = session.workspace.examined(file).kind != "other"
            return symbols(session.workspace.outline(file), file) if known else []

        return session.guarded(params.text_document.uri, answer, [])


def _writing(made: CustmapServer, session: Session) -> None:
    @made.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, lsp.CodeActionOptions([lsp.CodeActionKind.QuickFix]))
    async def actions(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        def answer(file: OpenFile) -> list[lsp.CodeAction]:
            first, last = params.range.start.line + 1, params.range.end.line + 1
            return [
                lsp.CodeAction(
                    title=fix.title,
                    kind=lsp.CodeActionKind.QuickFix,
                    diagnostics=[session.shown.diagnostic(fix.finding, file.path)],
                    is_preferred=fix.preferred,
                    edit=lsp.WorkspaceEdit(
                        changes={file.uri: [lsp.TextEdit(file.range(fix.start, fix.end), fix.text)]}
                    ),
                )
                for fix in fixes(session.workspace, file, first, last)
            ]

        return session.guarded(params.text_document.uri, answer, [])

    @made.feature(lsp.TEXT_DOCUMENT_PREPARE_RENAME)
    async def prepared(params: lsp.PrepareRenameParams) -> lsp.PrepareRenamePlaceholder | None:
        def answer(file: OpenFile) -> lsp.PrepareRenamePlaceholder | None:
            found = prepare(session.workspace, file, file.offset(params.position))
            if found is None:
                return None
            return lsp.PrepareRenamePlaceholder(range=file.range(found[1], found[2]), placeholder=found[0])

        return session.guarded(params.text_document.uri, answer, None)

    @made.feature(lsp.TEXT_DOCUMENT_RENAME, lsp.RenameOptions(prepare_provider=True))
    async def renamed(params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
        def answer(file: OpenFile) -> lsp.WorkspaceEdit | None:
            shown, changes = session.shown, dict[str, list[lsp.TextEdit]]()
            for edit in rename(session.workspace, file, file.offset(params.position), params.new_name):
                place = shown.file(edit.path).range(edit.start, edit.end)
                changes.setdefault(shown.uri(edit.path), []).append(lsp.TextEdit(place, edit.text))
            return lsp.WorkspaceEdit(changes=changes)

        return session.guarded(params.text_document.uri, answer, None)


def _takes_snippets(made: CustmapServer) -> bool:
    said = made.client_capabilities.text_document
    completion = said.completion if said is not None else None
    item = completion.completion_item if completion is not None else None
    return bool(item is not None and item.snippet_support)
