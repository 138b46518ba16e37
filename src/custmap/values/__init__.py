"""Values as JSON means them: absence, equality, target paths, nearest names, types."""
