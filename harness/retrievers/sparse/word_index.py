"""Weighted words in an inverted file: the vocabulary is that of the collection, not of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from harness.columns import StringColumn
from harness.rankings import Run
from harness.records import Query
from harness.retrievers.engines.ranked import Clauses
from harness.retrievers.engines.sparse import SparseEngine, SparseSearch
from harness.retrievers.lexical.inverted import InvertedFile
from harness.retrievers.neural.cache import Encodings
from harness.retrievers.neural.collection import Collection, Encoder, joined_starts, take_ragged
from harness.retrievers.neural.queries import encode_queries
from harness.retrievers.rows import Float32s, in_order
from harness.retrievers.saved_arrays import parts, save_arrays
from harness.retrievers.sparse.index import NOTHING, invert, query_facts


@dataclass(slots=True, kw_only=True, eq=False)
class WordIndex:
    """An index in memory; :class:`harness.retrievers.base.Index` describes ``facts`` and ``search``.

    Attributes:
        engine: the weights of documents, and what searches them.
        encoder: for the queries.
        vocabulary: word to its number.
        told: facts of the collection.
        asked: facts of the last queries.
    """

    engine: SparseSearch
    encoder: Encoder
    vocabulary: Mapping[str, int]
    told: Mapping[str, int | float]
    asked: Mapping[str, int | float] | None = None

    @property
    def inverted(self) -> InvertedFile:
        """The weights of documents, whatever searches them."""
        return self.engine.inverted

    @property
    def answers_single_queries(self) -> bool:
        """Whether the engine can be timed by one query."""
        return self.engine.answers_single_queries

    @property
    def facts(self) -> Mapping[str, int | float]:
        """As those of :class:`harness.retrievers.sparse.index.SparseIndex`."""
        return {**self.told, **self.engine.facts, **(self.asked or {})}

    def search(self, queries: Sequence[Query], depth: int, *, tag: str) -> Run:
        """Rank the documents that share a word with each query.

        Raises:
            CommandError: ``depth`` is below 1.
            DatasetError: two queries have the same id.
        """
        clauses = self._clauses(queries, depth)
        return self.engine.search(queries, lambda query: clauses.get(query.id, NOTHING), depth, tag=tag)

    def accuracy(self, queries: Sequence[Query], depth: int) -> Mapping[str, float]:
        """The engine's rankings against the exact ones; empty for the exact engine."""
        clauses = self._clauses(queries, depth)
        return self.engine.accuracy(queries, lambda query: clauses.get(query.id, NOTHING), depth)

    def save(self, folder: Path) -> None:
        """Write the weights, the vocabulary, the engine's files and the encoder's identity.

        Raises:
            OSError: the folder cannot be written.
        """
        words = StringColumn.from_strings(sorted(self.vocabulary, key=self.vocabulary.__getitem__))
        arrays = {**self.engine.inverted.arrays(), **parts("vocabulary", words)}
        save_arrays(folder, arrays, {"encoder": self.encoder.identity, "told": dict(self.told)})
        self.engine.save(folder)

    def _clauses(self, queries: Sequence[Query], depth: int) -> dict[str, Clauses]:
        """The known words of the queries, by id; also sets the facts of the last queries."""
        encoded = encode_queries(in_order(queries, depth), self.encoder)
        clauses: dict[str, Clauses] = {}
        if encoded.asked:
            words, bounds = words_in(encoded.part), encoded.part["bounds"].tolist()
            for query, row in zip(encoded.asked, encoded.places.tolist(), strict=True):
                clauses[query.id] = self._known(words, encoded.part["weights"], bounds[row], bounds[row + 1])
        facts = query_facts(self.engine.inverted, [terms for terms, _ in clauses.values()])
        self.asked = encoded.facts | facts
        return clauses

    def _known(self, words: Sequence[str], weights: Float32s, first: int, last: int) -> Clauses:
        known = [place for place in range(first, last) if words[place] in self.vocabulary]
        terms = np.array([self.vocabulary[words[place]] for place in known], dtype=np.int64)
        order = np.argsort(terms)
        return terms[order], weights[known][order]


def words_in(part: Encodings) -> list[str]:
    """The words of an encoding, one after another."""
    return StringColumn(part["words_data"], part["words_offsets"]).tolist()


def build(collection: Collection, encoder: Encoder, *, bits: int | None, engine: SparseEngine) -> WordIndex:
    """Number the words of an encoded collection, invert it and build the engine over it.

    Args:
        collection: with the encodings of :class:`harness.retrievers.sparse.impact_encoder.ImpactEncoder`.
        encoder: for the queries.
        bits: weights become floor(w * (2^bits - 1) / the greatest of the collection), zeros dropped; None
            leaves them.
        engine: what searches.
    """
    bounds, positions = take_ragged(joined_starts(collection.parts), collection.places)
    every = [words_in(part) for part in collection.parts]
    vocabulary = {word: number for number, word in enumerate(sorted({w for some in every for w in some}))}
    numbers = np.array([vocabulary[word] for some in every for word in some], dtype=np.int32)
    nothing: Any = np.empty(0, dtype=np.float32)
    weights = np.concatenate([nothing, *(part["weights"] for part in collection.parts)])[positions]
    impacts = quantised(weights, bits)
    kept = impacts > 0
    starts = np.concatenate(([0], np.cumsum(kept)))[bounds]
    inverted = invert(collection.ids, starts, numbers[positions][kept], impacts[kept], len(vocabulary))
    return WordIndex(
        engine=SparseSearch.of(inverted, engine),
        encoder=encoder,
        vocabulary=vocabulary,
        told=collection.facts,
    )


def quantised(weights: Float32s, bits: int | None) -> Float32s:
    """floor(w * (2^bits - 1) / the greatest w), as in basnetsoyuj/improving-learned-index (DeeperImpact).

    Args:
        weights: float32[n], above 0.
        bits: None leaves them.
    """
    if bits is None or not len(weights):
        return weights
    scale = (2**bits - 1) / float(weights.max())
    made: Float32s = np.floor(weights.astype(np.float64) * scale + 1e-9).astype(np.float32)
    return made
