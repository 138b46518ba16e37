"""From text to `Node`: strict YAML in which every value has a span."""
