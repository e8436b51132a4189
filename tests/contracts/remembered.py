"""Encodings of a language model, computed once in a session of tests: each search takes it a second."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from harness.retrievers.neural.cache import Encodings
from harness.retrievers.prompt_reps.encoder import PromptRepsEncoder


@contextmanager
def remembered() -> Iterator[None]:
    """Inside the block PromptReps encodes the same texts once; what it gives is its own."""
    known: dict[tuple[object, ...], Encodings] = {}
    encode = PromptRepsEncoder.encode

    def once(self: PromptRepsEncoder, texts: Sequence[str], *, query: bool) -> Encodings:
        key = self.identity, tuple(texts), query
        if key not in known:
            known[key] = encode(self, texts, query=query)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PromptRepsEncoder, "encode", once)
        yield
