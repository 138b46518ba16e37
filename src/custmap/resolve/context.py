"""Where in a request a rule stands."""

from __future__ import annotations

from dataclasses import dataclass

from custmap.values.paths import TargetPath, format_path


@dataclass(frozen=True, slots=True)
class Context:
    """Where in the request a node stands.

    `replaced`  leaving out a member clears it: inside a `whole` container or an item.
    `item`      inside an item of a list.
    `closed`    a member that the contract does not list is wrong.
    """

    part: str
    closed: bool
    replaced: bool = False
    item: bool = False

    def target(self, path: TargetPath) -> str:
        text = format_path(path)
        return text if self.part == "body" else f"{self.part}.{text}"
