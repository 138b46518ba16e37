"""What a change means: two versions of a mapping, a new contract, a draft, what tests have reached."""
