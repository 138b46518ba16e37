"""What a vendor accepts and answers: OpenAPI documents and inline contracts."""
