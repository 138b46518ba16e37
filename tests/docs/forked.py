"""`custmap` for the shells of the examples: a process that has imported it forks for each call.

`forked.py SOCKET` waits for calls; `forked.py SOCKET call WORD…` is one. A call hands over its folder, its
variables and its standard streams, and ends as the fork does.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from pathlib import Path

STREAMS = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))


def call(place: str, words: list[str]) -> int:
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(place)
        asked = {"words": words, "folder": str(Path.cwd()), "variables": dict(os.environ)}
        socket.send_fds(server, [json.dumps(asked).encode() + b"\n"], [0, 1, 2])
        return int(server.recv(16))


def serve(place: str) -> None:
    from custmap.cli import apply, diff, explain, settle, test, validate  # noqa: F401

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that answer
    parent = os.getppid()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(place)
        listening.listen()
        listening.settimeout(5)
        while os.getppid() == parent:
            try:
                caller = listening.accept()[0]
            except TimeoutError:
                continue
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _answer(caller)
                os._exit(0)
            caller.close()


def _answer(caller: socket.socket) -> None:
    data, files, *_ = socket.recv_fds(caller, 1 << 16, 3)
    while not data.endswith(b"\n"):
        data += caller.recv(1 << 16)
    child = os.fork()
    if child == 0:
        os._exit(_run(files, **json.loads(data)))
    caller.sendall(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])).encode())


def _run(files: list[int], words: list[str], folder: str, variables: dict[str, str]) -> int:
    from custmap.cli.ending import run

    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    sys.path[0] = folder
    for number, (file, (name, mode)) in enumerate(zip(files, STREAMS, strict=True)):
        os.dup2(file, number)
        setattr(sys, name, os.fdopen(number, mode, closefd=False))
    code = run(words)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    return code


if __name__ == "__main__":
    if sys.argv[2:3] == ["call"]:
        sys.exit(call(sys.argv[1], sys.argv[3:]))
    serve(sys.argv[1])
