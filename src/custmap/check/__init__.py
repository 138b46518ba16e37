"""`MappingFile` to `Checked`: names resolved, types inferred, rules held against the contract."""
