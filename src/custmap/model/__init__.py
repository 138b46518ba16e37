"""The model of a mapping: operations, nodes, kinds and ways of clearing, with their facts."""
