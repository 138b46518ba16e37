"""What custmap says when something is wrong: codes, places, frames, errors, renderers."""
