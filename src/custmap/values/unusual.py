"""What quick code raises where a record is not as it expects."""

from __future__ import annotations


class Unusual(Exception):  # not an error: the careful code decides whether it is one
    """Quick code met something that it does not expect of a well-formed record."""
