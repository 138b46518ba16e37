"""From answers back to customers: reverse, outcome."""
