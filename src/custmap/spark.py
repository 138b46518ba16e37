"""DataFrames of Spark in, DataFrames of requests out: on many machines.

requests = custmap.spark.diff(yesterday, today, mapping, source=source)
"""

from custmap.engines.clusters import SCHEMA, apply, diff

__all__ = ["SCHEMA", "apply", "diff"]
