"""JMESPath: parsing with limits, type inference, compilation to Python (plain or with three states)."""
