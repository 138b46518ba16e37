"""JMESPath: guarded parsing, inferred types, compilation to Python, in the plain and the three-state form."""
