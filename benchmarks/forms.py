"""Writing a body as a form: over `urllib.parse.urlencode` of the pairs of the same form, made beforehand.

`urlencode` has no brackets and no lists to walk: its pairs are flat. It quotes brackets in names, so before
anything is measured its text is compared with theirs replaced.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from harness import Table, call

from custmap.contract.form_body import INLINE, Form
from custmap.wire.form_text import form_text

FLAT: Final = {
    "email": "ann.lee@example.com", "firstName": "Ann", "lastName": "Lee", "phone": "+12065550142",
    "status": "active", "blocked": False, "points": 120, "company": "Demo Inc", "city": "Zürich",
    "created": "2024-02-11T16:36:17Z",
}  # fmt: skip
NESTED: Final = {
    "email": "ann.lee@example.com",
    "name": {"given": "Ann", "family": "Lee"},
    "metadata": {"plan": "gold", "source": "web", "visits": 12, "opted in": True},
    "addresses": [
        {"line1": "1 Main Street", "city": "Oslo", "country": "NO"},
        {"line1": "Bahnhofstrasse 1", "city": "Zürich", "country": "CH"},
    ],
    "tags": ["VIP", "newsletter", "spring sale"],
}
BODIES: Final[tuple[tuple[str, dict[str, Any], str], ...]] = (
    ("10 single values", FLAT, "brackets"),
    ("16 values in lists and objects, brackets", NESTED, "brackets"),
    ("the same, lists repeated", NESTED, "repeat"),
    ("100 items of a list", {"tags": [f"tag {at}" for at in range(100)]}, "repeat"),
    ("100 entries of a map", {"map": {f"key_{at}": f"value-{at}" for at in range(100)}}, "brackets"),
)


def run() -> None:
    table = Table("A form, over `urllib.parse.urlencode` of its pairs", 2.0)
    for what, body, word in BODIES:
        form = Form(INLINE[word])
        text = form_text(form, body)
        pairs = parse_qsl(text, keep_blank_values=True)
        assert urlencode(pairs).replace("%5B", "[").replace("%5D", "]") == text
        table.row(what, call(form_text, form, body), call(urlencode, pairs))
