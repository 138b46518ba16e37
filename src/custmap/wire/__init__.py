"""Requests to the vendor: binding of parameters, encoding of values, URL, hiding of secrets."""
