"""The command line: only `main`; everything else is imported when a command needs it.

Data goes to standard output, everything else to standard error. The process always ends with an exit
code and a message, never with a traceback.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run `custmap` with these arguments (default: the process's) and exit.

    0 success, 1 findings, rejected records or failed fixtures, 2 the call is wrong or cannot run,
    3 changes (`diff --exit-code`), 130 and 143 after SIGINT and SIGTERM.
    """
    try:
        from custmap.cli.ending import run

        code = run(sys.argv[1:] if arguments is None else [*arguments])  # `list` may be the command's module
    except KeyboardInterrupt:  # before the run started
        code = 130
    sys.exit(code)
