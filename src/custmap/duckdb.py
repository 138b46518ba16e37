"""Queries of DuckDB in, batches of requests out: on one machine, also for more rows than fit into memory.

reader = custmap.duckdb.diff(connection, "FROM yesterday", "FROM today", mapping, source=source)
"""

from custmap.engines.databases import apply, diff

__all__ = ["apply", "diff"]
