"""Scores of generated queries with their documents, by a cross-encoder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from typing import Final

import numpy as np

from harness.records import Document
from harness.retrievers.cross_encoder.cross_encoder import CrossEncoder
from harness.retrievers.cross_encoder.mono_t5 import MonoT5
from harness.retrievers.expansion.generated import Float64s, Generated
from harness.retrievers.neural.cache import Encodings, cached
from harness.retrievers.neural.collection import text_of

CHUNK: Final = 1024
"""Pairs scored and kept at a time; at most so many are scored twice after an interruption."""
Pair = tuple[str, str]


def scored(
    queries_of: Callable[[Document], Generated | None],
    documents: Iterable[Document],
    scorer: CrossEncoder | MonoT5,
) -> Float64s:
    """The scorer's scores of the queries of the documents given, in their order.

    Args:
        queries_of: those of a document; passages may share the line of their document.
        documents: read once, in a stream.
        scorer: what scores; opened for the first pair that was not scored before.

    Raises:
        MissingExtraError, UnavailableError: the scorer's weights cannot be read.
    """

    def pairs() -> Iterator[Pair]:
        for document in documents:
            each = queries_of(document)
            if each and each.queries:
                text = text_of(document, scorer.fields)
                yield from ((query, text) for query in each.queries)

    return np.concatenate([np.empty(0), *_scores(pairs(), scorer)])


def _scores(pairs: Iterator[Pair], scorer: CrossEncoder | MonoT5) -> Iterator[Float64s]:
    """Scores in order, chunk by chunk; chunks that were scored before come from the cache."""
    decides = {
        "doc2query scores": 1,
        "scorer": type(scorer).__name__,
        "parameters": asdict(scorer),
        "weights": dict(scorer.provenance()),
    }
    identity = hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()
    opened = None
    while chunk := list(islice(pairs, CHUNK)):

        def judge(_texts: Sequence[str], chunk: list[Pair] = chunk) -> Encodings:
            nonlocal opened
            opened = opened or scorer.open()
            return {"scores": np.array(opened.scores(chunk), dtype=np.float64)}

        yield cached(identity, [json.dumps(pair) for pair in chunk], judge)[0]["scores"]
