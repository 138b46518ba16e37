"""From the names, paths and policies in a mapping file to the model."""
