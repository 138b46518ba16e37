"""Fixtures: test cases of a mapping as data, run by `custmap test` and by pytest."""
