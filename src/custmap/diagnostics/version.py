"""custmap's version, for those who say it in what they make."""

from __future__ import annotations

from typing import Final

VERSION: Final = "0.1.0"
