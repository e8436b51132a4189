"""How many threads the linear algebra may use."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from harness.errors import CommandError


def thread_count() -> int:
    """``$HARNESS_THREADS``, else 1: two threads on a busy machine were 3 to 25 times slower than one.

    Raises:
        CommandError: the variable holds no number above 0.
    """
    named = os.environ.get("HARNESS_THREADS", "1")
    if not (named.isascii() and named.isdigit() and int(named) > 0):
        raise CommandError(f"HARNESS_THREADS must be a whole number above 0, found {named!r}.")
    return int(named)


@contextmanager
def limited_threads() -> Iterator[None]:
    """Hold BLAS, OpenMP and torch to :func:`thread_count` inside the block."""
    count = thread_count()
    torch = sys.modules.get("torch")
    before = torch.get_num_threads() if torch else 0
    with _libraries(len(sys.modules)).limit(limits=count):
        if torch:
            torch.set_num_threads(count)
        try:
            yield
        finally:
            if torch:
                torch.set_num_threads(before)


@lru_cache(maxsize=1)
def _libraries(_imported: int) -> Any:
    """The libraries that are loaded, found anew when anything was imported: looking takes milliseconds."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
