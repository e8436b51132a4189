"""What needs the other interpreter is skipped where none is named."""

from __future__ import annotations

import os

import pytest

from harness.retrievers.plaid.interpreter import VARIABLE
from tests.conftest import needed, needs_neural


@pytest.fixture(scope="session")
def interpreter() -> str:
    """The interpreter that has fast-plaid."""
    named = os.environ.get(VARIABLE, "")
    needed("plaid", bool(named), f"{VARIABLE} names no interpreter with fast-plaid; run: make test-plaid")
    needs_neural()
    return named
