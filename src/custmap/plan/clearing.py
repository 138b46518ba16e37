"""The forms in which a vendor is told that a value is gone, a function each.

A form gives what stands in the request at the target's own place (NOTHING for forms that speak
elsewhere) and, for `write`, the target under which plans show it. `impossible` and `skip` are no forms:
the planner rejects or notes them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from custmap.check.checked import Clear
from custmap.codegen.runtime import fresh
from custmap.codegen.states import is_value
from custmap.plan.draft import NOTHING, Draft
from custmap.values.equality import fingerprint, same
from custmap.values.paths import Member, format_path

Form = Callable[[Clear, Any, Draft], Any]


def send_null(clear: Clear, name: Any, draft: Draft) -> Any:
    return None


def send_value(clear: Clear, name: Any, draft: Draft) -> Any:
    return fresh(clear.value)


def write(clear: Clear, name: Any, draft: Draft) -> Any:
    draft.writes.extend(clear.writes)
    return NOTHING


def name_in(clear: Clear, name: Any, draft: Draft) -> Any:
    said = clear.name or name
    draft.names.setdefault(clear.place, {})[fingerprint(said)] = said
    return NOTHING


def key_in(clear: Clear, name: Any, draft: Draft) -> Any:
    draft.marks.setdefault(clear.place, {})[str(clear.name or name)] = fresh(clear.value)
    return NOTHING


def omit(clear: Clear, name: Any, draft: Draft) -> Any:
    return NOTHING


FORMS: Final[dict[str, Form]] = {
    "send_null": send_null,
    "send_empty": send_value,
    "send": send_value,
    "write": write,
    "name_in": name_in,
    "key_in": key_in,
    "omit": omit,
}
SENT_VALUES: Final = frozenset({"send_empty", "send"})
"""Forms in which a value of its own stands for no value."""
AT_PLACE: Final = frozenset({"send_null", "send_empty", "send"})
"""Forms that stand at the target's own place."""
FIT_CONTAINER: Final = frozenset({"send_null", "send_empty", "send", "write"})
"""Forms that clear a whole map or list without knowing what is in it."""


def written_target(clear: Clear, target: str) -> str:
    """The target that plans show: what is written, for `write`."""
    if clear.form != "write" or not clear.writes:
        return target
    return format_path(tuple(Member(name) for name in clear.writes[0][0]))


def shown_after(clear: Clear, sent: Any) -> Any:
    """What plans show as sent."""
    if clear.form == "write" and clear.writes:
        return clear.writes[0][1]
    return None if sent is NOTHING else sent


def seen_null(clear: Clear) -> Any:
    """What the vendor holds where a record says null: `[]` is all that `send_empty` can say."""
    return fresh(clear.value) if clear.form in SENT_VALUES else None


def is_cleared(clear: Clear, held: Any) -> bool:
    """Does the vendor hold already what it would be told: the `""` of `send_empty`?"""
    return clear.form in SENT_VALUES and is_value(held) and same(held, clear.value)
