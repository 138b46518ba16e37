"""What to keep of a customer after a request: the before of the next time."""
