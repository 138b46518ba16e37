"""Rows of tables: what they say of customers."""
