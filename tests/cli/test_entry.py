"""An interruption, whenever it comes, ends in one sentence and the exit code 130."""

from __future__ import annotations

import subprocess
import sys

import pytest

INTERRUPTED = """
import os, signal, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == WHERE:
            os.kill(os.getpid(), signal.SIGINT)

WHERE = sys.argv.pop()
signal.signal(signal.SIGINT, signal.default_int_handler)  # jobs in the background are started without it
sys.meta_path.insert(0, Finder())
from harness.cli.entry import main
sys.argv[1:] = ["board", "--dataset", "demo"]
sys.exit(main())
"""
"""A process that gets Ctrl-C's signal when a module is first looked for."""


@pytest.mark.parametrize("module", ["harness.cli.main", "argparse", "harness.cli.board"])
def test_while_modules_are_read(module: str) -> None:
    asked = [sys.executable, "-c", INTERRUPTED, module]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert done.returncode == 130
    assert done.stderr == "harness: interrupted; files are whole, nothing half-written was kept\n"
