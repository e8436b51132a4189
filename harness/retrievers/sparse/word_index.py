"""Weighted words in an inverted file: the vocabulary is that of the collection, not of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from harness.columns import StringColumn
from harness.retrievers.engines.ranked import Clauses
from harness.retrievers.engines.sparse import SparseEngine, SparseSearch
from harness.retrievers.neural.cache import Encodings
from harness.retrievers.neural.collection import Collection, Encoder, joined_starts, take_ragged
from harness.retrievers.neural.queries import EncodedQueries
from harness.retrievers.rows import Float32s
from harness.retrievers.saved_arrays import parts, save_arrays
from harness.retrievers.sparse.index import invert
from harness.retrievers.sparse.weight_index import EncodedIndex


@dataclass(slots=True, kw_only=True, eq=False)
class WordIndex(EncodedIndex):
    """Words that documents of the collection have.

    Attributes:
        vocabulary: word to its number.
    """

    vocabulary: Mapping[str, int]

    def save(self, folder: Path) -> None:
        """Write the weights, the vocabulary, the engine's files and the encoder's identity.

        Raises:
            OSError: the folder cannot be written.
        """
        words = StringColumn.from_strings(sorted(self.vocabulary, key=self.vocabulary.__getitem__))
        arrays = {**self.engine.inverted.arrays(), **parts("vocabulary", words)}
        save_arrays(folder, arrays, {"encoder": self.encoder.identity, "told": dict(self.told)})
        self.engine.save(folder)

    def clauses_of(self, encoded: EncodedQueries) -> dict[str, Clauses]:
        """The known words, by query id."""
        words, weights = words_in(encoded.part), encoded.part["weights"]
        bounds = encoded.part["bounds"].tolist()
        return {
            query.id: self._known(words, weights, bounds[row], bounds[row + 1])
            for query, row in zip(encoded.asked, encoded.places.tolist(), strict=True)
        }

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
