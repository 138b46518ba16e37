"""The function library of the mapping language: a file a topic, a short function each.

Nothing is imported here: `custmap.functions.table` has the library, `custmap.functions.declare` the
decorator, and both are read only by who needs them.
"""
