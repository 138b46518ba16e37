"""What fits a contract's type, by data; a message is made for all that does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from custmap.check.fit import Ask, misfits
from custmap.expressions.unions import literal_type
from custmap.schema.json_schema import Definitions, type_of
from custmap.schema.misfit import misfit
from custmap.values.types import NUMBER

CASES = yaml.safe_load((Path(__file__).parent / "misfits.yaml").read_text("utf-8"))


def _meant(value: Any) -> Any:
    """`10**400` as the number that it is: YAML's own reading of 400 digits would be no test data."""
    if isinstance(value, str) and "**" in value:
        return eval(value)
    if isinstance(value, dict):
        return {key: _meant(inner) for key, inner in value.items()}
    return value


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["schema"]))
def test_misfits(case: dict[str, Any]) -> None:
    schema = _meant(case["schema"])
    type_ = type_of(schema, Definitions(schema))
    for word, fits in (("fits", True), ("not", False)):
        for value in map(_meant, case[word]):
            assert (misfit(type_, value) is None) is fits, value
            assert (not list(misfits(literal_type(value), type_, Ask()))) is fits, value
    list(misfits(NUMBER, type_, Ask()))
