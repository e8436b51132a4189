"""Vector indexes of the library faiss: flat, a graph, and product codes in inverted lists."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal

import numpy as np
from pydantic import ConfigDict, Field

from harness.errors import CommandError
from harness.retrievers.base import STRICT_PARAMETERS, check_parameters
from harness.retrievers.engines.ranked import ranked
from harness.retrievers.neural.threads import thread_count
from harness.retrievers.packages import Need
from harness.retrievers.rows import Float32s, Found

FILE: Final = "index.faiss"
SEED: Final = 1234
"""Of the clusterings; faiss's own default."""
POINTS_PER_CENTROID: Final = 39
"""faiss warns below it; smaller collections get fewer lists and shorter codes."""
GEMM_FROM: Final = 20
"""Queries from which faiss multiplies matrices; its default, 128,000, made it 16 times slower."""

Count = Annotated[int, Field(ge=1, le=1_000_000)]


@contextmanager
def settings() -> Iterator[Any]:
    """faiss, held to :func:`thread_count` threads and with matrix products, inside the block."""
    import faiss

    threads, threshold = faiss.omp_get_max_threads(), faiss.cvar.distance_compute_blas_threshold
    faiss.omp_set_num_threads(thread_count())
    faiss.cvar.distance_compute_blas_threshold = GEMM_FROM
    try:
        yield faiss
    finally:
        faiss.omp_set_num_threads(threads)
        faiss.cvar.distance_compute_blas_threshold = threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class FaissFlat:
    """Exact products by faiss (M. Douze et al., "The Faiss library", arXiv:2401.08281)."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    needs: ClassVar[tuple[Need, ...]] = (Need("The engine 'faiss-flat'", "faiss", "engines"),)
    family: ClassVar[str] = "dense"
    summary: ClassVar[str] = "Exact products by faiss."

    name: Literal["faiss-flat"] = "faiss-flat"

    def build(self, vectors: Float32s) -> FaissSearcher:
        """Index n vectors, float32[n, d]."""
        with settings() as faiss:
            index = faiss.IndexFlatIP(vectors.shape[1])
            index.add(np.ascontiguousarray(vectors))
            return FaissSearcher(index=index, size=len(faiss.serialize_index(index)))

    def load(self, folder: Path, vectors: Float32s) -> FaissSearcher:
        """Read what :meth:`FaissSearcher.save` wrote."""
        return read(folder)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hnsw:
    """A navigable small world graph (Y. Malkov, D. Yashunin, TPAMI 2020), by faiss. Approximate.

    Attributes:
        links: neighbours of a vector in each layer, M in the paper.
        ef_construction: candidates kept while the graph is built.
        ef_search: candidates kept while it is searched; at least the depth.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    needs: ClassVar[tuple[Need, ...]] = (Need("The engine 'hnsw'", "faiss", "engines"),)
    family: ClassVar[str] = "dense"
    summary: ClassVar[str] = "A navigable small world graph, by faiss."

    name: Literal["hnsw"] = "hnsw"
    links: Annotated[int, Field(ge=2, le=512)] = 32
    ef_construction: Count = 128
    ef_search: Count = 256

    def __post_init__(self) -> None:
        check_parameters(self)

    def build(self, vectors: Float32s) -> FaissSearcher:
        """Index n vectors, float32[n, d]."""
        with settings() as faiss:
            index = faiss.IndexHNSWFlat(vectors.shape[1], self.links, faiss.METRIC_INNER_PRODUCT)
            index.hnsw.efConstruction = self.ef_construction
            index.add(np.ascontiguousarray(vectors))
            size = len(faiss.serialize_index(index))
        return FaissSearcher(index=index, size=size, ef_search=self.ef_search)

    def load(self, folder: Path, vectors: Float32s) -> FaissSearcher:
        """Read what :meth:`FaissSearcher.save` wrote."""
        return read(folder, ef_search=self.ef_search)


