"""What a customer may look like: types, JSON Schema, the canonical customer, problems of a record."""
