"""A value as YAML that somebody may have written: in braces or on lines, quoted or not, with comments."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from custmap.testing.write_yaml import flow


@dataclass
class Written:
    """Lines of a value; each belongs to a member, by its path, and comments to what they stand in.

    A line is unique by its comment, so that it can be found again.
    """

    random: Random
    lines: list[tuple[tuple[Any, ...], str]] = field(default_factory=list)

    def member(self, path: tuple[Any, ...], lead: str, value: Any, indent: int) -> None:
        """`key: value` or `- value`, where `lead` is what stands in front."""
        chance = self.random.random()
        if isinstance(value, dict) and value and chance < 0.6:
            self._line(path, lead.rstrip())
            self._block_map(path, value, indent + self.random.choice([2, 4]))
        elif isinstance(value, list) and value and chance < 0.6:
            self._line(path, lead.rstrip())
            deeper = indent + self.random.choice([0, 2]) if not lead.lstrip().startswith("- ") else indent + 2
            for place, one in enumerate(value):
                self._comment(path, deeper)
                self._item((*path, place), one, deeper)
        else:
            self._line(path, lead + self.inline(value))

    def _item(self, path: tuple[Any, ...], value: Any, indent: int) -> None:
        if isinstance(value, dict) and value and self.random.random() < 0.4:
            first, *rest = value.items()
            self.member((*path, first[0]), f"{' ' * indent}- {flow(first[0])}: ", first[1], indent + 2)
            self._block_map(path, dict(rest), indent + 2)
        else:
            self._line(path, f"{' ' * indent}- {self.inline(value)}")

    def _block_map(self, path: tuple[Any, ...], value: dict[str, Any], indent: int) -> None:
        for name, one in value.items():
            self._comment(path, indent)
            space = " " * self.random.choice([1, 1, 3])
            self.member((*path, name), f"{' ' * indent}{flow(name)}:{space}", one, indent)

    def inline(self, value: Any) -> str:
        """A value on one line."""
        space = self.random.choice(["", "", " "])
        match value:
            case dict() if value:
                inside = ", ".join(f"{flow(name)}: {self.inline(one)}" for name, one in value.items())
                return f"{{{space}{inside}{space}}}"
            case list() if value:
                return f"[{space}{', '.join(map(self.inline, value))}{space}]"
            case str() if value.isprintable() and self.random.random() < 0.3:
                return "'" + value.replace("'", "''") + "'"
        return flow(value)

    def _line(self, path: tuple[Any, ...], text: str) -> None:
        self.lines.append((path, f"{text}  # {len(self.lines)}"))

    def _comment(self, path: tuple[Any, ...], indent: int) -> None:
        if self.random.random() < 0.2:
            self.lines.append((path, f"{' ' * indent}# why {len(self.lines)}"))
