"""Schemas: types, JSON Schema, the canonical customer, problems of a record."""
