"""Text to `Node`: strict YAML with a place for everything."""
