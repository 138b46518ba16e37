"""From target values to a plan: what changes, what cannot be said, and the picture of it."""
