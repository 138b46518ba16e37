"""Batches of Arrow in, batches of Arrow out: a mapping as a function of rows.

    requests = custmap.arrow.apply(mapping, batch, source=source, params=params)

Every text is what the command line writes for the same row. `docs/engines.md` has the columns, and how
engines call it.
"""

from custmap.engines.output import schema
from custmap.engines.record_batches import apply, apply_batches, diff

__all__ = ["apply", "apply_batches", "diff", "schema"]