@dataclass(frozen=True, slots=True, kw_only=True)
class IvfPq:
    """Inverted lists of product codes (H. Jégou, M. Douze, C. Schmid, TPAMI 2011), by faiss. Approximate.

    A collection too small for the lists or for codes of 8 bits gets fewer lists and shorter codes.

    Attributes:
        lists: clusters of vectors.
        probes: lists read for a query.
        pieces: pieces a vector is cut into, each coded by itself; has to divide its dimensions.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    needs: ClassVar[tuple[Need, ...]] = (Need("The engine 'ivf-pq'", "faiss", "engines"),)
    family: ClassVar[str] = "dense"
    summary: ClassVar[str] = "Inverted lists of product codes, by faiss."

    name: Literal["ivf-pq"] = "ivf-pq"
    lists: Count = 1024
    probes: Count = 32
    pieces: Count = 48

    def __post_init__(self) -> None:
        check_parameters(self)

    def build(self, vectors: Float32s) -> FaissSearcher:
        """Index n vectors, float32[n, d].

        Raises:
            CommandError: ``pieces`` does not divide d.
        """
        n, dimensions = vectors.shape
        if dimensions % self.pieces:
            raise CommandError(
                f"The engine ivf-pq cuts vectors into {self.pieces} pieces, which does not divide their "
                f"{dimensions} dimensions; give pieces a divisor of {dimensions}."
            )
        lists = max(1, min(self.lists, n // POINTS_PER_CENTROID))
        bits = max(1, min(8, int(np.log2(max(n / POINTS_PER_CENTROID, 2)))))
        whole = np.ascontiguousarray(vectors)
        with settings() as faiss:
            coarse = faiss.IndexFlatIP(dimensions)
            index = faiss.IndexIVFPQ(coarse, dimensions, lists, self.pieces, bits, faiss.METRIC_INNER_PRODUCT)
            index.cp.seed = index.pq.cp.seed = SEED
            index.cp.min_points_per_centroid = index.pq.cp.min_points_per_centroid = 1
            index.train(whole if n > 1 else np.repeat(whole, 2, axis=0))  # no code is shorter than a bit
            index.add(whole)
            size = len(faiss.serialize_index(index))
        return FaissSearcher(index=index, size=size, probes=self.probes)

    def load(self, folder: Path, vectors: Float32s) -> FaissSearcher:
        """Read what :meth:`FaissSearcher.save` wrote."""
        return read(folder, probes=self.probes)


@dataclass(slots=True, kw_only=True, eq=False)
class FaissSearcher:
    """An index of faiss.

    Attributes:
        index: the library's.
        size: bytes of its file.
        ef_search: candidates of a graph's search, 0 for another index.
        probes: lists that are read, 0 for another index.
    """

    index: Any
    size: int
    ef_search: int = 0
    probes: int = 0

    def search(self, queries: Float32s, depth: int) -> list[Found]:
        """Rank vectors by their, maybe approximate, products with each query."""
        kept = min(depth, self.index.ntotal)
        with settings():
            if self.ef_search:
                self.index.hnsw.efSearch = max(self.ef_search, depth)
            if self.probes:
                self.index.nprobe = self.probes
            scores, numbers = self.index.search(np.ascontiguousarray(queries), kept)
        found = numbers >= 0  # the library fills up with -1
        rows = zip(numbers, scores, found, strict=True)
        return [ranked(((row[some], values[some]) for row, values, some in rows), depth)]

    def save(self, folder: Path) -> None:
        """Write the library's file."""
        with settings() as faiss:
            faiss.write_index(self.index, str(folder / FILE))


def read(folder: Path, *, ef_search: int = 0, probes: int = 0) -> FaissSearcher:
    """Read an index of faiss.

    Raises:
        OSError: the file is absent.
        RuntimeError: faiss finds it damaged.
    """
    path = folder / FILE
    size = path.stat().st_size
    with settings() as faiss:
        return FaissSearcher(index=faiss.read_index(str(path)), size=size, ef_search=ef_search, probes=probes)
