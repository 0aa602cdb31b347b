"""The command line. Every command imports what it needs itself, so that `hub --help` starts at once."""

from __future__ import annotations

from hub.cli.commands import main

__all__ = ["main"]
