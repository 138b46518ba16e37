"""Where every target comes from, and what each state of its source becomes."""
