"""What a vendor takes and answers: OpenAPI documents and contracts inside a mapping."""
