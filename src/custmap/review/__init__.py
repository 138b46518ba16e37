"""What reviewers of mappings ask: what a change means, and what is not covered."""
