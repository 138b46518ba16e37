"""What people look at before they trust a mapping: first drafts, comparisons, a vendor's new document."""
