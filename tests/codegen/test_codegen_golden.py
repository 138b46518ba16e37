"""What is made of every kind of rule, as a file: a change of the lowering shows what it does to the code.

`python tests/codegen/test_codegen_golden.py` writes the file anew; read the difference before you commit it.
"""

from __future__ import annotations

from pathlib import Path

import custmap

FOLDER = Path(__file__).parent / "golden"
WRITTEN = FOLDER / "every_rule.txt"


def _code() -> str:
    text = custmap.load(FOLDER / "every_rule.yaml").code
    return text.replace(str(FOLDER / "every_rule.yaml"), "every_rule.yaml")


def test_the_code_of_every_rule() -> None:
    assert _code() == WRITTEN.read_text("utf-8")


if __name__ == "__main__":
    WRITTEN.write_text(_code(), "utf-8")
