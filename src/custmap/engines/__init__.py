"""Mappings in other engines: batches of Arrow, DuckDB, Spark."""
