"""What goes over the wire: URLs, headers and their encodings."""
