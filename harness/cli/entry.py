"""Where the ``harness`` command begins: an interruption is told in words from the first import on."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line; returns its exit code, 130 when it is interrupted."""
    try:
        from harness.cli.main import main as command  # a third of a second, in which Ctrl-C may come

        return command()
    except KeyboardInterrupt:
        print("harness: interrupted; files are whole, nothing half-written was kept", file=sys.stderr)
        return 130
