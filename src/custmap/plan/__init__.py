"""From target values to a plan: what changes, what the vendor cannot be told, and its text form."""
