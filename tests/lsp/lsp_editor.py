"""An editor for tests: pygls's own client speaks with `custmap lsp`, which runs as a process of its own.

The client is asynchronous; it has a thread, so that tests read as a person types.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

WAIT = 20


class Editor:
    """One conversation with one server."""

    def __init__(self, folder: Path, *options: str, encodings: list[str] | None = None) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._found: dict[str, lsp.PublishDiagnosticsParams] = {}
        self._news = threading.Condition()
        self._version = 0
        self.errors = ""
        self.client = LanguageClient("tests", "1")
        self.client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(lambda params: self._published(params))
        self._registered: list[str] = []
        self.client.feature(lsp.CLIENT_REGISTER_CAPABILITY)(lambda params: self._register(params))
        self._run(self._start(folder, options, encodings))

    async def _start(self, folder: Path, options: tuple[str, ...], encodings: list[str] | None) -> None:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-m", "custmap", "lsp", *options]
        await self.client.start_io(*command, cwd=folder, env=environment)
        self._reader = asyncio.ensure_future(self._read_errors())
        general = lsp.GeneralClientCapabilities(position_encodings=encodings) if encodings else None
        item = lsp.ClientCompletionItemOptions(snippet_support=True)
        completion = lsp.CompletionClientCapabilities(completion_item=item)
        document = lsp.TextDocumentClientCapabilities(completion=completion)
        watching = lsp.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True)
        workspace = lsp.WorkspaceClientCapabilities(did_change_watched_files=watching)
        capabilities = lsp.ClientCapabilities(general=general, text_document=document, workspace=workspace)
        params = lsp.InitializeParams(capabilities, process_id=os.getpid(), root_uri=folder.as_uri())
        self.capabilities = (await self.client.initialize_async(params)).capabilities
        self.client.initialized(lsp.InitializedParams())

    async def _read_errors(self) -> None:
        stream = self.client._server.stderr  # what pygls reads from nowhere
        while line := await stream.readline():
            self.errors += line.decode("utf-8", "replace")

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(WAIT)

    def _call(self, send: Callable[[Any], None], params: Any) -> None:
        """A notification, sent from the client's own thread."""

        async def work() -> None:
            send(params)

        self._run(work())

    def _register(self, params: lsp.RegistrationParams) -> None:
        with self._news:
            self._registered += [one.method for one in params.registrations]
            self._news.notify_all()

    def registered(self) -> list[str]:
        """What the server has registered for, once it has."""
        with self._news:
            self._news.wait_for(lambda: bool(self._registered), WAIT)
            return self._registered

    def _published(self, params: lsp.PublishDiagnosticsParams) -> None:
        with self._news:
            self._found[params.uri] = params
            self._news.notify_all()

    def stop(self) -> None:
        self.registered()  # an answer to the server after `shutdown` would be one message too many

        async def work() -> None:
            await self.client.shutdown_async(None)
            self.client.exit(None)
            await self.client.stop()

        self._run(work())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(WAIT)

    def open(self, path: Path, text: str | None = None) -> str:
        """Open a file, with this text in place of the saved one; its address."""
        self._version += 1
        uri = path.as_uri()
        shown = path.read_bytes().decode() if text is None else text
        item = lsp.TextDocumentItem(uri, "yaml", self._version, shown)
        self._call(self.client.text_document_did_open, lsp.DidOpenTextDocumentParams(item))
        return uri

    def type(self, uri: str, text: str) -> None:
        """The whole text of a file, after a change."""
        self._version += 1
        document = lsp.VersionedTextDocumentIdentifier(self._version, uri)
        change = lsp.TextDocumentContentChangeWholeDocument(text)
        self._call(self.client.text_document_did_change, lsp.DidChangeTextDocumentParams(document, [change]))

    def save(self, uri: str) -> None:
        params = lsp.DidSaveTextDocumentParams(lsp.TextDocumentIdentifier(uri))
        self._call(self.client.text_document_did_save, params)

    def close(self, uri: str) -> None:
        params = lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(uri))
        self._call(self.client.text_document_did_close, params)

    def found(self, uri: str, *, version: int | None = None) -> list[lsp.Diagnostic]:
        """The findings of a file's present text, once they have come; of a closed file the next that come."""
        wanted = self._version if version is None else version
        with self._news:
            self._news.wait_for(lambda: self._version_of(uri) >= wanted, WAIT)
            assert self._version_of(uri) >= wanted, f"no findings of {uri} have come"
            return list(self._found[uri].diagnostics)

    def await_found(self, uri: str, is_so: Callable[[list[lsp.Diagnostic]], bool]) -> list[lsp.Diagnostic]:
        """The findings of a file once something is true of them."""
        with self._news:
            come = self._news.wait_for(
                lambda: uri in self._found and is_so(list(self._found[uri].diagnostics)), WAIT
            )
            assert come, (
                [one.message for one in self._found[uri].diagnostics] if uri in self._found else "none"
            )
            return list(self._found[uri].diagnostics)

    def _version_of(self, uri: str) -> int:
        found = self._found.get(uri)
        return -1 if found is None or found.version is None else found.version

    def changed_on_disk(self, path: Path) -> None:
        event = lsp.FileEvent(path.as_uri(), lsp.FileChangeType.Changed)
        params = lsp.DidChangeWatchedFilesParams([event])
        self._call(self.client.workspace_did_change_watched_files, params)

    def complete(self, uri: str, line: int, character: int) -> list[lsp.CompletionItem]:
        place = lsp.CompletionParams(lsp.TextDocumentIdentifier(uri), lsp.Position(line, character))
        return list(self._run(self.client.text_document_completion_async(place)).items)

    def hover(self, uri: str, line: int, character: int) -> lsp.Hover | None:
        place = lsp.HoverParams(lsp.TextDocumentIdentifier(uri), lsp.Position(line, character))
        return self._run(self.client.text_document_hover_async(place))

    def definition(self, uri: str, line: int, character: int) -> lsp.Location | None:
        place = lsp.DefinitionParams(lsp.TextDocumentIdentifier(uri), lsp.Position(line, character))
        return self._run(self.client.text_document_definition_async(place))

    def prepare(self, uri: str, line: int, character: int) -> lsp.PrepareRenamePlaceholder | None:
        place = lsp.PrepareRenameParams(lsp.TextDocumentIdentifier(uri), lsp.Position(line, character))
        return self._run(self.client.text_document_prepare_rename_async(place))

    def rename(self, uri: str, line: int, character: int, name: str) -> lsp.WorkspaceEdit:
        at = lsp.Position(line, character)
        params = lsp.RenameParams(text_document=lsp.TextDocumentIdentifier(uri), position=at, new_name=name)
        return self._run(self.client.text_document_rename_async(params))

    def actions(self, uri: str, found: lsp.Diagnostic) -> list[lsp.CodeAction]:
        context = lsp.CodeActionContext([found])
        params = lsp.CodeActionParams(lsp.TextDocumentIdentifier(uri), found.range, context)
        return list(self._run(self.client.text_document_code_action_async(params)))

    def symbols(self, uri: str) -> list[lsp.DocumentSymbol]:
        params = lsp.DocumentSymbolParams(lsp.TextDocumentIdentifier(uri))
        return list(self._run(self.client.text_document_document_symbol_async(params)))
