"""The score of `split_name` on the hard names: `python tests/functions/hard_names_score.py` prints it.

A name counts as right when all five parts are as expected. What is wrong and not even reported as doubtful
is counted apart: that is what hurts.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from custmap.functions.splitting import PARTS, split_name


@dataclass(frozen=True, slots=True)
class Score:
    names: int
    wrong: tuple[str, ...]
    silent: tuple[str, ...]
    """Wrong, and nothing was said."""

    @property
    def right(self) -> int:
        return self.names - len(self.wrong)


def score() -> Score:
    rows = yaml.safe_load((Path(__file__).parent / "hard_names.yaml").read_text(encoding="utf-8"))
    wrong, silent = [], []
    for row in rows:
        split = split_name(row["name"])
        if any(getattr(split, part) != row.get(part) for part in PARTS):
            wrong.append(row["name"])
            if split.ambiguous is None:
                silent.append(row["name"])
    return Score(len(rows), tuple(wrong), tuple(silent))


if __name__ == "__main__":
    result = score()
    for name in result.wrong:
        mark = "silent  " if name in result.silent else "reported"
        print(mark, name, "→", split_name(name))
    print(f"{result.right} of {result.names} right, {len(result.silent)} wrong in silence")
