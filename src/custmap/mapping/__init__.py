"""Mapping files as they are written: keys, reader, look-up of names."""
