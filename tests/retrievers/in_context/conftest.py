"""These tests need torch and transformers."""

from __future__ import annotations

import pytest

from tests.conftest import needs_neural


@pytest.fixture(autouse=True)
def _needs_torch() -> None:
    needs_neural()
