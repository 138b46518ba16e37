"""From `Checked` to Python functions: the code that is shown is the code that runs."""
