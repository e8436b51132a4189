"""Fixtures that more than one folder uses."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def needed(what: str, present: bool, how: str) -> None:
    """Skip when ``what`` is absent, or fail where HARNESS_REQUIRE lists it (as the project's CI does)."""
    if present:
        return
    if what in os.environ.get("HARNESS_REQUIRE", "").split(","):
        pytest.fail(f"{what} is required here (HARNESS_REQUIRE) and absent: {how}")
    pytest.skip(f"{what} is absent: {how}")


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's root folder."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real collections and runs that are not part of the project."""
    folder = Path(os.environ.get("HARNESS_SHARED", ROOT.parent / "shared")) / "data"
    needed("shared", folder.is_dir(), "set HARNESS_SHARED to a folder with data/scifact, data/trec_eval, …")
    return folder
