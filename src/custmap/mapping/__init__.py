"""A mapping file as it is written: its keys, its reader, its names."""
