"""custmap: keep customers in step with vendors."""
