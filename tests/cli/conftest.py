"""The fixture of this folder's tests."""

from cli_runner import cli

__all__ = ["cli"]
