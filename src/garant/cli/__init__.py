"""The command line: `garant`."""

from garant.cli.application import commands_markdown, main

__all__ = ["commands_markdown", "main"]
