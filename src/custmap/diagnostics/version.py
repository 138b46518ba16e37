"""custmap's version, for output that contains it."""

from __future__ import annotations

from typing import Final

VERSION: Final = "0.1.0"
