"""ColBERT-PRF: clusters of the first documents' token vectors added to the query."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import ConfigDict, Field

from harness.errors import CommandError
from harness.rankings import Run, cut
from harness.records import Query
from harness.retrievers.base import STRICT_PARAMETERS, check_parameters
from harness.retrievers.feedback.rows import first_documents, numbers_of
from harness.retrievers.late_interaction.index import TokenIndex
from harness.retrievers.neural.collection import text_of
from harness.retrievers.neural.queries import encode_queries
from harness.retrievers.neural.threads import limited_threads
from harness.retrievers.rows import Float32s, in_order, to_run
from harness.retrievers.stages import Answer, Searched

PositiveInt = Annotated[int, Field(ge=1)]
Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]
NEAREST = 13  # tokens that decide which word a centroid stands for, as in the authors' code


@dataclass(frozen=True, slots=True, kw_only=True)
class ColbertPrf:
    """Token vectors of the first documents in clusters; the centroids of rare words join the query.

    X. Wang, C. Macdonald, N. Tonellotto, I. Ounis, "Pseudo-Relevance Feedback for Multiple Representation
    Dense Retrieval", ICTIR 2021. KMeans makes ``clusters`` centroids; each stands for the most frequent word
    among the feedback tokens nearest to it, and is weighted beta * ln((N + 1) / (df + 1)) by the documents
    that have the word. Unlike in the authors' code, the nearest tokens are sought in the feedback documents,
    not in the whole collection.

    Attributes:
        feedback_documents: first documents of a query.
        clusters: centroids; fewer where the documents have fewer distinct tokens.
        feedback_embeddings: centroids added, those of the greatest weights.
        beta: weight of what is added; the authors have 1, and 0.5 for re-ranking.
        mode: ``search`` ranks the whole collection; ``rerank`` the documents found, however many.
        seed: of KMeans.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    summary: ClassVar[str] = "ColBERT-PRF: clustered token vectors of the first documents, weighted by IDF."
    accepts: ClassVar[frozenset[str]] = frozenset({"maxsim"})

    feedback_documents: PositiveInt = 3
    clusters: PositiveInt = 24
    feedback_embeddings: PositiveInt = 10
    beta: Weight = 1.0
    mode: Literal["search", "rerank"] = "search"
    seed: Annotated[int, Field(ge=0)] = 42

    def __post_init__(self) -> None:
        check_parameters(self)

    def search(self, searched: Searched, queries: Sequence[Query], depth: int, *, tag: str) -> Answer:
        """Add centroids to every query and rank again.

        Raises:
            CommandError: ``depth`` is below 1, or the index keeps pooled vectors, which stand for no word.
        """
        index: Any = searched.index
        if index.encoder.pool_factor > 1:
            raise CommandError("colbert-prf needs a vector for each token: pool_factor must be 1.")
        words = _Words.of(searched)
        found = first_documents(searched.run, self.feedback_documents)
        numbers = numbers_of(index.ids, (name for ids, _ in found.values() for name in ids))
        encoded = encode_queries([q for q in in_order(queries, depth) if q.id in found], index.encoder)
        parts, lengths, added = [], [0], 0
        for query, place in zip(encoded.asked, encoded.places.tolist(), strict=True):
            own = slice(encoded.part["bounds"][place], encoded.part["bounds"][place + 1])
            more = self._centroids(index, words, [numbers[d] for d in found[query.id][0] if d in numbers])
            parts += [encoded.part["vectors"][own], more]
            lengths.append(len(encoded.part["vectors"][own]) + len(more))
            added += len(more)
        if not parts:
            return Answer(to_run(index.ids, [], [], tag), {"embeddings_added": 0})
        bounds = np.cumsum(lengths, dtype=np.int64)
        kept = len(index.ids) if self.mode == "rerank" else depth
        search = index.exact if self.mode == "rerank" else index.nearest
        ranked = search(bounds, np.concatenate(parts).astype(np.float32), kept)
        run = to_run(index.ids, encoded.asked, ranked, tag)
        run = cut(_among(run, searched.run, tag), depth) if self.mode == "rerank" else run
        return Answer(run, {"embeddings_added": added, **encoded.facts})

    def _centroids(self, index: TokenIndex, words: _Words, documents: Sequence[int]) -> Float32s:
        """float32[c, d]: the centroids to add, each times its weight, which scales its similarities."""
        spans = [slice(index.bounds[n], index.bounds[n + 1]) for n in documents]
        vectors = np.concatenate([index.vectors[span] for span in spans]).astype(np.float32)
        tokens = np.concatenate([words.tokens_of(index.ids[n]) for n in documents])[: len(vectors)]
        centroids = _clustered(vectors, self.clusters, self.seed)
        nearest = np.argsort(-(centroids @ vectors.T), axis=1, kind="stable")[:, :NEAREST]
        weights = [self.beta * words.idf(_commonest(tokens[row].tolist())) for row in nearest]
        best = sorted(range(len(weights)), key=lambda i: (-weights[i], i))[: self.feedback_embeddings]
        chosen = [i for i in best if weights[i] > 0]
        scaled = centroids[chosen] * np.array([weights[i] for i in chosen], dtype=np.float32)[:, None]
        return scaled.reshape(len(chosen), vectors.shape[1])


@dataclass(frozen=True, slots=True)
class _Words:
    """The wordpieces of every document, as the encoder read them, and in how many documents each stands."""

    pieces: Mapping[str, Any]
    frequencies: Mapping[int, int]

    @classmethod
    def of(cls, searched: Searched) -> _Words:
        index: Any = searched.index
        retriever: Any = searched.retriever
        documents = searched.lookup(index.ids.tolist())
        texts = {name: text_of(document, retriever.fields) for name, document in documents.items()}
        pieces = dict(zip(texts, index.encoder.pieces(list(texts.values())), strict=True))
        counted = Counter(piece for row in pieces.values() for piece in set(row.tolist()))
        return cls(pieces, counted)

    def tokens_of(self, document: str) -> Any:
        return self.pieces[document]

    def idf(self, piece: int) -> float:
        return math.log((len(self.pieces) + 1) / (self.frequencies[piece] + 1))


def _clustered(vectors: Float32s, clusters: int, seed: int) -> Float32s:
    from sklearn.cluster import KMeans  # type: ignore[import-untyped,unused-ignore]

    distinct = len(np.unique(vectors, axis=0))
    with limited_threads():
        model = KMeans(n_clusters=min(clusters, distinct), random_state=seed, n_init=1).fit(vectors)
    centroids: Float32s = model.cluster_centers_.astype(np.float32)
    return centroids


def _commonest(tokens: Sequence[int]) -> int:
    counts = Counter(tokens)
    return min(counts, key=lambda token: (-counts[token], tokens.index(token)))


def _among(run: Run, before: Run, tag: str) -> Run:
    """The rows of a run whose documents another has for the query, too."""
    known = {query: set(documents) for query, documents, _ in before.rankings()}
    rows = run.to_dict()
    return Run.from_dict(
        {query: {d: s for d, s in row.items() if d in known[query]} for query, row in rows.items()}, tag
    )
