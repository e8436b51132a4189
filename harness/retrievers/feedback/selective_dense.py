"""Dense retrieval in the clusters that a sparse run points to, interpolated with that run."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, NamedTuple

import numpy as np
from pydantic import ConfigDict, Field

from harness.columns import Ints
from harness.errors import Problem, SpecError
from harness.rankings import Run
from harness.records import Query
from harness.retrievers.base import STRICT_PARAMETERS, check_parameters
from harness.retrievers.dense.index import DenseIndex
from harness.retrievers.dense.retriever import Dense
from harness.retrievers.engines.dense import ExactVectors
from harness.retrievers.engines.nearest import nearest
from harness.retrievers.engines.ranked import accuracy
from harness.retrievers.feedback.cluster_choice import by_overlap, chosen_clusters
from harness.retrievers.feedback.clusters import Clusters, clustered
from harness.retrievers.feedback.rows import first_documents, numbers_of
from harness.retrievers.fusion.weighted_sum import weighted
from harness.retrievers.latency import sample
from harness.retrievers.neural.queries import encode_queries
from harness.retrievers.rows import Float32s, Found, in_order, to_run
from harness.retrievers.stages import Answer, Searched

PositiveInt = Annotated[int, Field(ge=1)]


class Visit(NamedTuple):
    """One query: its clusters, how many documents they have, and those found."""

    clusters: Ints
    documents: int
    found: Found


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectiveDense:
    """The run so far chooses clusters of document vectors; only their documents are searched.

    After CluSD: Y. Yang et al., "LSTM-based Selective Dense Text Retrieval Guided by Sparse Lexical
    Retrieval", ECIR 2025, arXiv:2502.10639. The first step is the paper's: clusters in the order of their
    overlap with the first ranks of the sparse run. The second, there an LSTM, is here a rule without
    training: the candidates that stand highest by overlap and by the product of query and centroid together.
    The dense ranking of what was visited is interpolated with the run so far, both min-max normalised.

    Attributes:
        dense: parameters of the retriever ``dense``, whose vectors are searched exactly.
        cluster_size: documents of a cluster, on average.
        guide: first documents of the run so far that point to clusters.
        candidates: clusters of the greatest overlap that are considered.
        visits: clusters that are searched for a query.
        alpha: weight of the run so far; the dense ranking has 1 - alpha.
        seed: of the clustering.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    summary: ClassVar[str] = "Dense retrieval in the few clusters that a sparse run points to (after CluSD)."
    accepts: ClassVar[frozenset[str]] = frozenset(
        {"bm25", "impacts", "lucene", "overlap", "ql-dirichlet", "splade", "tfidf", "unicoil"}
    )

    dense: Dense = field(default_factory=Dense)
    cluster_size: PositiveInt = 16
    guide: PositiveInt = 1000
    candidates: PositiveInt = 32
    visits: PositiveInt = 8
    alpha: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.5
    seed: Annotated[int, Field(ge=0)] = 42

    def __post_init__(self) -> None:
        check_parameters(self)
        problems = []
        if not isinstance(self.dense.engine, ExactVectors):
            problems.append(Problem("dense.engine", "clusters are searched exactly; leave the engine out."))
        if self.visits > self.candidates:
            problems.append(Problem("visits", f"at most candidates, {self.candidates}; found {self.visits}."))
        if problems:
            raise SpecError("The clusters cannot be searched like this:", problems)

    def provenance(self) -> Mapping[str, str]:
        """The checkpoint's name, and the hub's commit or the hash of the folder's content.

        Raises:
            UnavailableError: the weights cannot be reached.
        """
        return self.dense.provenance()

    def search(self, searched: Searched, queries: Sequence[Query], depth: int, *, tag: str) -> Answer:
        """Search the clusters and interpolate; a query without text keeps its ranking so far.

        Raises:
            CommandError: ``depth`` is below 1.
            MissingExtraError: the packages that read checkpoints are not installed.
            UnavailableError: the checkpoint cannot be reached.
        """
        first = first_documents(searched.run, self.guide)
        asked = [query for query in in_order(queries, depth) if query.id in first]
        begun = time.perf_counter()
        index = self.dense.index(searched.documents())
        clusters = clustered(index.vectors, -(-len(index.vectors) // self.cluster_size), seed=self.seed)
        indexed = time.perf_counter()
        encoded = encode_queries(asked, index.encoder)
        answered = list(encoded.asked)
        vectors = encoded.part["vectors"][encoded.places] if answered else np.empty((0, 0), dtype=np.float32)
        found = {query.id: first[query.id][0] for query in answered}
        visits = list(self._visits(index, clusters, found, vectors, depth))
        dense = to_run(index.ids, answered, [visit.found for visit in visits], tag)
        run = self._joined(searched.run, dense, depth, tag)
        seconds = {"index_seconds": indexed - begun, "search_seconds": time.perf_counter() - indexed}
        return Answer(
            run,
            {
                **{name: round(value, 4) for name, value in seconds.items()},
                **encoded.facts,
                **_shares(visits, clusters),
                "index_bytes": index.engine.size + clusters.centroids.nbytes + clusters.of.nbytes,
                **self._against_all(searched.run, run, index, answered, vectors, depth),
            },
        )

    def _visits(
        self,
        index: DenseIndex,
        clusters: Clusters,
        found: Mapping[str, Sequence[str]],
        vectors: Float32s,
        depth: int,
    ) -> Iterator[Visit]:
        """Every query's clusters and what they have; ``vectors`` are in the order of ``found``."""
        numbers = numbers_of(index.ids, (name for names in found.values() for name in names))
        for names, vector in zip(found.values(), vectors, strict=True):
            guides = [int(clusters.of[numbers[name]]) for name in names if name in numbers]
            candidates = by_overlap(guides, len(clusters.centroids))[: self.candidates]
            chosen = chosen_clusters(candidates, vector, clusters.centroids, self.visits)
            rows = clusters.members(chosen)
            if not len(rows):
                none = np.empty(0, dtype=np.int32), np.empty(0), np.zeros(1, dtype=np.int64)
                yield Visit(chosen, 0, Found(*none))
                continue
            best = nearest(vector[None], index.vectors[rows], depth)[0]
            numbered = Found(rows[best.documents].astype(np.int32), best.scores, best.counts)
            yield Visit(chosen, len(rows), numbered)

    def _joined(self, sparse: Run, dense: Run, depth: int, tag: str) -> Run:
        return weighted([sparse, dense], (self.alpha, 1 - self.alpha), "min-max", "zero", depth, tag)

    def _against_all(
        self, sparse: Run, run: Run, index: DenseIndex, asked: list[Query], vectors: Float32s, depth: int
    ) -> Mapping[str, float]:
        """What the same interpolation with a search of all vectors ranks first, and this run does, too."""
        some = {query.id for query in sample(asked)}
        rows = [row for row, query in enumerate(asked) if query.id in some]
        if not rows:
            return {}
        dense = index.engine.exact([asked[row] for row in rows], vectors[rows], depth, tag="all")
        kept = Run.from_dict({q: row for q, row in sparse.to_dict().items() if q in some}, "all")
        return accuracy(self._joined(kept, dense, depth, "all"), run, depth)


def _shares(visits: Sequence[Visit], clusters: Clusters) -> dict[str, int | float]:
    """How much of the collection was searched, as means over the queries."""
    count = max(len(visits), 1)
    visited = sum(len(visit.clusters) for visit in visits) / count
    documents = sum(visit.documents for visit in visits) / count
    return {
        "documents": len(clusters.of),
        "clusters": len(clusters.centroids),
        "clusters_per_query": round(visited, 4),
        "documents_per_query": round(documents, 4),
        "share_of_clusters": round(visited / len(clusters.centroids), 6),
        "share_of_documents": round(documents / len(clusters.of), 6),
    }
