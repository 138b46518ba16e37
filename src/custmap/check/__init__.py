"""Rules held against the contract and the schema: what is wrong, or may go wrong, before a mapping runs."""
