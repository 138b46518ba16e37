"""Print the lowest version that pyproject.toml allows of each requirement, as constraints for pip."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

PROJECT: Final = Path(__file__).parent.parent / "pyproject.toml"
_BOUND: Final = re.compile(r"(?P<name>[\w.-]+)(?:\[.*?\])?>=(?P<version>[\w.]+)")


def lowest(project: Mapping[str, Any]) -> Iterator[str]:
    """`name==version` for each requirement with a lower bound, of the build, the library and its extras."""
    table = project["project"]
    groups = (project["build-system"]["requires"], table["dependencies"])
    for group in (*groups, *table["optional-dependencies"].values()):
        for requirement in group:
            if found := _BOUND.match(requirement):
                yield f"{found['name']}=={found['version']}"


if __name__ == "__main__":
    written = tomllib.loads(PROJECT.read_text(encoding="utf-8"))
    sys.stdout.write("".join(f"{line}\n" for line in sorted(set(lowest(written)))))
