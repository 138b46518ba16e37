"""How problems are reported: codes, spans, frames, errors, output formats."""
