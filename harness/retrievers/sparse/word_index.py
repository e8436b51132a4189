"""Weighted words in an inverted file: the vocabulary is that of the collection, not of a model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.columns import StringColumn
from harness.records import Document
from harness.retrievers.base import Progress
from harness.retrievers.engines.ranked import Clauses
from harness.retrievers.engines.sparse import SparseEngine, SparseSearch
from harness.retrievers.neural.cache import Encodings
from harness.retrievers.neural.collection import Encoder, encode_collection
from harness.retrievers.neural.queries import EncodedQueries
from harness.retrievers.rows import Float32s
from harness.retrievers.saved_arrays import parts, save_arrays
from harness.retrievers.sparse.weight_file import WeightFile
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


def build(
    documents: Iterable[Document],
    fields: Sequence[str],
    encoder: Encoder,
    progress: Progress | None,
    *,
    bits: int | None,
    engine: SparseEngine,
) -> WordIndex:
    """Encode documents, number their words, invert them and build the engine over them.

    Weights go to files chunk by chunk; of the words the vocabulary alone is in memory.

    Args:
        documents: the collection.
        fields: what is encoded.
        encoder: makes encodings as :class:`harness.retrievers.sparse.impact_encoder.ImpactEncoder` does.
        progress: told the documents so far.
        bits: weights become floor(w * (2^bits - 1) / the greatest of the collection), zeros dropped; None
            leaves them.
        engine: what searches.

    Raises:
        DatasetError: there is no document, or two have the same id.
        OSError: the disk is full.
    """
    weights = WeightFile()
    met: dict[str, int] = {}  # words in the order in which they are met
    greatest = 0.0

    def take(part: Encodings) -> None:
        nonlocal greatest
        numbers = [met.setdefault(word, len(met)) for word in words_in(part)]
        weights.append(part["bounds"], np.array(numbers, dtype=np.int32), part["weights"])
        greatest = max(greatest, float(part["weights"].max(initial=0.0)))

    collection = encode_collection(documents, fields, encoder, progress, take=take)
    vocabulary = {word: number for number, word in enumerate(sorted(met))}
    final = np.fromiter((vocabulary[word] for word in met), dtype=np.int32, count=len(met))
    numbered = weights.changed(
        lambda terms, some: (final[terms], quantised(some, bits, greatest)),
    )
    return WordIndex(
        engine=SparseSearch.of(numbered.inverted(collection.ids, collection.places, len(vocabulary)), engine),
        encoder=encoder,
        vocabulary=vocabulary,
        told=collection.facts,
    )


def quantised(weights: Float32s, bits: int | None, greatest: float) -> Float32s:
    """floor(w * (2^bits - 1) / the greatest w), as in basnetsoyuj/improving-learned-index (DeeperImpact).

    Args:
        weights: float32[n], above 0.
        bits: None leaves them.
        greatest: w of the collection.
    """
    if bits is None or not len(weights):
        return weights
    scale = (2**bits - 1) / greatest
    made: Float32s = np.floor(weights.astype(np.float64) * scale + 1e-9).astype(np.float32)
    return made
