"""Seismic: an approximate inverted index whose lists are cut into blocks with summaries."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal

import numpy as np
from pydantic import ConfigDict, Field

from harness.columns import Ints
from harness.retrievers.base import STRICT_PARAMETERS, check_parameters
from harness.retrievers.engines.ranked import Clauses, ranked
from harness.retrievers.engines.silence import silenced
from harness.retrievers.neural.threads import thread_count
from harness.retrievers.packages import Need
from harness.retrievers.rows import Float32s, Found, Int32s

Share = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1, le=10_000_000)]
FILE: Final = "seismic"
WRITTEN: Final = f"{FILE}.index.seismic"
SMALL_VOCABULARY: Final = 65_535
"""Terms that fit the smaller of the library's two kinds of index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seismic:
    """S. Bruch, F. M. Nardini, C. Rulli, R. Venturini, SIGIR 2024; the package pyseismic-lsr.

    Only the ``query_cut`` heaviest terms of a query are looked at, and of their lists only the blocks whose
    summary promises enough. Values are kept in 16 bits. Defaults are the package's.

    Attributes:
        n_postings: mean postings kept of a term's list.
        max_fraction: no list keeps more than this times ``n_postings``.
        centroid_fraction: blocks of a list, as a share of its postings.
        min_cluster_size: blocks with fewer documents are merged.
        summary_energy: share of a block's mass that its summary keeps.
        query_cut: terms of a query that are looked at.
        heap_factor: a block is skipped if its bound is below this times the score at the depth, so that a
            greater one is faster and misses more (in the paper, a smaller one).
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    needs: ClassVar[tuple[Need, ...]] = (Need("The engine 'seismic'", "seismic", "engines"),)
    family: ClassVar[str] = "learned-sparse"
    summary: ClassVar[str] = "Inverted lists cut into blocks with summaries."

    name: Literal["seismic"] = "seismic"
    n_postings: Count = 3500
    max_fraction: Annotated[float, Field(ge=1, le=1000, allow_inf_nan=False)] = 1.5
    centroid_fraction: Share = 0.1
    min_cluster_size: Count = 2
    summary_energy: Share = 0.4
    query_cut: Count = 10
    heap_factor: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.8

    def __post_init__(self) -> None:
        check_parameters(self)

    def build(self, bounds: Ints, terms: Int32s, weights: Float32s, n_terms: int) -> SeismicSearcher:
        """Index documents: document i has the elements ``bounds[i]`` to ``bounds[i + 1]``."""
        import seismic

        wide = n_terms > SMALL_VOCABULARY
        dataset = seismic.SeismicDatasetLV() if wide else seismic.SeismicDataset()
        with silenced():
            # Terms have to ascend inside a document.
            rows = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
            order = np.lexsort((terms, rows))
            dataset.add_documents_by_id(
                [str(number) for number in range(len(bounds) - 1)],
                terms[order].astype(np.int64),
                weights[order].astype(np.float32),
                bounds.astype(np.int64),
            )
            kind = seismic.SeismicIndexLV if wide else seismic.SeismicIndex
            index = kind.build_from_dataset(
                dataset,
                n_postings=self.n_postings,
                centroid_fraction=self.centroid_fraction,
                min_cluster_size=self.min_cluster_size,
                summary_energy=self.summary_energy,
                max_fraction=self.max_fraction,
                num_threads=thread_count(),
            )
        with tempfile.TemporaryDirectory(prefix="seismic-") as place, silenced():
            index.save(str(Path(place) / FILE))
            size = (Path(place) / WRITTEN).stat().st_size
        return SeismicSearcher(parameters=self, index=index, size=size)

    def load(self, folder: Path, n_terms: int) -> SeismicSearcher:
        """Read what :meth:`SeismicSearcher.save` wrote.

        Raises:
            OSError: the file is absent or damaged.
        """
        import seismic

        kind = seismic.SeismicIndexLV if n_terms > SMALL_VOCABULARY else seismic.SeismicIndex
        size = (folder / WRITTEN).stat().st_size
        with silenced():
            index = kind.load(str(folder / WRITTEN))
        return SeismicSearcher(parameters=self, index=index, size=size)


@dataclass(slots=True, kw_only=True, eq=False)
class SeismicSearcher:
    """An index of Seismic in memory; ``size`` is that of its file in bytes."""

    parameters: Seismic
    index: Any
    size: int

    def search(self, clauses: Sequence[Clauses], depth: int) -> Found:
        """Rank documents; scores are the library's, over values in 16 bits."""
        import seismic

        text = seismic.get_seismic_string()
        asked = [i for i, (terms, _) in enumerate(clauses) if len(terms)]
        answers: dict[int, Any] = {}
        if asked:
            found = self.index.batch_search(
                np.array([str(i) for i in asked]).astype(text),
                [clauses[i][0].astype(text) for i in asked],
                [clauses[i][1] for i in asked],
                k=depth,
                query_cut=self.parameters.query_cut,
                heap_factor=self.parameters.heap_factor,
                num_threads=thread_count(),
            )
            answers = {int(row[0][0]): row for row in found if row}  # they come in no certain order
        rows = (answers.get(i, ()) for i in range(len(clauses)))
        return ranked(
            (([int(name) for _, _, name in row], [score for _, score, _ in row]) for row in rows), depth
        )

    def save(self, folder: Path) -> None:
        """Write the library's file."""
        with silenced():
            self.index.save(str(folder / FILE))
