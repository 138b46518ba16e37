"""Where records come in: what a caller passes is converted to plain JSON values, or refused."""
