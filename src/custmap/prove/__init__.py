"""Rehearsing a mapping against the vendor that it declares: the store, drawn customers, the laws."""
