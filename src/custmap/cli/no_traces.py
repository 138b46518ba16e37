"""Keeps hypothesis from writing into the working folder, which is the user's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Final

_STORAGE: Final = "HYPOTHESIS_STORAGE_DIRECTORY"


@contextmanager
def no_traces() -> Iterator[None]:
    """Within the block hypothesis writes into a folder that is gone after it."""
    if _STORAGE in os.environ:
        yield
        return
    with TemporaryDirectory(prefix="custmap-") as folder:
        os.environ[_STORAGE] = folder
        try:
            yield
        finally:
            del os.environ[_STORAGE]
