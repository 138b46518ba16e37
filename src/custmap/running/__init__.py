"""What generated code calls: the states of slots, and what happens to values, maps, lists and objects."""
