"""A language server for editors: what `custmap lsp` speaks."""
