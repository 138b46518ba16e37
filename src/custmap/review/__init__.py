"""What people look at before they trust a mapping: drafts, comparisons, coverage."""
