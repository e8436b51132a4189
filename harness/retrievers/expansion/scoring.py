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
from harness.retrievers.expansion.generated import Generated
from harness.retrievers.neural.cache import Encodings, cached
from harness.retrievers.neural.collection import text_of

CHUNK: Final = 1024
"""Pairs scored and kept at a time; at most so many are scored twice after an interruption."""
Pair = tuple[str, str]


def scored(
    queries_of: Callable[[Document], Generated | None],
    documents: Iterable[Document],
    scorer: CrossEncoder | MonoT5,
) -> dict[str, Generated]:
    """The queries of the documents given, each with the scorer's score in place of the file's.

    Args:
        queries_of: those of a document; passages may share the line of their document.
        documents: a document without queries is left out.
        scorer: what scores; opened for the first pair that was not scored before.

    Returns:
        By the id of the document, or passage, whose text the queries were scored with.

    Raises:
        MissingExtraError, UnavailableError: the scorer's weights cannot be read.
    """
    asked: list[tuple[str, Generated]] = []

    def pairs() -> Iterator[Pair]:
        for document in documents:
            each = queries_of(document)
            if each and each.queries:
                asked.append((document.id, each))
                text = text_of(document, scorer.fields)
                yield from ((query, text) for query in each.queries)

    numbers = iter([score for part in _scores(pairs(), scorer) for score in part])
    return {name: each._replace(scores=tuple(islice(numbers, len(each.queries)))) for name, each in asked}


def _scores(pairs: Iterator[Pair], scorer: CrossEncoder | MonoT5) -> Iterator[list[float]]:
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

        yield cached(identity, [json.dumps(pair) for pair in chunk], judge)[0]["scores"].tolist()
