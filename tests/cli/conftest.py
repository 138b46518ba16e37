"""The fixtures of this folder's tests."""

from cli_runner import cli, redirected

__all__ = ["cli", "redirected"]
