"""Checks of rules against contract and schema: what is wrong, or may go wrong, before a mapping runs."""
