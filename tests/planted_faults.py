"""Faults that several laws have to find."""

from __future__ import annotations

from typing import Any

import pytest

from custmap.running import items


def items_that_went_are_not_told(patch: pytest.MonkeyPatch) -> None:
    """Of a list that is told one by one, what is gone is lost."""
    real = items._Telling.tell

    def planted(self: Any, told: Any, action: Any, *rest: Any) -> Any:
        return real(self, {} if action == "clear" else told, action, *rest)

    patch.setattr(items._Telling, "tell", planted)
