"""The demonstration collection inside the package."""

from __future__ import annotations

from pathlib import Path

from harness.datasets.sources.folder import Folder
from harness.datasets.spec import DemoSource

DEMO_FOLDER = Path(__file__).resolve().parent.parent / "demo"


def open_demo(name: str, settings: DemoSource) -> Folder:
    """The embedded folder, in BEIR layout like any other."""
    del name, settings  # there is but one demo
    return Folder(DEMO_FOLDER)
