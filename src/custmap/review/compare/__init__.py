"""Two versions of a mapping, compared by what they mean and by what they send."""
