"""The score of `split_name` on the hard names: `python tests/functions/hard_names_score.py` prints it.

A name counts as right when all five parts are as expected. What is wrong and not even reported as doubtful
is counted apart: that is what hurts. So that a report means something, plain names are counted as well: of
those none should be doubtful.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from custmap.functions.name_parts import PARTS
from custmap.functions.splitting import split_name

HERE = Path(__file__).parent


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
    rows = yaml.safe_load((HERE / "hard_names.yaml").read_text(encoding="utf-8"))
    wrong, silent = [], []
    for row in rows:
        split = split_name(row["name"])
        if any(getattr(split, part) != row.get(part) for part in PARTS):
            wrong.append(row["name"])
            if split.ambiguous is None:
                silent.append(row["name"])
    return Score(len(rows), tuple(wrong), tuple(silent))


def plain_names() -> list[str]:
    """Each given name with each family name of its culture, in its order."""
    cultures = yaml.safe_load((HERE / "plain_names.yaml").read_text(encoding="utf-8"))
    return [
        f"{family} {given}" if culture.get("order") == "family" else f"{given} {family}"
        for culture in cultures.values()
        for given in culture["given"]
        for family in culture["family"]
    ]


def doubtful_plain_names() -> list[str]:
    return [name for name in plain_names() if split_name(name).ambiguous is not None]


if __name__ == "__main__":
    result = score()
    for name in result.wrong:
        mark = "silent  " if name in result.silent else "reported"
        print(mark, name, "→", split_name(name))
    print(f"{result.right} of {result.names} right, {len(result.silent)} wrong in silence")
    print(f"{len(doubtful_plain_names())} of {len(plain_names())} plain names are doubtful")
