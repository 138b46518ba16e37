"""What fixtures can show of a mapping, and what they do show: the facts that coverage counts."""
