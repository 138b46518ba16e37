"""JSON values: absence, equality, target paths, similar names, types."""
