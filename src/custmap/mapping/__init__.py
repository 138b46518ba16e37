"""A mapping file as it is written: its model, its loader, its names."""
