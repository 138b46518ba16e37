"""From names, paths and policies in a mapping file to what they mean: the model."""
