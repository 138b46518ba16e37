"""The way back: each rule of a body inverted, and the inverse of a checked mapping, which is one itself."""
