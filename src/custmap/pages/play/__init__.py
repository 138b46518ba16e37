"""`custmap play`: the page of a mapping, alive, on this machine alone."""
