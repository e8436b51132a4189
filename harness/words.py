"""Numbers with their nouns."""

from __future__ import annotations


def many(count: int, one: str, several: str = "") -> str:
    """``1 run``, ``2 runs``, ``1,000 runs``.

    Args:
        count: how many.
        one: the noun, with what follows it.
        several: the same for any other number; ``one`` with an s if it is not given.
    """
    return f"{count:,} {one if count == 1 else several or f'{one}s'}"
