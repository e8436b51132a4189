"""Numbers with their nouns."""

from __future__ import annotations

import pytest

from harness.words import many


@pytest.mark.parametrize(
    ("count", "words", "told"),
    [
        (0, ("run",), "0 runs"),
        (1, ("run",), "1 run"),
        (1000, ("run",), "1,000 runs"),
        (1, ("query", "queries"), "1 query"),
        (2, ("query retrieves", "queries retrieve"), "2 queries retrieve"),
    ],
)
def test_one_has_no_plural(count: int, words: tuple[str, ...], told: str) -> None:
    assert many(count, *words) == told
