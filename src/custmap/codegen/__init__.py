"""`Checked` to Python functions: the text that runs is the text that is shown."""
