"""The names by which generated code knows what it calls."""

from __future__ import annotations

from typing import Any, Final

from custmap.expressions.function import FunctionError
from custmap.model.change import new_change
from custmap.model.note import Fact
from custmap.running import calls, items, leaves, maps, objects, operations, own, requests, rows
from custmap.running.draft import KEPT, NOTHING, SAID, SAME, UNCHANGED
from custmap.running.forms import CONTAINERS
from custmap.running.states import SILENT, Failure, Silent, Unsettled, failed, is_value
from custmap.values.absent import ABSENT, Absent
from custmap.values.equality import same, same_items
from custmap.values.ordering import in_order
from custmap.values.paths import found_at
from custmap.values.unusual import Unusual

_FUNCTIONS: Final = (
    calls.as_list, calls.as_map, calls.as_objects, calls.as_text, calls.fill, calls.fresh,
    calls.look_at_entries, calls.presence, calls.refuse_empty, calls.refuse_kind, calls.refuse_unmapped,
    calls.sendable_entries, calls.told_apart, calls.translate, calls.without_absent,
    items.each_once,
    items.require_scalars,
    leaves.along, leaves.change_leaf, leaves.is_kept, leaves.standing, leaves.standing_of,
    leaves.unchanged, leaves.unless_said,
    maps.cannot_be_said,
    objects.all_gone, objects.arranged, objects.cannot_stand, objects.clear_object, objects.in_list,
    objects.is_cleared, objects.lacking_in, objects.lacks_rejected, objects.must_wait, objects.note_whole,
    objects.says_none, objects.was_there, objects.whole_enough,
    operations.all_new, operations.is_cleared_around, operations.is_new, operations.is_told,
    operations.operations, operations.say_again,
    own.in_name_order, own.is_simple, own.own,
    requests.find_unstated, requests.identity, requests.must_all_wait, requests.names_another,
    requests.names_nobody, requests.one_of, requests.put, requests.require,
    requests.was_set, requests.write_elsewhere,
    rows.bare_row, rows.kept_row,
)  # fmt: skip

GLOBALS: Final[dict[str, Any]] = {
    "ABSENT": ABSENT,
    "CONTAINERS": CONTAINERS,
    "Failure": Failure,
    "FunctionError": FunctionError,
    "KEPT": KEPT,
    "LEFT_BEHIND": Fact.LEFT_BEHIND,
    "NOTHING": NOTHING,
    "SAID": SAID,
    "SAME": SAME,
    "SILENT": SILENT,
    "SPEECHLESS": frozenset({Silent, Failure}),
    "UNCHANGED": UNCHANGED,
    "UNUSUAL_AFTER": frozenset({type(None), dict, Absent, Silent, Failure, Unsettled}),
    "UNUSUAL_BEFORE": frozenset({Silent, Failure, Unsettled}),
    "Unusual": Unusual,
    "failed": failed,
    "found_at": found_at,
    "in_order": in_order,
    "is_value": is_value,
    "new_change": new_change,
    "same": same,
    "same_items": same_items,
    **{function.__name__: function for function in _FUNCTIONS},
}
"""The globals of generated code."""
