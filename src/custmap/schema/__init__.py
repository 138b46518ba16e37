"""What records and requests may look like: the canonical customer, JSON Schema, OpenAPI, inline contracts."""
