"""Where records come in: whatever a caller hands over becomes plain JSON values, or is refused."""
