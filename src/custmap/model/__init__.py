"""The checked mapping: what a mapping means once every name in it is resolved."""
