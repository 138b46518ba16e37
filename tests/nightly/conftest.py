"""The sender of docs/nights.md as a module, for tests of what it does within one process."""

from __future__ import annotations

import importlib.util
from types import ModuleType

import pytest
from nightly_job import SCRIPTS


@pytest.fixture(scope="module")
def send() -> ModuleType:
    spec = importlib.util.spec_from_file_location("send", SCRIPTS / "send.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
