"""Drafts: the first mapping of an operation, the first source of a table, with fixtures that pass."""
