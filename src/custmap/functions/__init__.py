"""The function library of the mapping language: one file per topic.

Nothing is imported here: `custmap.functions.table` has the library, `custmap.functions.declare` the
decorator, and both are imported only where they are needed.
"""
