"""A request as it goes to the vendor: parameters bound, values encoded, the URL, secrets hidden."""
